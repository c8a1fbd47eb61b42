"""The search for cycles rests while a batch is taken in, and there is none that it would miss."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from issuer.collector import no_search_for_cycles
from tests.issuer.world import World, row, stranger


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    was_running = gc.isenabled()
    gc.enable()
    yield
    if not was_running:
        gc.disable()


def test_the_collector_runs_again_after_the_work_and_after_its_failure() -> None:
    with no_search_for_cycles():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="no row"), no_search_for_cycles():
        raise ValueError("no row")
    assert gc.isenabled()


def test_within_another_rest_it_goes_on_resting() -> None:
    with no_search_for_cycles():
        with no_search_for_cycles():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_where_somebody_else_stopped_it_it_stays_stopped() -> None:
    gc.disable()
    with no_search_for_cycles():
        pass
    assert not gc.isenabled()


def test_a_batch_leaves_no_more_cycles_for_having_more_rows(
    tmp_path: Path, either_database: str
) -> None:
    world = World(tmp_path)
    world.take_in(row())  # what is made once is made

    def left_by(first: int, count: int) -> int:
        rows = [stranger(number) for number in range(first, first + count)]
        rows += [stranger(first, full_name="Lê Thị Sai"), stranger(first, vaccine="?")]
        gc.collect()
        gc.disable()
        world.take_in(*rows)
        found = gc.collect()
        gc.enable()
        return found

    few, many = left_by(10, 5), left_by(100, 400)
    assert many < few + 200
