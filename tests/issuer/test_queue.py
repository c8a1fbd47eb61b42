"""The review queue: seen by whom, claimed, decided once, corrected, taken back."""

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from issuer.access.accounts import find_account
from issuer.access.rights import Area, NotAllowedError
from issuer.desk import queue, queue_views
from issuer.desk.answering import ANSWER_SECONDS, CLAIM_SECONDS
from issuer.desk.claims import ClaimedError
from issuer.desk.corrected import ValuesError
from issuer.desk.queue import QueueError
from issuer.desk.queue_views import QueueFilter, QueuePage, ShownItem
from issuer.desk.telling import ReasonError
from issuer.reasons import ReasonCode
from issuer.register.models import RecordState
from issuer.register.people_models import ReviewDecision
from issuer.register.waiting import WaitingError
from keys.errors import HintedError
from tests.authority import DAY
from tests.issuer.desk import TABLE, Desk
from tests.issuer.world import World, row, stranger

SAME, NEW, REFUSED = ReviewDecision.SAME, ReviewDecision.NEW, ReviewDecision.REFUSED
FIRST = row(site="46001")
SECOND = row(site="46001", injected_on="20/08/2021", lot="AZ-2")


def wait(desk: Desk, **changes: str) -> int:
    """Let the second dose of the person in Huế wait for a difference; gives the item."""
    desk.world.issue(FIRST, {**SECOND, **changes})
    (item,) = desk.world.waiting()
    return item.id


def listed(desk: Desk, who: str, **wanted: Any) -> QueuePage:
    with desk.acting() as connection:
        now = desk.world.clock.now()
        return queue_views.list_items(connection, desk.actors[who], now, QueueFilter(**wanted))


def show(desk: Desk, who: str, item: int) -> ShownItem:
    with desk.acting() as connection:
        now = desk.world.clock.now()
        return queue_views.show_item(connection, desk.actors[who], item, now, TABLE)


@pytest.mark.parametrize(
    ("who", "sees"),
    [("bo", 1), ("hue", 1), ("thanh", 1), ("tram", 1), ("tram2", 0), ("saigon", 0)],
)
def test_who_sees_what_waits(desk: Desk, who: str, sees: int) -> None:
    wait(desk, birth_date="30/12/1990")
    assert listed(desk, who).total == sees


def test_an_auditor_sees_none(desk: Desk) -> None:
    item = wait(desk, birth_date="30/12/1990")
    with pytest.raises(NotAllowedError):
        listed(desk, "kiem")
    with pytest.raises(NotAllowedError):
        show(desk, "kiem", item)


def test_the_clock_of_48_hours(desk: Desk) -> None:
    wait(desk, birth_date="30/12/1990")
    (line,) = listed(desk, "tram").lines
    assert line.due_at - line.opened_at == ANSWER_SECONDS == 48 * 3600
    assert listed(desk, "tram", overdue=True).total == 0
    desk.world.clock.advance(ANSWER_SECONDS)
    assert not listed(desk, "tram").lines[0].overdue
    desk.world.clock.advance(1)
    assert listed(desk, "tram").lines[0].overdue
    assert listed(desk, "tram", overdue=True).total == 1


@pytest.mark.usefixtures("either_database")
def test_the_oldest_comes_first_page_by_page(desk: Desk) -> None:
    desk.world.take_in(*(stranger(number, site="46001") for number in range(5)))
    for number in range(5):
        desk.world.clock.advance(DAY)
        desk.world.take_in(
            stranger(number, site="46001", full_name="Lê Lan", injected_on="20/08/2021")
        )
    seen: list[int] = []
    after = None
    while True:
        with desk.acting() as connection:
            page = queue_views.list_items(
                connection, desk.actors["tram"], desk.world.clock.now(), after=after, limit=2
            )
        seen += [line.opened_at for line in page.lines]
        assert page.total == 5
        if page.next is None:
            break
        after = page.next
    assert len(seen) == 5
    assert seen == sorted(seen)


@pytest.mark.usefixtures("either_database")
def test_filters(desk: Desk) -> None:
    item = wait(desk, birth_date="30/12/1990")
    assert listed(desk, "hue", kind=ReasonCode.DOB_ONE_DIGIT).total == 1
    assert listed(desk, "hue", kind=ReasonCode.NAME_DIFFERS).total == 0
    assert listed(desk, "hue", area=Area(site="46002")).total == 0
    assert listed(desk, "hue", area=Area(district="474")).total == 1
    assert listed(desk, "hue", mine=True).total == 0
    desk.do(queue.claim, "hue", item)
    assert listed(desk, "hue", mine=True).total == 1
    assert listed(desk, "tram", mine=True).total == 0


