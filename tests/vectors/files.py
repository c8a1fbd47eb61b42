"""The files of the vectors: which there must be, and writing them."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final

from tests.vectors import claims, courses, messages, signatures, texts, times
from tests.vectors.case import Case

__all__ = ["DIRECTORY", "all_cases", "differences", "write"]

DIRECTORY: Final = Path(__file__).parent.parent.parent / "spec" / "vectors"


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case, by name; raises ValueError when two share one."""
    cases = [
        case
        for module in (texts, messages, signatures, claims, courses, times)
        for case in module.cases()
    ]
    twice = [name for name, number in Counter(case.name for case in cases).items() if number > 1]
    if twice:
        raise ValueError(f"cases share a name: {', '.join(twice)}")
    return tuple(sorted(cases, key=lambda case: case.name))


def differences() -> list[str]:
    """What is wrong with the files: missing, not of a case, or not as its case says."""
    wanted = {f"{case.name}.json": case.to_json() for case in all_cases()}
    found = {path.name: path.read_text("utf-8") for path in DIRECTORY.glob("*.json")}
    missing = [f"missing: {name}" for name in sorted(wanted.keys() - found.keys())]
    stray = [f"of no case: {name}" for name in sorted(found.keys() - wanted.keys())]
    changed = [
        f"differs: {name}"
        for name in sorted(wanted)
        if name in found and found[name] != wanted[name]
    ]
    return missing + stray + changed


def write() -> None:
    """Make the files as the cases say, and remove those of no case."""
    names = {f"{case.name}.json" for case in all_cases()}
    for path in DIRECTORY.glob("*.json"):
        if path.name not in names:
            path.unlink()
    for case in all_cases():
        (DIRECTORY / f"{case.name}.json").write_text(case.to_json(), "utf-8")
