"""The text of the QR code: its prefix and its length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec import qr_text
from spec.errors import DosepassError, MalformedError, NotACertificateError


@given(st.binary(max_size=680))
def test_round_trip(message: bytes) -> None:
    text = qr_text.to_text(message)
    assert len(text) <= 1024
    assert qr_text.from_text(text) == message


@given(st.binary(min_size=681, max_size=900))
def test_what_would_be_too_long_is_not_written(message: bytes) -> None:
    with pytest.raises(MalformedError):
        qr_text.to_text(message)


@pytest.mark.parametrize(
    "text", ["", "D", "DP1", "dp1:00", "DP2:00", " DP1:00", "\nDP1:00", "HC1:00"]
)
def test_what_is_somebody_elses(text: str) -> None:
    with pytest.raises(NotACertificateError):
        qr_text.recognise(text)


def test_the_length_counts_after_the_prefix_is_found() -> None:
    with pytest.raises(NotACertificateError):
        qr_text.recognise("X" * 100_000)
    assert qr_text.recognise("DP1:" + "0" * 1020) == "0" * 1020
    with pytest.raises(MalformedError):
        qr_text.recognise("DP1:" + "0" * 1021)


@given(st.text(max_size=60), st.sampled_from(["", "DP1:"]))
def test_any_text_gives_bytes_or_our_error(text: str, prefix: str) -> None:
    try:
        message = qr_text.from_text(prefix + text)
    except DosepassError:
        return
    assert qr_text.to_text(message) == prefix + text
