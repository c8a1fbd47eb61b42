"""The settings of the service: one frozen object, and one table that says everything of each.

The table gives every setting its key in the file, its environment variable, its option, its bounds
and its default. A setting that is added has a default, so that new code runs with an old file.
"""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final, TypeAlias

from keys.errors import HintedError
from keys.fetching.refresher import DEFAULT_INTERVAL, seconds_of
from verifier.origins import check_origin
from verifier.request import DEFAULT_MAX_BODY

__all__ = ["MEMORY", "PREFIX", "SETTINGS", "Setting", "Settings", "SettingsError", "usable_cores"]

PREFIX: Final = "DOSEPASS_VERIFIER_"
MEMORY: Final = "memory"
"""Counts of rates are kept by the service itself, over all of its workers."""

_Reader: TypeAlias = Callable[[str], Any]
"""Turns the text of a setting into its value; ValueError says what it is not."""


class SettingsError(HintedError):
    """A setting is unknown, out of bounds, or contradicts another one."""

    code = "settings"


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """What the service is told, small enough to be handed to another process."""

    trust: Path
    trust_url: str | None = None
    """Where the bundle is fetched anew from; None: somebody else keeps it fresh."""
    refresh: int = DEFAULT_INTERVAL
    """Seconds between two refreshes."""
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = field(default_factory=lambda: usable_cores())
    anyone_may_ask: bool = False
    keys: Path | None = None
    """The file of API keys; None: nobody is asked for one."""
    rates: str = MEMORY
    """Where requests of a key are counted: `memory`, or the address of a Redis."""
    cors: tuple[str, ...] = ()
    """Origins of the sites that may ask from a browser."""
    max_body: int = DEFAULT_MAX_BODY
    place: str | None = None
    """The kind of place whose entry rules count; None: none do."""
    policy: Path | None = None
    """An entry policy in place of the one in the bundle."""
    images: bool = False
    """Whether pictures are taken; the extra `image` brings what reads them."""
    client_timeout: int = 10
    """Seconds that a client gets for each: a head, a body, taking a piece of an answer."""
    connections: int = 1024
    """Connections that one worker holds; further ones wait before it."""
    grace: int = 10
    """Seconds that requests in flight get after SIGTERM."""

    def told(self) -> dict[str, Any]:
        """All of them by name, for a worker, whose code may be of a newer version."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Settings":
        """Take what another version told: what it did not know of keeps its default."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in told.items() if name in known})

    def check(self) -> None:
        """Refuse settings that contradict each other; raises SettingsError."""
        if self.anyone_may_ask and self.keys is not None:
            raise SettingsError(
                "keys and anyone_may_ask contradict each other",
                hint="leave anyone_may_ask out: whoever has a key may ask from anywhere",
            )
        if self.keys is None and not self.anyone_may_ask and not _is_loopback(self.host):
            raise SettingsError(
                "the service listens on this machine alone unless told otherwise",
                hint="give it keys, or say anyone_may_ask (--keys, --anyone-may-ask)",
            )
        if self.policy is not None and self.place is None:
            raise SettingsError(
                "an entry policy without a place counts for nobody", hint="name it with --place"
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """A line of the table."""

    key: str
    reads: _Reader
    help: str
    writes: Callable[[Any], str] = str
    """Gives the text of a value back."""
    kind: type = str
    """Its type in the file: str, int, bool or list."""
    metavar: str = "TEXT"
    secret: bool = False
    """Has no option, for every process can read those of another, and is never shown whole:
    `writes` leaves out what must not be seen."""

    @property
    def variable(self) -> str:
        """Its environment variable."""
        return PREFIX + self.key.upper()

    @property
    def option(self) -> str:
        """Its option on the command line."""
        return "--" + self.key.replace("_", "-")


def usable_cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _whole(low: int, high: int) -> _Reader:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"not a whole number from {low} to {high}")
        return int(text)

    return read


def _text(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError("empty, or has hidden characters")
    return text


def _path(text: str) -> Path:
    return Path(_text(text)).expanduser()


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("neither true nor false")
    return text == "true"


def _rates(text: str) -> str:
    if text != MEMORY and not re.fullmatch(r"rediss?://[!-~]+", text, re.ASCII):
        raise ValueError("neither memory nor an address such as redis://host:6379/0")
    return text


def _without_password(url: str) -> str:
    return re.sub(r"(?<=://)[^@/]*@", "***@", url)


def _origins(text: str) -> tuple[str, ...]:
    return tuple(check_origin(origin.strip()) for origin in text.split(",") if origin.strip())


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


SETTINGS: Final = (
    Setting(key="trust", reads=_path, metavar="DIR",
            help="The directory that `dosepass-keys fetch` keeps the trust bundle in."),
    Setting(key="trust_url", reads=_text, metavar="URL",
            help="Keep the bundle fresh from this address, by the root that a first fetch pinned."),
    Setting(key="refresh", reads=seconds_of, writes=lambda seconds: f"{seconds}s",
            metavar="INTERVAL", help="How often, with trust_url; such as 30m, from 10s to 30d."),
    Setting(key="host", reads=_text, metavar="HOST",
            help="The address to listen on."),
    Setting(key="port", reads=_whole(1, 65_535), kind=int, metavar="N",
            help="The port to listen on."),
    Setting(key="workers", reads=_whole(1, 256), kind=int, metavar="N",
            help="Worker processes; one for each core by itself."),
    Setting(key="anyone_may_ask", reads=_truth, kind=bool,
            writes=lambda value: str(value).lower(),
            help="Answer everybody, also on an address that other machines reach."),
    Setting(key="keys", reads=_path, metavar="FILE",
            help="Ask for an API key of this file, which `keys add` makes."),
    Setting(key="rates", reads=_rates, writes=_without_password, metavar="STORE", secret=True,
            help="Where requests of a key are counted: memory, or redis://host:6379/0."),
    Setting(key="cors", reads=_origins, writes=",".join, kind=list, metavar="ORIGIN,...",
            help="Sites that may ask from a browser, such as https://shop.example; * is all."),
    Setting(key="max_body", reads=_whole(1_024, 1_048_576), kind=int, metavar="BYTES",
            help="The longest request body that is read, other than a picture."),
    Setting(key="place", reads=_text, metavar="NAME",
            help="Let the entry rules of this kind of place count, such as restaurant."),
    Setting(key="policy", reads=_path, metavar="FILE",
            help="Take the entry rules from this file, not from the trust bundle."),
    Setting(key="images", reads=_truth, kind=bool, writes=lambda value: str(value).lower(),
            help="Take pictures too: POST /v1/verify/image, with the extra `image` installed."),
    Setting(key="client_timeout", reads=_whole(1, 300), kind=int, metavar="SECONDS",
            help="How long a client may take over a head, a body, or a piece of an answer."),
    Setting(key="connections", reads=_whole(16, 65_536), kind=int, metavar="N",
            help="Connections that one worker holds; further ones wait."),
    Setting(key="grace", reads=_whole(1, 300), kind=int, metavar="SECONDS",
            help="How long requests in flight may take after SIGTERM."),
)  # fmt: skip
