"""The session as tables: what is shown when, second by second."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner_app.answer import Answer, Trouble
from scanner_app.comparison import Card, Compare, Compared
from scanner_app.session import Session
from scanner_app.sight import Hint
from scanner_app.states import (
    Checking,
    Cleared,
    Comparing,
    Looking,
    Reading,
    Seen,
    Showing,
    Times,
    is_certificate,
)
from spec.match import Match
from spec.screen import Note
from spec.verdicts import Outcome
from tests.scanner_app.answers import FORGED, GREEN, STALE, YELLOW, trouble

A, B = "DP1:A", "DP1:B"
OTHER = "https://example.com"
TIMES = Times(show=8, keep=2, cooldown=3, note=1.5, give_up=15)


Event = tuple[float, str, object]


def seen(*texts: str, cards: tuple[Card, ...] = ()) -> Seen:
    certificates = frozenset(text for text in texts if is_certificate(text))
    return Seen(
        certificates=certificates,
        cards=cards,
        strange=any(text not in certificates for text in texts),
    )


def play(*events: Event, times: Times = TIMES, compare: Compare = Compare.BESIDE) -> str:
    """Feed events and write down what is shown after each: one word an event."""
    session = Session(times=times, compare=compare)
    words = []
    for at, kind, what in events:
        match kind, what:
            case "saw", Seen():
                session = session.saw(what, at)
            case "answer", (str(text), Answer() as answer):
                session = session.answered(text, answer, at)
            case "key", str(name):
                session = getattr(session, name)(at)
            case _:
                session = session.ticked(at)
        words.append(describe(session))
    return " ".join(words)


def describe(session: Session) -> str:
    match session.state:
        case Looking(note=None, hint=None):
            return "looking"
        case Looking(note=None, hint=Hint() as hint):
            return f"looking:{hint.name.lower()}"
        case Looking(note=Note() as note):
            return note.name.lower()
        case Reading(hint=hint):
            return f"reading:{hint.name.lower()}" if hint else "reading"
        case Checking(text=text):
            return f"checking:{text[-1]}"
        case Comparing(comparison=comparison):
            return "comparing" if comparison is None else f"comparing:{comparison.match.value}"
        case Showing(differs=True):
            return "showing:another"
        case Showing(answer=Answer(accepted=accepted, trouble=why)):
            if why is not None:
                return f"showing:{why.value}"
            return f"showing:{accepted.colour.word if accepted else 'refusal'}"
        case Cleared():
            return "cleared"
    raise AssertionError


def saw(at: float, *texts: str, cards: tuple[Card, ...] = ()) -> Event:
    return (at, "saw", seen(*texts, cards=cards))


def blur(at: float, hint: Hint | None = None, *, code_like: bool = True) -> Event:
    return (at, "saw", Seen(code_like=code_like, hint=hint))


def got(at: float, text: str, answer: Answer) -> Event:
    return (at, "answer", (text, answer))


def tick(at: float) -> Event:
    return (at, "tick", None)


def key(at: float, name: str) -> Event:
    return (at, "key", name)


def card(match: Match) -> Card:
    return lambda _: Compared(match=match)


TABLE: dict[str, tuple[list[Event], str]] = {
    "nothing in view": ([saw(0), tick(1)], "looking looking"),
    "one person, from code to the end of the result": (
        [saw(0, A), got(0.1, A, GREEN), tick(8), tick(8.1), tick(8.6), tick(8.7)],
        "checking:A showing:green showing:green cleared cleared looking",
    ),
    "a refusal": ([saw(0, A), got(0.1, A, FORGED)], "checking:A showing:refusal"),
    "frames without the code do not end the check": (
        [saw(0, A), saw(0.1), saw(0.2), got(0.3, A, YELLOW)],
        "checking:A checking:A checking:A showing:yellow",
    ),
    "a code held still is read once": (
        [saw(0, A), got(0.1, A, GREEN), *(saw(t, A) for t in (2, 4, 6, 8)), saw(8.2, A)],
        "checking:A showing:green showing:green showing:green showing:green showing:green "
        "already_read",
    ),
    "the same code shown again later is read again": (
        [saw(0, A), got(0.1, A, GREEN), tick(8.1), saw(12, A)],
        "checking:A showing:green cleared checking:A",
    ),
    "the remark on a code just read ends once it is gone": (
        [saw(0, A), got(0.1, A, GREEN), saw(8.05, A), saw(8.2, A), tick(9.6), tick(9.8)],
        "checking:A showing:green showing:green already_read already_read looking",
    ),
    "after the remark it must be out of sight for the cooldown": (
        [saw(0, A), got(0.1, A, GREEN), saw(8, A), saw(9, A), saw(11.9, A), saw(15, A)],
        "checking:A showing:green showing:green already_read already_read checking:A",
    ),
    "the next person waits until the result was seen": (
        [saw(0, A), got(0.1, A, GREEN), saw(1, B), saw(2, B), saw(2.2, B), got(2.3, B, FORGED)],
        "checking:A showing:green showing:green showing:green checking:B showing:refusal",
    ),
    "a second code during the check is left for later": (
        [saw(0, A), saw(0.1, B), got(0.2, A, GREEN)],
        "checking:A checking:A showing:green",
    ),
    "two certificates in view": ([saw(0, A, B)], "two_certificates"),
    "two certificates in view during a result change nothing": (
        [saw(0, A), got(0.1, A, GREEN), saw(3, A, B)],
        "checking:A showing:green showing:green",
    ),
    "one certificate seen twice in a frame is one": ([saw(0, A, A)], "checking:A"),
    "a strange code gets a small remark": (
        [saw(0, OTHER), tick(1.4), tick(1.6)],
        "not_a_certificate not_a_certificate looking",
    ),
    "a strange code beside a certificate is ignored": ([saw(0, OTHER, A)], "checking:A"),
    "a strange code does not disturb a result": (
        [saw(0, A), got(0.1, A, GREEN), saw(1, OTHER)],
        "checking:A showing:green showing:green",
    ),
    "a certificate after a strange code": (
        [saw(0, OTHER), saw(0.1, A)],
        "not_a_certificate checking:A",
    ),
    "an answer that comes too late is dropped": (
        [saw(0, A), tick(15), got(16, A, GREEN)],
        "checking:A showing:no_answer showing:no_answer",
    ),
    "an answer to something else is dropped": (
        [saw(0, A), got(0.1, B, GREEN)],
        "checking:A checking:A",
    ),
    "an answer without a question is dropped": ([got(0, A, GREEN)], "looking"),
    "a network failure may be tried again at once": (
        [saw(0, A), got(0.1, A, trouble()), saw(5, A), saw(8.2, A)],
        "checking:A showing:service_unreachable showing:service_unreachable checking:A",
    ),
    "so may stale trust data": (
        [saw(0, A), got(0.1, A, STALE), saw(8.2, A)],
        "checking:A showing:refusal checking:A",
    ),
    "the officer ends a result": (
        [saw(0, A), got(0.1, A, GREEN), key(0.2, "cleared"), saw(0.3, A), saw(0.4, B)],
        "checking:A showing:green cleared already_read checking:B",
    ),
    "the officer's key does not end a check": (
        [saw(0, A), key(0.1, "cleared")],
        "checking:A checking:A",
    ),
    "each person in a queue is read": (
        [saw(0, A), got(0, A, GREEN), saw(2, B), got(2, B, YELLOW), saw(4, A)],
        # A was last seen 4 seconds ago: longer than the cooldown.
        "checking:A showing:green checking:B showing:yellow checking:A",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_table(name: str) -> None:
    events, expected = TABLE[name]
    assert play(*events) == expected


SEEING: dict[str, tuple[list[Event], str]] = {
    "something like a code is being read": (
        [blur(0), blur(0.1), saw(0.2, A)],
        "reading reading checking:A",
    ),
    "a hint stays long enough to be read": (
        [blur(0, Hint.TOO_FAR), blur(0.2, Hint.HOLD_STILL), blur(0.9, Hint.HOLD_STILL)],
        "reading:too_far reading:too_far reading:hold_still",
    ),
    "a hint ends with its cause": (
        [blur(0, Hint.TOO_FAR), saw(1), saw(1.6)],
        "reading:too_far reading:too_far looking",
    ),
    "darkness needs no code": (
        [blur(0, Hint.TOO_DARK, code_like=False), tick(1), tick(2)],
        "looking:too_dark looking:too_dark looking",
    ),
    "a note is not overwritten by a hint": (
        [saw(0, OTHER), blur(0.1, Hint.TOO_FAR), blur(1.6, Hint.TOO_FAR)],
        "not_a_certificate not_a_certificate reading:too_far",
    ),
    "a pattern on the wall does not disturb a result": (
        [saw(0, A), got(0, A, GREEN), blur(1, Hint.TOO_FAR)],
        "checking:A showing:green showing:green",
    ),
    "a cleared screen takes the next person at once": (
        [saw(0, A), got(0, A, GREEN), tick(8), saw(8.1, B)],
        "checking:A showing:green cleared checking:B",
    ),
}


@pytest.mark.parametrize("name", SEEING)
def test_what_the_frame_tells(name: str) -> None:
    events, expected = SEEING[name]
    assert play(*events) == expected


MATCHES = (card(Match.MATCH),)
NEAR = (card(Match.NEAR),)
ANOTHER = (card(Match.NO_MATCH),)
UNCLEAR = (card(Match.CANNOT_TELL),)
ACCEPTED = [saw(0, A), got(0.1, A, GREEN)]

COMPARING: dict[str, tuple[Compare, list[Event], str]] = {
    "the colour waits for the officer": (
        Compare.FIRST,
        [*ACCEPTED, key(3, "confirmed"), tick(11.1)],
        "checking:A comparing showing:green cleared",
    ),
    "the officer sees another person": (
        Compare.FIRST,
        [*ACCEPTED, key(3, "denied")],
        "checking:A comparing showing:another",
    ),
    "the officer clears without deciding": (
        Compare.FIRST,
        [*ACCEPTED, key(3, "cleared")],
        "checking:A comparing cleared",
    ),
    "nobody decides": (
        Compare.FIRST,
        [*ACCEPTED, tick(30), tick(30.2)],
        "checking:A comparing comparing cleared",
    ),
    "a refusal needs no comparing": (
        Compare.FIRST,
        [saw(0, A), got(0.1, A, FORGED)],
        "checking:A showing:refusal",
    ),
    "trouble needs no comparing": (
        Compare.CARD,
        [saw(0, A), got(0.1, A, trouble())],
        "checking:A showing:service_unreachable",
    ),
    "the next person's code waits": (
        Compare.FIRST,
        [*ACCEPTED, saw(5, B), saw(6, A, B), key(7, "confirmed"), saw(9.1, B)],
        "checking:A comparing comparing comparing showing:green checking:B",
    ),
    "the phone may stay in view": (
        Compare.FIRST,
        [*ACCEPTED, saw(5, A), key(6, "cleared"), saw(6.1, A)],
        "checking:A comparing comparing cleared already_read",
    ),
    "a card in a mode without cards is no certificate": (
        Compare.FIRST,
        [saw(0, cards=MATCHES), tick(2), saw(3, A), got(3, A, GREEN), saw(4, cards=MATCHES)],
        "not_a_certificate looking checking:A comparing comparing",
    ),
    "the keys do nothing while nobody is compared": (
        Compare.FIRST,
        [key(0, "confirmed"), key(0, "denied"), saw(0, A), key(0.1, "confirmed")],
        "looking looking checking:A checking:A",
    ),
    "beside, the keys change nothing": (
        Compare.BESIDE,
        [*ACCEPTED, key(1, "confirmed"), key(1, "denied")],
        "checking:A showing:green showing:green showing:green",
    ),
    "the card agrees": (
        Compare.CARD,
        [*ACCEPTED, saw(3, cards=MATCHES)],
        "checking:A comparing showing:green",
    ),
    "the card is another person's": (
        Compare.CARD,
        [*ACCEPTED, saw(3, cards=ANOTHER)],
        "checking:A comparing showing:another",
    ),
    "a slip is for the officer": (
        Compare.CARD,
        [*ACCEPTED, saw(3, cards=NEAR), saw(3.1, cards=NEAR), key(4, "confirmed")],
        "checking:A comparing comparing:near comparing:near showing:green",
    ),
    "so is a card that says too little": (
        Compare.CARD,
        [*ACCEPTED, saw(3, cards=UNCLEAR), key(4, "denied")],
        "checking:A comparing comparing:cannot_tell showing:another",
    ),
    "another card may decide after one that did not": (
        Compare.CARD,
        [*ACCEPTED, saw(3, cards=UNCLEAR), saw(4, cards=MATCHES)],
        "checking:A comparing comparing:cannot_tell showing:green",
    ),
    "of two cards nobody knows which": (
        Compare.CARD,
        [*ACCEPTED, saw(3, cards=MATCHES + ANOTHER)],
        "checking:A comparing comparing",
    ),
    "certificate and card in one view": (
        Compare.CARD,
        [saw(0, A, cards=MATCHES), got(0.1, A, GREEN), saw(0.2, A, cards=MATCHES)],
        "checking:A comparing showing:green",
    ),
    "the card came first": (
        Compare.CARD,
        [saw(0, cards=MATCHES), saw(1, A)],
        "certificate_first checking:A",
    ),
    "the officer can do without the card": (
        Compare.CARD,
        [*ACCEPTED, key(2, "confirmed")],
        "checking:A comparing showing:green",
    ),
    "a card during a result changes nothing": (
        Compare.CARD,
        [*ACCEPTED, saw(3, cards=MATCHES), saw(4, cards=ANOTHER)],
        "checking:A comparing showing:green showing:green",
    ),
    "the network fails in the middle": (
        Compare.CARD,
        [
            *ACCEPTED,
            saw(1, cards=MATCHES),
            saw(4, B),
            got(7, B, trouble()),
            saw(16, B),
            got(16.2, B, YELLOW),
        ],
        "checking:A comparing showing:green checking:B showing:service_unreachable "
        "checking:B comparing",
    ),
}


@pytest.mark.parametrize("name", COMPARING)
def test_comparing(name: str) -> None:
    compare, events, expected = COMPARING[name]
    assert play(*events, compare=compare) == expected


def test_time_a_person_counts_from_the_first_sight() -> None:
    session = Session(times=TIMES).saw(Seen(code_like=True), 1).saw(seen(A), 2)
    shown = session.answered(A, GREEN, 2.5).state
    assert isinstance(shown, Showing)
    assert (shown.began, shown.since) == (1, 2.5)


def test_a_wall_that_looks_like_a_code_adds_little_to_a_persons_time() -> None:
    session = Session(times=TIMES)
    for second in range(100):
        session = session.saw(Seen(code_like=True), second)
    checking = session.saw(seen(A), 100).state
    assert isinstance(checking, Checking)
    assert checking.began == 99 - TIMES.reading


def test_without_a_cooldown_an_item_is_judged_each_time() -> None:
    events = [saw(0, A), got(0, A, GREEN), key(0, "cleared"), saw(0.1, A)]
    words = "checking:A showing:green cleared checking:A"
    assert play(*events, times=replace(TIMES, cooldown=0)) == words


def test_a_session_keeps_no_certificate_after_its_answer() -> None:
    secret = "DP1:" + "PERSONAL"
    session = Session(times=TIMES).saw(seen(secret), 0).answered(secret, FORGED, 0.1)
    assert "PERSONAL" not in repr(session)


@pytest.mark.parametrize("compare", Compare)
@pytest.mark.parametrize("end", ["time", "key"])
def test_a_result_leaves_no_person_behind(compare: Compare, end: str) -> None:
    session = Session(times=TIMES, compare=compare).saw(seen(A), 0).answered(A, GREEN, 0.1)
    session = session.saw(seen(cards=MATCHES), 1).confirmed(2)
    session = session.ticked(60) if end == "time" else session.cleared(3)
    assert "Phượng" not in repr(session)
    assert "lambda" not in repr(session)


def test_the_memory_of_codes_is_bounded_by_time() -> None:
    session = Session(times=replace(TIMES, keep=0))
    for number in range(200):
        text = f"DP1:{number}"
        session = session.saw(seen(text), number).answered(text, GREEN, number)
    assert len(session._resting) <= 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [("DP1:X", True), ("DP1:", True), ("dp1:X", False), (" DP1:X", False), ("DP2:X", False)],
)
def test_what_counts_as_a_certificate(text: str, *, expected: bool) -> None:
    assert is_certificate(text) is expected


CARDS = st.sampled_from([(), MATCHES, NEAR, ANOTHER, UNCLEAR, MATCHES + ANOTHER])
SEEN = st.builds(
    lambda texts, cards: seen(*texts, cards=cards),
    st.sets(st.sampled_from([A, B, OTHER, "\ud800"])),
    CARDS,
)
KEYS = st.sampled_from(["ticked", "cleared", "confirmed", "denied"])
EVENTS = st.lists(st.tuples(st.floats(0, 3), SEEN | KEYS | st.none()), max_size=40)


@given(EVENTS, st.sampled_from(Compare))
def test_whatever_happens_a_result_answers_the_code_that_was_seen(
    events: list[tuple[float, Seen | str | None]], compare: Compare
) -> None:
    """And no colour appears before the officer or a card has said so, where that is asked for."""
    session, now = Session(times=TIMES, compare=compare), 0.0
    answers = {A: GREEN, B: FORGED}
    asked: set[str] = set()
    for pause, event in events:
        now += pause
        before = session.state
        match event:
            case Seen():
                session = session.saw(event, now)
            case str():
                session = getattr(session, event)(now)
            case _ if isinstance(before, Checking):
                session = session.answered(before.text, answers[before.text], now)
        state = session.state
        if isinstance(state, Checking):
            asked.add(state.text)
        if isinstance(state, Showing):
            shown = state.answer
            assert shown.trouble is Trouble.NO_ANSWER or any(answers[t] == shown for t in asked)
            assert state.until <= state.since + TIMES.show
            assert state.began <= state.since
            if compare is not Compare.BESIDE and shown.accepted is not None:
                assert state.comparison is not None
                assert state.comparison.settled
                assert isinstance(before, Comparing | Showing)


def test_no_answer_is_undetermined() -> None:
    state = Session(times=TIMES).saw(seen(A), 0).ticked(15).state
    assert isinstance(state, Showing)
    assert state.answer.outcome is Outcome.UNDETERMINED