def test_what_differs_stands_side_by_side(desk: Desk) -> None:
    shown = show(desk, "tram", wait(desk, birth_date="30/12/1990"))
    pairs = {pair.field: (pair.record, pair.person, pair.kind) for pair in shown.fields}
    assert pairs["birth_date"] == ("30/12/1990", "31/12/1990", ReasonCode.DOB_ONE_DIGIT)
    assert pairs["full_name"] == ("Nguyễn Thị Hoà", "Nguyễn Thị Hoà", None)
    assert '"30/12/1990"' in shown.raw
    assert [one.day for one in shown.doses] == ["16/06/2021"]
    assert desk.told() == ["tram queue.show record 2"]


def test_a_dose_a_few_days_away_stands_beside_the_one_it_may_be(desk: Desk) -> None:
    shown = show(desk, "tram", wait(desk, injected_on="19/06/2021"))
    pairs = {pair.field: (pair.record, pair.person, pair.kind) for pair in shown.fields}
    assert pairs["injected_on"] == ("19/06/2021", "16/06/2021", ReasonCode.DOSE_DATE_DIFFERS)


def test_a_claim_keeps_others_away_and_runs_out(desk: Desk) -> None:
    item = wait(desk, birth_date="30/12/1990")
    desk.do(queue.claim, "tram", item)
    desk.do(queue.claim, "tram", item)
    for door, more in ((queue.claim, ()), (queue.release, ()), (queue.decide, (SAME,))):
        with pytest.raises(ClaimedError, match="tram has claimed it"):
            desk.do(door, "hue", item, *more)
    desk.world.clock.advance(CLAIM_SECONDS)
    assert listed(desk, "hue").lines[0].claimed_by is None
    desk.do(queue.claim, "hue", item)
    with pytest.raises(ClaimedError, match="hue has claimed it"):
        desk.do(queue.decide, "tram", item, SAME)
    desk.do(queue.release, "hue", item)
    desk.do(queue.decide, "tram", item, SAME)


@pytest.mark.parametrize(
    ("decision", "persons", "colours"),
    [(SAME, 1, ["green"]), (NEW, 2, ["yellow", "yellow"]), (REFUSED, 1, ["yellow"])],
)
def test_a_decision_and_its_certificates(
    desk: Desk, decision: ReviewDecision, persons: int, colours: list[str]
) -> None:
    item = wait(desk, id_number="079190000124")
    desk.do(queue.decide, "tram", item, decision, reason="the card was looked at")
    desk.world.issuing().run()
    assert desk.world.count("persons") == persons
    assert [one.colour.word for one in desk.world.issued()] == colours
    assert desk.told() == ["tram queue.decide record 2"]
    with pytest.raises(QueueError, match="decided already"):
        desk.do(queue.decide, "tram", item, decision, reason="the card was looked at")


@pytest.mark.parametrize("who", ["tram2", "saigon", "kiem"])
def test_others_decide_nothing(desk: Desk, who: str) -> None:
    item = wait(desk, birth_date="30/12/1990")
    for door, more in (
        (queue.claim, ()), (queue.release, ()), (queue.decide, (NEW,)), (queue.undo, ("a slip",)),
    ):  # fmt: skip
        with pytest.raises(NotAllowedError):
            desk.do(door, who, item, *more)
    assert desk.told() == []


@pytest.mark.parametrize("reason", [None, "", "no", "x" * 201, "two\nlines"])
def test_nothing_is_refused_without_words(desk: Desk, reason: str | None) -> None:
    item = wait(desk, birth_date="30/12/1990")
    with pytest.raises(ReasonError):
        desk.do(queue.decide, "tram", item, REFUSED, reason=reason)
    assert desk.item(item).decided_at is None


@pytest.mark.parametrize("decision", [ReviewDecision.OVERTAKEN, ReviewDecision.CORRECTED])
def test_what_nobody_decides(desk: Desk, decision: ReviewDecision) -> None:
    item = wait(desk, birth_date="30/12/1990")
    with pytest.raises(QueueError):
        desk.do(queue.decide, "tram", item, decision, reason="for no reason")


def test_a_slip_in_the_number_gives_no_dose_to_a_stranger(desk: Desk) -> None:
    desk.world.take_in(stranger(7))
    item = wait(desk, birth_date="30/12/1990")
    with pytest.raises(QueueError, match="nothing in common"):
        desk.do(queue.decide, "tram", item, SAME, person_id=1)
    with pytest.raises(QueueError, match="no such person"):
        desk.do(queue.decide, "tram", item, SAME, person_id=99)
    assert desk.do(queue.decide, "tram", item, SAME, person_id=2).person_id == 2


