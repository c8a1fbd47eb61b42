"""Prints the numbers that dosepass holds: `python -m benchmarks`."""

import sys
from itertools import chain

from benchmarks import issuing, seeing, serving, verifying
from benchmarks.measure import Row


def main() -> int:
    """Print one line a row as it is measured; the exit status is 1 when a bound does not hold."""
    all_hold = True
    for row in chain(verifying.rows(), serving.rows(), issuing.rows(), seeing.rows()):
        _print(row)
        all_hold = all_hold and row.holds
    return 0 if all_hold else 1


def _print(row: Row) -> None:
    print(f"{'holds' if row.holds else 'FAILS':<6} {row.what}")
    print(f"{'':<6} {row.figure}; bound: {row.bound}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
