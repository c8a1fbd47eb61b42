"""The manners of `dosepass-verifier check` and `inspect`."""

from pathlib import Path

import pytest

from spec.certificate import Timestamp
from spec.colour import Colour
from spec.status_list import Status
from tests.authority import DAY, Authority
from tests.trust_folder import store_bundle
from tests.verifier import description
from tests.verifier.conftest import Ended, Run
from verifier.texts import MAX_LINE

AT = "2021-12-15T02:00:00Z"


@pytest.fixture
def check(run: Run, trust_directory: Path) -> Run:
    def run_check(*arguments: object, stdin: bytes = b"") -> Ended:
        return run("check", "--trust", trust_directory, "--at", AT, *arguments, stdin=stdin)

    return run_check


@pytest.fixture
def text(authority: Authority) -> str:
    return authority.sign()


def test_an_accepted_certificate_is_shown(check: Run, text: str) -> None:
    ended = check(text, "--language", "en")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "GREEN – COMPLETE  2/2",
        "  Name            Nguyễn Thị Minh Châu",
        "  Born            14/03/1987",
        "  ID ends in      4821",
        "  Dose 1          10/09/2021  Comirnaty (Pfizer)",
        "  Dose 2          08/10/2021  Comirnaty (Pfizer)",
        "  Issuer          VN",
        "  Issued          2021-12-01T08:00:00Z",
        "  Expires         2022-12-01T08:00:00Z",
        "  Compare with the identity card.",
    ]


def test_a_superseded_certificate_is_shown_with_its_colour_and_what_to_tell(
    run: Run, authority: Authority, tmp_path: Path
) -> None:
    certificate = authority.certificate()
    authority.set_status(certificate.status, Status.SUPERSEDED)
    trust = store_bundle(authority, tmp_path)
    text = authority.sign(certificate)
    ended = run("check", text, "--trust", trust, "--at", AT, "--language", "en")
    assert ended.code == 0
    assert ended.out.splitlines()[0] == "GREEN – COMPLETE  2/2"
    assert ended.out.splitlines()[-1] == (
        "  Let pass. Tell the holder to fetch the new certificate."
    )


@pytest.mark.parametrize(
    ("status", "code"), [(Status.INVALID, "revoked"), (Status.SUSPENDED, "suspended")]
)
def test_a_certificate_that_was_taken_back_is_refused(
    run: Run, authority: Authority, tmp_path: Path, status: Status, code: str
) -> None:
    certificate = authority.certificate()
    authority.set_status(certificate.status, status)
    trust = store_bundle(authority, tmp_path)
    ended = run("check", authority.sign(certificate), "--trust", trust, "--at", AT)
    assert ended.code == 1
    assert f"  {code}: " in ended.out
    assert "Châu" not in ended.out


def test_the_words_are_vietnamese_unless_asked_otherwise(check: Run, text: str) -> None:
    assert check(text).out.startswith("XANH – ĐỦ LIỀU  2/2\n  Họ và tên       Nguyễn")


def test_a_refused_certificate_shows_why_and_nothing_personal(
    check: Run, authority: Authority
) -> None:
    ended = check(authority.sign(authority.certificate(colour=Colour.YELLOW)), "--language", "en")
    assert ended.code == 1
    assert ended.out.splitlines()[:2] == [
        "INVALID – CONTRADICTS ITSELF",
        "  inconsistent: the colour contradicts the doses",
    ]
    assert "Châu" not in ended.out + ended.err


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\n\n"])
@pytest.mark.parametrize("way", ["argument", "file", "stdin", "default"])
def test_every_way_in(check: Run, text: str, tmp_path: Path, way: str, end: str) -> None:
    given = (text + end).encode()
    if way == "argument":
        ended = check(text + end)
    elif way == "file":
        (tmp_path / "text").write_bytes(given)
        ended = check(tmp_path / "text")
    else:
        ended = check(*(["-"] if way == "stdin" else []), stdin=given)
    assert ended.code == 0


def test_json_is_the_answer_of_the_service_with_all_disclosed(check: Run, text: str) -> None:
    [answer] = check(text, "--json").json
    assert answer.pop("line") == 1
    assert description.is_valid(answer, "VerdictAnswer")
    assert set(answer["disclosed"]) == {"name", "birth_date", "id_suffix", "doses"}


def test_several_lines_give_several_verdicts(check: Run, text: str) -> None:
    ended = check("-", "--json", stdin=f"{text}\r\n\nhello\n{text}".encode())
    assert [(each["line"], each["code"]) for each in ended.json] == [
        (1, "ok"),
        (3, "not_a_certificate"),
        (4, "ok"),
    ]
    assert ended.code == 1


def test_several_verdicts_are_set_apart(check: Run, text: str) -> None:
    ended = check("-", stdin=f"{text}\nhello\n".encode())
    first, second = ended.out.split("\n\n")
    assert first.startswith("XANH")
    assert second.startswith("KHÔNG PHẢI")


def test_spaces_belong_to_a_text(check: Run, text: str) -> None:
    assert check("-", "--json", stdin=f"{text} \n".encode()).json[0]["code"] == "malformed"


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["good", "good"], 0),
        (["good", "junk"], 1),
        (["good", "unknown"], 2),
        (["junk", "unknown"], 1),
        (["unknown"], 2),
    ],
)
def test_exit_codes(check: Run, authority: Authority, lines: list[str], code: int) -> None:
    texts = {
        "good": authority.sign(),
        "junk": "junk",
        "unknown": authority.sign(key=authority.make_key("stranger")),
    }
    assert check("-", stdin="\n".join(texts[line] for line in lines).encode()).code == code


