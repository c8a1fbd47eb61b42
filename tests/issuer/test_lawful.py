"""Lawful requests: all of a person's data handed out, or erased by two, and what stays then."""

import json
from contextlib import closing
from typing import Any

import pytest

from issuer.access.rights import NotAllowedError, SamePersonError
from issuer.desk import corrections, lawful, merging, queue
from issuer.desk.attachment_store import AttachmentStore
from issuer.desk.attachments import attach
from issuer.desk.corrections import Asker, CorrectionAsk
from issuer.desk.evidence import Evidence
from issuer.desk.record_views import restore_record, withdraw_record
from issuer.desk.telling import NoSuchPersonError, ReasonError
from issuer.ledger import RegisterLedger
from issuer.register.database import Register
from issuer.register.erasing import EraseError, forget
from issuer.register.merges import MergeError
from issuer.register.people_models import ReviewDecision
from issuer.register.person_changes import ChangeError
from keys.errors import HintedError
from spec.certificate import Certificate
from spec.cose import Kid
from tests.issuer.desk import TABLE, Desk
from tests.issuer.test_paper_kinds import png
from tests.issuer.world import row, stranger

WHY = "her request of 3 May, by letter"
PERSONAL = (
    "Thị Hoà",
    "Thị Hoa",
    "079190000123",
    "012345678",
    "0912345678",
    "31/12/1990",
    "1990-12-31",
)
FIRST = row(site="46001")
SECOND = row(site="46001", injected_on="20/08/2021", lot="AZ-2", full_name="Nguyễn Thị Hoa")


def store(desk: Desk) -> AttachmentStore:
    return AttachmentStore(desk.world.folder / "attachments")


@pytest.fixture(autouse=True)
def life(desk: Desk) -> None:
    """Everything that can be about somebody: review, correction, paper, former number, merge."""
    desk.world.issue(FIRST, SECOND, stranger(7))
    (item,) = desk.world.waiting()
    desk.do(queue.decide, "tram", item.id, ReviewDecision.SAME)
    desk.world.issue(row(site="46001", id_number="012345678", phone="", injected_on="20/10/2021"))
    ask = CorrectionAsk(
        asker=Asker.PERSON, doses=(1,), changes={"lot": "AZ-9"},
        stated={"full_name": "Nguyễn Thị Hoà", "birth_date": "31/12/1990"}, person_id=1,
    )  # fmt: skip
    number = desk.do(corrections.open_request, "tram", ask, rules=desk.rules, table=TABLE)
    with desk.acting() as connection:
        now = desk.world.clock.now()
        attach(connection, desk.actors["tram"], store(desk), number, png(), now)
    desk.do(corrections.approve, "tram", number, Evidence.ATTACHMENT, rules=desk.rules, table=TABLE)
    desk.do(merging.merge_people, "tram", 1, 3, "the card states both numbers")
    desk.world.take_in(row(vaccine="?", lot="refused"), stranger(7, vaccine="?"))
    desk.world.issuing().run()


def ask_for(desk: Desk, who: str = "bo", person: int = 1, **more: Any) -> int:
    key: int = desk.do(lawful.ask_erasure, who, person, WHY, **more)
    return key


def confirm(desk: Desk, who: str, erasure: int) -> None:
    with desk.acting() as connection:
        now = desk.world.clock.now()
        lawful.confirm_erasure(connection, desk.actors[who], store(desk), erasure, now)
    forget(desk.world.register)


def everything(desk: Desk) -> str:
    """Every value of every table, as text; bytes as they are read."""
    with desk.world.register.reading() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'sqlite_sequence'"
        ).scalars()
        return "\n".join(
            value.decode("utf-8", "replace") if isinstance(value, bytes) else f"{value}"
            for table in list(tables)
            for line in connection.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608 - ours
            for value in line
        )


@pytest.mark.usefixtures("either_database")
def test_all_that_is_held_is_handed_out(desk: Desk) -> None:
    with desk.acting() as connection:
        now = desk.world.clock.now()
        found = lawful.export_person(connection, desk.actors["hue"], store(desk), 3, now)
    assert found.person_ids == (1, 3)
    counts = {name: len(rows) for name, rows in found.tables.items() if rows}
    assert counts == {
        "persons": 2, "numbers": counts["numbers"], "records": 5, "certificates": 4,
        "corrections": 1, "merges": 1, "waited": 1, "record_changes": 2, "correction_steps": 2,
        "attachments": 1, "status_changes": counts["status_changes"],
    }  # fmt: skip
    assert [content for _, content in found.papers] == [png()]
    text = json.dumps(found.tables, ensure_ascii=False)
    assert all(value in text for value in PERSONAL)
    assert "079190000007" not in text
    assert desk.told()[-1] == "hue person.export person 3"


@pytest.mark.parametrize("who", ["thanh", "tram", "tram2", "saigon", "kiem"])
def test_who_hands_nothing_out(desk: Desk, who: str) -> None:
    now = desk.world.clock.now()
    with desk.acting() as connection, pytest.raises(NotAllowedError):
        lawful.export_person(connection, desk.actors[who], store(desk), 1, now)


def test_erased_by_two_and_nothing_personal_is_left(desk: Desk) -> None:
    before = {name: desk.world.count(name) for name in ("dose_records", "certificates", "persons")}
    assert all(value in everything(desk) for value in PERSONAL)
    confirm(desk, "cuc", ask_for(desk))
    left = everything(desk)
    assert [value for value in PERSONAL if value in left] == []
    assert "079190000007" in left  # the neighbour's
    assert before == {name: desk.world.count(name) for name in before}
    assert [*(desk.world.folder / "attachments").iterdir()] == []
    assert desk.told()[-2:] == ["bo person.erase.ask person 1", "cuc person.erase.confirm person 1"]
    file = (desk.world.folder / "register.sqlite3").read_bytes()
    assert [value for value in PERSONAL if value.encode() in file] == []


