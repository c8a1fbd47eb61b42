"""The manners of `revoke`, `suspend`, `reinstate`, `supersede`, `trail` and `show`."""

import io
import json
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from issuer.start import main
from issuer.status_requests import (
    MAX_LINE_LENGTH,
    Fault,
    Request,
    is_operator,
    is_reason,
    read_file,
)
from issuer.status_rules import Action, Refusal, words_of
from keys.settings import to_toml
from spec.certificate import StatusPosition
from spec.certificate_number import certificate_number
from tests.authority import DAY
from tests.issuer.test_cli import Ended
from tests.issuer.world import HOA, World, stranger

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "revoking.md"
WHY = ("--reason", "wrong vaccine on it", "--operator", "minh")


class Issuer:
    """The command line in a directory of its own, with three certificates in its register."""

    def __init__(self, world: World, run: Callable[..., Ended]) -> None:
        self.world = world
        self.run = run
        self.numbers = [one.number for one in world.certificates()]

    def __call__(self, *arguments: str, **options: Any) -> Ended:
        return self.run(*arguments, **options)

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self(*arguments, "--json").out.splitlines()]


@pytest.fixture
def issuer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Issuer]:
    home = tmp_path / "authority"
    home.mkdir()
    (home / "authority.toml").write_bytes(to_toml("VN"))
    monkeypatch.chdir(tmp_path)
    for name in ("DOSEPASS_HOME", "DOSEPASS_REGISTER", "DOSEPASS_OPERATOR"):
        monkeypatch.delenv(name, raising=False)
    world = World(home)
    world.issue(*(stranger(number) for number in range(3)))

    def run(*arguments: str, stdin: bytes = b"", terminal: bool = False) -> Ended:
        monkeypatch.setattr("sys.argv", ["dosepass-issuer", *arguments])
        given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
        monkeypatch.setattr(given, "isatty", lambda: terminal)
        monkeypatch.setattr(sys, "stdin", given)
        moment = datetime.fromtimestamp(world.clock.now() + DAY, UTC)
        with time_machine.travel(moment, tick=False), pytest.raises(SystemExit) as caught:
            main()
        output = capsys.readouterr()
        return Ended(caught.value.code, output.out, output.err)

    yield Issuer(world, run)
    world.register.close()


def test_one_is_revoked(issuer: Issuer) -> None:
    number = issuer.numbers[0]
    ended = issuer("revoke", number.lower().replace("-", " "), *WHY)
    assert (ended.code, ended.out) == (0, f"{number}  issued -> revoked\n")
    assert ended.err == (
        "dosepass-issuer: verifiers see it after: dosepass-keys publish, and their next fetch\n"
    )
    assert issuer.world.states() == ["revoked", "issued", "issued"]
    assert issuer.world.trail() == [(1, "minh", "wrong vaccine on it", "issued", "revoked")]


def test_the_same_again_is_no_news(issuer: Issuer) -> None:
    number = issuer.numbers[0]
    issuer("revoke", number, *WHY)
    ended = issuer("revoke", number, *WHY)
    assert (ended.code, ended.out, ended.err) == (0, f"{number}  already revoked\n", "")


def test_suspended_and_reinstated(issuer: Issuer) -> None:
    number = issuer.numbers[0]
    assert issuer("suspend", number, *WHY).out == f"{number}  issued -> suspended\n"
    assert issuer("reinstate", number, *WHY).out == f"{number}  suspended -> issued\n"
    assert issuer("reinstate", number, *WHY).out == f"{number}  already issued\n"
    assert issuer("supersede", number, *WHY).out == f"{number}  issued -> superseded\n"


