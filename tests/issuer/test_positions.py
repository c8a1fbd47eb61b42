"""Status positions: every place of a list once, in an order that nobody can guess."""

from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from issuer.register.database import RegisterError
from issuer.register.list_order import ListOrder, new_seed
from issuer.register.models import StatusListRow
from issuer.register.positions import draw_positions
from spec.limits import STATUS_LIST_SIZE
from tests.issuer.world import PowerCutError, World, stranger

SEED = bytes(range(16))


@pytest.fixture
def world(tmp_path: Path, either_database: str) -> World:
    return World(tmp_path)


def order(seed: bytes, turns: int) -> list[int]:
    listed = ListOrder(seed)
    return [listed.index(turn) for turn in range(turns)]


def chi_square(indices: list[int], cells: int) -> float:
    """How far counts lie from even ones; about `cells - 1` for chance."""
    counts = [0] * cells
    for index in indices:
        counts[index * cells // STATUS_LIST_SIZE] += 1
    expected = len(indices) / cells
    return sum((count - expected) ** 2 / expected for count in counts)


def draw(world: World, count: int, issuer: str = "VN", size: int = 10) -> list[int]:
    with world.register.writing() as connection:
        return [one.number for one in draw_positions(connection, issuer, count, size)]


def seed_of(world: World) -> bytes:
    """The seed of the only list."""
    with world.register.reading() as connection:
        return bytes(connection.exec_driver_sql("SELECT seed FROM status_lists").scalar_one())


def test_a_whole_list_is_a_permutation() -> None:
    assert sorted(order(SEED, STATUS_LIST_SIZE)) == list(range(STATUS_LIST_SIZE))


@pytest.mark.parametrize("first", [500, 5_000, 50_000])
@pytest.mark.parametrize("seed", [SEED, bytes(16), b"another seed too"])
def test_the_first_draws_lie_evenly_over_the_list(first: int, seed: bytes) -> None:
    # With 63 degrees of freedom, chance exceeds 120 once in 50,000 times. Draws without putting
    # back lie a little more evenly than that, never less.
    assert 15 < chi_square(order(seed, first), 64) < 120


def test_the_measure_of_evenness_tells_an_even_list_from_a_crowded_one() -> None:
    assert chi_square(list(range(5_000)), 64) > 1_000
    assert chi_square(list(range(0, STATUS_LIST_SIZE, 52)), 64) < 15


def test_neighbours_in_time_are_strangers_in_the_list() -> None:
    drawn = order(SEED, 20_000)
    gaps = [(right - left) % STATUS_LIST_SIZE for left, right in pairwise(drawn)]
    assert chi_square(gaps, 64) < 120
    assert len(set(gaps)) > 18_000


def test_another_seed_is_another_order() -> None:
    changed = bytes([SEED[0] ^ 1]) + SEED[1:]
    same = sum(a == b for a, b in zip(order(SEED, 20_000), order(changed, 20_000), strict=True))
    assert same < 5  # 0.08 by chance
    assert len({new_seed() for _ in range(100)}) == 100


def test_two_lists_of_a_register_have_different_orders(world: World) -> None:
    drawn = draw(world, 200, size=100)
    first, second = drawn[:100], [number - STATUS_LIST_SIZE for number in drawn[100:]]
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 5


def test_draws_go_on_where_the_last_one_ended(world: World) -> None:
    drawn = draw(world, 3) + draw(world, 4)
    assert drawn == order(seed_of(world), 7)


def test_a_draw_that_was_rolled_back_takes_nothing(world: World) -> None:
    draw(world, 1)
    with world.failing_at_commit(1), pytest.raises(PowerCutError):
        draw(world, 3)
    assert draw(world, 3) == order(seed_of(world), 4)[1:]


def test_a_full_list_is_followed_by_a_new_one(world: World) -> None:
    drawn = draw(world, 25)
    assert [one // STATUS_LIST_SIZE for one in drawn] == [0] * 10 + [1] * 10 + [2] * 5
    assert draw(world, 1)[0] // STATUS_LIST_SIZE == 2
    assert draw(world, 1, issuer="VN-79")[0] // STATUS_LIST_SIZE == 0


def test_a_list_without_a_seed_is_closed(world: World) -> None:
    with world.register.writing() as connection:
        _insert_list(connection, 0, 3, None)
    assert [one // STATUS_LIST_SIZE for one in draw(world, 12)] == [1] * 10 + [2] * 2


def test_a_list_is_filled_to_its_last_place(world: World) -> None:
    seed = new_seed()
    with world.register.writing() as connection:
        _insert_list(connection, 0, STATUS_LIST_SIZE - 2, seed)
    drawn = draw(world, 3, size=STATUS_LIST_SIZE)
    last = ListOrder(seed)
    assert drawn[:2] == [last.index(STATUS_LIST_SIZE - 2), last.index(STATUS_LIST_SIZE - 1)]
    assert drawn[2] >= STATUS_LIST_SIZE


def test_the_end_of_all_positions_is_said(world: World) -> None:
    with world.register.writing() as connection:
        _insert_list(connection, 16383, 10, b"\0")
    with pytest.raises(RegisterError, match="full"):
        draw(world, 1)


def test_a_list_that_another_worker_opens_meanwhile_is_shared(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one comes between the look and the opening, as it may on a database server."""
    seeds = iter([b"ours", b"never used"])

    def new_seed_while_another_opens() -> bytes:
        ours = next(seeds)
        if ours == b"ours":
            _insert_list(connection, 0, 4, b"\x12\x34")
        return ours

    monkeypatch.setattr("issuer.register.positions.new_seed", new_seed_while_another_opens)
    with world.register.writing() as connection:
        (drawn,) = draw_positions(connection, "VN", 1)
    assert drawn.number == ListOrder(b"\x12\x34").index(4)


def test_certificates_stand_at_the_positions_drawn(world: World) -> None:
    world.issue(*(stranger(number) for number in range(20)))
    assert [one.position for one in world.certificates()] == order(seed_of(world), 20)


def _insert_list(connection: Connection, number: int, taken: int, seed: bytes | None) -> None:
    row = {"issuer": "VN", "number": number, "taken": taken, "seed": seed}
    connection.execute(insert(StatusListRow), row)