def test_a_record_that_shows_nobody_needs_a_name(desk: Desk) -> None:
    desk.world.take_in(row(site="46001", id_number="", phone=""))
    (item,) = desk.world.waiting()
    with pytest.raises(QueueError, match="nobody is shown"):
        desk.do(queue.decide, "tram", item.id, SAME)


@pytest.mark.usefixtures("either_database")
def test_a_mended_record_counts(desk: Desk) -> None:
    item = wait(desk, birth_date="30/12/1990", id_number="079190000132")
    done = desk.do(
        queue.correct, "tram", item, {"birth_date": "31/12/1990", "id_number": "079190000123"},
        "mistyped; the card says so", rules=desk.rules, table=TABLE,
    )  # fmt: skip
    desk.world.issuing().run()
    assert [one.colour.word for one in desk.world.issued()] == ["green"]
    states = [one.state for one in desk.world.records()]
    assert states == [RecordState.ACCEPTED, RecordState.SUPERSEDED, RecordState.ACCEPTED]
    assert desk.item(item).decision == ReviewDecision.CORRECTED
    assert done.record_id == 3
    assert desk.world.count("person_identifiers") == 0
    with pytest.raises(QueueError, match="a corrected record took its place"):
        desk.do(queue.undo, "tram", item, "a second look")


def test_a_mended_record_of_nobody_becomes_somebodys(desk: Desk) -> None:
    desk.world.take_in(row(site="46001", id_number="", phone=""))
    (item,) = desk.world.waiting()
    desk.do(queue.correct, "tram", item.id, {"id_number": "079190000123"}, "the card was shown",
            rules=desk.rules, table=TABLE)  # fmt: skip
    desk.world.issuing().run()
    assert [one.id_suffix for one in desk.world.issued()] == ["0123"]


@pytest.mark.parametrize(
    ("cells", "error"),
    [
        ({}, QueueError),
        ({"birth_date": "31/02/1990"}, ValuesError),
        ({"birth_date": "31/12/2990"}, ValuesError),
        ({"id_number": "12345"}, ValuesError),
        ({"full_name": "12345"}, ValuesError),
        ({"sex": "vâng"}, ValuesError),
        ({"phone": "113"}, ValuesError),
        ({"vaccine": "Phaizer"}, ValuesError),
        ({"injected_on": "16/06/1980"}, ValuesError),
    ],
)
def test_values_that_correct_nothing(
    desk: Desk, cells: dict[str, str], error: type[HintedError]
) -> None:
    item = wait(desk, birth_date="30/12/1990")
    with pytest.raises(error) as caught:
        desk.do(queue.correct, "tram", item, cells, "mistyped", rules=desk.rules, table=TABLE)
    assert not any(value in str(caught.value) for value in cells.values())
    assert desk.item(item).decided_at is None


@pytest.mark.usefixtures("either_database")
def test_a_decision_is_taken_back_and_the_green_waits_for_a_second_person(desk: Desk) -> None:
    item = wait(desk, birth_date="30/12/1990")
    desk.do(queue.decide, "tram", item, SAME)
    desk.world.issuing().run()
    again = desk.do(queue.undo, "tram", item, "it was somebody else's card")
    desk.world.issuing().run()
    assert [one.colour.word for one in desk.world.issued()] == ["green"]
    assert desk.world.count("proposals") == 1
    assert [one.id for one in desk.world.waiting()] == [again]
    with pytest.raises(WaitingError):
        desk.do(queue.undo, "tram", item, "it was somebody else's card")


def test_no_such_item(desk: Desk) -> None:
    for door, more in ((queue.claim, ()), (queue.decide, (SAME,)), (queue.undo, ("a slip",))):
        with pytest.raises(QueueError, match="no such item"):
            desk.do(door, "bo", 99, *more)


def decide_once(folder: Path, who: str, item: int, start: Any, said: Any) -> None:
    world = World(folder)
    with world.register.reading() as connection:
        account = find_account(connection, who)
    assert account is not None
    start.wait()
    try:
        with world.register.writing() as connection:
            queue.decide(connection, account.actor, item, SAME, world.clock.now())
        said.put("won")
    except HintedError as error:
        said.put(error.code)


@pytest.mark.usefixtures("either_database")
def test_of_two_who_decide_at_once_exactly_one_wins(desk: Desk) -> None:
    item = wait(desk, birth_date="30/12/1990")
    context = multiprocessing.get_context("spawn")
    start, said = context.Barrier(2), context.Queue()
    both = [
        context.Process(target=decide_once, args=(desk.world.folder, who, item, start, said))
        for who in ("tram", "hue")
    ]
    for one in both:
        one.start()
    assert sorted(said.get(timeout=60) for _ in both) == ["queue", "won"]
    for one in both:
        one.join()
    assert desk.world.count("record_changes") == 1