def test_refused_arguments_stop_no_other(issuer: Issuer) -> None:
    issuer("revoke", issuer.numbers[1], *WHY)
    arguments = ("nonsense", issuer.numbers[1], "XX-0000-0000", "VN-0000-0000", issuer.numbers[0])
    ended = issuer("suspend", *arguments, *WHY)
    assert ended.code == 1
    assert ended.out.splitlines() == [
        f"argument 1: NUMBER_WRONG: {words_of(Refusal.NUMBER_WRONG)}",
        f"argument 2: IS_REVOKED: {words_of(Refusal.IS_REVOKED)}",
        f"argument 3: NO_SUCH_CERTIFICATE: {words_of(Refusal.NO_SUCH_CERTIFICATE)}",
        f"argument 4: NO_SUCH_CERTIFICATE: {words_of(Refusal.NO_SUCH_CERTIFICATE)}",
        f"{issuer.numbers[0]}  issued -> suspended",
    ]
    assert issuer.world.states() == ["suspended", "revoked", "issued"]


def write(*lines: str, encoding: str = "utf-8") -> str:
    Path("numbers.csv").write_text("\n".join(lines), encoding=encoding, newline="")
    return "numbers.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_by_file(issuer: Issuer, encoding: str) -> None:
    first, second, third = issuer.numbers
    lines = ["# wrong batch", "", f"{first},dose recorded twice", second, "rubbish", third, first]
    ended = issuer("revoke", "--file", write(*lines, encoding=encoding), "--yes", *WHY)
    assert ended.code == 1
    told = {line.rsplit(maxsplit=1)[0]: line.split()[-1] for line in ended.out.splitlines()[1:]}
    assert ended.out.startswith("numbers.csv:5: NUMBER_WRONG: ")
    assert told == {"revoked": "3", "so before": "1", "refused": "1"}
    assert [(key, why) for key, _, why, *_ in issuer.world.trail()] == [
        (1, "dose recorded twice"), (2, "wrong vaccine on it"), (3, "wrong vaccine on it"),
    ]  # fmt: skip
    again = issuer("revoke", "--file", write(first, second, third), "--yes", *WHY)
    assert again.code == 0
    assert len(issuer.world.trail()) == 3


def test_a_file_may_give_all_reasons(issuer: Issuer) -> None:
    lines = [
        f'{issuer.numbers[0]}\t"twice, by mistake"',
        f"{issuer.numbers[1]};lưu nhầm",
        "",
        issuer.numbers[2],
    ]
    ended = issuer("suspend", "--file", write(*lines), "--operator", "minh")
    assert ended.code == 1
    assert "numbers.csv:4: REASON_MISSING" in ended.out
    assert [line[2] for line in issuer.world.trail()] == ["twice, by mistake", "lưu nhầm"]


def test_a_file_from_standard_input(issuer: Issuer) -> None:
    stdin = f"{issuer.numbers[0]}\r\n{issuer.numbers[1]}".encode()
    ended = issuer("suspend", "--file", "-", *WHY, stdin=stdin)
    assert ended.code == 0
    assert issuer.world.states() == ["suspended", "suspended", "issued"]
    refused = issuer("revoke", "--file", "-", *WHY, stdin=stdin)
    assert (refused.code, refused.out) == (2, "")
    assert "add --yes" in refused.err
    assert issuer("revoke", "--file", "-", "--yes", *WHY, stdin=stdin).code == 0


def test_more_than_one_is_revoked_only_after_a_question(issuer: Issuer) -> None:
    two = issuer.numbers[:2]
    for answer in (b"n\n", b"\n", b""):
        ended = issuer("revoke", *two, *WHY, stdin=answer)
        assert (ended.code, ended.out) == (2, "")
        assert "Revoke 2 certificates for ever?" in ended.err
    assert issuer.world.trail() == []
    assert issuer("revoke", *two, *WHY, stdin=b"y\n").code == 0
    assert issuer("suspend", issuer.numbers[2], *WHY).code == 0


def test_a_person_at_a_terminal_is_always_asked(issuer: Issuer) -> None:
    ended = issuer("revoke", issuer.numbers[0], *WHY, stdin=b"n\n", terminal=True)
    assert (ended.code, ended.out) == (2, "")
    assert "Revoke 1 certificate for ever?" in ended.err
    assert issuer("revoke", issuer.numbers[0], "--yes", *WHY, terminal=True).code == 0


