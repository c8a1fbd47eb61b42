"""`POST /v1/match`: a certificate and an identity, and nothing personal in what comes back."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spec.dates import BirthDate
from tests.authority import DAY, Authority
from tests.verifier import description
from tests.verifier.conftest import Answer, Service

NAME = "Nguyễn Thị Minh Châu"
CARD = "079187004821|012345678|Nguyễn Thị Minh Châu|14031987|Nữ|Số 1, Quận 1, TP. HCM|15042021"
INSURANCE = (
    f"GD4797912345678|{NAME.encode().hex()}|14/03/1987|2|{'Quận 1'.encode().hex()}|79 - 014|"
    "01/01/2021|-|20/12/2020|79070912345678|-|4|01/01/2026|15a0f7b2fa0f8e49-7102|$"
)
UNIFIED = "******004821|NGUYEN THI MINH CHAU|****-**-**|0|QID|"


def post(service: Service, document: object, **headers: str) -> Answer:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return service.call(
        "POST",
        "/v1/match",
        data=body,
        headers={"Content-Type": "application/json"}
        | {name.replace("_", "-"): value for name, value in headers.items()},
    )


def match(service: Service, text: str, **who: object) -> dict[str, Any]:
    answer = post(service, {"text": text} | who)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json["match"]
    return found


def kinds(found: dict[str, Any]) -> dict[str, str]:
    return {field["field"]: field["kind"] for field in found["fields"]}


@pytest.mark.parametrize(
    ("identity", "result", "kind"),
    [
        ({"name": NAME, "birth_date": "1987-03-14"}, "match", {}),
        ({"name": NAME, "birth_date": "1987-03-14", "id_number": "4821"}, "match",
         {"id_number": "suffix_equal"}),
        ({"name": "NGUYỄN THỊ MINH CHÂU", "birth_date": "1987-03-14"}, "match",
         {"name": "format_only"}),
        ({"name": "Nguyen Thi Minh Chau", "birth_date": "1987-03-14"}, "near",
         {"name": "marks_missing"}),
        ({"name": "Nguyễn Minh Châu", "birth_date": "1987-03-14"}, "near",
         {"name": "word_missing"}),
        ({"name": NAME, "birth_date": "1987-03-15"}, "near", {"birth_date": "one_digit"}),
        ({"name": NAME, "birth_date": "1987"}, "near", {"birth_date": "precision"}),
        ({"name": NAME, "birth_date": "1987", "id_number": "079187004821"}, "match",
         {"birth_date": "precision", "id_number": "suffix_equal"}),
        ({"name": NAME, "birth_date": "1987-03-14", "id_number": "0791 8700 4822"}, "near",
         {"id_number": "suffix_differs"}),
        ({"name": "Trần Văn Bảo", "birth_date": "1987-03-14"}, "no_match", {"name": "differs"}),
        ({"name": NAME, "birth_date": "1950-11-02"}, "no_match", {"birth_date": "differs"}),
        ({"name": NAME}, "cannot_tell", {"birth_date": "unknown"}),
        ({"birth_date": "1987-03-14"}, "cannot_tell", {"name": "unknown"}),
        ({"id_number": "4821"}, "cannot_tell", {"name": "unknown", "id_number": "suffix_equal"}),
    ],
)  # fmt: skip
def test_identities(
    service: Service, authority: Authority, identity: object, result: str, kind: dict[str, str]
) -> None:
    found = match(service, authority.sign(), identity=identity)
    assert found["result"] == result
    assert kinds(found).items() >= kind.items()
    assert found["paper"] is None


@pytest.mark.parametrize(
    ("paper", "result", "kind"),
    [
        (CARD, "match", "cccd"),
        ("\ufeff" + CARD + "\r\n", "match", "cccd"),
        (CARD.encode().decode("latin-1"), "match", "cccd"),
        (CARD + "||||", "match", "cccd"),
        (INSURANCE, "match", "bhyt"),
        (UNIFIED.replace("****-**-**", "1987-03-14"), "near", "unified_2021"),
        (CARD.replace("14031987", "14031988"), "near", "cccd"),
        (CARD.replace(NAME, "Lê Hoàng Anh"), "no_match", "cccd"),
    ],
)
def test_papers(service: Service, authority: Authority, paper: str, result: str, kind: str) -> None:
    found = match(service, authority.sign(), paper=paper)
    assert (found["result"], found["paper"]["kind"]) == (result, kind)


def test_what_is_odd_about_a_paper_is_told(service: Service, authority: Authority) -> None:
    found = match(service, authority.sign(), paper=CARD.replace("Nữ", "Nam"))
    assert found["paper"] == {"kind": "cccd", "warnings": ["number_sex"]}


def test_identity_counts_for_what_it_states_and_the_paper_for_the_rest(
    service: Service, authority: Authority
) -> None:
    found = match(service, authority.sign(), paper=CARD, identity={"name": "Nguyen Thi Minh Chau"})
    assert kinds(found) == {
        "name": "marks_missing",
        "birth_date": "equal",
        "id_number": "suffix_equal",
    }


def test_fields_and_words(service: Service, authority: Authority) -> None:
    answer = post(
        service,
        {"text": authority.sign(), "identity": {"name": NAME, "birth_date": "1987-04-14"}},
        Accept_Language="en",
    )
    assert answer.headers["content-language"] == "en"
    assert answer.json["match"]["words"] == {
        "language": "en",
        "title": "NEAR MATCH",
        "advice": "Look at what differs, then decide.",
    }
    assert answer.json["match"]["fields"][1] == {
        "field": "birth_date",
        "kind": "one_digit",
        "likeness": "close",
        "doubtful": True,
        "label": "Birth date",
        "words": "one character differs",
    }
    assert answer.json["verdict"]["disclosed"] == {}


def test_nothing_is_compared_with_a_certificate_that_was_not_accepted(
    service: Service, authority: Authority
) -> None:
    stranger = authority.make_key("stranger")
    forged = authority.sign()[:-1] + "0"
    texts = {"": "not_a_certificate", forged: None, authority.sign(key=stranger): "unknown_key"}
    for text, code in texts.items():
        answer = post(service, {"text": text, "paper": CARD, "disclose": ["name"]})
        assert answer.json["match"] is None
        assert answer.json["verdict"]["disclosed"] == {}
        assert code in (None, answer.json["verdict"]["code"])
    authority.clock.advance(8 * DAY)
    stale = post(service, {"text": authority.sign(), "paper": CARD})
    assert (stale.json["verdict"]["code"], stale.json["match"]) == ("trust_stale", None)


def test_fields_can_be_disclosed_at_once(service: Service, authority: Authority) -> None:
    answer = post(service, {"text": authority.sign(), "paper": CARD, "disclose": ["name"]})
    assert answer.json["verdict"]["disclosed"] == {"name": NAME}


@pytest.mark.parametrize(
    ("paper", "reason"),
    [
        ("", "paper_unrecognised"),
        ("079187004821|x", "paper_unrecognised"),
        ("|".join(CARD.split("|")[:6]), "paper_unrecognised"),
        ("x" * 5000, "paper_unrecognised"),
        (CARD.replace("14031987", "32131987"), "paper_broken"),
        (CARD.replace("Nữ", "Khác"), "paper_broken"),
        (CARD.replace(NAME, "廙淇H HI廕"), "paper_encoding"),
        ("DP1:ABC", "paper_unrecognised"),
    ],
)
def test_a_paper_that_cannot_be_read_is_a_problem(
    service: Service, authority: Authority, paper: str, reason: str
) -> None:
    answer = post(service, {"text": authority.sign(), "paper": paper})
    assert answer.status == 422
    assert answer.json["type"] == "/problems/unreadable-paper"
    assert (answer.json["reason"], answer.json["pointer"]) == (reason, "#/paper")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ([], "#"),
        ({}, "#/text"),
        ({"text": "DP1:"}, "#"),
        ({"text": 1, "paper": CARD}, "#/text"),
        ({"text": "", "paper": CARD, "photo": ""}, "#"),
        ({"text": "", "paper": None}, "#/paper"),
        ({"text": "", "paper": [CARD]}, "#/paper"),
        ({"text": "", "identity": None}, "#/identity"),
        ({"text": "", "identity": {}}, "#/identity"),
        ({"text": "", "identity": {"sex": "F"}}, "#/identity"),
        ({"text": "", "identity": []}, "#/identity"),
        ({"text": "", "identity": {"name": ""}}, "#/identity/name"),
        ({"text": "", "identity": {"name": " \u200b "}}, "#/identity/name"),
        ({"text": "", "identity": {"name": 1}}, "#/identity/name"),
        ({"text": "", "identity": {"name": "x" * 101}}, "#/identity/name"),
        ({"text": "", "identity": {"name": "x" * 301}}, "#/identity/name"),
        ({"text": "", "identity": {"birth_date": "14/03/1987"}}, "#/identity/birth_date"),
        ({"text": "", "identity": {"birth_date": "1987-02-30"}}, "#/identity/birth_date"),
        ({"text": "", "identity": {"birth_date": "0000"}}, "#/identity/birth_date"),
        ({"text": "", "identity": {"birth_date": 1987}}, "#/identity/birth_date"),
        ({"text": "", "identity": {"id_number": "12345"}}, "#/identity/id_number"),
        ({"text": "", "identity": {"id_number": 4821}}, "#/identity/id_number"),
        ({"text": "", "identity": {"id_number": "４８２１"}}, "#/identity/id_number"),
        ({"text": "", "identity": {"id_number": ""}}, "#/identity/id_number"),
        ({"text": "", "paper": CARD, "disclose": ["sex"]}, "#/disclose/0"),
    ],
)
def test_another_form_is_pointed_at(service: Service, body: object, pointer: str) -> None:
    answer = post(service, body)
    assert (answer.status, answer.json["pointer"]) == (422, pointer)


@pytest.mark.parametrize("body", [b"", b"{", b'{"text": "", "text": ""}', b'{"text": NaN}'])
def test_what_is_no_json_is_a_problem(service: Service, body: bytes) -> None:
    assert post(service, body).status == 400


NAMES = st.text(st.sampled_from("ABĐgâấửyxqz"), min_size=8, max_size=20)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=NAMES,
    day=st.dates().filter(lambda day: day.year > 1900),
    number=st.from_regex(r"\A[0-9]{12}\Z"),
    wrong=st.sampled_from(["", "name", "birth_date", "id_number", "paper", "text"]),
)
def test_nothing_personal_comes_back_or_is_logged(
    service: Service, authority: Authority, name: str, day: Any, number: str, wrong: str
) -> None:
    certificate = authority.certificate(
        name=name, birth_date=BirthDate.of(day), id_suffix=number[-4:]
    )
    identity: dict[str, Any] = {"name": name, "birth_date": day.isoformat(), "id_number": number}
    document: dict[str, Any] = {"text": authority.sign(certificate), "identity": identity}
    if wrong in identity:
        identity[wrong] = [name, day.isoformat(), number]
    elif wrong == "paper":
        document["paper"] = f"{number}|{name}|{day.strftime('%d%m%Y')}"
    elif wrong == "text":
        document["text"] = {name: number}
    service.log.raw = b""
    answer = post(service, document)
    text = answer.body.decode() + service.log.raw.decode()
    for word in (name, number, day.isoformat(), day.strftime("%d%m%Y")):
        assert word not in text
    assert answer.status == (200 if not wrong else 422)


def test_the_examples_are_of_their_schema() -> None:
    operation = description.DOCUMENT["paths"]["/v1/match"]["post"]
    for example in operation["requestBody"]["content"]["application/json"]["examples"].values():
        assert description.is_valid(example["value"], "MatchRequest")