def test_old_trust_data_leave_it_undetermined(
    run: Run, authority: Authority, tmp_path: Path, text: str
) -> None:
    store_bundle(authority, tmp_path, fresh_until=Timestamp(authority.now + DAY))
    ended = run("check", text, "--trust", tmp_path, "--at", "2021-12-17T02:00:00Z", "--json")
    assert (ended.code, ended.json[0]["code"]) == (2, "trust_stale")


def test_without_a_time_it_is_now(run: Run, trust_directory: Path, text: str) -> None:
    ended = run("check", text, "--trust", trust_directory, "--json")
    assert (ended.code, ended.json[0]["code"]) == (2, "trust_stale")


def test_the_trust_directory_by_environment(
    run: Run, trust_directory: Path, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOSEPASS_VERIFIER_TRUST", str(trust_directory))
    assert run("check", text, "--at", AT).code == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the input is empty"),
        (b"\n\r\n\n", "the input is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "line 1 is not UTF-8"),
        (b"\x00" * 50, "line 1 is not text"),
        ("DP1:ABC".encode("utf-16"), "the input is UTF-16 or UTF-32"),
        ("DP1:ABC".encode("utf-16-le"), "line 1 is not text"),
        ("DP1:ABC".encode("utf-32"), "the input is UTF-16 or UTF-32"),
        (b"DP1:" + b"A" * MAX_LINE, "line 1 is longer than 65536 bytes"),
        (b"Nguy\xean V\xe3n A\n", "line 1 is not UTF-8"),
    ],
)
@pytest.mark.parametrize("command", ["check", "inspect"])
def test_inputs_that_are_no_lines_of_text(
    run: Run, trust_directory: Path, tmp_path: Path, command: str, content: bytes, says: str
) -> None:
    (tmp_path / "input").write_bytes(content)
    options = ["--trust", trust_directory] if command == "check" else []
    ended = run(command, tmp_path / "input", *options)
    assert ended.code == 2
    assert f"dosepass-verifier: {says}\nhint: " in ended.err
    assert ended.out == ""


def test_a_mark_of_utf_8_is_passed_over(check: Run, text: str) -> None:
    assert check("-", stdin=b"\xef\xbb\xbf" + text.encode()).code == 0


def test_an_endless_line_is_refused_early(check: Run) -> None:
    ended = check(Path("/dev/zero"))
    assert (ended.code, ended.out) == (2, "")


def test_what_came_before_a_broken_line_is_answered(check: Run, text: str) -> None:
    ended = check("-", stdin=text.encode() + b"\n\xff\n" + text.encode())
    assert ended.code == 2
    assert "XANH" in ended.out
    assert "line 2 is not UTF-8" in ended.err


@pytest.mark.parametrize(
    "argument", ["HC1:Nguyễn Thị Châu", "dp1:abc", "no/such/file", "x" * 5000, ""]
)
def test_what_is_neither_a_text_nor_a_file_is_not_repeated(check: Run, argument: str) -> None:
    ended = check(argument)
    assert ended.code == 2
    assert ended.err.startswith("dosepass-verifier: no such file, and not a certificate's text\n")
    assert not argument or argument not in ended.err


def test_a_directory_is_not_a_file_of_texts(check: Run, tmp_path: Path) -> None:
    assert check(tmp_path).code == 2


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "DP1:"],
        ["check", "DP1:", "--trust", "/no/such/directory"],
        ["check", "DP1:", "--trust", "x", "--at", "yesterday"],
        ["check", "DP1:", "--trust", "x", "--at", "2021-12-15"],
        ["check", "DP1:", "--trust", "x", "--language", "fr"],
        ["inspect", "DP1:", "--trust", "x"],
        ["serve"],
        ["serve", "--trust", "x", "--port", "0"],
        ["serve", "--trust", "x", "--workers", "0"],
        ["serve", "--trust", "x", "--max-body", "1"],
        ["serve", "--trust", "x", "--refresh", "1"],
        ["serve", "--trust", "x", "--refresh", "soon"],
        ["juggle"],
    ],
    ids=" ".join,
)
def test_misuse_ends_with_2_and_says_why(run: Run, arguments: list[str]) -> None:
    ended = run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("dosepass-verifier: ")
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("command", ["check", "inspect", "serve"])
def test_help(run: Run, command: str) -> None:
    ended = run(command, "--help")
    assert ended.code == 0
    assert ended.out.startswith("Usage: dosepass-verifier")


def test_inspect_says_loudly_that_it_did_not_verify(run: Run, text: str) -> None:
    ended = run("inspect", text)
    lines = ended.out.splitlines()
    assert ended.code == 0
    assert lines[0].startswith("NOT VERIFIED")
    assert lines[-1].startswith("NOT VERIFIED")
    assert ended.err.startswith("dosepass-verifier: NOT VERIFIED")
    assert "Nguyễn Thị Minh Châu" in ended.out


def test_inspect_as_json(run: Run, text: str) -> None:
    [found] = run("inspect", text, "--json").json
    assert (found["verified"], found["failed"]) == (False, None)
    assert found["certificate"]["name"] == "Nguyễn Thị Minh Châu"


def test_inspect_of_a_broken_one_ends_with_1(run: Run) -> None:
    ended = run("inspect", "DP1:0")
    assert ended.code == 1
    assert "failed at step 2, decode: malformed: Base45" in ended.out
