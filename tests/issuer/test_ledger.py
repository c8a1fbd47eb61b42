"""What publishing reads in the register: statuses, counts, genuine lists, from one moment."""

import multiprocessing
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from issuer.ledger import RegisterLedger, open_ledger
from issuer.register import status_lists
from issuer.register.models import CertificateRow
from issuer.status_rules import Action
from keys import ledger as floor_below
from keys.ledger import LedgerError
from spec.certificate import Certificate, StatusPosition, Timestamp
from spec.cose import Kid
from spec.genuine_list import GENUINE_LIST_BYTES, is_genuine
from spec.limits import CLOCK_TOLERANCE, STATUS_LIST_SIZE
from spec.status_list import STATUS_LIST_BYTES, Status, status_at
from tests.authority import DAY
from tests.issuer.world import PowerCutError, World, row, stranger

LATER = 2 * CLOCK_TOLERANCE
STATUS_OF = {
    "reserved": Status.VALID,
    "issued": Status.VALID,
    "superseded": Status.SUPERSEDED,
    "suspended": Status.SUSPENDED,
    "revoked": Status.INVALID,
    "abandoned": Status.INVALID,
}


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def mixed(world: World) -> World:
    """A register with certificates in every state; the clock stands a little later."""
    world.take_in(*strangers(2, start=90))
    with world.failing_at_commit(2), pytest.raises(PowerCutError):
        world.issuing().run()
    world.clock.advance(DAY)
    world.keys.key = world.authority.add_key("next", signs_from=world.clock.now())
    world.issue(*strangers(12))
    world.issue(*strangers(3, injected_on="20/08/2021"))
    certificates = [one for one in world.certificates() if one.state == "issued"]
    world.change(Action.REVOKE, certificates[3:6])
    world.change(Action.SUSPEND, certificates[6:8])
    world.take_in(*strangers(2, start=80))
    with world.failing_at_commit(2), pytest.raises(PowerCutError):
        world.issuing().run()
    assert set(world.states()) == set(STATUS_OF)
    world.clock.advance(LATER)
    return world


def strangers(count: int, start: int = 0, **changes: str) -> list[dict[str, str]]:
    return [stranger(number, **changes) for number in range(start, start + count)]


def opened(world: World, issuer: str = "VN") -> "closing[RegisterLedger]":
    return closing(open_ledger(world.folder, issuer, None))


def statuses(world: World, number: int = 0, later: int = 0) -> dict[int, Status]:
    """Every position of a list that is not invalid, and those of all certificates."""
    with opened(world) as ledger:
        bits = ledger.statuses(number, Timestamp(world.clock.now() + later)).bits
    assert len(bits) == STATUS_LIST_BYTES
    all_of_them = (status_at(bits, index) for index in range(STATUS_LIST_SIZE))
    found = {
        index: status for index, status in enumerate(all_of_them) if status is not Status.INVALID
    }
    places = {index_of(one) for one in world.certificates()}
    return dict.fromkeys(places, Status.INVALID) | found


def index_of(certificate: CertificateRow) -> int:
    return StatusPosition(certificate.position).index


def test_it_is_found_by_its_entry_point() -> None:
    (entry,) = entry_points(group="dosepass.ledger", name="register")
    assert entry.load() is open_ledger


def test_each_state_has_its_status_and_all_other_positions_are_invalid(mixed: World) -> None:
    expected = {index_of(one): STATUS_OF[one.state] for one in mixed.certificates()}
    assert statuses(mixed) == expected


def test_the_counts(mixed: World) -> None:
    with opened(mixed) as ledger:
        counts = ledger.statuses(0, mixed.clock.now()).counts
    states = mixed.states()
    assert (counts.assigned, counts.revoked) == (len(states), states.count("revoked")) == (21, 3)


def test_a_full_list_says_the_same_without_its_rows(mixed: World) -> None:
    """It is taken as full; then all that is not an exception reads valid."""
    expected = {index: status for index, status in statuses(mixed).items() if status}
    with mixed.register.writing() as connection:
        connection.exec_driver_sql("UPDATE status_lists SET taken = ?", (STATUS_LIST_SIZE,))
    with opened(mixed) as ledger:
        told = ledger.statuses(0, mixed.clock.now())
    found = {index: status_at(told.bits, index) for index in range(STATUS_LIST_SIZE)}
    assert {index: status for index, status in found.items() if status} == expected
    assert told.counts.assigned == STATUS_LIST_SIZE


