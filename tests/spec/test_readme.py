"""The written specification says what the code does: its tables, its example, its figures."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import cbor2
import pytest
import segno

from keys.algorithms import kid_of
from spec import certificate_number, limits, trust_list
from spec.certificate import Certificate, Dose, StatusPosition, Timestamp, VaccineCode
from spec.colour import Colour, colour_of
from spec.dates import BirthDate
from spec.genuine_list import DIGEST_LENGTH, GENUINE_LIST_BYTES
from spec.status_index import MAX_STATUS_LISTS
from spec.status_list import STATUS_LIST_BYTES
from spec.verdicts import VerdictCode, colour_words, verdict_words
from tests.authority import Authority, doses
from tests.vectors.build import KEY, MESSAGE, TEXT
from tests.vectors.claims import LONGEST_NAME

SPEC: Final = Path(__file__).parent.parent.parent / "spec"
README: Final = (SPEC / "README.md").read_text("utf-8")

SECTIONS: Final = """\
1 What this is
2 Terms
3 QR text
3.1 Typed texts
4 COSE
4.1 Headers
4.2 Key identifier
4.3 Algorithms and signatures
5 Claims
5.1 CWT claims
5.2 Facts
5.3 Birth date
5.4 Doses
5.5 Status position
6 Colour rule
7 Vaccine table
7.1 Products
7.2 Mixed courses
8 Reader procedure
9 Verdicts and words
10 Limits
11 Trust list
11.1 Publication
11.2 Freshness and evidence of time
12 Status lists
12.1 Lists and values
12.2 Status list token
12.3 Status index
12.4 Young certificates
12.5 What an issuer does
13 Stolen keys
13.1 Genuine list
13.2 What a reader does
13.3 What an issuer does
13.4 Why it holds
14 Test vectors
15 Security considerations
16 Comparing identities
16.1 Differences
16.2 At the gate
16.3 In a register
17 Identity papers
17.1 Identity card
17.2 The 12-digit number
17.3 Health insurance card
17.4 Unified code of 2021
17.5 Province codes
18 Entry policy
18.1 The policy
18.2 Which rules count
18.3 What a rule demands
18.4 The answer
""".splitlines()


def section(title: str) -> str:
    """The text from a heading to the next."""
    _, _, rest = README.partition(f"## {title}\n")
    assert rest, title
    return re.split(r"^##+ ", rest, flags=re.MULTILINE)[0]


def table(text: str, first_column: str) -> list[list[str]]:
    """The rows of the table whose first column has this heading, without the heading."""
    lines = text[text.index(f"| {first_column} |") :].splitlines()
    rows = []
    for line in lines[2:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def dumped(block: str) -> bytes:
    """The bytes of an annotated hex dump."""
    return bytes.fromhex("".join(line.split("#")[0] for line in block.splitlines()))


def test_the_sections_are_those_that_the_code_cites() -> None:
    headings = re.findall(r"^##+ (\d.*)$", README, flags=re.MULTILINE)
    assert headings == SECTIONS


def test_the_contents_lead_to_the_sections() -> None:
    for title, anchor in re.findall(r"\[(\d+ [^]]+)\]\(#([^)]+)\)", README):
        assert title in SECTIONS
        assert anchor == title.lower().replace(" ", "-")


def test_the_links_lead_to_files() -> None:
    for target in re.findall(r"\]\((?!#)([^)]+)\)", README):
        assert (SPEC / target).exists(), target


def test_the_example_is_the_vector() -> None:
    example = section("1 What this is")
    text, diagnostic = blocks(example, "text")
    assert text == TEXT + "\n"
    assert dumped(blocks(example, "hex")[0]) == MESSAGE
    vector = json.loads((SPEC / "vectors" / "ok-two-doses.json").read_text("utf-8"))
    assert vector["text"] == TEXT
    assert read_diagnostic(diagnostic) == MESSAGE


def read_diagnostic(text: str) -> bytes:
    """Encode what the diagnostic notation of the example says."""
    text = re.sub(r"h'([0-9a-f\s]*)'", lambda match: repr(bytes.fromhex(match[1])), text)
    text = text.replace("<<", "embedded(").replace(">>", ")").replace("18([", "tagged([")
    names = {"embedded": cbor2.dumps, "tagged": lambda value: cbor2.CBORTag(18, value)}
    value = eval(text.strip(), {"__builtins__": {}}, names)  # noqa: S307  # our own text
    return cbor2.dumps(value)


def test_the_thumbprint_is_that_of_the_key() -> None:
    parameters = dumped(blocks(section("4.2 Key identifier"), "hex")[0])
    assert hashlib.sha256(parameters).digest()[:8] == KEY.kid == kid_of(KEY.public_key)
    assert f"`{KEY.kid.hex()}`" in section("4.2 Key identifier")


def test_the_certificate_number_is_right() -> None:
    number = certificate_number.certificate_number("VN", StatusPosition(73_482))
    assert f"`{number}` for position 73482" in section("5.5 Status position")


def certificates() -> dict[str, Certificate]:
    authority = Authority(seed="vectors")
    days = [date(2021, 9, 10) + timedelta(days=300 * number) for number in range(12)]
    largest = Certificate(
        issuer="V" * limits.MAX_ISSUER_LENGTH,
        issued_at=authority.certificate().issued_at,
        expires_at=Timestamp(253_402_300_799),
        name="Ế" * limits.MAX_NAME_LENGTH,
        birth_date=BirthDate(1, 1, 1),
        id_suffix="4821",
        doses=tuple(Dose(vaccine=VaccineCode(limits.MAX_VACCINE_CODE), day=day) for day in days),
        doses_needed=limits.MAX_DOSES,
        colour=Colour.GREEN,
        status=StatusPosition(limits.MAX_STATUS_POSITION),
    )
    make: Callable[..., Certificate] = authority.certificate
    abdala = doses((8, "2021-09-10"), (8, "2021-10-08"), (8, "2021-11-20"))
    return {
        "one dose of Janssen, name of 20 characters": make(doses=doses((6, "2021-09-10"))),
        "two doses, name of 20 characters (the example)": make(),
        "two doses, name of 20 letters and 3 spaces": make(name="Nguyễn Thị Phương Khánh"),
        "three doses of Abdala, name of 20 characters": make(doses=abdala),
        "two doses, name of 69 characters": make(name=LONGEST_NAME),
        "every limit of section 10 reached, in Vietnamese letters": largest,
    }


def test_the_sizes_are_measured() -> None:
    authority = Authority(seed="vectors")
    measured = []
    for label, certificate in certificates().items():
        text = authority.sign(certificate)
        code = segno.make_qr(text, error="m", boost_error=False)
        size = len(authority.sign_message(certificate))
        measured.append([label, str(size), str(len(text)), str(code.version)])
    assert table(section("1 What this is"), "Certificate") == measured


def test_the_sizes_hold_their_promise() -> None:
    """Two doses and a Vietnamese name of 20 letters: 165 bytes, 255 characters, version 9."""
    certificate = certificates()["two doses, name of 20 letters and 3 spaces"]
    assert sum(letter.isalpha() for letter in certificate.name) == 20
    text = Authority(seed="vectors").sign(certificate)
    assert len(Authority(seed="vectors").sign_message(certificate)) <= 165
    assert len(text) <= 255
    assert segno.make_qr(text, error="m", boost_error=False).designator == "9-M"


def test_the_longest_text_is_of_the_version_that_is_said() -> None:
    code = segno.make_qr("A" * limits.MAX_TEXT_LENGTH, error="m", boost_error=False)
    assert f"version {code.version} at level M" in section("10 Limits")


def test_the_alphabet_is_printed() -> None:
    assert blocks(section("3 QR text"), "text") == [
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:\n"
    ]


def test_the_verdicts_are_those_of_the_code() -> None:
    rows = table(section("9 Verdicts and words"), "Code")
    assert [row[0] for row in rows] == [f"`{code}`" for code in VerdictCode]
    for row, code in zip(rows, VerdictCode, strict=True):
        vietnamese, english = verdict_words(code, "vi"), verdict_words(code, "en")
        assert row[1] == code.outcome
        assert row[3:] == [
            vietnamese.title,
            vietnamese.advice,
            english.title,
            english.advice,
        ]


def test_the_steps_of_the_verdicts_are_those_of_the_procedure() -> None:
    given: dict[str, list[str]] = {}
    step = ""
    for first, _, codes in table(section("8 Reader procedure"), "Step"):
        step = first.split(" ")[0] or step
        for code in re.findall(r"`(\w+)`", codes):
            if step not in given.setdefault(code, []):
                given[code].append(step)
    for row in table(section("9 Verdicts and words"), "Code"):
        assert row[2] == ", ".join(given.get(row[0].strip("`"), ["–"])), row[0]


def test_the_colour_words_are_those_of_the_code() -> None:
    rows = table(section("9 Verdicts and words"), "Colour")
    assert len(rows) == 5
    for colour, given, vietnamese, english in rows:
        count = 7 if given in {"any", "N"} else int(given)
        words = [colour_words(Colour[colour.upper()], count, language) for language in ("vi", "en")]
        assert [text.replace("7", "N") for text in words] == [vietnamese, english]


def test_the_colour_rule_gives_its_examples() -> None:
    for _, given, needed, colour in table(section("6 Colour rule"), "Course"):
        assert colour_of(given=int(given), needed=int(needed)).word == colour


def test_the_limits_are_those_of_the_code() -> None:
    values = {name: str(value) for name, value in vars(limits).items() if name.isupper()}
    values |= {
        "STATUS_LIST_BYTES": str(STATUS_LIST_BYTES),
        "MAX_STATUS_LISTS": str(MAX_STATUS_LISTS),
        "DIGEST_LENGTH": str(DIGEST_LENGTH),
        "GENUINE_LIST_BYTES": str(GENUINE_LIST_BYTES),
    }
    rows = table(section("10 Limits"), "Limit")
    assert {row[0].strip("`"): row[1] for row in rows} == values
    assert all(row[2].endswith(".") for row in rows)


@pytest.fixture(scope="module")
def vaccines() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SPEC / "data" / "vaccines.json").read_text("utf-8"))
    return document


def test_the_vaccine_table_is_that_of_the_data(vaccines: dict[str, Any]) -> None:
    members = [
        *("code", "name", "doses_needed", "min_interval_days", "approved_on"),
        *("eu_product", "eu_holder", "eu_prophylaxis", "cvx", "icd11"),
    ]
    expected = [
        ["–" if vaccine[member] is None else str(vaccine[member]) for member in members]
        for vaccine in vaccines["vaccines"]
    ]
    assert table(section("7.1 Products"), "Code") == expected
    assert f"The table of {vaccines['valid_from']}" in section("7.1 Products")


def test_the_members_of_the_vaccine_table_are_described(vaccines: dict[str, Any]) -> None:
    described = section("7.1 Products")
    members = {*vaccines, *vaccines["vaccines"][0], *vaccines["mixed_courses"][0]} - {"later"}
    assert all(f"`{member}`" in described for member in members)


def test_the_mixed_courses_are_those_of_the_data(vaccines: dict[str, Any]) -> None:
    expected = [
        [str(row["first"]), ", ".join(map(str, row["later"])), str(row["doses_needed"])]
        for row in vaccines["mixed_courses"]
    ]
    assert table(section("7.2 Mixed courses"), "First product") == expected


def test_the_labels_of_the_trust_list_are_those_of_the_code() -> None:
    key = Authority().keys["active"].trusted.to_cose_key()
    rows = table(section("11 Trust list"), "Label | Name")
    assert {int(row[0]) for row in rows} == set(key)
    states = section("11 Trust list")
    for state in trust_list.KeyState:
        assert f"{int(state)} {state.name.lower()}" in states
