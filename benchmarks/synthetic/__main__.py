"""Write invented dose records: `python -m benchmarks.synthetic --people 1000 --out records.csv`."""

import argparse
from pathlib import Path

from benchmarks.synthetic.records import write_csv


def main() -> None:
    """Write the rows, and with --truth what is behind each of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.synthetic", description=__doc__)
    parser.add_argument("--people", type=int, default=1000, help="two doses each")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same file")
    parser.add_argument("--out", type=Path, required=True, help="the records, as plain CSV")
    parser.add_argument("--truth", type=Path, help="what is behind each line, as CSV")
    given = parser.parse_args()
    count = write_csv(given.out, given.seed, given.people, given.truth)
    print(f"{count} records of {given.people} people")


if __name__ == "__main__":
    main()
