"""Timing that survives a noisy machine: the sides of a ratio take turns, the quietest counts."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["Action", "Row", "compare", "print_row", "seconds_each"]

Action = Callable[[], object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the table: what was measured, the figure, the bound, and whether it holds."""

    what: str
    figure: str
    bound: str
    holds: bool


def print_row(row: Row) -> None:
    """Print a row as soon as it is measured."""
    print(f"{'holds' if row.holds else 'FAILS':<6} {row.what}")
    print(f"{'':<6} {row.figure}; bound: {row.bound}", flush=True)


def seconds_each(action: Action, repeats: int) -> float:
    """Seconds of one call, as the mean over `repeats` calls in a row."""
    start = time.perf_counter()
    for _ in range(repeats):
        action()
    return (time.perf_counter() - start) / repeats


def compare(
    ours: Action, bare: Action, *, rounds: int = 200, repeats: int = 50
) -> tuple[float, float, float]:
    """Time two actions in turn; gives seconds of ours, seconds of bare, and ours over bare.

    Both sides take turns all along, and of each the quickest round counts: what else runs on the
    machine can only add to a round, and it adds unequally, for the two need the caches unequally.
    """
    gc.disable()
    try:
        pairs = [(seconds_each(ours, repeats), seconds_each(bare, repeats)) for _ in range(rounds)]
    finally:
        gc.enable()
    best, best_bare = (min(side) for side in zip(*pairs, strict=True))
    return best, best_bare, best / best_bare
