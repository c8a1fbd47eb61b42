"""The authority's home directory: where everything lies, its records, and the lock on it."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from keys.bundle import ENTRY_POLICY, STATUS_INDEX, TRUST_LIST
from keys.errors import AuthorityError, KeyScheduleError, PublishError
from keys.files import locked, sweep, write_atomically
from keys.outlook import PublicState
from keys.publication.repository import Lives, StaticRepository
from keys.publication.role_keys import RoleKeys
from keys.schedule import KeyRecord
from keys.secrets import FixedSecret, SecretsHandler
from keys.settings import Settings
from keys.times import to_datetime
from spec.certificate import Timestamp
from spec.entry_policy import EntryPolicy, EntryPolicyError
from spec.errors import MalformedError
from spec.status_index import StatusIndex
from spec.trust_list import TrustList

__all__ = ["POLICY_FILE", "RECORDS_FILE", "SETTINGS_FILE", "Home", "records_to_json"]

SETTINGS_FILE: Final = "authority.toml"
RECORDS_FILE: Final = "keys.json"
POLICY_FILE: Final = ENTRY_POLICY

_LOCK_FILE: Final = ".lock"
_SPOOL: Final = ".spool-"
_TIMESTAMP: Final = "timestamp"
_AGAIN: Final = "make room or rights there, then run the same command again; nothing was lost"


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """The home of one issuing authority. All its keys in files share one passphrase."""

    home: Path
    issuer: str
    settings: Settings

    @property
    def public(self) -> Path:
        """What is published: the directory that a web server serves."""
        return self.home / "public"

    @property
    def private(self) -> Path:
        """The encrypted private keys."""
        return self.home / "private"

    def records(self) -> tuple[KeyRecord, ...]:
        """The signing keys in the order in which they were made; raises AuthorityError."""
        path = self.home / RECORDS_FILE
        try:
            document = json.loads(path.read_bytes())
            return tuple(KeyRecord.from_json(row) for row in document["keys"])
        except (KeyError, TypeError, ValueError, KeyScheduleError) as error:
            raise AuthorityError(
                f"{path} is damaged: {error}", hint="restore it from a backup"
            ) from None
        except OSError as error:
            raise AuthorityError(
                f"{path} cannot be read: {error.strerror}", hint="restore it from a backup"
            ) from None

    def policy(self) -> bytes | None:
        """The entry policy that every publication takes along; raises AuthorityError."""
        path = self.home / POLICY_FILE
        try:
            data = path.read_bytes()
            EntryPolicy.from_json(data)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise AuthorityError(f"{path} cannot be read: {error.strerror}") from None
        except EntryPolicyError as error:
            raise AuthorityError(
                f"{path} is damaged: {error}",
                hint="give it anew: dosepass-keys publish --policy FILE",
            ) from None
        return data

    def set_policy(self, policy: bytes | None) -> None:
        """Keep an entry policy for the publications to come, or none; raises AuthorityError."""
        path = self.home / POLICY_FILE
        if policy is not None:
            try:
                EntryPolicy.from_json(policy)
            except EntryPolicyError as error:
                raise AuthorityError(
                    str(error), hint="section 18 of the specification says what it must look like"
                ) from None
        with self.locked():
            try:
                if policy is None:
                    path.unlink(missing_ok=True)
                else:
                    write_atomically(path, policy)
            except OSError as error:
                raise AuthorityError(
                    f"{path} cannot be written: {error.strerror}", hint=_AGAIN
                ) from None

    def write_records(self, records: tuple[KeyRecord, ...]) -> None:
        """Replace the records as a whole; raises AuthorityError, and then the old ones stand."""
        try:
            write_atomically(self.home / RECORDS_FILE, records_to_json(records))
        except OSError as error:
            raise AuthorityError(
                f"{self.home / RECORDS_FILE} cannot be written: {error.strerror}", hint=_AGAIN
            ) from None

    def has_published(self) -> bool:
        """Whether verifiers may exist: a trust list with a key has gone out."""
        return any(record.published_at is not None for record in self.records())

    def published(self) -> PublicState:
        """What stands in `public/` about time; nothing secret is needed to read it."""
        try:
            static = self.repository(FixedSecret(b""), Timestamp(0))
            ends = {role: Timestamp(int(end.timestamp())) for role, end in static.ends().items()}
            newest = _newest(static)
        except (PublishError, MalformedError) as error:
            return PublicState(ends={}, newest=None, problem=str(error))
        if _TIMESTAMP not in ends:
            ends = {role: end for role, end in ends.items() if role == "root"}
        return PublicState(ends=ends, newest=newest)

    def repository(self, secrets: SecretsHandler, now: Timestamp) -> StaticRepository:
        """The repository, which opens its keys when they are needed."""
        keys = RoleKeys(self.private, secrets)
        return StaticRepository(self.public, keys, Lives.by(self.settings), to_datetime(now))

    def absolute(self, uri: str) -> str:
        """Take a relative `file:` path from the home, so that a home can move as a whole."""
        path = uri.removeprefix("file:")
        if path == uri or path.startswith("/"):
            return uri
        return f"file:{quote(str(self.home / path))}"

    @contextmanager
    def locked(self, *, wait: bool = True) -> Iterator[None]:
        """Hold the home against other commands that write, and clear what a killed one left.

        Raises AuthorityError when `wait` is false and another command has it.
        """
        try:
            lock = locked(self.home / _LOCK_FILE, wait=wait)
            lock.__enter__()
        except BlockingIOError:
            raise AuthorityError(
                f"another command is at work in {self.home}",
                hint="wait until it is done; without --no-wait this one waits by itself",
            ) from None
        except OSError as error:
            raise AuthorityError(
                f"{self.home} cannot be written: {error.strerror}", hint=_AGAIN
            ) from None
        try:
            sweep(self.home)
            for left in self.home.glob(f"{_SPOOL}*"):
                shutil.rmtree(left, ignore_errors=True)
            yield
        finally:
            lock.__exit__(None, None, None)

    @contextmanager
    def spool(self) -> Iterator[Path]:
        """A folder for large data on their way; only for whoever holds the lock."""
        folder = Path(tempfile.mkdtemp(dir=self.home, prefix=_SPOOL))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def records_to_json(records: tuple[KeyRecord, ...]) -> bytes:
    """Write the file of the records."""
    document = {"keys": [record.to_json() for record in records]}
    return json.dumps(document, indent=2).encode() + b"\n"


def _newest(static: StaticRepository) -> Timestamp | None:
    """The newest time that was signed; raises PublishError when a published file is damaged."""
    times = []
    for name, read in ((TRUST_LIST, TrustList.from_cbor), (STATUS_INDEX, StatusIndex.from_cbor)):
        data = static.content(name)
        if data is not None:
            times.append(read(data).issued_at)
        elif name in static.names():
            raise PublishError(f"the published file {name} is missing or damaged")
    return max(times, default=None)
