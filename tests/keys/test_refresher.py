"""The plan of refreshes, and the loop that keeps to it."""

import threading
from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.bundle import TrustBundle
from keys.errors import TrustBundleError
from keys.fetching.refresher import Refresher, next_delay, seconds_of

BUNDLE = cast(TrustBundle, object())
chances = st.floats(min_value=0, max_value=1)
intervals = st.integers(min_value=10, max_value=30 * 86_400)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        (0, 3600), (1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (6, 960), (7, 1920),
        (8, 3600), (9, 3600), (1000, 3600), (10**9, 3600),
    ],
)  # fmt: skip
def test_the_plan_of_an_hour(failures: int, seconds: int) -> None:
    assert next_delay(3600, failures, 0.5) == seconds


@given(intervals, st.integers(min_value=0, max_value=10**6), chances)
def test_no_wait_is_longer_than_the_interval_and_its_tenth(
    interval: int, failures: int, chance: float
) -> None:
    delay = next_delay(interval, failures, chance)
    assert 0.89 * min(30, interval) < delay < 1.11 * interval


@given(intervals, st.integers(min_value=1, max_value=100))
def test_waits_never_shrink_while_it_fails(interval: int, failures: int) -> None:
    assert next_delay(interval, failures, 0.5) <= next_delay(interval, failures + 1, 0.5)


@given(intervals, st.integers(min_value=0, max_value=100), chances, chances)
def test_chance_moves_a_wait_by_a_tenth_at_most(
    interval: int, failures: int, one: float, other: float
) -> None:
    middle = next_delay(interval, failures, 0.5)
    assert abs(next_delay(interval, failures, one) - middle) <= 0.1 * middle + 1e-6
    if one < other:
        assert next_delay(interval, failures, one) <= next_delay(interval, failures, other)


@pytest.mark.parametrize(
    ("text", "seconds"), [("10s", 10), ("90s", 90), ("30m", 1800), ("1h", 3600), ("30d", 2_592_000)]
)
def test_intervals(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    "text",
    ["", "1", "h", "0h", "9s", "31d", "1.5h", "-1h", "1 h", "1H", "01h", "١h", "1h\n", "99999999s"],
)
def test_what_is_no_interval(text: str) -> None:
    with pytest.raises(ValueError, match="such as"):
        seconds_of(text)


class Loop:
    """A refresher whose results are given, and which ends after the last of them."""

    def __init__(self, *results: TrustBundle | Exception) -> None:
        self.left: Iterator[TrustBundle | Exception] = iter(results)
        self.count = len(results)
        self.told: list[TrustBundle | Exception] = []
        self.refresher = Refresher(self._refresh, 0.01, self._tell)

    def _refresh(self) -> TrustBundle:
        result = next(self.left)
        if isinstance(result, Exception):
            raise result
        return result

    def _tell(self, result: TrustBundle | Exception) -> None:
        self.told.append(result)
        if len(self.told) == self.count:
            self.refresher.stop()


def test_it_goes_on_whatever_happens() -> None:
    trouble, fault = TrustBundleError("no network"), MemoryError()
    loop = Loop(BUNDLE, trouble, fault, BUNDLE)
    loop.refresher.run()
    assert loop.told == [BUNDLE, trouble, fault, BUNDLE]


def test_it_stops_at_once_in_the_middle_of_a_wait() -> None:
    waiting = threading.Event()
    refresher = Refresher(lambda: BUNDLE, 3600, lambda _: waiting.set())
    thread = threading.Thread(target=refresher.run)
    thread.start()
    assert waiting.wait(5)
    refresher.stop()
    thread.join(5)
    assert not thread.is_alive()


def test_it_does_nothing_after_it_was_stopped() -> None:
    loop = Loop(BUNDLE)
    loop.refresher.stop()
    loop.refresher.run()
    assert loop.told == []


def test_its_thread_does_not_keep_a_process_alive() -> None:
    first = threading.Event()
    refresher = Refresher(lambda: BUNDLE, 3600, lambda _: first.set())
    refresher.start()
    assert first.wait(5)
    assert [thread.daemon for thread in threading.enumerate() if thread.name == "refresher"][-1]
    refresher.stop()
