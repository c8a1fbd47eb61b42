"""Sections 11 to 14 of the written specification say what the code does."""

import json
import math
import re
from pathlib import Path
from typing import Any, Final

import pytest

from keys.bundle import (
    ENTRY_POLICY,
    STATUS_INDEX,
    STATUS_KEYS,
    TRUST_LIST,
    VACCINES,
    genuine_list_name,
    status_list_name,
)
from spec import cbor
from spec.certificate import Timestamp
from spec.cose import Algorithm, CoseSign1, Kid
from spec.genuine_list import DIGEST_LENGTH, GENUINE_LIST_BYTES
from spec.limits import CLOCK_TOLERANCE, STATUS_LIST_SIZE
from spec.status_index import MAX_STATUS_LISTS, ListCounts, StatusIndex
from spec.status_list import STATUS_LIST_BYTES, Status, filled, put, status_at
from spec.status_token import StatusToken, status_header
from spec.trust_list import KeyState
from spec.verdicts import VerdictCode
from tests.authority import NOW, Authority
from tests.spec.test_readme import SPEC, blocks, dumped, read_diagnostic, section, table
from tests.vectors import files
from tests.vectors.status_case import bits_of
from tests.vectors.tokens import EXAMPLE, STATUSES
from verifier.pipeline import check

TOKEN: Final = section("12.2 Status list token")


def test_the_example_is_the_vector() -> None:
    (dump,), (diagnostic,) = blocks(TOKEN, "hex"), blocks(TOKEN, "text")
    assert dumped(dump) == read_diagnostic(diagnostic) == EXAMPLE
    vector = json.loads((SPEC / "status-vectors" / "token-example.json").read_text("utf-8"))
    assert bytes.fromhex(vector["token"]) == EXAMPLE


def test_the_example_says_what_is_said_of_it() -> None:
    token = StatusToken.from_message(CoseSign1.from_cbor(EXAMPLE))
    assert token.bits == bits_of(STATUSES)
    words = "index 0 revoked, index 1 suspended, index 2\nsuperseded, index 73482 revoked"
    assert words in TOKEN
    others = {index: status_at(token.bits, index) for index in (0, 1, 2, 73_482)}
    assert others == STATUSES.others
    assert [int(status) for status in others.values()] == [1, 2, 3, 1]


def test_the_labels_of_the_token_are_those_of_the_code() -> None:
    header = cbor.decode(status_header(Algorithm.ES256, Kid(bytes(8))).to_cbor())
    assert {int(row[0]) for row in table(TOKEN, "Label")} == set(header)
    claims = cbor.decode(CoseSign1.from_cbor(EXAMPLE).payload)
    assert {int(row[0]) for row in table(TOKEN, "Key")} == set(claims)
    assert all(f"`{member}`" in TOKEN for member in claims[65_533])
    assert header[16] in TOKEN


def test_the_values_are_those_of_the_code() -> None:
    text = section("12.1 Lists and values")
    rows = table(text, "Value")
    assert [(int(row[0]), row[1]) for row in rows] == [(int(one), one.name) for one in Status]
    authority = Authority()
    for row in rows:
        authority.set_status(authority.certificate().status, Status(int(row[0])))
        code = check(authority.sign(), authority.bundle(), NOW).code
        assert row[3] == f"`{code}`"
    assert f"{STATUS_LIST_SIZE} positions of two bits, {STATUS_LIST_BYTES} bytes" in text


def test_the_layout_is_that_of_the_code() -> None:
    text = section("12.1 Lists and values")
    found = re.search(r"The statuses ([\d, ]+) of the indices 0 to 11 are the bytes `(.*)`", text)
    assert found is not None
    bits = filled(Status.VALID)
    for index, status in enumerate(found[1].split(", ")):
        put(bits, [index], Status(int(status)))
    assert bits[:3] == bytes.fromhex(found[2])
    assert not any(bits[3:])


def test_the_index_is_that_of_the_code() -> None:
    index = StatusIndex(
        issued_at=Timestamp(5), issuer="VN", lists=(ListCounts(assigned=7, revoked=6),)
    )
    rows = table(section("12.3 Status index"), "Label")
    assert {int(row[0]) for row in rows} == set(cbor.decode(index.to_cbor())) == {1, 2, 3}
    assert cbor.decode(index.to_cbor()) == {1: 5, 2: "VN", 3: [[7, 6]]}
    assert f"at most {MAX_STATUS_LISTS}" in section("12.3 Status index")


