"""The entry rules of a place: in the pipeline, the service, and on the command line."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spec.certificate import Timestamp
from spec.entry_policy import EntryPolicy
from spec.entry_rules import EntryCheck, EntryRules
from spec.errors import PolicyError
from spec.status_list import Status
from spec.verdicts import LANGUAGES, Outcome, VerdictCode
from tests.authority import DAY, NOW, Authority, doses
from tests.trust_folder import store_bundle
from tests.vectors.policies import example, rule
from tests.verifier import description
from tests.verifier.conftest import LogLines, Run, Service
from verifier.entry import NoEntryRulesError, entry_rules, load_policy
from verifier.logs import Log
from verifier.pipeline import check, check_all, verify
from verifier.service import create_app
from verifier.trust import TrustSource

POLICY = EntryPolicy.from_json(json.dumps(example()).encode())
RULES = EntryRules.of(POLICY, "restaurant")


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    path = tmp_path / "policy.json"
    path.write_text(json.dumps(example()))
    return path


def waiting(authority: Authority) -> str:
    return authority.sign(
        authority.certificate(
            doses=doses((4, "2021-10-20"), (4, "2021-12-05")), issued_at=Timestamp(NOW - 5 * DAY)
        )
    )


def test_the_last_step_names_the_rule_and_the_day(authority: Authority) -> None:
    verdict = check(waiting(authority), authority.bundle(), authority.now, RULES)
    assert (verdict.code, verdict.outcome) == (VerdictCode.POLICY, Outcome.REJECTED)
    assert verdict.certificate is None
    assert verdict.refusal is not None
    assert (verdict.refusal.rule.id, verdict.refusal.check) == (
        "green-14",
        EntryCheck.DAYS_SINCE_DOSE,
    )
    assert verdict.refusal.passes_from == Timestamp(NOW + 4 * DAY - 9 * 3600)


def test_without_a_place_no_rule_counts(authority: Authority) -> None:
    assert check(waiting(authority), authority.bundle(), authority.now).code is VerdictCode.OK


def test_it_passes_from_the_moment_that_was_told(authority: Authority) -> None:
    text = waiting(authority)
    verdict = check(text, authority.bundle(), authority.now, RULES)
    assert verdict.refusal is not None
    begins = verdict.refusal.passes_from
    assert begins is not None
    for at, code in ((begins - 1, VerdictCode.POLICY), (begins, VerdictCode.OK)):
        assert check(text, authority.bundle(), Timestamp(at), RULES).code is code


def test_a_booster_yesterday_is_no_reason_to_wait(authority: Authority) -> None:
    booster = authority.certificate(
        doses=doses((4, "2021-09-10"), (4, "2021-10-08"), (4, "2021-12-14")),
        issued_at=Timestamp(NOW - 3600),
    )
    verdict = check(authority.sign(booster), authority.bundle(), authority.now, RULES)
    assert verdict.code is VerdictCode.OK


def test_it_is_the_last_step(authority: Authority) -> None:
    text = waiting(authority)
    authority.set_status(73_482, Status.INVALID)
    bundle = authority.bundle()
    later = Timestamp(authority.now + 2 * 3600)
    assert check(text, bundle, authority.now, RULES).code is VerdictCode.REVOKED
    assert check("x", bundle, later, RULES).code is VerdictCode.NOT_A_CERTIFICATE
    authority.set_status(73_482, Status.SUPERSEDED)
    assert check(text, authority.bundle(), authority.now, RULES).code is VerdictCode.POLICY


def test_all_doors_of_the_pipeline_know_it(authority: Authority) -> None:
    texts = [waiting(authority), authority.sign(), "x"]
    bundle = authority.bundle()
    assert check_all(texts, bundle, authority.now, RULES) == [
        check(text, bundle, authority.now, RULES) for text in texts
    ]
    with pytest.raises(PolicyError):
        verify(texts[0], bundle, authority.now, RULES)
    assert verify(texts[1], bundle, authority.now, RULES).name


def service_at(
    place: str | None, policy: EntryPolicy | None, authority: Authority, trust: Path, log: LogLines
) -> Service:
    written = Log(authority.clock, log.write)
    source = TrustSource(trust, authority.clock, written, place=place, policy=policy)
    return Service(create_app(source, authority.clock, written), log)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_service_says_which_rule_and_when(
    authority: Authority, trust_directory: Path, log: LogLines, language: str
) -> None:
    service = service_at("restaurant", POLICY, authority, trust_directory, log)
    answer = service.verify(waiting(authority), "name", "doses", Accept_Language=language)
    assert answer.status == 200
    assert answer.json["policy"] == {
        "place": "restaurant",
        "rule": "green-14",
        "check": "days_since_dose",
        "words": POLICY.rules[0].words[language],
        "passes_from": "2021-12-18T17:00:00Z",
    }
    assert answer.json["code"] == "policy"
    assert answer.json["disclosed"] == {}
    assert "2021-12-18" not in log.raw.decode()


def test_every_endpoint_that_judges_applies_them(
    authority: Authority, trust_directory: Path, log: LogLines
) -> None:
    service = service_at("restaurant", POLICY, authority, trust_directory, log)
    text = waiting(authority)
    for path, body in (
        ("/v1/verify/batch", {"texts": [text]}),
        ("/v1/match", {"text": text, "identity": {"name": "A"}}),
    ):
        answer = service.call("POST", path, json=body)
        found = answer.json["verdicts"][0] if "verdicts" in answer.json else answer.json["verdict"]
        assert found["policy"]["rule"] == "green-14"
    report = service.call("GET", "/v1/trust").json
    assert report["entry"] == {
        "place": "restaurant",
        "policy_dated": "2021-10-01",
        "source": "vectors",
        "in_force": ["green-14"],
    }


def published(authority: Authority, directory: Path, policy: object | None) -> Path:
    data = None if policy is None else json.dumps(policy).encode()
    return store_bundle(authority, directory, policy=data)


def test_the_bundle_brings_the_policy_and_a_new_one_is_taken_up(
    authority: Authority, tmp_path: Path, log: LogLines
) -> None:
    trust = published(authority, tmp_path / "trust", example())
    service = service_at("restaurant", None, authority, trust, log)
    text = waiting(authority)
    assert service.verify(text).json["code"] == "policy"
    authority.clock.advance(3600)
    published(authority, trust, example(rule(colours={"green": {"days_since_dose": 3}})))
    assert service.verify(text).json["code"] == "ok"


@pytest.mark.parametrize(
    "newer",
    [
        None,
        example(places={"market": {"vi": "Chợ", "en": "Market"}}, rules=[]),
    ],
)
def test_a_newer_bundle_without_the_place_is_not_taken_up(
    authority: Authority, tmp_path: Path, log: LogLines, newer: object
) -> None:
    trust = published(authority, tmp_path / "trust", example())
    service = service_at("restaurant", None, authority, trust, log)
    authority.clock.advance(3600)
    published(authority, trust, newer)
    answer = service.verify(waiting(authority))
    assert (answer.json["code"], answer.json["trust"]["age_seconds"]) == ("policy", 3600)
    assert log.events("trust_load_failed")[0]["error_type"] == "NoEntryRulesError"


def test_a_policy_of_its_own_stands_before_that_of_the_bundle(
    authority: Authority, tmp_path: Path, log: LogLines
) -> None:
    trust = published(authority, tmp_path / "trust", example())
    own = EntryPolicy.from_json(json.dumps(example(rules=[])).encode())
    service = service_at("restaurant", own, authority, trust, log)
    assert service.verify(waiting(authority)).json["code"] == "ok"


@pytest.mark.parametrize(("place", "policy"), [("cinema", POLICY), ("restaurant", None)])
def test_a_place_without_rules_starts_nothing(
    authority: Authority, place: str, policy: EntryPolicy | None
) -> None:
    with pytest.raises(NoEntryRulesError):
        entry_rules(authority.bundle(), place, policy)


def test_without_a_place_nothing_is_looked_for(authority: Authority) -> None:
    assert entry_rules(authority.bundle(), None, POLICY) is None
    assert entry_rules(replace(authority.bundle(), policy=POLICY), "market") is not None


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"x" * 300_000])
def test_a_file_that_is_no_policy(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "policy.json"
    path.write_bytes(content)
    with pytest.raises(NoEntryRulesError) as caught:
        load_policy(path)
    assert caught.value.hint


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(NoEntryRulesError):
        load_policy(tmp_path / "none.json")


def test_the_command_line(
    authority: Authority, trust_directory: Path, policy_file: Path, run: Run
) -> None:
    options = ("--trust", trust_directory, "--at", "2021-12-15T02:00:00Z", "--language", "en")
    ended = run(
        "check", waiting(authority), *options, "--place", "restaurant", "--policy", policy_file
    )
    assert ended.code == 1
    assert ended.out.splitlines() == [
        "NOT ENOUGH FOR THIS PLACE",
        "  policy: the rule green-14 does not let it pass: days_since_dose",
        "  Complete, after 14 days",
        "  Passes from     2021-12-18T17:00:00Z",
        "  The certificate is genuine. Explain the rule of this place.",
    ]
    ended = run("check", waiting(authority), *options, "--json", "--place", "restaurant",
                "--policy", policy_file)  # fmt: skip
    assert ended.json[0]["policy"]["rule"] == "green-14"
    assert run("check", waiting(authority), *options).code == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--place", "restaurant"), "publishes no entry policy"),
        (("--place", "cinema", "--policy", ...), "does not know this place"),
        (("--policy", ...), "name it with --place"),
        (("--place", "restaurant", "--policy", "/nowhere"), "cannot be read"),
    ],
)
def test_the_command_line_says_what_is_wrong(
    authority: Authority,
    trust_directory: Path,
    policy_file: Path,
    run: Run,
    options: tuple[Any, ...],
    words: str,
) -> None:
    given = [policy_file if option is ... else option for option in options]
    ended = run("check", authority.sign(), "--trust", trust_directory, *given)
    assert ended.code == 2
    assert words in ended.err
    assert ended.out == ""


def test_a_service_with_a_policy_and_no_place_does_not_start(
    trust_directory: Path, policy_file: Path, run: Run
) -> None:
    ended = run("check-config", "--trust", trust_directory, "--policy", policy_file)
    assert (ended.code, "name it with --place" in ended.err) == (2, True)


def test_the_vocabulary_is_that_of_the_description() -> None:
    refusal = description.schema("PolicyRefusal")["properties"]
    assert refusal["check"]["enum"] == list(EntryCheck)
