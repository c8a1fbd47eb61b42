"""What this floor has to know of the certificates that were issued, without knowing the register.

The register belongs to the issuer, a floor above. It is reached through an entry point, a plug-in
found by its name, so that the floors hold and a verifier's machine needs no database.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import ClassVar, Final, Protocol, TypeAlias

from keys.errors import HintedError
from spec.certificate import Timestamp
from spec.cose import Kid
from spec.status_index import ListCounts

__all__ = ["REGISTER_FILE", "EmptyLedger", "Ledger", "LedgerError", "ListStatuses", "open_ledger"]

REGISTER_FILE: Final = "register.sqlite3"
"""Where the register of an authority lies in its home, unless a database URL is given."""

_GROUP: Final = "dosepass.ledger"
_NAME: Final = "register"


class LedgerError(HintedError):
    """The register of certificates cannot be read."""

    code: ClassVar[str] = "ledger"


@dataclass(frozen=True, kw_only=True, slots=True)
class ListStatuses:
    """One status list as the register has it now."""

    bits: bytes
    """STATUS_LIST_BYTES of them (spec.status_list)."""
    counts: ListCounts


class Ledger(Protocol):
    """One consistent view of what was issued; everything it tells is of the same moment."""

    def lists(self) -> int:
        """How many status lists there are: they are numbered from 0 on."""
        ...

    def statuses(self, number: int, now: Timestamp) -> ListStatuses:
        """What is to be published of one list at a time.

        Certificates that were revoked within CLOCK_TOLERANCE of their issuance read SUSPENDED
        (specification, section 12.4). Raises LedgerError.
        """
        ...

    def genuine(self, kid: Kid) -> Iterator[tuple[int, bytes]]:
        """The genuine lists of a key: number and bytes, where it signed anything; LedgerError."""
        ...

    def close(self) -> None:
        """Give the view up."""
        ...


class EmptyLedger:
    """The ledger of an authority that has issued nothing yet."""

    def lists(self) -> int:
        """None."""
        return 0

    def statuses(self, number: int, now: Timestamp) -> ListStatuses:
        """Never asked for."""
        raise LedgerError(f"there is no status list {number}")

    def genuine(self, kid: Kid) -> Iterator[tuple[int, bytes]]:
        """Nothing."""
        return iter(())

    def close(self) -> None:
        """Nothing to do."""


_Opener: TypeAlias = Callable[[Path, str, str | None], Ledger]


def open_ledger(home: Path, issuer: str, url: str | None) -> Ledger:
    """Open the register of a home, or the one at a database URL, for reading.

    Without a URL and without a register in the home nothing was issued yet. Raises LedgerError,
    also when the packages that read a register are not installed.
    """
    if url is None and not (home / REGISTER_FILE).exists():
        return EmptyLedger()
    try:
        (entry,) = entry_points(group=_GROUP, name=_NAME)
        opener: _Opener = entry.load()
    except (ValueError, ImportError) as error:
        raise LedgerError(
            "the register cannot be read here: the issuer's packages are not installed",
            hint="pip install 'dosepass[issuer]'",
        ) from error
    return opener(home, issuer, url)