def test_lists_are_told_apart(world: World) -> None:
    world.issue(*strangers(3))
    with world.register.writing() as connection:
        connection.exec_driver_sql("UPDATE status_lists SET taken = ?", (STATUS_LIST_SIZE,))
    world.issue(*strangers(2, start=10))
    world.clock.advance(LATER)
    world.change(Action.REVOKE, world.certificates()[2:4])
    with opened(world) as ledger:
        assert ledger.lists() == 2
        first, second = (ledger.statuses(number, world.clock.now()) for number in range(2))
        genuine = dict(ledger.genuine(world.keys.key.kid))
    assert (first.counts.revoked, second.counts.revoked) == (1, 1)
    places = [(one.position // STATUS_LIST_SIZE, index_of(one)) for one in world.certificates()]
    assert [status_at((first, second)[number].bits, index) for number, index in places] == [
        Status.VALID, Status.VALID, Status.INVALID, Status.INVALID, Status.VALID,
    ]  # fmt: skip
    for one, (number, index) in zip(world.certificates(), places, strict=True):
        assert is_genuine(genuine[number], index, one.payload)
        assert not is_genuine(genuine[1 - number], index, one.payload)


@pytest.mark.parametrize(
    ("age", "status"),
    [
        (0, Status.SUSPENDED),
        (CLOCK_TOLERANCE - 1, Status.SUSPENDED),
        (CLOCK_TOLERANCE, Status.INVALID),
        (DAY, Status.INVALID),
    ],
)
def test_what_is_revoked_young_reads_suspended_until_it_is_old_enough(
    world: World, age: int, status: Status
) -> None:
    world.issue(row())
    (certificate,) = world.certificates()
    world.change(Action.REVOKE, [certificate])
    issued_at = Certificate.from_cbor(certificate.payload).issued_at
    later = issued_at + age - world.clock.now()
    assert statuses(world, later=later) == {index_of(certificate): status}
    with opened(world) as ledger:
        assert ledger.statuses(0, Timestamp(issued_at + age)).counts.revoked == 1


def test_the_age_is_that_of_the_payload_and_not_of_the_signature(world: World) -> None:
    world.take_in(row())
    with world.failing_at_commit(2), pytest.raises(PowerCutError):
        world.issuing().run()
    world.clock.advance(DAY)
    world.issuing().run()
    (certificate,) = world.certificates()
    world.change(Action.REVOKE, [certificate])
    assert statuses(world) == {index_of(certificate): Status.INVALID}


def test_the_genuine_list_holds_what_the_key_signed_and_nothing_else(mixed: World) -> None:
    kid = mixed.keys.key.kid
    signed = {"issued", "superseded", "suspended", "revoked"}
    with opened(mixed) as ledger:
        ((number, digests),) = ledger.genuine(kid)
        assert list(ledger.genuine(mixed.authority.keys["active"].kid)) == []  # all abandoned
        assert list(ledger.genuine(Kid(bytes(8)))) == []
    assert (number, len(digests)) == (0, GENUINE_LIST_BYTES)
    for one in mixed.certificates():
        expected = one.kid == kid.hex() and one.state in signed
        assert is_genuine(digests, index_of(one), one.payload) is expected
        assert not is_genuine(digests, index_of(one), one.payload + b" ")
        assert not is_genuine(digests, (index_of(one) + 1) % STATUS_LIST_SIZE, one.payload)
    filled = sum(any(digests[at : at + 10]) for at in range(0, GENUINE_LIST_BYTES, 10))
    assert filled == sum(one.state in signed for one in mixed.certificates())


def test_each_key_has_its_own_list(world: World) -> None:
    world.issue(*strangers(2))
    first = world.keys.key.kid
    world.clock.advance(DAY)
    world.keys.key = world.authority.add_key("next", signs_from=world.clock.now())
    world.issue(*strangers(1, start=10))
    with opened(world) as ledger:
        ((_, old),) = ledger.genuine(first)
        ((_, new),) = ledger.genuine(world.keys.key.kid)
    told = [
        [is_genuine(digests, index_of(one), one.payload) for one in world.certificates()]
        for digests in (old, new)
    ]
    assert told == [[True, True, False], [False, False, True]]


def test_another_issuer_has_lists_of_its_own(world: World) -> None:
    world.issue(row())
    with opened(world, issuer="VN-79") as ledger:
        assert ledger.lists() == 0
        assert list(ledger.genuine(world.keys.key.kid)) == []


def test_everything_is_of_the_moment_of_opening(world: World) -> None:
    world.issue(*strangers(3))
    world.clock.advance(LATER)
    now = world.clock.now()
    other = World(world.folder)
    with opened(world) as ledger:
        other.change(Action.REVOKE, other.certificates()[:1])
        other.issue(*strangers(2, start=10))
        told = ledger.statuses(0, now).counts
        ((_, digests),) = ledger.genuine(world.keys.key.kid)
    assert (told.assigned, told.revoked) == (3, 0)
    known = [is_genuine(digests, index_of(one), one.payload) for one in world.certificates()]
    assert known == [True] * 3 + [False] * 2
    with opened(world) as ledger:
        told = ledger.statuses(0, now).counts
    assert (told.assigned, told.revoked) == (5, 1)


def issue_for_ever(folder: Path) -> None:
    world = World(folder)
    for number in range(100_000):
        world.issue(stranger(number))


def test_it_is_read_while_others_issue(world: World) -> None:
    world.issue(row())
    process = multiprocessing.get_context("fork").Process(
        target=issue_for_ever, args=(world.folder,)
    )
    process.start()
    try:
        counts = list(_counts_until(world, 20))
    finally:
        process.kill()
        process.join()
    assert counts == sorted(counts)


def _counts_until(world: World, count: int) -> Iterator[int]:
    """Open the register again and again until it holds so many certificates."""
    told = 0
    while told < count:
        with opened(world) as ledger:
            told = ledger.statuses(0, world.clock.now()).counts.assigned
            genuine = [digests for _, digests in ledger.genuine(world.keys.key.kid)]
        filled = sum(any(genuine[0][at : at + 10]) for at in range(0, GENUINE_LIST_BYTES, 10))
        assert told - 1 <= filled <= told  # at most one waits for its signature
        yield told


def test_nothing_is_made_where_there_is_no_register(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no register") as caught:
        open_ledger(tmp_path, "VN", None)
    assert caught.value.hint is not None
    with pytest.raises(LedgerError, match="there is no register"):
        open_ledger(tmp_path, "VN", f"sqlite:///{tmp_path}/other.sqlite3")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["not a url", "nosuchdatabase://u:secret@host/name", "sqlite:////nowhere/x.sqlite3"]
)
def test_a_url_that_leads_nowhere(tmp_path: Path, url: str) -> None:
    with pytest.raises(LedgerError) as caught:
        open_ledger(tmp_path, "VN", url)
    assert caught.value.hint is not None
    assert "secret" not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize("content", [b"not a database, by any reading" * 100, b"SQLite format 3\0"])
def test_a_file_that_is_no_register(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "register.sqlite3").write_bytes(content)
    with pytest.raises(LedgerError) as caught:
        open_ledger(tmp_path, "VN", None)
    assert caught.value.hint is not None


def test_a_register_of_a_newer_version(world: World) -> None:
    with world.register.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(LedgerError, match="newer version"):
        open_ledger(world.folder, "VN", None)


def test_wherever_a_register_is_damaged_only_our_errors_come_out(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.issue(*strangers(300))
    world.register.close()
    path = tmp_path / "register.sqlite3"
    sound = path.read_bytes()
    chance = random.Random(3)  # noqa: S311 - where to damage a file
    hints = []
    for _ in range(40):
        data = bytearray(sound)
        start = chance.randrange(4096, len(data) - 8192)
        data[start : start + 4096] = b"\xa5" * 4096
        path.write_bytes(data)
        try:
            with opened(world) as ledger:
                ledger.statuses(0, world.clock.now())
                list(ledger.genuine(world.keys.key.kid))
        except LedgerError as error:
            hints.append(error.hint)
    assert hints
    assert None not in hints


def test_the_floor_below_opens_it_by_name(mixed: World) -> None:
    with closing(floor_below.open_ledger(mixed.folder, "VN", None)) as ledger:
        assert ledger.lists() == 1
    url = f"sqlite:///{mixed.folder}/register.sqlite3"
    with closing(floor_below.open_ledger(Path("nowhere"), "VN", url)) as ledger:
        assert ledger.statuses(0, mixed.clock.now()).counts.assigned == 21


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (
            lambda c: status_lists.exceptions(c, "VN", 0),
            "COVERING INDEX ix_certificates_exceptions",
        ),
        (
            lambda c: status_lists.young_revoked(c, "VN", 0, Timestamp(0)),
            "COVERING INDEX ix_certificates_exceptions",
        ),
        (lambda c: status_lists.assigned_indices(c, "VN", 0), "COVERING INDEX"),
        (
            lambda c: list(status_lists.signed_payloads(c, "VN", 0, "00")),
            "COVERING INDEX ix_certificates_issuer_kid_position",
        ),
    ],
)
def test_no_row_is_read_that_an_index_can_spare(
    world: World, read: Callable[[Connection], object], index: str
) -> None:
    """What makes ten million certificates a matter of a second."""
    plans: list[str] = []

    def explain(_: object, cursor: Any, statement: str, parameters: Any, *__: object) -> None:
        plans.extend(
            row[-1] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        )

    with world.register.snapshot() as connection:
        event.listen(connection, "before_cursor_execute", explain)
        read(connection)
    assert any(index in plan for plan in plans), plans
    assert not any("SCAN" in plan for plan in plans), plans
