"""Service first, bundle next: who answers, and that nobody waits for a service that is away."""

import threading
import time
from collections.abc import Callable

import pytest

from scanner_app.answer import Answer, Trouble, Trust
from scanner_app.fallback import FallbackChecker
from tests.scanner_app.answers import FORGED, GREEN, STALE, trouble
from tests.scanner_app.test_checks import Scripted

WAIT = 5.0


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (GREEN, FORGED, GREEN),
        (FORGED, GREEN, FORGED),
        (trouble(), GREEN, GREEN),
        (trouble(), FORGED, FORGED),
        (trouble(), STALE, STALE),
        (trouble(Trouble.KEY_WANTED), GREEN, GREEN),
        (STALE, GREEN, GREEN),
        (STALE, FORGED, FORGED),
        (STALE, trouble(Trouble.NO_ANSWER), STALE),
    ],
)
def test_fallback(first: Answer, second: Answer, expected: Answer) -> None:
    checker = FallbackChecker(Scripted("service", first), Scripted("offline", second), rest=60)
    assert checker.check("DP1:X") == expected
    assert checker.name == "service, offline"


class Service:
    """A service that can be cut off, and remembers what it was asked."""

    name = "service"

    def __init__(self) -> None:
        self.away = False
        self.hangs: threading.Event | None = None
        self.asked: list[str] = []

    def check(self, text: str) -> Answer:
        self.asked.append(text)
        if self.hangs is not None:
            self.hangs.wait(WAIT)
        return trouble() if self.away else GREEN

    def trust(self) -> Trust | None:
        return None


def test_a_silent_service_is_asked_about_nobody_until_it_answers() -> None:
    service = Service()
    checker = FallbackChecker(service, Scripted("offline", FORGED), rest=0.02)
    assert checker.check("DP1:FIRST") is GREEN
    service.away = True
    assert checker.check("DP1:SECOND") is FORGED
    assert checker.check("DP1:THIRD") is FORGED
    until(lambda: len(service.asked) >= 5)
    service.away = False
    until(lambda: checker.check("DP1:LATER") is GREEN)
    assert service.asked[:2] == ["DP1:FIRST", "DP1:SECOND"]
    assert set(service.asked[2:]) == {"DP1:", "DP1:LATER"}


def test_a_name_that_is_looked_up_for_half_a_minute_keeps_nobody_waiting() -> None:
    service = Service()
    service.hangs = threading.Event()
    checker = FallbackChecker(service, Scripted("offline", FORGED), longest=0.1, rest=60)
    started = time.monotonic()
    assert checker.check("DP1:FIRST") is FORGED
    assert 0.1 <= time.monotonic() - started < 1
    started = time.monotonic()
    for _ in range(20):
        assert checker.check("DP1:NEXT") is FORGED
    assert time.monotonic() - started < 0.5
    assert service.asked == ["DP1:FIRST"]
    service.hangs.set()


def test_an_answer_that_comes_too_late_is_nobody_elses() -> None:
    service = Service()
    service.hangs = threading.Event()
    checker = FallbackChecker(service, Scripted("offline", FORGED), longest=0.05, rest=0.02)
    assert checker.check("DP1:FIRST") is FORGED
    service.hangs.set()
    until(lambda: checker.check("DP1:SECOND") is GREEN)


def test_the_ages_are_those_of_the_data_that_judge() -> None:
    class Dated(Scripted):
        def trust(self) -> Trust | None:
            return TIMES

    service = Service()
    checker = FallbackChecker(service, Dated("offline", FORGED), rest=60)
    assert checker.trust() is TIMES  # the service has said nothing yet
    service.away = True
    checker.check("DP1:X")
    assert checker.trust() is TIMES


TIMES = Trust(issued_at=1, fresh_until=2, status_issued_at=1, status_fresh_until=2, newest_time=1)  # type: ignore[arg-type]
