"""The icons: whole, within their square, told apart in one colour, and moved without a change."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.icons import ICONS, Area, Disc, Part, Role, Stroke, placed
from spec.palette import Icon
from tests.raster import raster

every_icon = pytest.mark.parametrize("icon", Icon)
lengths = st.floats(-2000, 2000)
radii = st.floats(1, 2000)


def test_every_icon_has_parts_and_nothing_else_has() -> None:
    assert ICONS.keys() == set(Icon)
    assert all(ICONS.values())


@every_icon
def test_parts_are_shapes_that_cover_something(icon: Icon) -> None:
    for part in ICONS[icon]:
        match part:
            case Disc(radius=radius):
                assert radius > 0.05
            case Area(points=points):
                assert len(set(points)) == len(points) >= 3
            case Stroke(points=points, thickness=thickness):
                assert len(points) >= 2
                assert thickness > 0.05


@every_icon
def test_all_parts_lie_within_the_square(icon: Icon) -> None:
    assert all(_reach(part, (0, 0)) <= 1 for part in ICONS[icon])


@every_icon
def test_all_icons_are_about_as_large(icon: Icon) -> None:
    assert max(_reach(part, (0, 0)) for part in ICONS[icon]) >= 0.95


@every_icon
def test_the_ground_is_ink_and_each_part_stands_out_from_those_below(icon: Icon) -> None:
    """At least a third of each part must lie on the other role, or it would not be seen."""
    parts = ICONS[icon]
    assert parts[0].role is Role.INK
    for count, part in enumerate(parts):
        below, alone = raster(parts[:count], 100), raster((replace(part, role=Role.INK),), 100)
        other = below != (part.role is Role.INK)
        assert (other & alone).sum() >= alone.sum() / 3


@every_icon
def test_ink_and_paper_both_show(icon: Icon) -> None:
    """Seen over the whole square, neither is a trace: they swap on yellow, which has dark ink."""
    assert 0.2 < raster(ICONS[icon], 100).mean() < 0.9


@pytest.mark.parametrize("size", [12, 16, 24])
@pytest.mark.parametrize(("one", "other"), list(combinations(Icon, 2)))
def test_no_two_icons_look_alike_when_small_and_in_one_colour(
    one: Icon, other: Icon, size: int
) -> None:
    """Dark on light also counts as alike with light on dark."""
    differ = (raster(ICONS[one], size) != raster(ICONS[other], size)).mean()
    assert 0.1 < differ < 0.9


@every_icon
def test_around_the_origin_nothing_moves(icon: Icon) -> None:
    assert placed(icon, x=0, y=0, radius=1) == ICONS[icon]


@every_icon
@given(x=lengths, y=lengths, radius=radii)
def test_a_placed_icon_stays_within_its_square(
    icon: Icon, x: float, y: float, radius: float
) -> None:
    parts = placed(icon, x=x, y=y, radius=radius)
    assert all(_reach(part, (x, y)) <= radius + 1e-6 for part in parts)


@every_icon
@given(x=lengths, y=lengths, radius=radii)
def test_placing_keeps_kinds_and_roles_and_scales_each_length(
    icon: Icon, x: float, y: float, radius: float
) -> None:
    for part, moved in zip(ICONS[icon], placed(icon, x=x, y=y, radius=radius), strict=True):
        assert (type(moved), moved.role) == (type(part), part.role)
        reach = _reach(part, (0, 0)) * radius
        assert _reach(moved, (x, y)) == pytest.approx(reach, abs=1e-6)


def test_the_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        ICONS[Icon.DASH] = ()


def _reach(part: Part, centre: tuple[float, float]) -> float:
    """How far a part reaches from a centre, to a side or up or down."""
    match part:
        case Disc(centre=middle, radius=radius):
            points, more = (middle,), radius
        case Area(points=points):
            more = 0.0
        case Stroke(points=points, thickness=thickness):
            more = thickness / 2
    return float(np.abs(np.array(points) - centre).max()) + more