@pytest.mark.usefixtures("either_database")
def test_what_is_counted_stays(desk: Desk) -> None:
    days = [(one.injected_on, one.vaccine, one.state) for one in desk.world.records()]
    states = desk.world.states()
    confirm(desk, "cuc", ask_for(desk))
    assert {one.full_name for one in desk.world.records() if one.person_id != 2} == {None}
    assert [(one.injected_on, one.vaccine, one.state) for one in desk.world.records()] == days
    assert desk.world.states() == states
    desk.world.issuing().run()
    assert desk.world.states() == states


def genuine(desk: Desk) -> list[tuple[int, bytes]]:
    kid = Kid(bytes.fromhex(desk.world.certificates()[0].kid))
    register = Register.open(desk.world.folder / "register.sqlite3")
    with closing(RegisterLedger(register, desk.world.authority.issuer)) as ledger:
        return list(ledger.genuine(kid))


def test_what_was_printed_still_counts_on_the_day_the_key_is_stolen(desk: Desk) -> None:
    before = genuine(desk)
    confirm(desk, "cuc", ask_for(desk))
    assert genuine(desk) == before


@pytest.mark.usefixtures("either_database")
def test_the_certificates_end_with_it_where_that_is_asked_for(desk: Desk) -> None:
    confirm(desk, "cuc", ask_for(desk, revoke=True))
    states: dict[int, set[str]] = {one.person_id: set() for one in desk.world.certificates()}
    for one in desk.world.certificates():
        states[one.person_id].add(one.state)
    assert states == {1: {"revoked"}, 2: {"issued"}, 3: {"revoked"}}


def test_an_old_file_enters_nobody_anew(desk: Desk) -> None:
    confirm(desk, "cuc", ask_for(desk))
    desk.world.take_in(FIRST, SECOND)
    assert desk.world.count("persons") == 3
    assert "079190000123" not in everything(desk)


def test_a_new_dose_makes_a_new_person(desk: Desk) -> None:
    confirm(desk, "cuc", ask_for(desk))
    desk.world.issue(row(site="46001", injected_on="25/10/2021"))
    assert desk.world.count("persons") == 4
    newest = desk.world.certificates()[-1]
    assert (newest.person_id, newest.state) == (4, "issued")
    assert Certificate.from_cbor(newest.payload).name == "Nguyễn Thị Hoà"


def test_the_first_is_not_the_second(desk: Desk) -> None:
    erasure = ask_for(desk)
    with pytest.raises(SamePersonError):
        confirm(desk, "bo", erasure)
    desk.do(lawful.refuse_erasure, "cuc", erasure, "the letter was not hers")
    with pytest.raises(EraseError, match="no such erasure"):
        confirm(desk, "cuc", erasure)
    with desk.acting() as connection:
        (shown,) = lawful.list_erasures(connection, desk.actors["bo"])
    assert (shown.state, shown.decided_by, shown.asked_by) == ("refused", "cuc", "bo")
    assert "079190000123" in everything(desk)


@pytest.mark.parametrize("who", ["hue", "thanh", "tram", "saigon", "kiem"])
def test_who_erases_nothing(desk: Desk, who: str) -> None:
    erasure = ask_for(desk)
    with pytest.raises(NotAllowedError):
        ask_for(desk, who)
    with pytest.raises(NotAllowedError):
        confirm(desk, who, erasure)
    with pytest.raises(NotAllowedError):
        desk.do(lawful.refuse_erasure, who, erasure, WHY)
    with desk.acting() as connection, pytest.raises(NotAllowedError):
        lawful.list_erasures(connection, desk.actors[who])


def test_nothing_is_erased_while_something_is_open(desk: Desk) -> None:
    desk.world.take_in(row(site="46001", birth_date="30/12/1990", injected_on="22/10/2021"))
    with pytest.raises(EraseError, match="waits for a decision"):
        ask_for(desk)


@pytest.mark.parametrize(
    ("person", "reason", "error"), [(99, WHY, NoSuchPersonError), (1, "", ReasonError)]
)
def test_what_is_no_request(desk: Desk, person: int, reason: str, error: type[HintedError]) -> None:
    with pytest.raises(error):
        desk.do(lawful.ask_erasure, "bo", person, reason)


def test_it_is_asked_once_and_done_once(desk: Desk) -> None:
    erasure = ask_for(desk)
    with pytest.raises(EraseError, match="already"):
        ask_for(desk, "cuc", 3)
    confirm(desk, "cuc", erasure)
    with pytest.raises(EraseError, match="erased already"):
        ask_for(desk)


def test_nothing_brings_it_back(desk: Desk) -> None:
    confirm(desk, "cuc", ask_for(desk))
    records = [one.id for one in desk.world.records() if one.person_id == 1]
    standing = [one.id for one in desk.world.records() if one.state == "accepted"]
    gone = [one for one in standing if one in records]
    desk.do(withdraw_record, "hue", gone[0], "entered twice")
    with pytest.raises(ChangeError, match="erased"):
        desk.do(restore_record, "hue", gone[0], "it was not")
    with pytest.raises(MergeError, match="erased"):
        desk.do(merging.merge_people, "bo", 2, 1, WHY)
    states = desk.world.states()
    desk.world.issuing().run()
    assert desk.world.states() == states


def test_the_chain_of_the_trail_holds(desk: Desk) -> None:
    confirm(desk, "cuc", ask_for(desk))
    told = "\n".join(desk.told())
    assert not any(value in told for value in PERSONAL)
