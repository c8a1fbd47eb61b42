"""The session as tables: what is shown when, second by second."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner_app.answer import Answer, Trouble
from scanner_app.session import (
    Checking,
    Looking,
    Note,
    Session,
    Showing,
    Times,
    is_certificate,
)
from spec.verdicts import Outcome
from tests.scanner_app.answers import FORGED, GREEN, STALE, YELLOW, trouble

A, B = "DP1:A", "DP1:B"
OTHER = "https://example.com"
TIMES = Times(show=8, keep=2, cooldown=3, note=1.5, give_up=15)

Event = tuple[float, str, object]


def play(*events: Event, times: Times = TIMES) -> str:
    """Feed events and write down what is shown after each: one word an event."""
    session = Session(times=times)
    words = []
    for at, kind, what in events:
        if kind == "saw":
            texts = what if isinstance(what, tuple) else (what,)
            session = session.saw([text for text in texts if text], at)
        elif kind == "answer":
            assert isinstance(what, tuple)
            text, answer = what
            session = session.answered(text, answer, at)
        elif kind == "clear":
            session = session.cleared()
        else:
            session = session.ticked(at)
        words.append(describe(session))
    return " ".join(words)


def describe(session: Session) -> str:
    match session.state:
        case Looking(note=None):
            return "looking"
        case Looking(note=Note() as note):
            return note.name.lower()
        case Checking(text=text):
            return f"checking:{text[-1]}"
        case Showing(answer=Answer(accepted=accepted, trouble=why)):
            if why is not None:
                return f"showing:{why.value}"
            return f"showing:{accepted.colour.word if accepted else 'refusal'}"
    raise AssertionError


def saw(at: float, *texts: str) -> Event:
    return (at, "saw", texts)


def got(at: float, text: str, answer: Answer) -> Event:
    return (at, "answer", (text, answer))


def tick(at: float) -> Event:
    return (at, "tick", None)


CLEAR: Event = (0, "clear", None)

TABLE: dict[str, tuple[list[Event], str]] = {
    "nothing in view": ([saw(0), tick(1)], "looking looking"),
    "one person, from code to the end of the result": (
        [saw(0, A), got(0.1, A, GREEN), tick(8), tick(8.1)],
        "checking:A showing:green showing:green looking",
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
        "checking:A showing:green looking checking:A",
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
        [saw(0, A), got(0.1, A, GREEN), CLEAR, saw(0.3, A), saw(0.4, B)],
        "checking:A showing:green looking already_read checking:B",
    ),
    "the officer's key does not end a check": ([saw(0, A), CLEAR], "checking:A checking:A"),
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


def test_without_a_cooldown_an_item_is_judged_each_time() -> None:
    events = [saw(0, A), got(0, A, GREEN), CLEAR, saw(0.1, A)]
    words = "checking:A showing:green looking checking:A"
    assert play(*events, times=replace(TIMES, cooldown=0)) == words


def test_a_session_keeps_no_certificate_after_its_answer() -> None:
    secret = "DP1:" + "PERSONAL"
    session = Session(times=TIMES).saw([secret], 0).answered(secret, FORGED, 0.1)
    assert "PERSONAL" not in repr(session)


def test_a_result_leaves_no_person_behind() -> None:
    session = Session(times=TIMES).saw([A], 0).answered(A, GREEN, 0.1).ticked(9)
    assert "Phượng" not in repr(session)


def test_the_memory_of_codes_is_bounded_by_time() -> None:
    session = Session(times=replace(TIMES, keep=0))
    for number in range(200):
        text = f"DP1:{number}"
        session = session.saw([text], number).answered(text, GREEN, number)
    assert len(session._resting) <= 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [("DP1:X", True), ("DP1:", True), ("dp1:X", False), (" DP1:X", False), ("DP2:X", False)],
)
def test_what_counts_as_a_certificate(text: str, *, expected: bool) -> None:
    assert is_certificate(text) is expected


EVENTS = st.lists(
    st.tuples(
        st.floats(0, 3),
        st.sampled_from(["saw", "answer", "tick", "clear"]),
        st.sets(st.sampled_from([A, B, OTHER, "\ud800"])),
    ),
    max_size=40,
)


@given(EVENTS)
def test_whatever_happens_a_result_answers_the_code_that_was_seen(
    events: list[tuple[float, str, set[str]]],
) -> None:
    session, now = Session(times=TIMES), 0.0
    answers = {A: GREEN, B: FORGED}
    asked: set[str] = set()
    for pause, kind, texts in events:
        now += pause
        if kind == "saw":
            session = session.saw(texts, now)
        elif kind == "answer" and isinstance(session.state, Checking):
            session = session.answered(session.state.text, answers[session.state.text], now)
        elif kind == "tick":
            session = session.ticked(now)
        else:
            session = session.cleared()
        if isinstance(session.state, Checking):
            asked.add(session.state.text)
        if isinstance(session.state, Showing):
            shown = session.state.answer
            assert shown.trouble is Trouble.NO_ANSWER or any(answers[t] == shown for t in asked)
            assert session.state.until <= session.state.since + TIMES.show


def test_no_answer_is_undetermined() -> None:
    state = Session(times=TIMES).saw([A], 0).ticked(15).state
    assert isinstance(state, Showing)
    assert state.answer.outcome is Outcome.UNDETERMINED