def test_the_tolerance_is_that_of_the_code() -> None:
    for title in ("12.4 Young certificates", "12.5 What an issuer does", "11.2 Freshness and"):
        numbers = re.findall(r"(?:t - (\d+)|(\d+)\s+seconds)", section_starting(title))
        assert {int(one or other) for one, other in numbers} == {CLOCK_TOLERANCE}


def section_starting(title: str) -> str:
    readme = (SPEC / "README.md").read_text("utf-8")
    _, _, rest = readme.partition(f"### {title}")
    return re.split(r"^##+ ", rest, flags=re.MULTILINE)[0]


def test_the_targets_are_those_of_the_code() -> None:
    rows = table(section("11.1 Publication"), "Target")
    kid = Kid(bytes.fromhex("b6a969735c760fd1"))
    names = [row[0].strip("`").replace("<kid>", kid.hex()).replace("<list>", "12") for row in rows]
    assert names == [
        TRUST_LIST,
        VACCINES,
        ENTRY_POLICY,
        genuine_list_name(kid, 12),
        STATUS_INDEX,
        status_list_name(12),
        STATUS_KEYS,
    ]
    assert [row[1] for row in rows] == [
        "status" if name.startswith("status/") else "targets" for name in names
    ]


def test_the_sections_of_the_targets_are_there() -> None:
    readme = (SPEC / "README.md").read_text("utf-8")
    for row in table(section("11.1 Publication"), "Target"):
        assert re.search(rf"^##+ {re.escape(row[3])} ", readme, flags=re.MULTILINE), row


def test_the_genuine_list_is_that_of_the_code() -> None:
    text = section("13.1 Genuine list")
    assert f"one genuine list: {GENUINE_LIST_BYTES} bytes, {DIGEST_LENGTH}\nfor each" in text
    assert GENUINE_LIST_BYTES == STATUS_LIST_SIZE * DIGEST_LENGTH


BITS_PER_BIT: Final = {
    "Bloom filter": math.log2(math.e),
    "ribbon filter": 1.05,
    "genuine list": 1.0,
    "the whole SHA-256": 1.0,
}
"""What a structure ships for each bit of the error rate; a ribbon filter wastes about 5 %."""


def test_the_sizes_and_the_tries_are_computed() -> None:
    rows = table(section("13.4 Why it holds"), "What is shipped")
    assert {row[0] for row in rows} == set(BITS_PER_BIT)
    for name, errs, size, tries in rows:
        bits = int(errs[2:]) if errs.startswith("2^") else math.log2(int(errs))
        assert f"{BITS_PER_BIT[name] * bits / 8:.1f}" == size
        assert tries == errs
    assert f"genuine list | 2^{8 * DIGEST_LENGTH} |" in section("13.4 Why it holds")
    assert BITS_PER_BIT["ribbon filter"] * 80 / 8 > DIGEST_LENGTH


def test_the_times_of_the_argument_are_computed() -> None:
    text = section("13.4 Why it holds")
    years = 2 ** (80 - 34) / (365.25 * 86_400)
    assert f"2^{80 - 34} seconds, or {years / 1e6:.1f} million years" in text
    assert f"2^30 take {2**30 / 1e6 / 60:.0f} minutes" in text


@pytest.mark.parametrize(
    ("folder", "heading"), [("vectors", "Member"), ("status-vectors", "`token-`")]
)
def test_the_members_of_the_vectors_are_described(folder: str, heading: str) -> None:
    text = section("14 Test vectors")
    assert heading in text
    for path in (SPEC / folder).glob("*.json"):
        document: dict[str, Any] = json.loads(path.read_text("utf-8"))
        members = {*document, *(document.get("trust") or {}), *(document.get("content") or {})}
        assert {one for one in members if f"`{one}`" not in text} == set(), path.name


def test_every_compromised_case_is_of_a_section_that_says_why() -> None:
    state = KeyState.COMPROMISED
    assert f"{int(state)} {state.name.lower()}" in section("11 Trust list")
    sections = {
        case.section for case in files.all_cases() if case.code is VerdictCode.KEY_COMPROMISED
    }
    assert sections == {"8", "13"}


def test_the_sections_of_the_cases_are_there() -> None:
    readme = (SPEC / "README.md").read_text("utf-8")
    headings = set(re.findall(r"^##+ ([\d.]+) ", readme, flags=re.MULTILINE))
    named = {case.section for case in files.all_cases()}
    named |= {case.document["section"] for case in files.all_status_cases()}
    assert named <= headings
    assert {"11.2", "12.1", "12.2", "12.3", "12.4", "13"} <= named


def test_the_cddl_is_named() -> None:
    readme = (SPEC / "README.md").read_text("utf-8")
    for path in Path(SPEC / "cddl").glob("*.cddl"):
        assert f"(cddl/{path.name})" in readme
