"""The issuing cycle: once, in order, and whole after any failure."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from issuer.issuing import IssuingSummary
from issuer.register.certificates import find_certificate
from issuer.register.models import CertificateRow, CertificateState, PersonRow
from issuer.signing import SigningError, SigningKey
from keys.errors import SignerError
from spec.certificate import StatusPosition, Timestamp
from spec.certificate_number import parse_certificate_number
from spec.cose import Algorithm
from tests.authority import DAY, SIGNS_UNTIL, VERIFIES_UNTIL
from tests.issuer.world import Keys, PowerCutError, World, row, stranger

RESERVED, ISSUED = CertificateState.RESERVED, CertificateState.ISSUED
SUPERSEDED, ABANDONED = CertificateState.SUPERSEDED, CertificateState.ABANDONED


@pytest.fixture
def world(tmp_path: Path, either_database: str) -> World:
    return World(tmp_path)


def strangers(count: int) -> list[dict[str, str]]:
    return [stranger(number) for number in range(count)]


class BrokenSigner:
    """A key that fails at its n-th signature, by an error or by a wrong signature."""

    def __init__(self, key: Any, sound: int, answer: bytes | None) -> None:
        self.key, self.sound, self.answer = key, sound, answer
        self.trusted, self.kid, self.public_key = key.trusted, key.kid, key.public_key

    def sign(self, message: bytes) -> bytes:
        self.sound -= 1
        if self.sound >= 0:
            return bytes(self.key.sign(message))
        if self.answer is None:
            raise SignerError("the token does not answer")
        return self.answer


def test_everybody_due_gets_one_certificate(world: World) -> None:
    summary = world.issue(*strangers(7))
    assert (len(summary.issued_to), summary.abandoned) == (7, [])
    assert len(world.issued()) == 7
    positions = [certificate.position for certificate in world.certificates()]
    assert len(set(positions)) == 7


@pytest.mark.parametrize("batch", [1, 3, 7])
def test_batches_make_no_difference(world: World, batch: int) -> None:
    world.take_in(*strangers(7))
    assert len(world.issuing(batch).run().issued_to) == 7
    assert len(world.issued()) == 7
    assert world.issuing().waiting() == 0


def test_the_register_says_what_the_certificate_says(world: World) -> None:
    world.issue(row())
    (stored,) = world.certificates()
    (certificate,) = world.issued()
    assert certificate.status.number == stored.position
    assert certificate.issued_at == stored.reserved_at == world.clock.now()
    assert certificate.expires_at == world.clock.now() + 365 * DAY
    assert parse_certificate_number(stored.number) == ("VN", certificate.status)
    assert stored.kid == world.keys.key.kid.hex()
    with world.register.reading() as connection:
        found = find_certificate(connection, "VN", StatusPosition(stored.position))
    assert found is not None
    assert found.text == stored.text


def test_ed25519_issues_as_well(world: World) -> None:
    world.keys.key = world.authority.add_key("edwards", algorithm=Algorithm.EDDSA)
    world.issue(row())
    assert len(world.issued()) == 1


def test_nothing_is_issued_twice(world: World) -> None:
    world.issue(row())
    before = world.certificates()
    world.clock.advance(DAY)
    assert world.issue(row()).issued_to == set()
    assert world.issue(row(phone="", lot="the same dose")).issued_to == set()
    assert world.certificates() == before


def test_a_further_dose_supersedes(world: World) -> None:
    world.issue(row())
    world.clock.advance(DAY)
    world.issue(row(injected_on="20/08/2021"))
    world.issue(row(injected_on="21/10/2021", vaccine="Pfizer"))
    assert [one.state for one in world.certificates()] == [SUPERSEDED, SUPERSEDED, ISSUED]
    assert len(world.issued()[0].doses) == 3


def test_no_certificate_outlives_its_key(world: World) -> None:
    world.clock.advance(SIGNS_UNTIL - world.clock.now() - 1)
    world.keys.key = world.authority.change_key("active", verifies_until=SIGNS_UNTIL + DAY)
    world.issue(row())
    assert world.issued()[0].expires_at == SIGNS_UNTIL + DAY < VERIFIES_UNTIL


@pytest.mark.parametrize("sound", [0, 1, 4])
@pytest.mark.parametrize(
    ("answer", "error"),
    [(None, SignerError), (b"\x01" * 64, SigningError), (bytes(64), SigningError)],
)
def test_a_signing_failure_leaves_nothing_half_issued(
    world: World, sound: int, answer: bytes | None, error: type[Exception]
) -> None:
    good = world.keys.key
    world.take_in(*strangers(7))
    world.keys.key = BrokenSigner(good, sound, answer)
    with pytest.raises(error):
        world.issuing(batch=3).run()
    left = world.certificates(RESERVED)
    assert len(left) == 3
    assert len(world.certificates(ISSUED)) == sound // 3 * 3
    assert all(certificate.text is None for certificate in left)
    world.keys = Keys(good)
    world.clock.advance(DAY)
    world.issuing(batch=3).run()
    issued = {certificate.id: certificate for certificate in world.certificates(ISSUED)}
    assert len(issued) == 7
    assert all(issued[one.id].payload == one.payload for one in left)
    assert len(world.issued()) == 7


@pytest.mark.parametrize("commit", range(1, 7))
def test_a_power_cut_at_any_commit_loses_and_doubles_nothing(world: World, commit: int) -> None:
    world.take_in(*strangers(7))
    with world.failing_at_commit(commit), pytest.raises(PowerCutError):
        world.issuing(batch=3).run()
    before = {one.id: (one.payload, one.text) for one in world.certificates()}
    world.clock.advance(DAY)
    world.issuing(batch=3).run()
    after = {one.id: (one.payload, one.text) for one in world.certificates(ISSUED)}
    assert len(after) == len(world.certificates()) == 7
    for key, (payload, text) in before.items():
        assert after[key][0] == payload
        assert text in (None, after[key][1])
    assert len(world.issued()) == 7
    assert world.issuing().waiting() == 0


def test_a_dose_that_came_after_the_crash_supersedes_the_reserved_one(world: World) -> None:
    world.take_in(row())
    with world.failing_at_commit(2), pytest.raises(PowerCutError):
        world.issuing().run()
    world.issue(row(injected_on="20/08/2021"))
    assert [one.state for one in world.certificates()] == [SUPERSEDED, ISSUED]
    assert len(world.issued()[0].doses) == 2


def test_what_was_reserved_for_another_key_is_reserved_anew(world: World) -> None:
    world.take_in(*strangers(3))
    with world.failing_at_commit(2), pytest.raises(PowerCutError):
        world.issuing().run()
    world.clock.advance(DAY)
    world.keys.key = world.authority.add_key("next", signs_from=world.clock.now())
    world.issuing().run()
    assert [one.state for one in world.certificates()] == [ABANDONED] * 3 + [ISSUED] * 3
    assert len(world.issued()) == 3


def test_what_ended_before_it_was_signed_is_reserved_anew(world: World) -> None:
    world.take_in(row())
    with world.failing_at_commit(2), pytest.raises(PowerCutError):
        world.issuing().run()
    world.keys.key = world.authority.change_key("active", verifies_until=VERIFIES_UNTIL + 400 * DAY)
    world.clock.advance(366 * DAY)
    summary = world.issuing().run()
    assert [why for _, why in summary.abandoned] == ["ended before it is signed"]
    assert [one.state for one in world.certificates()] == [ABANDONED, ISSUED]


def test_what_the_lint_stops_is_not_signed_and_stops_nobody_else(world: World) -> None:
    world.take_in(*strangers(3))
    with world.register.writing() as connection:
        connection.execute(update(PersonRow).where(PersonRow.id == 2).values(name="Hoà  "))
    summary = world.issuing().run()
    assert len(summary.issued_to) == 2
    ((number, reason),) = summary.abandoned
    (stopped,) = world.certificates(ABANDONED)
    assert (stopped.number, stopped.text, stopped.note) == (number, None, reason)
    assert world.issuing().waiting() == 1
    with world.register.writing() as connection:
        connection.execute(update(PersonRow).where(PersonRow.id == 2).values(name="Hoà"))
    assert world.issuing().run().issued_to == {2}


def test_a_text_that_was_stored_is_never_replaced(world: World) -> None:
    """Two processes complete the same reservation: the first text stands."""
    world.take_in(row())
    with world.failing_at_commit(2), pytest.raises(PowerCutError):
        world.issuing().run()
    (reserved,) = world.certificates()

    class Overtaken(BrokenSigner):
        def sign(self, message: bytes) -> bytes:
            with world.register.writing() as connection:
                connection.execute(
                    update(CertificateRow)
                    .where(CertificateRow.id == reserved.id)
                    .values(state=ISSUED, text="the first text")
                )
            return super().sign(message)

    world.keys.key = Overtaken(world.keys.key, 10, None)
    world.issuing().run()
    (certificate,) = world.certificates()
    assert (certificate.state, certificate.text) == (ISSUED, "the first text")


class Interrupted(Keys):
    """Lets something happen when the cycle asks for its key for the n-th time."""

    def __init__(self, key: Any, number: int, event: Callable[[], None]) -> None:
        super().__init__(key)
        self.left, self.event = number, event

    def at(self, now: Timestamp) -> SigningKey:
        self.left -= 1
        if self.left == 0:
            self.event()
        return super().at(now)


def test_who_was_overtaken_twice_does_not_supersede_the_newer_certificate(world: World) -> None:
    """While one process signs, another signs the same, takes in a dose and issues what follows."""
    other = World(world.folder)

    class Overtaken(BrokenSigner):
        def sign(self, message: bytes) -> bytes:
            summaries.append(other.issuing().run())
            summaries.append(other.issue(row(injected_on="20/08/2021")))
            return super().sign(message)

    summaries: list[IssuingSummary] = []
    world.take_in(row())
    world.keys.key = Overtaken(world.keys.key, 10, None)
    summaries.append(world.issuing().run())
    assert [one.state for one in world.certificates()] == [SUPERSEDED, ISSUED]
    assert len(world.issued()[0].doses) == 2
    assert [summary.issued_to for summary in summaries] == [{1}, {1}, set()]
    assert world.issuing().waiting() == 0


def test_a_dose_comes_while_another_process_holds_the_reservation(world: World) -> None:
    other = World(world.folder)

    def reserve_and_die() -> None:
        with other.failing_at_commit(2), pytest.raises(PowerCutError):
            other.issuing().run()
        other.take_in(row(injected_on="20/08/2021"))

    world.take_in(row())
    world.keys = Interrupted(world.keys.key, 1, reserve_and_die)
    world.issuing().run()
    world.issuing().run()
    assert [one.state for one in world.certificates()] == [SUPERSEDED, ISSUED]
    assert len(world.issued()[0].doses) == 2


def test_what_others_reserved_and_left_does_not_stand_in_the_way(world: World) -> None:
    other = World(world.folder)

    def reserve_and_die() -> None:
        with other.failing_at_commit(2), pytest.raises(PowerCutError):
            other.issuing(batch=3).run()

    world.take_in(*strangers(5))
    world.keys = Interrupted(world.keys.key, 1, reserve_and_die)
    world.issuing(batch=1).run()
    assert len(world.issued()) == 5
    assert world.issuing().waiting() == 0


def test_progress_reaches_what_was_waiting(world: World) -> None:
    world.take_in(*strangers(7))
    with world.failing_at_commit(4), pytest.raises(PowerCutError):
        world.issuing(batch=3).run()
    issuing = world.issuing(batch=3)
    done: list[int] = []
    waiting = issuing.waiting()
    issuing.run(done.append)
    assert sum(done) == waiting == 4
