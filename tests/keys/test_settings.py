"""The settings file: defaults with reasons, strict reading."""

import pytest

from keys.errors import AuthorityError
from keys.settings import Settings, check_issuer, to_toml

DAY = 86_400


def test_a_new_file_holds_the_defaults() -> None:
    assert Settings.from_toml(to_toml("VN")) == ("VN", Settings())


def test_what_is_left_out_has_its_default() -> None:
    issuer, settings = Settings.from_toml(b'issuer = "VN-79"\ncertificate_days = 180\n')
    assert (issuer, settings.certificate_life) == ("VN-79", 180 * DAY)
    assert settings.propagation == Settings().propagation


def test_every_setting_has_its_reason_above_it() -> None:
    lines = to_toml("VN").decode().splitlines()
    for number, line in enumerate(lines):
        if " = " in line and not line.startswith(("#", "issuer")):
            assert lines[number - 1].startswith("# ")


REFUSED = [
    (b"", "issuer"),
    (b"issuer = 84", "issuer"),
    (b'issuer = ""', "issuer"),
    (b'issuer = "VN"\nsigning_day = 9', "unknown setting: signing_day"),
    (b'issuer = "VN"\nsigning_days = 0', "signing_days"),
    (b'issuer = "VN"\nsigning_days = 1.5', "signing_days"),
    (b'issuer = "VN"\nsigning_days = true', "signing_days"),
    (b'issuer = "VN"\nsigning_days = "90"', "signing_days"),
    (b'issuer = "VN"\ntimestamp_days = 1000', "timestamp_days"),
    (b'issuer = "VN', "cannot be read"),
    (b"\xff", "cannot be read"),
]


@pytest.mark.parametrize(("data", "words"), REFUSED)
def test_refused(data: bytes, words: str) -> None:
    with pytest.raises(AuthorityError, match=words):
        Settings.from_toml(data)


@pytest.mark.parametrize("name", ["", " VN", "VN ", "V\nN", "V" * 33, None, 5, "VN\u200b"])
def test_an_issuer_that_no_certificate_could_carry(name: object) -> None:
    with pytest.raises(AuthorityError):
        check_issuer(name)


@pytest.mark.parametrize("name", ["VN", "VN-79", 'Bộ Y tế "thử"'])
def test_an_issuer_survives_the_file(name: str) -> None:
    assert Settings.from_toml(to_toml(name))[0] == name
