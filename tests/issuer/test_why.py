"""Why somebody has no green: the failures of 2021, and what the person concerned is told."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from issuer.csv_file import open_csv
from issuer.desk.answering import due_at
from issuer.intake import take_in
from issuer.reasons import ReasonCode
from issuer.records import Rules
from issuer.register.changes import withdraw
from issuer.register.merges import merge
from issuer.register.models import CertificateState, RecordState
from issuer.register.people_models import ProposalRow, ReviewDecision
from issuer.register.proposals import decide as agree
from issuer.register.waiting import reopen
from issuer.status_rules import Action
from issuer.why import Answer, Because, person_of_certificate, person_of_number, why
from issuer.why_words import statement_words
from spec.certificate import StatusPosition
from spec.colour import Colour
from tests.authority import DAY, vaccine_table
from tests.issuer.world import HOA, World, csv_text, row, stranger

NUMBER = HOA["id_number"]
FIRST, SECOND = row(), row(injected_on="20/08/2021", lot="AZ-2")


@pytest.fixture
def world(either_database: str, tmp_path: Path) -> World:
    return World(tmp_path)


def ask(world: World, number: str = NUMBER) -> Answer:
    with world.register.reading() as connection:
        return why(connection, person_of_number(connection, number), number, vaccine_table())


def said(answer: Answer) -> list[Because]:
    return [one.because for one in answer.statements]


def withdrawn_second(world: World) -> None:
    world.issue(FIRST, SECOND)
    second = world.records()[-1]
    with world.register.writing() as connection:
        withdraw(connection, [second.id], "lan", "entered in error", world.clock.now())
    world.issuing().run()


def withdrawn_second_and_agreed(world: World) -> None:
    withdrawn_second(world)
    with world.register.writing() as connection:
        [proposal] = connection.execute(select(ProposalRow.id)).scalars()
        agree(connection, proposal, "mai", world.clock.now(), agree=True)
    world.issuing().run()


def withdrawn_and_sent_again(world: World) -> None:
    world.take_in(FIRST)
    with world.register.writing() as connection:
        withdraw(connection, [world.records()[0].id], "lan", "no lot", world.clock.now())
    world.issue(FIRST | {"lot": "AZ-1B"})


def all_withdrawn(world: World) -> None:
    world.take_in(FIRST, SECOND)
    with world.register.writing() as connection:
        ids = [one.id for one in world.records()]
        withdraw(connection, ids, "lan", "the import was undone", world.clock.now())
    world.issuing().run()


def overtaken_by_hand(world: World) -> None:
    world.issue(FIRST, SECOND)
    world.change(Action.SUPERSEDE, world.certificates())


def suspended(world: World) -> None:
    world.issue(FIRST, SECOND)
    world.change(Action.SUSPEND, world.certificates())


def revoked(world: World) -> None:
    world.issue(FIRST, SECOND)
    world.change(Action.REVOKE, world.certificates())


CASES: dict[str, tuple[Callable[[World], object], list[Because], Colour | None]] = {
    "X2 nothing has come": (lambda world: None, [Because.NOTHING], None),
    "somebody else's records": (lambda world: world.issue(stranger(1)), [Because.NOTHING], None),
    "X3 two doses given, one uploaded": (
        lambda world: world.issue(FIRST), [Because.STARTED], Colour.YELLOW,
    ),
    "the Huế case, complete": (
        lambda world: world.issue(FIRST, SECOND), [Because.COMPLETE], Colour.GREEN,
    ),
    "complete since a moment ago": (
        lambda world: world.take_in(FIRST, SECOND), [Because.COMPLETE_SOON], Colour.GREEN,
    ),
    "the second dose came, and what is issued is yellow still": (
        lambda world: (world.issue(FIRST), world.take_in(SECOND)),
        [Because.COMPLETE_SOON], Colour.GREEN,
    ),
    "all that came was taken back": (
        all_withdrawn, [Because.WITHDRAWN, Because.WITHDRAWN], None,
    ),
    "overtaken by hand, and passing": (overtaken_by_hand, [Because.COMPLETE], Colour.GREEN),
    "X10 one digit of the birth date": (
        lambda world: world.issue(FIRST, SECOND | {"birth_date": "30/12/1990"}),
        [Because.STARTED, Because.WAITING], Colour.YELLOW,
    ),
    "X10 one tone mark": (
        lambda world: world.issue(FIRST, SECOND | {"full_name": "Nguyễn Thị Hoá"}),
        [Because.STARTED, Because.WAITING], Colour.YELLOW,
    ),
    "the first record waits already": (
        lambda world: world.issue(FIRST | {"sex": "Nam"}), [Because.WAITING], None,
    ),
    "X7 a vaccine that nobody knows": (
        lambda world: world.issue(FIRST, SECOND | {"vaccine": "Phaizer"}),
        [Because.STARTED, Because.REFUSED], Colour.YELLOW,
    ),
    "X10 all that came was refused": (
        lambda world: world.issue(
            FIRST | {"vaccine": "Phaizer"}, SECOND | {"injected_on": "20/13/2021"},
        ),
        [Because.REFUSED, Because.REFUSED], None,
    ),
    "refused, and the number had lost its zero": (
        lambda world: world.issue(FIRST | {"full_name": "", "id_number": "79190000123"}),
        [Because.REFUSED], None,
    ),
    "refused, and the number was written with spaces": (
        lambda world: world.issue(FIRST | {"birth_date": "?", "id_number": "079 190 000 123"}),
        [Because.REFUSED], None,
    ),
    "refused, and another number": (
        lambda world: world.issue(FIRST | {"vaccine": "?", "id_number": "079190000124"}),
        [Because.NOTHING], None,
    ),
    "a withdrawn dose, before a second person agrees": (
        withdrawn_second, [Because.FALLING, Because.STARTED], Colour.YELLOW,
    ),
    "a withdrawn dose, after a second person agreed": (
        withdrawn_second_and_agreed, [Because.STARTED, Because.WITHDRAWN], Colour.YELLOW,
    ),
    "a record taken back that another one of the day replaced": (
        withdrawn_and_sent_again, [Because.STARTED], Colour.YELLOW,
    ),
    "Janssen is complete with one": (
        lambda world: world.issue(row(vaccine="Janssen", injected_on="01/09/2021")),
        [Because.COMPLETE], Colour.GREEN,
    ),
    "Abdala is not complete with two": (
        lambda world: world.issue(
            row(vaccine="Abdala", injected_on="01/10/2021"),
            row(vaccine="Abdala", injected_on="20/10/2021"),
        ),
        [Because.STARTED], Colour.YELLOW,
    ),
    "suspended": (suspended, [Because.SUSPENDED], Colour.GREEN),
    "revoked": (revoked, [Because.REVOKED], Colour.GREEN),
}  # fmt: skip


@pytest.mark.parametrize(("happened", "because", "colour"), CASES.values(), ids=CASES)
def test_the_answer(
    world: World, happened: Callable[[World], object], because: list[Because], colour: Colour | None
) -> None:
    happened(world)
    answer = ask(world)
    assert said(answer) == because
    assert answer.colour is colour
    for statement in answer.statements:
        for language in ("vi", "en"):
            words = statement_words(statement, answer, language)
            assert "{" not in words
            assert "None" not in words
            assert HOA["full_name"] not in words
            assert NUMBER not in words


def test_a_waiting_record_says_field_and_kind_and_until_when(world: World) -> None:
    world.issue(FIRST, SECOND | {"birth_date": "30/12/1990"})
    answer = ask(world)
    waiting = answer.statements[1]
    assert waiting.record is not None
    assert [(one.field, one.code) for one in waiting.record.causes] == [
        ("birth_date", ReasonCode.DOB_ONE_DIGIT)
    ]
    words = statement_words(waiting, answer, "en")
    assert "of 20/08/2021 from TYT Phường Vĩnh Ninh" in words
    assert "by 17/12/2021 09:00 in Vietnam at the latest" in words
    assert "differs by one digit" in words


def test_what_waits_again_has_the_time_of_the_queue(world: World) -> None:
    """A decision was taken back days later: its clock begins anew, and nobody reads a past one."""
    world.issue(FIRST, SECOND | {"birth_date": "30/12/1990"})
    item = world.waiting()[0]
    world.decide(item, ReviewDecision.SAME)
    world.clock.advance(5 * 86_400)
    with world.register.writing() as connection:
        reopen(connection, item.id, "lan", world.clock.now())
    [waiting] = [one for one in ask(world).statements if one.because is Because.WAITING]
    assert waiting.record is not None
    assert waiting.record.due_at == due_at(world.clock.now())


def test_what_a_person_refused_was_read_all_the_same(world: World) -> None:
    world.issue(FIRST, SECOND | {"birth_date": "30/12/1990"})
    world.decide(world.waiting()[0], ReviewDecision.REFUSED, note="the slip is another woman's")
    answer = ask(world)
    assert said(answer) == [Because.STARTED, Because.REFUSED]
    for language, words in {"en": "looked at it and refused it", "vi": "bị từ chối"}.items():
        told = statement_words(answer.statements[1], answer, language)
        assert words in told
        assert "woman" not in told


def test_a_day_is_the_one_in_vietnam(world: World) -> None:
    world.clock.advance(16 * 3600)  # one in the morning of the next day there
    world.issue(FIRST, SECOND | {"birth_date": "30/12/1990"})
    answer = ask(world)
    assert "came on 16/12/2021" in statement_words(answer.statements[1], answer, "en")


def corrected(world: World) -> None:
    world.issue(FIRST)
    world.change(Action.REVOKE, world.certificates())
    world.issue(SECOND)


@pytest.mark.parametrize(
    ("happened", "older", "words"),
    [
        (lambda world: world.issue(FIRST, SECOND), None, ""),
        (
            lambda world: (world.issue(FIRST), world.issue(SECOND)),
            CertificateState.SUPERSEDED, "An older code still passes",
        ),
        (corrected, CertificateState.REVOKED, "An older code is refused"),
    ],
    ids=["the only one", "superseded", "revoked"],
)  # fmt: skip
def test_an_older_code_is_told_of_as_it_stands(
    world: World,
    happened: Callable[[World], object],
    older: CertificateState | None,
    words: str,
) -> None:
    happened(world)
    answer = ask(world)
    assert said(answer) == [Because.COMPLETE]
    assert answer.statements[0].older == older
    told = statement_words(answer.statements[0], answer, "en")
    assert told.endswith("is green.") is (older is None)
    assert words in told


def test_a_refused_record_says_field_and_kind(world: World) -> None:
    world.take_in(FIRST | {"vaccine": "Phaizer", "lot": ""})
    answer = ask(world)
    (record,) = answer.records
    assert [(one.field, one.code) for one in record.causes] == [
        ("vaccine", ReasonCode.VACCINE_UNKNOWN)
    ]
    english, vietnamese = (
        statement_words(answer.statements[0], answer, language) for language in ("en", "vi")
    )
    assert english.startswith("A record came on 15/12/2021, was refused and does not count.")
    assert "The vaccine is not in the table." in english
    assert vietnamese.startswith("Một bản ghi nhận ngày 15/12/2021 không được nhận")
    assert "Vắc xin không có trong danh mục." in vietnamese


def test_a_row_that_cannot_be_divided_is_found_by_what_came(world: World) -> None:
    path = world.folder / "torn.csv"
    path.write_text(f"{csv_text(FIRST)}Nguyễn Thị Hoà,{NUMBER}\n", encoding="utf-8", newline="")
    rules = Rules.of(table=vaccine_table(), now=world.clock.now())
    for _ in take_in(world.register, open_csv(path), rules, vaccine_table(), world.clock):
        pass
    torn = world.records(RecordState.REFUSED)[0]
    assert torn.id_number is None
    assert said(ask(world)) == [Because.STARTED, Because.REFUSED]


def test_whoever_asks_for_the_person_learns_of_what_was_refused(world: World) -> None:
    world.issue(FIRST, SECOND | {"vaccine": "Phaizer"})
    with world.register.reading() as connection:
        person = person_of_number(connection, NUMBER)
        answer = why(connection, person, None, vaccine_table())
    assert answer == ask(world)


def test_a_refused_row_has_no_value_but_its_number(world: World) -> None:
    world.take_in(FIRST | {"vaccine": "?"}, SECOND | {"id_number": "12"})
    one, other = world.records(RecordState.REFUSED)
    assert (one.id_number, other.id_number) == (NUMBER, None)
    for it in (one, other):
        assert (it.full_name, it.birth_date, it.phone, it.vaccine, it.person_id) == (None,) * 5


def test_a_row_that_comes_mended_is_refused_no_more(world: World) -> None:
    world.take_in(FIRST)
    world.issue(SECOND | {"injected_on": "20/08/2022"})
    assert Because.REFUSED in said(ask(world))
    world.clock.advance(365 * DAY)
    world.issue(SECOND | {"injected_on": "20/08/2022"})
    assert Because.REFUSED not in said(ask(world))


def test_what_was_decided_counts_and_waits_no_more(world: World) -> None:
    world.issue(FIRST, SECOND | {"birth_date": "30/12/1990"})
    world.decide(world.waiting()[0], ReviewDecision.SAME)
    world.issuing().run()
    assert said(ask(world)) == [Because.COMPLETE]


def test_a_former_number_and_a_certificate_lead_to_the_same_person(world: World) -> None:
    world.issue(FIRST)
    certificate = world.certificates()[0]
    with world.register.reading() as connection:
        person = person_of_number(connection, NUMBER)
        position = StatusPosition(certificate.position)
        assert person_of_certificate(connection, certificate.issuer, position) == person
        assert person_of_certificate(connection, "LA", position) is None


def test_of_two_who_were_merged_either_number_gives_all_doses(world: World) -> None:
    world.issue(FIRST, SECOND | {"id_number": "079190000999", "phone": ""})
    with world.register.reading() as connection:
        kept = person_of_number(connection, NUMBER)
        gone = person_of_number(connection, "079190000999")
    assert kept is not None
    assert gone is not None
    with world.register.writing() as connection:
        merge(connection, kept, gone, "lan", "one person", world.clock.now())
    world.issuing().run()
    for number in (NUMBER, "079190000999"):
        answer = ask(world, number)
        assert answer.person_id == kept
        assert answer.colour is Colour.GREEN
        assert [one.state for one in answer.records] == [RecordState.ACCEPTED] * 2


def test_records_that_are_nobodys_are_found_without_a_look_at_all_others(tmp_path: Path) -> None:
    world = World(tmp_path)
    plans: list[str] = []

    def explain(_: object, cursor: Any, statement: str, parameters: Any, *__: object) -> None:
        plans.extend(
            row[-1] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        )

    with world.register.snapshot() as connection:
        event.listen(connection, "before_cursor_execute", explain)
        why(connection, None, NUMBER, vaccine_table())
    ours = [plan for plan in plans if "dose_records" in plan]
    assert any("INDEX ix_dose_records_unmatched" in plan for plan in ours), ours
    assert not any("SCAN" in plan and "unmatched" not in plan for plan in ours), ours


@pytest.mark.parametrize(
    ("language", "words"), [("en", "site that gave it"), ("vi", "gửi bản ghi")]
)
def test_nobody_is_sent_for_a_record_that_has_come(world: World, language: str, words: str) -> None:
    """The case of Huế: the second dose came with a slip in the birth date, and waits."""
    world.issue(FIRST)
    alone = ask(world)
    assert words in statement_words(alone.statements[0], alone, language)
    world.issue(SECOND | {"birth_date": "30/12/1990"})
    answer = ask(world)
    assert said(answer) == [Because.STARTED, Because.WAITING]
    told = [statement_words(one, answer, language) for one in answer.statements]
    assert "1/2" in told[0]
    assert words not in " ".join(told)
    assert "20/08/2021" in told[1]
