"""The register as `dosepass-keys publish` reads it, by the entry point `dosepass.ledger`."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from issuer.register import status_lists
from issuer.register.database import Register, RegisterError, database_errors
from issuer.register.models import CertificateState
from keys.ledger import REGISTER_FILE, LedgerError, ListStatuses
from spec.certificate import Timestamp
from spec.cose import Kid
from spec.genuine_list import DIGEST_LENGTH, GENUINE_LIST_BYTES, genuine_digest
from spec.limits import CLOCK_TOLERANCE, STATUS_LIST_SIZE
from spec.status_index import ListCounts
from spec.status_list import Status, filled, put

__all__ = ["RegisterLedger", "open_ledger"]

_STATUSES: Final = {
    CertificateState.ABANDONED: Status.INVALID,
    CertificateState.REVOKED: Status.INVALID,
    CertificateState.SUSPENDED: Status.SUSPENDED,
    CertificateState.SUPERSEDED: Status.SUPERSEDED,
}
"""What a list says of a certificate that is neither reserved nor issued, and so not valid."""


def open_ledger(home: Path, issuer: str, url: str | None) -> "RegisterLedger":
    """Open the register of a home, or the one at a database URL; its tables are brought up to date.

    Raises LedgerError, also where there is no register: none is made.
    """
    with _ledger_errors(), ExitStack() as on_failure:
        register = Register.open(_where(home / REGISTER_FILE, url))
        on_failure.callback(register.close)
        ledger = RegisterLedger(register, issuer)
        on_failure.pop_all()
        return ledger


class RegisterLedger:
    """One consistent view of the certificates of an issuer, for as long as it is open."""

    def __init__(self, register: Register, issuer: str) -> None:
        """Take the register, which `close` closes. Raises RegisterError."""
        self._issuer = issuer
        self._open = ExitStack()
        self._open.callback(register.close)
        self._connection: Connection = self._open.enter_context(register.snapshot())
        # The first query fixes the view.
        self._lists = status_lists.count_lists(self._connection, issuer)

    def lists(self) -> int:
        """How many status lists there are."""
        return self._lists

    def statuses(self, number: int, now: Timestamp) -> ListStatuses:
        """What is to be published of one list (specification, section 12); raises LedgerError."""
        with _ledger_errors():
            assigned = status_lists.taken_positions(self._connection, self._issuer, number)
            bits = self._bits(number, assigned)
            found = status_lists.exceptions(self._connection, self._issuer, number)
            for state, indices in found.items():
                put(bits, indices, _STATUSES[state])
            # A young certificate passes where its list says invalid: the list may not know it.
            young = status_lists.young_revoked(
                self._connection, self._issuer, number, Timestamp(now - CLOCK_TOLERANCE)
            )
            put(bits, young, Status.SUSPENDED)
        revoked = len(found.get(CertificateState.REVOKED, ()))
        counts = ListCounts(assigned=assigned, revoked=revoked)
        return ListStatuses(bits=bytes(bits), counts=counts)

    def genuine(self, kid: Kid) -> Iterator[tuple[int, bytes]]:
        """The genuine lists of a key (specification, section 13); raises LedgerError."""
        for number in range(self._lists):
            with _ledger_errors():
                digests = self._digests(number, kid)
            if digests:
                yield number, digests

    def close(self) -> None:
        """Give the view and the register up."""
        self._open.close()

    def _bits(self, number: int, assigned: int) -> bytearray:
        """A list without exceptions: reserved positions are valid, for they may be signed."""
        if assigned == STATUS_LIST_SIZE:
            return filled(Status.VALID)
        bits = filled(Status.INVALID)
        indices = status_lists.assigned_indices(self._connection, self._issuer, number)
        put(bits, indices, Status.VALID)
        return bits

    def _digests(self, number: int, kid: Kid) -> bytes:
        """The genuine list of a key for one status list; empty where it signed nothing there."""
        digests = bytearray()
        rows = status_lists.signed_payloads(self._connection, self._issuer, number, kid.hex())
        for index, payload in rows:
            if not digests:
                digests = bytearray(GENUINE_LIST_BYTES)
            start = index * DIGEST_LENGTH
            digests[start : start + DIGEST_LENGTH] = genuine_digest(payload)
        erased = status_lists.erased_digests(self._connection, self._issuer, number, kid.hex())
        for index, digest in erased:
            digests[index * DIGEST_LENGTH : (index + 1) * DIGEST_LENGTH] = digest
        return bytes(digests)


@contextmanager
def _ledger_errors() -> Iterator[None]:
    """Say what goes wrong with the register in the words of the floor below."""
    try:
        with database_errors():
            yield
    except RegisterError as error:
        raise LedgerError(str(error), hint=error.hint) from None


def _where(default: Path, url: str | None) -> Path | str:
    """The register to open, made sure of: SQLite would make a file where there is none."""
    path = default if url is None else _file_of(url)
    if path is not None and not path.is_file():
        raise LedgerError(
            f"there is no register {path}",
            hint="name it with --register, or restore it from a backup",
        )
    return default if url is None else url


def _file_of(url: str) -> Path | None:
    """The file that a SQLite URL names."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return None  # opening it says what is wrong
    database = parsed.database or ""
    named = database and not database.startswith("file:")
    return Path(database) if named and parsed.get_backend_name() == "sqlite" else None
