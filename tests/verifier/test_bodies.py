"""The fuzz targets of bodies and policies hold for their seeds and for what is near to them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.bodies import BODIES
from tests.fuzz.targets import TARGETS

SEEDS = {name: list(seeds()) for name, (_, seeds) in BODIES.items()}


@pytest.mark.parametrize("name", BODIES)
def test_seeds(name: str) -> None:
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@settings(max_examples=150)
@given(data=st.data())
@pytest.mark.parametrize("name", BODIES)
def test_near_to_a_seed(name: str, data: Any) -> None:
    seed = data.draw(st.sampled_from(SEEDS[name]))
    start = data.draw(st.integers(0, len(seed)))
    end = data.draw(st.integers(start, len(seed)))
    put = data.draw(st.binary(max_size=3) | st.sampled_from([b'"', b"\\", b"{", b"\n", b",", b"0"]))
    TARGETS[name](seed[:start] + put + seed[end:])
