"""RFC 3339 times."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.times import from_rfc3339, to_rfc3339
from spec.certificate import Timestamp


@given(st.integers(0, 253_402_300_799))
def test_round_trip(moment: int) -> None:
    assert from_rfc3339(to_rfc3339(Timestamp(moment))) == moment


def test_another_offset_is_the_same_moment() -> None:
    assert from_rfc3339("2021-10-01T15:00:00+07:00") == from_rfc3339("2021-10-01T08:00:00Z")


@pytest.mark.parametrize(
    "text", ["", "2021-10-01", "2021-10-01T08:00:00", "2021-10-01 08:00:00Z", "now", "2021-13-01T0"]
)
def test_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_rfc3339(text)
