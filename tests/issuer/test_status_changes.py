"""Changes of status: which are allowed, what they leave in the register, and what follows."""

from itertools import product
from pathlib import Path

import pytest

from issuer.register.models import CertificateState
from issuer.status_changes import Result, StatusChanges
from issuer.status_requests import Fault, Request
from issuer.status_rules import Action, Refusal, next_state, words_of
from spec.certificate import StatusPosition
from tests.authority import DAY
from tests.issuer.world import PowerCutError, World, row, stranger

S = CertificateState
REVOKE, SUSPEND, REINSTATE, SUPERSEDE = Action
SECOND, THIRD = row(injected_on="20/08/2021"), row(injected_on="21/10/2021", vaccine="Pfizer")

RULES: dict[Action, dict[CertificateState, CertificateState | Refusal]] = {
    REVOKE: {
        S.RESERVED: Refusal.NOT_ISSUED_YET, S.ISSUED: S.REVOKED, S.SUPERSEDED: S.REVOKED,
        S.SUSPENDED: S.REVOKED, S.REVOKED: S.REVOKED, S.ABANDONED: Refusal.NEVER_ISSUED,
    },
    SUSPEND: {
        S.RESERVED: Refusal.NOT_ISSUED_YET, S.ISSUED: S.SUSPENDED, S.SUPERSEDED: S.SUSPENDED,
        S.SUSPENDED: S.SUSPENDED, S.REVOKED: Refusal.IS_REVOKED, S.ABANDONED: Refusal.NEVER_ISSUED,
    },
    REINSTATE: {
        S.RESERVED: Refusal.NOT_ISSUED_YET, S.ISSUED: S.ISSUED, S.SUPERSEDED: S.SUPERSEDED,
        S.SUSPENDED: S.ISSUED, S.REVOKED: Refusal.IS_REVOKED, S.ABANDONED: Refusal.NEVER_ISSUED,
    },
    SUPERSEDE: {
        S.RESERVED: Refusal.NOT_ISSUED_YET, S.ISSUED: S.SUPERSEDED, S.SUPERSEDED: S.SUPERSEDED,
        S.SUSPENDED: Refusal.IS_SUSPENDED, S.REVOKED: Refusal.IS_REVOKED,
        S.ABANDONED: Refusal.NEVER_ISSUED,
    },
}  # fmt: skip


@pytest.fixture
def world(tmp_path: Path, either_database: str) -> World:
    return World(tmp_path)


def strangers(count: int, **changes: str) -> list[dict[str, str]]:
    return [stranger(number, **changes) for number in range(count)]


def results(world: World, action: Action, *places: int, reason: str = "a good reason") -> list[str]:
    """Change the certificates at these places of the register, counted from 0."""
    certificates = world.certificates()
    chosen = [certificates[place] for place in places]
    return [outcome.result for outcome in world.change(action, chosen, reason)]


@pytest.mark.parametrize(("action", "state"), list(product(Action, CertificateState)))
def test_the_table_of_rules(action: Action, state: CertificateState) -> None:
    assert next_state(action, state, S.ISSUED) is RULES[action][state]


@pytest.mark.parametrize("former", [S.ISSUED, S.SUPERSEDED])
def test_only_what_is_suspended_returns_to_what_it_was(former: CertificateState) -> None:
    assert next_state(REINSTATE, S.SUSPENDED, former) is former
    assert next_state(REINSTATE, S.REVOKED, former) is Refusal.IS_REVOKED
    assert next_state(SUSPEND, S.SUSPENDED, former) is S.SUSPENDED


def test_nothing_leads_out_of_revoked() -> None:
    for action, former in product(Action, [None, *CertificateState]):
        assert next_state(action, S.REVOKED, former) in (S.REVOKED, Refusal.IS_REVOKED)


def test_every_refusal_says_what_to_do() -> None:
    assert len({words_of(refusal) for refusal in Refusal}) == len(Refusal)


def test_a_change_and_its_line_of_the_trail(world: World) -> None:
    world.issue(row())
    (certificate,) = world.certificates()
    (outcome,) = world.change(REVOKE, [certificate], "wrong vaccine")
    assert (outcome.result, outcome.number) == (Result.DONE, certificate.number)
    assert (outcome.former_state, outcome.state) == ("issued", "revoked")
    assert world.states() == ["revoked"]
    assert world.trail() == [(certificate.id, "minh", "wrong vaccine", "issued", "revoked")]


@pytest.mark.parametrize("action", [REVOKE, SUSPEND, SUPERSEDE])
def test_the_same_again_is_done_already(world: World, action: Action) -> None:
    world.issue(row())
    assert results(world, action, 0, 0) == ["done", "already"]
    assert results(world, action, 0) == ["already"]
    assert len(world.trail()) == 1


def test_what_was_never_suspended_is_reinstated_already(world: World) -> None:
    world.issue(row())
    world.issue(SECOND)
    assert results(world, REINSTATE, 0, 1) == ["already", "already"]
    assert world.states() == ["superseded", "issued"]


