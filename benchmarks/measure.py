"""Timing that survives a noisy machine: the sides of a ratio take turns, medians are quoted."""

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Row", "compare", "seconds_each"]

Action = Callable[[], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the table: what was measured, the figure, the bound, and whether it holds."""

    what: str
    figure: str
    bound: str
    holds: bool


def seconds_each(action: Action, repeats: int) -> float:
    """Seconds of one call, as the mean over `repeats` calls in a row."""
    start = time.perf_counter()
    for _ in range(repeats):
        action()
    return (time.perf_counter() - start) / repeats


def compare(
    ours: Action, bare: Action, *, rounds: int = 60, repeats: int = 100
) -> tuple[float, float, float]:
    """Time two actions in turn; gives seconds of ours, seconds of bare, and ours over bare.

    Each round times both, one right after the other, so that a machine that slows down slows both
    sides of the same ratio. The three figures are medians over the rounds.
    """
    gc.disable()
    try:
        pairs = [(seconds_each(ours, repeats), seconds_each(bare, repeats)) for _ in range(rounds)]
    finally:
        gc.enable()
    return (
        statistics.median(ours for ours, _ in pairs),
        statistics.median(bare for _, bare in pairs),
        statistics.median(ours / bare for ours, bare in pairs),
    )
