"""The settings of an authority, `authority.toml`: who issues, and every life with its reason."""

import json
import tomllib
from dataclasses import dataclass
from typing import Any, Final

from keys.errors import AuthorityError
from spec.limits import MAX_ISSUER_LENGTH

__all__ = ["Settings", "check_issuer", "to_toml"]

_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How long things live; all in seconds."""

    propagation: int = _DAY
    signing_life: int = 120 * _DAY
    certificate_life: int = 365 * _DAY
    rotation_lead: int = 28 * _DAY
    trust_list_renewal: int = _DAY
    timestamp_life: int = 10 * _DAY
    status_life: int = 9 * _DAY
    status_token_life: int = 30 * _DAY
    snapshot_life: int = 30 * _DAY
    targets_life: int = 30 * _DAY
    root_life: int = 730 * _DAY

    @property
    def successor_lead(self) -> int:
        """Seconds before the last key's signing ends at which its successor has to be made.

        It never reaches from the making of a key to its end, so that a successor does not ask for
        its own at once, however the settings are chosen.
        """
        return self.propagation + min(self.rotation_lead, self.signing_life // 2)

    @classmethod
    def from_toml(cls, data: bytes) -> tuple[str, "Settings"]:
        """Read the file: the issuer's name and the settings; what is left out has its default.

        Raises AuthorityError, also for a name that is not a setting.
        """
        try:
            document = tomllib.loads(data.decode())
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise AuthorityError(f"authority.toml cannot be read: {error}") from None
        issuer = check_issuer(document.pop("issuer", None))
        known = {field.key: field for field in _FIELDS}
        for key in document.keys() - known.keys():
            raise AuthorityError(
                f"authority.toml has an unknown setting: {key}",
                hint="the settings are " + ", ".join(known),
            )
        values = {known[key].name: known[key].seconds(value) for key, value in document.items()}
        return issuer, cls(**values)


def to_toml(issuer: str) -> bytes:
    """Write a new file: the issuer and every setting at its default, each with its reason."""
    defaults = Settings()
    lines = ["# Who signs, and how long things live.", "", f"issuer = {json.dumps(issuer)}"]
    for field in _FIELDS:
        amount = getattr(defaults, field.name) // field.unit
        lines += ["", *(f"# {line}" for line in field.reason), f"{field.key} = {amount}"]
    return ("\n".join(lines) + "\n").encode()


def check_issuer(value: Any) -> str:
    """Accept an issuer's name as certificates may carry it; raises AuthorityError."""
    if type(value) is not str or not 1 <= len(value) <= MAX_ISSUER_LENGTH:
        raise AuthorityError(
            f"the issuer's name does not have from 1 to {MAX_ISSUER_LENGTH} characters",
            hint="a country or province code, such as VN or VN-79",
        )
    if not value.isprintable() or value != value.strip():
        raise AuthorityError("the issuer's name has spaces at its ends, or hidden characters")
    return value


@dataclass(frozen=True, slots=True)
class _Field:
    """A line of the file: its name there, the unit in seconds, bounds in units, the reason."""

    name: str
    key: str
    unit: int
    low: int
    high: int
    reason: tuple[str, ...]

    def seconds(self, value: Any) -> int:
        if type(value) is not int or not self.low <= value <= self.high:
            raise AuthorityError(
                f"authority.toml: {self.key} is not a whole number from {self.low} to {self.high}"
            )
        return value * self.unit


_FIELDS: Final = (
    _Field("propagation", "propagation_hours", _HOUR, 1, 720, (
        "A new key signs only this long after it was published, so that verifiers which",
        "refresh once a day know it before they meet it.",
    )),
    _Field("signing_life", "signing_days", _DAY, 1, 1100, (
        "A key signs this long: made anew every quarter, with four weeks to spare for a",
        "rotation that comes late. A stolen key can only forge within this time.",
    )),
    _Field("certificate_life", "certificate_days", _DAY, 1, 3660, (
        "A certificate is valid this long (12 months, as decided for the national one). A key",
        "verifies until the last certificate that it may have signed has ended.",
    )),
    _Field("rotation_lead", "rotation_lead_days", _DAY, 1, 365, (
        "`dosepass-keys tick` makes the successor early enough to sign this long before the last",
        "key stops, at most half of its signing time: four weeks to notice that it did not.",
    )),
    _Field("trust_list_renewal", "trust_list_renewal_hours", _HOUR, 1, 720, (
        "An unchanged trust list is issued anew after this time: its age is what verifiers show",
        "and the newest signed time that they compare their clocks with.",
    )),
    _Field("timestamp_life", "timestamp_days", _DAY, 1, 90, (
        "Without a fresh publication verifiers stop judging after this time. Short enough to",
        "bound the harm of a frozen mirror; longer than the Tet holidays, so that a publishing",
        "job that fails on the first day stops nobody.",
    )),
    _Field("status_life", "status_days", _DAY, 1, 90, (
        "Without fresh status lists verifiers stop judging after this time. A day shorter than the",
        "timestamp, so that verifiers tell old status lists from old trust.",
    )),
    _Field("status_token_life", "status_token_days", _DAY, 2, 365, (
        "The signed token of one status list names this life to readers other than ours. It is",
        "signed anew when its list has changed, or when half of its life is over.",
    )),
    _Field("snapshot_life", "snapshot_days", _DAY, 1, 365, (
        "Signed anew with every change and past half its life; longer than the timestamp, so",
        "that only the timestamp sets the pace.",
    )),
    _Field("targets_life", "targets_days", _DAY, 1, 365, (
        "As for the snapshot.",
    )),
    _Field("root_life", "root_days", _DAY, 30, 3660, (
        "The root is signed by hand and rarely; publishing warns long before its end.",
    )),
)  # fmt: skip