def test_refusals_leave_no_trace(world: World) -> None:
    world.take_in(*strangers(2))
    with world.failing_at_commit(2), pytest.raises(PowerCutError):
        world.issuing().run()
    for action in Action:
        outcomes = world.change(action, world.certificates())
        assert [outcome.refusal for outcome in outcomes] == [Refusal.NOT_ISSUED_YET] * 2
    world.clock.advance(DAY)
    world.keys.key = world.authority.add_key("next", signs_from=world.clock.now())
    world.issuing().run()
    assert world.states() == ["abandoned", "abandoned", "issued", "issued"]
    for action in Action:
        assert results(world, action, 0, 1) == ["refused", "refused"]
    assert world.trail() == []


def test_revoked_is_final(world: World) -> None:
    world.issue(row())
    results(world, REVOKE, 0)
    for action in (SUSPEND, REINSTATE, SUPERSEDE):
        assert results(world, action, 0) == ["refused"]
    assert world.states() == ["revoked"]


def test_a_bad_one_stops_no_other(world: World) -> None:
    world.issue(*strangers(3))
    results(world, REVOKE, 1)
    outcomes = StatusChanges(
        register=world.register, issuer="VN", action=SUSPEND, operator="minh", clock=world.clock
    ).run(
        [
            Fault(line=1, refusal=Refusal.NUMBER_WRONG),
            *(
                Request(line=2 + place, position=StatusPosition(one.position), reason="checking")
                for place, one in enumerate(world.certificates())
            ),
            Request(line=9, position=StatusPosition(2**30), reason="checking"),
        ]
    )
    told = [(one.line, one.result, one.refusal) for batch in outcomes for one in batch]
    assert told == [
        (1, "refused", Refusal.NUMBER_WRONG),
        (2, "done", None),
        (3, "refused", Refusal.IS_REVOKED),
        (4, "done", None),
        (9, "refused", Refusal.NO_SUCH_CERTIFICATE),
    ]
    assert world.states() == ["suspended", "revoked", "suspended"]


def test_a_certificate_of_another_issuer_is_not_found(world: World) -> None:
    world.issue(row())
    world.authority.issuer = "VN-79"
    assert results(world, REVOKE, 0) == ["refused"]


@pytest.mark.parametrize("size", [1, 2, 500])
def test_batches_make_no_difference(world: World, size: int) -> None:
    world.issue(*strangers(5))
    chosen = [*world.certificates(), world.certificates()[0]]
    requests = [
        Request(line=line, position=StatusPosition(one.position), reason="checking")
        for line, one in enumerate(chosen)
    ]
    changes = StatusChanges(
        register=world.register, issuer="VN", action=REVOKE, operator="minh", clock=world.clock,
        batch=size,
    )  # fmt: skip
    told = [one.result for batch in changes.run(requests) for one in batch]
    assert told == ["done"] * 5 + ["already"]
    assert len(world.trail()) == 5


@pytest.mark.parametrize("size", [1, 2, 500])
@pytest.mark.parametrize("action", list(Action))
def test_a_dry_run_tells_the_same_and_changes_nothing(
    world: World, action: Action, size: int
) -> None:
    world.issue(*strangers(4))
    results(world, SUSPEND, 1, 2)
    results(world, REVOKE, 2)
    before, trail = world.certificates(), world.trail()
    requests = [
        Request(line=line, position=StatusPosition(one.position), reason="checking")
        for line, one in enumerate([*before, *before])
    ]

    def told(*, dry_run: bool) -> list[tuple[str, str | None, str | None]]:
        changes = StatusChanges(
            register=world.register, issuer="VN", action=action, operator="minh",
            clock=world.clock, dry_run=dry_run, batch=size,
        )  # fmt: skip
        return [
            (one.result, one.refusal, one.state) for page in changes.run(requests) for one in page
        ]

    dry = told(dry_run=True)
    assert (world.certificates(), world.trail()) == (before, trail)
    assert told(dry_run=False) == dry
    assert len(world.trail()) == len(trail) + sum(result == "done" for result, *_ in dry)


@pytest.mark.parametrize("commit", [1, 2])
def test_state_and_trail_are_committed_together(world: World, commit: int) -> None:
    world.issue(*strangers(2))
    requests = [
        Request(line=1, position=StatusPosition(one.position), reason="checking")
        for one in world.certificates()
    ]
    changes = StatusChanges(
        register=world.register, issuer="VN", action=REVOKE, operator="minh", clock=world.clock,
        batch=1,
    )  # fmt: skip
    with world.failing_at_commit(commit), pytest.raises(PowerCutError):
        list(changes.run(requests))
    assert world.states().count("revoked") == len(world.trail()) == commit - 1


def test_the_automatic_supersession_is_in_the_trail(world: World) -> None:
    world.issue(*strangers(3))
    world.clock.advance(DAY)
    world.issue(*strangers(2, injected_on="20/08/2021"))
    said = ("dosepass", "a newer certificate was issued", "issued", "superseded")
    assert world.trail() == [(one.id, *said) for one in world.certificates()[:2]]
    assert world.states() == ["superseded"] * 2 + ["issued"] * 3