@pytest.mark.parametrize("action", [action.value for action in Action])
def test_a_dry_run_changes_nothing_and_asks_nothing(issuer: Issuer, action: str) -> None:
    issuer("suspend", issuer.numbers[0], *WHY)
    before = issuer.world.certificates()
    ended = issuer(action, *issuer.numbers, *WHY, "--dry-run", terminal=True)
    assert ended.err == "dosepass-issuer: this was a dry run: nothing was changed\n"
    assert issuer.world.certificates() == before
    assert len(issuer.world.trail()) == 1
    real = issuer(action, *issuer.numbers, *WHY, "--yes")
    assert (real.code, real.out) == (ended.code, ended.out)


def test_json_has_one_object_a_number(issuer: Issuer) -> None:
    lines = issuer.json("revoke", issuer.numbers[0], "rubbish", "--yes", *WHY)
    assert lines == [
        {
            "line": 1, "number": issuer.numbers[0], "result": "done", "code": None, "words": None,
            "former_state": "issued", "state": "revoked",
        },
        {
            "line": 2, "number": None, "result": "refused", "code": "NUMBER_WRONG",
            "words": words_of(Refusal.NUMBER_WRONG), "former_state": None, "state": None,
        },
    ]  # fmt: skip
    (again,) = issuer.json("revoke", issuer.numbers[0], *WHY)
    assert (again["result"], again["former_state"], again["state"]) == (
        "already", "revoked", "revoked",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("revoke",), "give either certificate numbers or --file"),
        (("revoke", "VN-0000-0000", "--file", "x", *WHY), "either certificate numbers or --file"),
        (("revoke", "VN-0000-0000"), "--reason is missing"),
        (("revoke", "VN-0000-0000", "--reason", "no"), "from 3 to 200 printable characters"),
        (("revoke", "VN-0000-0000", "--reason", "x" * 201), "from 3 to 200 printable characters"),
        (("revoke", "VN-0000-0000", "--reason", "two\nlines"), "from 3 to 200 printable"),
        (("suspend", "VN-0000-0000", *WHY[:2], "--operator", " "), "from 1 to 64 printable"),
        (("suspend", "VN-0000-0000", *WHY[:2], "--operator", "x" * 65), "from 1 to 64 printable"),
        (("revoke", "--file", "nowhere.csv", *WHY), "no such file"),
        (("revoke", "--file", ".", *WHY), "is a directory"),
        (("revoke", "VN-0000-0000", *WHY, "--home", "nowhere"), "there is no authority"),
        (("revoke", "VN-0000-0000", *WHY, "--register", "nosuch://x"), "register cannot be opened"),
        (("trail", "--since", "yesterday"), "not a time such as"),
        (("trail", "--since", "2021-12-15"), "not a time such as"),
    ],
)
def test_misuse_is_trouble(issuer: Issuer, arguments: tuple[str, ...], said: str) -> None:
    ended = issuer(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
    assert issuer.world.trail() == []


def test_the_operator_is_named_by_option_variable_or_login(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    why = ("--reason", "wrong vaccine on it")
    monkeypatch.setenv("LOGNAME", "login-name")
    issuer("suspend", issuer.numbers[0], *why)
    monkeypatch.setenv("DOSEPASS_OPERATOR", "from the variable")
    issuer("suspend", issuer.numbers[1], *why)
    issuer("suspend", issuer.numbers[2], *why, "--operator", "by option")
    assert [line[1] for line in issuer.world.trail()] == [
        "login-name", "from the variable", "by option",
    ]  # fmt: skip


def test_whoever_has_no_name_must_say_one(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nameless)
    ended = issuer("suspend", issuer.numbers[0], *WHY[:2])
    assert (ended.code, ended.out) == (2, "")
    assert "say who you are" in ended.err


def test_the_trail(issuer: Issuer) -> None:
    first, second, _ = issuer.numbers
    issuer("suspend", first, *WHY)
    issuer.world.clock.advance(DAY)
    issuer("reinstate", first, "--reason", "all is well", "--operator", "lan")
    issuer("revoke", second, "--reason", "người khác", "--operator", "lan")
    assert issuer("trail").out.splitlines() == [
        f"2021-12-16T02:00:00Z  {first}  minh  issued  suspended  wrong vaccine on it",
        f"2021-12-17T02:00:00Z  {first}  lan  suspended  issued  all is well",
        f"2021-12-17T02:00:00Z  {second}  lan  issued  revoked  người khác",
    ]
    since = issuer.json("trail", "--since", "2021-12-17T09:00:00+07:00")
    assert [line["reason"] for line in since] == ["all is well", "người khác"]
    assert set(since[0]) == {"at", "number", "operator", "former_state", "state", "reason"}
    assert issuer("trail", "--since", "2021-12-17T02:00:01Z").out == ""


def test_a_long_trail_comes_in_pages(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuer.commands.status._PAGE", 2)
    issuer("suspend", *issuer.numbers, *WHY)
    issuer("reinstate", *issuer.numbers, *WHY)
    assert [line["number"] for line in issuer.json("trail")] == issuer.numbers * 2


def test_show_tells_what_happened(issuer: Issuer) -> None:
    number = issuer.numbers[0]
    issuer("suspend", number, *WHY)
    ended = issuer("show", number)
    assert ended.out.splitlines()[1] == "state       suspended"
    assert ended.out.splitlines()[-1] == (
        "change      2021-12-16T02:00:00Z  minh  issued -> suspended  wrong vaccine on it"
    )
    shown = json.loads(issuer("show", number, "--json").out)
    assert shown["trail"] == [
        {
            "at": "2021-12-16T02:00:00Z", "operator": "minh", "former_state": "issued",
            "state": "suspended", "reason": "wrong vaccine on it",
        }
    ]  # fmt: skip
    assert json.loads(issuer("show", issuer.numbers[1], "--json").out)["trail"] == []


def test_list_knows_the_states(issuer: Issuer) -> None:
    issuer("revoke", issuer.numbers[0], *WHY)
    issuer("suspend", issuer.numbers[1], *WHY)
    for state, number in zip(("revoked", "suspended", "issued"), issuer.numbers, strict=True):
        assert issuer("list", "--state", state).out.split()[:2] == [number, state]


def test_what_is_not_issued_is_not_drawn(issuer: Issuer) -> None:
    issuer("suspend", issuer.numbers[0], *WHY)
    ended = issuer("print", issuer.numbers[0], "--out", "out")
    assert (ended.code, ended.out) == (2, "")
    assert "the certificate is suspended and is not drawn" in ended.err


def test_no_personal_datum_is_printed(issuer: Issuer) -> None:
    file = write(issuer.numbers[0], f"{HOA['full_name']},{HOA['id_number']}", issuer.numbers[1])
    printed = [
        issuer("revoke", "--file", file, "--yes", *WHY),
        issuer("revoke", HOA["full_name"], *WHY),
        issuer("suspend", "--file", file, "--json", *WHY),
        issuer("trail"),
        issuer("trail", "--json"),
    ]
    text = "".join(one.out + one.err for one in printed)
    for datum in ("Hoà", HOA["id_number"], "0791900", "1990"):
        assert datum not in text


def test_the_page_has_every_code() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for refusal in Refusal:
        assert f"| `{refusal}` | {words_of(refusal)} |" in text


NUMBER = certificate_number("VN", StatusPosition(73_482))


def read(data: bytes, reason: str | None = "a good reason") -> list[tuple[int, str]]:
    """Line and reason of each request, line and code of each fault."""
    return [
        (one.line, one.reason if isinstance(one, Request) else one.refusal)
        for one in read_file(io.BytesIO(data), "VN", reason)
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"{NUMBER}", "a good reason"),
        (f"  {NUMBER.lower()}  ", "a good reason"),
        (f"{NUMBER},", "a good reason"),
        (f"{NUMBER},,,", "a good reason"),
        (f'"{NUMBER}";"own; reason"', "own; reason"),
        (f"{NUMBER}\town reason", "own reason"),
        (f"{NUMBER},own reason; with more", "own reason; with more"),
        (f"{NUMBER},own,reason", Refusal.LINE_BROKEN),
        (f'{NUMBER},"own reason', Refusal.LINE_BROKEN),
        (f'{NUMBER},"own" reason', Refusal.LINE_BROKEN),
        (f"{NUMBER},no", Refusal.REASON_UNFIT),
        (f"{NUMBER},{'x' * 201}", Refusal.REASON_UNFIT),
        (f"{NUMBER},a\u200bhidden sign", Refusal.REASON_UNFIT),
        (f"{NUMBER},a\x1b[31mcolour", Refusal.REASON_UNFIT),
        (NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"), Refusal.NUMBER_WRONG),
        ("number,reason", Refusal.NUMBER_WRONG),
        (",a good reason", Refusal.NUMBER_WRONG),
        (certificate_number("LA", StatusPosition(1)), Refusal.NO_SUCH_CERTIFICATE),
        (f"{NUMBER},{'x' * MAX_LINE_LENGTH}", Refusal.LINE_BROKEN),
    ],
)
def test_a_line_of_a_file(line: str, told: str) -> None:
    data = f"# first\n{line}\n\n{NUMBER}".encode()
    assert read(data) == [(2, told), (4, "a good reason")]


@pytest.mark.parametrize("raw", [b"VN-\xff\xfe", "VN-0".encode("utf-16"), b"\x80", b"x" * 10_000])
def test_a_line_that_is_no_text(raw: bytes) -> None:
    (fault,) = read_file(io.BytesIO(raw), "VN", None)
    assert isinstance(fault, Fault)
    assert fault.refusal in (Refusal.LINE_BROKEN, Refusal.NUMBER_WRONG)


@given(st.binary(max_size=300))
def test_any_bytes_give_requests_or_faults(data: bytes) -> None:
    lines = [one.line for one in read_file(io.BytesIO(data), "VN", None)]
    assert lines == sorted(set(lines))
    assert len(lines) <= data.count(b"\n") + 1


_SIGNS = st.characters(exclude_categories=["C", "Z"]) | st.just(" ")
_REASONS = st.text(_SIGNS, min_size=3, max_size=200).map(str.strip).filter(is_reason)


@given(st.integers(0, 2**32 - 1), _REASONS)
def test_any_number_and_reason_are_read_as_they_were_written(position: int, reason: str) -> None:
    number = certificate_number("VN", StatusPosition(position))
    quoted = reason.replace('"', '""')
    (request,) = read_file(io.BytesIO(f'{number},"{quoted}"'.encode()), "VN", None)
    assert request == Request(line=1, position=StatusPosition(position), reason=reason)


@pytest.mark.parametrize(
    ("text", "reason", "operator"),
    [
        ("", False, False),
        ("x", False, True),
        ("abc", True, True),
        ("x" * 64, True, True),
        ("x" * 65, True, False),
        ("x" * 200, True, False),
        ("x" * 201, False, False),
        ("lưu nhầm", True, True),
        (" abc", False, False),
        ("abc ", False, False),
        ("a\nbc", False, False),
        ("a\u2028bc", False, False),
        ("a\tbc", False, False),
        ("a\x00bc", False, False),
        ("a\u202ebc", False, False),
    ],
)
def test_what_may_stand_in_the_trail(text: str, reason: bool, operator: bool) -> None:
    assert (is_reason(text), is_operator(text)) == (reason, operator)
