"""The files of the vectors: which there must be, and writing them."""

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final

from tests.vectors import (
    claims,
    compressed,
    courses,
    indexes,
    messages,
    policies,
    signatures,
    status,
    status_times,
    stolen,
    texts,
    times,
    tokens,
)
from tests.vectors.case import Case
from tests.vectors.policies import PolicyCase
from tests.vectors.status_case import StatusCase

__all__ = [
    "DIRECTORY",
    "POLICY_DIRECTORY",
    "STATUS_DIRECTORY",
    "all_cases",
    "all_policy_cases",
    "all_status_cases",
    "differences",
    "write",
]

DIRECTORY: Final = Path(__file__).parent.parent.parent / "spec" / "vectors"
STATUS_DIRECTORY: Final = DIRECTORY.parent / "status-vectors"
POLICY_DIRECTORY: Final = DIRECTORY.parent / "policy-vectors"

_MODULES: Final = (
    *(texts, messages, signatures, claims, courses, times),
    *(status, status_times, stolen),
)


@cache
def all_cases() -> tuple[Case, ...]:
    """Every case of a text, by name; raises ValueError when two share one."""
    cases = [case for module in _MODULES for case in module.cases()]
    _check_names([case.name for case in cases])
    return tuple(sorted(cases, key=lambda case: case.name))


@cache
def all_status_cases() -> tuple[StatusCase, ...]:
    """Every case of a token or an index, by name; raises ValueError when two share one."""
    cases = [*tokens.cases(), *compressed.cases(), *indexes.cases()]
    _check_names([case.name for case in cases])
    return tuple(sorted(cases, key=lambda case: case.name))


@cache
def all_policy_cases() -> tuple[PolicyCase, ...]:
    """Every case of an entry policy, by name; raises ValueError when two share one."""
    cases = list(policies.cases())
    _check_names([case.name for case in cases])
    return tuple(sorted(cases, key=lambda case: case.name))


def differences() -> list[str]:
    """What is wrong with the files: missing, not of a case, or not as its case says."""
    wanted = _wanted()
    found = {path: path.read_text("utf-8") for path in _found()}
    missing = [f"missing: {path.name}" for path in sorted(wanted.keys() - found.keys())]
    stray = [f"of no case: {path.name}" for path in sorted(found.keys() - wanted.keys())]
    changed = [
        f"differs: {path.name}"
        for path in sorted(wanted)
        if path in found and found[path] != wanted[path]
    ]
    return missing + stray + changed


def write() -> int:
    """Make the files as the cases say, and remove those of no case; gives their number."""
    wanted = _wanted()
    for path in _found():
        if path not in wanted:
            path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return len(wanted)


def _wanted() -> dict[Path, str]:
    wanted = {DIRECTORY / f"{case.name}.json": case.to_json() for case in all_cases()}
    for case in all_status_cases():
        wanted[STATUS_DIRECTORY / f"{case.name}.json"] = case.to_json()
    for policy in all_policy_cases():
        wanted[POLICY_DIRECTORY / f"{policy.name}.json"] = policy.to_json()
    return wanted


def _found() -> list[Path]:
    folders = (DIRECTORY, STATUS_DIRECTORY, POLICY_DIRECTORY)
    return [path for folder in folders for path in folder.glob("*.json")]


def _check_names(names: list[str]) -> None:
    twice = [name for name, number in Counter(names).items() if number > 1]
    if twice:
        raise ValueError(f"cases share a name: {', '.join(twice)}")
