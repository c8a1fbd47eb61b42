"""Prints the numbers that dosepass holds: `python -m benchmarks`."""

import sys
from itertools import chain

from benchmarks import issuing, seeing, serving, starting, trust, verifying
from benchmarks.measure import print_row


def main() -> int:
    """Print one line a row as it is measured; the exit status is 1 when a bound does not hold."""
    all_hold = True
    parts = (
        verifying.rows(),
        trust.rows(),
        serving.rows(),
        starting.rows(),
        issuing.rows(),
        seeing.rows(),
    )
    for row in chain(*parts):
        print_row(row)
        all_hold = all_hold and row.holds
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
