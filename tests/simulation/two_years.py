"""The plot: what happens in which week of two years, and who looks when."""

import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from keys.schedule import choose_signing_key
from spec.certificate import Timestamp
from tests.authority import Authority as Stranger
from tests.keys.homes import DAY, HOUR
from tests.simulation.ceremony import change_custodians, change_role_keys
from tests.simulation.country import WEEK, Country, Holder
from tests.simulation.gates import GATES, Gate
from tests.simulation.thief import Thief

__all__ = ["Story", "live"]

_START: Final = Timestamp(1_633_046_400)
"""2021-10-01T00:00:00Z."""
_WEEKS: Final = 104
_FIRST_CEREMONY: Final = 40
"""Custodians: from the key of the beginning to two of three."""
_NEW_ROLE_KEYS: Final = (52, 100)
_THEFT: Final = range(50, 70)
_UNKNOWN_FOR: Final = range(1, 5)
"""Weeks between which the theft happens, and for which nobody knows of it."""
_LOOKS: Final = (HOUR * 3, DAY * 3, DAY * 6 + HOUR * 20)
"""Seconds after the week's publication at which everybody stands before every gate."""
_SAMPLE: Final = 12


@dataclass(slots=True)
class Story:
    """What came of it."""

    faults: list[str] = field(default_factory=list)
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    people: int = 0
    certificates: int = 0
    issued: int = 0
    kids: int = 0
    paused_weeks: int = 0
    roots: int = 0


@dataclass(slots=True)
class _World:
    country: Country
    gates: list[Gate]
    random: random.Random
    stranger: Stranger
    root: bytes
    theft: int
    compromise: int
    thief: Thief | None = None
    known_at: Timestamp | None = None
    taken_back: list[Holder] = field(default_factory=list)
    suspended: Holder | None = None


def live(folder: Path, seed: int, *, weeks: int = _WEEKS, people: int = 2) -> Story:
    """Live through the weeks; `people` get their first dose in each."""
    country = Country(folder, seed, _START)
    gates = [Gate(habit, folder / f"gate-{number}") for number, habit in enumerate(GATES)]
    chance = random.Random(seed)  # noqa: S311 - a plot, no secret
    stranger = Stranger(seed=f"stranger {seed}")
    theft = chance.choice(_THEFT)
    compromise = theft + chance.choice(_UNKNOWN_FOR)
    root = country.first_root()
    world = _World(country, gates, chance, stranger, root, theft, compromise)
    for week in range(weeks):
        _live_a_week(world, week, people)
    return _told(world)


def _live_a_week(world: _World, week: int, people: int) -> None:
    country = world.country
    monday = Timestamp(_START + week * WEEK)
    country.now = Timestamp(monday + world.random.randrange(HOUR, 5 * HOUR))
    if week == 0:
        country.run("keys", "generate", "--sign-at-once")
    if week == _FIRST_CEREMONY:
        change_custodians(country, custodians=3, threshold=2)
    elif week in _NEW_ROLE_KEYS:
        change_role_keys(country, threshold=2)
    if week == world.compromise and world.thief is not None:
        country.run("keys", "compromise", world.thief.kid.hex(), "--yes")
        world.known_at = country.now
    _change_statuses(world, week)
    country.run("keys", "tick")
    _stand_at_the_gates(world, week, people)


def _change_statuses(world: _World, week: int) -> None:
    country = world.country
    standing = country.standing()
    if week % 5 == 4 and standing:
        holder = world.random.choice(standing)
        country.change("revoke", holder)
        world.taken_back.append(holder)
    if week % 9 == 7 and world.suspended is None and standing:
        world.suspended = world.random.choice(country.standing())
        country.change("suspend", world.suspended)
        world.taken_back.append(world.suspended)
    elif week % 9 == 0 and world.suspended is not None:
        country.change("reinstate", world.suspended)
        world.taken_back.remove(world.suspended)
        world.suspended = None


def _stand_at_the_gates(world: _World, week: int, people: int) -> None:
    """Let refreshes, issuing and looks happen in the order of their times."""
    country, published = world.country, world.country.now
    moments: list[tuple[int, int, Gate | None]] = [
        (published + gate.habit.delay, 0, gate)
        for gate in world.gates
        if week % gate.habit.every == 0 and week not in gate.habit.away
    ]
    moments += [(published + look, 1, None) for look in _LOOKS]
    issued = False
    for moment, _, gate in sorted(moments, key=lambda entry: entry[:2]):
        country.now = Timestamp(moment)
        if not issued and moment >= published + DAY:
            country.vaccinate(people)
            country.issue()
            _steal(world, week)
            issued = True
        if gate is not None:
            gate.refresh(country.url, world.root, country.now)
        else:
            _look(world, week)


def _steal(world: _World, week: int) -> None:
    if week == world.theft:
        country = world.country
        record = choose_signing_key(country.authority.records(), country.now)
        world.thief = Thief(record, country.home, country.passphrase, country.random.randrange(99))


def _look(world: _World, week: int) -> None:
    """Hold honest, taken back and forged certificates before every gate."""
    country, now = world.country, world.country.now
    standing = country.standing()
    sample = world.random.sample(standing, min(_SAMPLE, len(standing)))
    forged = [("a stranger's key", world.stranger.sign())]
    if world.thief is not None and sample:
        forged += [
            ("stolen key", world.thief.forge(world.random.choice(sample).text, now))
            for _ in range(3)
        ]
    for gate in world.gates:
        if week in gate.habit.away:
            continue
        for holder in sample:
            gate.meet_genuine(holder, now)
        for holder in world.taken_back[-6:]:
            gate.meet_refused(holder, now)
        for what, text in forged:
            gate.meet_forged(text, what, now, world.known_at)


def _told(world: _World) -> Story:
    country = world.country
    return Story(
        faults=[f"{gate.habit.name}: {fault}" for gate in world.gates for fault in gate.faults],
        outcomes={gate.habit.name: gate.outcomes for gate in world.gates},
        people=country.people,
        certificates=country.certificates(),
        issued=len(country.holders),
        kids=len({holder.kid for holder in country.holders.values()}),
        paused_weeks=country.paused_weeks,
        roots=len(list((country.authority.public / "metadata").glob("*.root.json"))),
    )