def test_after_a_revocation_nobody_is_due_until_a_record_comes(world: World) -> None:
    world.issue(row())
    results(world, REVOKE, 0)
    assert world.issuing().waiting() == 0
    assert world.issue(row()).issued_to == set()  # the same row again is no record
    assert world.issue(row(lot="AZ-2")).issued == 1
    assert world.states() == ["revoked", "issued"]
    assert len(world.trail()) == 1


def test_what_is_suspended_is_not_issued_anew(world: World) -> None:
    world.issue(row())
    results(world, SUSPEND, 0)
    assert world.issue(row(lot="AZ-2")).issued == 0
    assert world.states() == ["suspended"]


def test_a_further_dose_is_issued_and_the_suspended_one_stays_so(world: World) -> None:
    world.issue(row())
    results(world, SUSPEND, 0)
    assert world.issue(SECOND).issued == 1
    assert world.states() == ["suspended", "issued"]
    assert len(world.trail()) == 1


def test_a_further_dose_leaves_the_revoked_one_revoked(world: World) -> None:
    world.issue(row())
    results(world, REVOKE, 0)
    world.issue(SECOND)
    assert world.states() == ["revoked", "issued"]


def test_it_returns_to_issued(world: World) -> None:
    world.issue(row())
    results(world, SUSPEND, 0)
    assert results(world, REINSTATE, 0, 0) == ["done", "already"]
    assert world.states() == ["issued"]
    assert [line[3:] for line in world.trail()] == [
        ("issued", "suspended"),
        ("suspended", "issued"),
    ]
    assert len(world.issued()) == 1


def test_it_returns_to_superseded(world: World) -> None:
    world.issue(row())
    world.issue(SECOND)
    results(world, SUSPEND, 0)
    results(world, REINSTATE, 0)
    assert world.states() == ["superseded", "issued"]


def test_overtaken_while_it_was_suspended_it_is_superseded(world: World) -> None:
    world.issue(row())
    results(world, SUSPEND, 0)
    world.issue(SECOND)
    results(world, REINSTATE, 0)
    assert world.states() == ["superseded", "issued"]


@pytest.mark.parametrize("places", [(0, 1), (1, 0)])
def test_of_two_that_were_suspended_the_newer_is_issued(
    world: World, places: tuple[int, int]
) -> None:
    world.issue(row())
    results(world, SUSPEND, 0)
    world.issue(SECOND)
    results(world, SUSPEND, 1)
    assert results(world, REINSTATE, *places) == ["done", "done"]
    assert world.states() == ["superseded", "issued"]


@pytest.mark.parametrize("places", [(0, 1), (1, 0)])
def test_the_order_of_reinstating_makes_no_difference(
    world: World, places: tuple[int, int]
) -> None:
    world.issue(row())
    results(world, SUSPEND, 0)
    world.issue(SECOND)
    results(world, SUSPEND, 1)
    for place in places:
        results(world, REINSTATE, place)
    assert world.states() == ["superseded", "issued"]


def test_when_the_newer_one_was_revoked_it_is_issued_again(world: World) -> None:
    world.issue(row())
    results(world, SUSPEND, 0)
    world.issue(SECOND)
    results(world, REVOKE, 1)
    results(world, REINSTATE, 0)
    assert world.states() == ["issued", "revoked"]


def test_suspended_twice_it_returns_to_what_it_was_the_last_time(world: World) -> None:
    world.issue(row())
    for _ in range(2):
        results(world, SUSPEND, 0)
        results(world, REINSTATE, 0)
    results(world, SUPERSEDE, 0)
    results(world, SUSPEND, 0)
    results(world, REINSTATE, 0)
    assert world.states() == ["superseded"]


def test_reinstated_while_a_newer_one_waits_for_its_signature(world: World) -> None:
    world.issue(row())
    results(world, SUSPEND, 0)
    world.take_in(SECOND)
    with world.failing_at_commit(2), pytest.raises(PowerCutError):
        world.issuing().run()
    results(world, REINSTATE, 0)
    assert world.states() == ["issued", "reserved"]
    world.issuing().run()
    assert world.states() == ["superseded", "issued"]
    assert [line[3:] for line in world.trail()] == [
        ("issued", "suspended"), ("suspended", "issued"), ("issued", "superseded"),
    ]  # fmt: skip


def test_a_third_dose_after_all_kinds_of_changes(world: World) -> None:
    world.issue(row())
    results(world, SUPERSEDE, 0)
    assert world.issue(row(lot="AZ-2")).issued == 1
    results(world, REVOKE, 1)
    world.issue(SECOND)
    results(world, SUSPEND, 2)
    world.issue(THIRD)
    assert world.states() == ["superseded", "revoked", "suspended", "issued"]
    assert len(world.issued()[0].doses) == 3
