"""The authority's home directory: its settings, signing keys, role keys, and what it publishes."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final
from urllib.parse import quote

from keys import repository
from keys.algorithms import generate_private_key, kid_of, public_key_of
from keys.bundle import TRUST_LIST, VACCINES
from keys.clock import Clock
from keys.errors import AuthorityError, KeyScheduleError, PublishError
from keys.file_signer import load_private_key, purpose_of, save_private_key
from keys.files import locked, sweep, write_atomically
from keys.repository import ROLES, Lives, StaticRepository
from keys.schedule import KeyRecord, choose_signing_key
from keys.secrets import FixedSecret, SecretsHandler
from keys.settings import Settings, check_issuer, to_toml
from keys.signer import Signer, signer_from_uri
from keys.stored_bundle import StoredBundle
from keys.times import to_datetime
from spec.certificate import Timestamp
from spec.cose import Algorithm
from spec.trust_list import PublicKey, TrustList

__all__ = ["Authority", "AuthorityError", "KeyScheduleError", "Publication"]

_SETTINGS_FILE: Final = "authority.toml"
_RECORDS_FILE: Final = "keys.json"
_LOCK_FILE: Final = ".lock"
_PROOF_ROLE: Final = "timestamp"
"""The role whose key shows that a passphrase is the home's."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """What `publish` put online."""

    issued_at: Timestamp
    """When the trust list was made; an unchanged list keeps its time."""
    fresh_until: Timestamp
    """When verifiers stop judging unless a newer publication reaches them."""
    root_expires: Timestamp
    keys: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """One issuing authority. All its keys share one passphrase."""

    home: Path
    issuer: str
    settings: Settings

    @classmethod
    def create(cls, home: Path, issuer: str, secrets: SecretsHandler, clock: Clock) -> "Authority":
        """Make a home with role keys and the first root metadata, all of it or nothing.

        Raises AuthorityError when something is there already, SecretError without a passphrase.
        """
        check_issuer(issuer)
        home = home.absolute()
        if home.exists() and (not home.is_dir() or any(home.iterdir())):
            raise AuthorityError(
                f"{home} is not empty; nothing was changed",
                hint="an authority is made once; name another directory with --home",
            )
        passphrase = secrets.new_passphrase(purpose_of(_role_key(home, _PROOF_ROLE)))
        try:
            home.parent.mkdir(parents=True, exist_ok=True)
            temporary = Path(tempfile.mkdtemp(dir=home.parent, prefix=f".{home.name}."))
            try:
                _fill(temporary, issuer, passphrase, clock.now())
                temporary.rename(home)
            except BaseException:
                shutil.rmtree(temporary)
                raise
        except OSError as error:
            raise AuthorityError(
                f"{home} cannot be made: {error.strerror}",
                hint="name a directory that does not exist, below one that you may write to",
            ) from None
        return cls.open(home)

    @classmethod
    def open(cls, home: Path) -> "Authority":
        """Read the settings of a home; raises AuthorityError. No key is opened."""
        home = home.absolute()
        try:
            issuer, settings = Settings.from_toml((home / _SETTINGS_FILE).read_bytes())
        except FileNotFoundError:
            raise AuthorityError(
                f"there is no authority in {home}", hint="run: dosepass-keys init, or give --home"
            ) from None
        except OSError as error:
            raise AuthorityError(f"{home} cannot be read: {error.strerror}") from None
        return cls(home=home, issuer=issuer, settings=settings)

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
        try:
            document = json.loads((self.home / _RECORDS_FILE).read_bytes())
            return tuple(KeyRecord.from_json(row) for row in document["keys"])
        except (KeyError, TypeError, ValueError, KeyScheduleError) as error:
            raise AuthorityError(
                f"{self.home / _RECORDS_FILE} is damaged: {error}", hint="restore it from a backup"
            ) from None
        except OSError as error:
            raise AuthorityError(
                f"{self.home / _RECORDS_FILE} cannot be read: {error.strerror}",
                hint="restore it from a backup",
            ) from None

    def generate(
        self, algorithm: Algorithm, secrets: SecretsHandler, now: Timestamp, *, at_once: bool
    ) -> KeyRecord:
        """Make a signing key and record it; it waits for `publish` and its propagation time.

        `at_once` lets it sign without waiting. That is safe only before the first verifier has a
        trust list: to any other the key is unknown, and honest holders are turned away.

        Raises SignerError when the passphrase is not the one of this home.
        """
        with self._locked():
            records = self.records()
            passphrase = secrets.passphrase(purpose_of(_role_key(self.home, _PROOF_ROLE)))
            load_private_key(_role_key(self.home, _PROOF_ROLE), FixedSecret(passphrase))
            private_key = generate_private_key(algorithm)
            record = self._planned(public_key_of(private_key), now, at_once=at_once)
            path = self.home / record.uri.removeprefix("file:")
            save_private_key(path, private_key, passphrase)
            try:
                self._write_records((*records, record))
            except BaseException:
                path.unlink()
                raise
        return record

    def active_signer(self, now: Timestamp, secrets: SecretsHandler) -> Signer:
        """Open the key that signs at a time.

        Raises KeyScheduleError when none may, SignerError and SecretError when it does not open.
        """
        record = choose_signing_key(self.records(), now)
        signer = signer_from_uri(self._absolute(record.uri), secrets)
        if signer.kid != record.kid:
            raise AuthorityError(
                f"{record.uri} holds another key than {_RECORDS_FILE} says",
                hint="restore the key file from a backup",
            )
        return signer

    def has_published(self) -> bool:
        """Whether verifiers may exist: a trust list with a key has gone out."""
        return any(record.published_at is not None for record in self.records())

    def publish(self, now: Timestamp, secrets: SecretsHandler) -> Publication:
        """Bring keys and vaccine table to the verifiers; to run it again is always safe.

        The records are written last: a key whose publication was cut off counts as unpublished,
        so that it waits longer than needed rather than too short. Raises PublishError.
        """
        with self._locked():
            records = tuple(
                record.published(now).verifying_for(self.settings.certificate_life, now)
                for record in self.records()
            )
            if not records:
                raise PublishError(
                    "there is no signing key to publish", hint="run: dosepass-keys generate"
                )
            static = self._repository(secrets, now)
            trust_list = self._trust_list(records, static.content(TRUST_LIST), now)
            static.publish(_contents(trust_list))
            self._write_records(records)
        return Publication(
            issued_at=trust_list.issued_at,
            fresh_until=Timestamp(int(static.fresh_until().timestamp())),
            root_expires=Timestamp(int(static.root_expires().timestamp())),
            keys=len(records),
        )

    def _planned(self, public_key: PublicKey, now: Timestamp, *, at_once: bool) -> KeyRecord:
        kid = kid_of(public_key)
        return KeyRecord.plan(
            kid=kid,
            public_key=public_key,
            uri=f"file:{self.private.name}/signing-{kid.hex()}.pem",
            issuer=self.issuer,
            now=now,
            propagation=0 if at_once else self.settings.propagation,
            signing_life=self.settings.signing_life,
            certificate_life=self.settings.certificate_life,
        )

    def _trust_list(
        self, records: tuple[KeyRecord, ...], published: bytes | None, now: Timestamp
    ) -> TrustList:
        """The list to publish: the published one while it says the same and is not old."""
        fresh = TrustList(issued_at=now, keys=tuple(record.trusted(now) for record in records))
        if published is None:
            return fresh
        old = TrustList.from_cbor(published)
        if old.issued_at > now:
            raise PublishError(
                "the clock of this machine stands before the last publication",
                hint="set the date and time, then publish again",
            )
        unchanged = set(old.keys) == set(fresh.keys)
        return (
            old if unchanged and now - old.issued_at < self.settings.trust_list_renewal else fresh
        )

    def _repository(self, secrets: SecretsHandler, now: Timestamp) -> StaticRepository:
        keys = {
            role: load_private_key(_role_key(self.home, role), secrets)
            for role in ROLES
            if role != "root"
        }
        return StaticRepository(self.public, keys, _lives(self.settings), to_datetime(now))

    def _absolute(self, uri: str) -> str:
        """Take a relative `file:` path from the home, so that a home can move as a whole."""
        path = uri.removeprefix("file:")
        if path == uri or path.startswith("/"):
            return uri
        return f"file:{quote(str(self.home / path))}"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the home against other commands that write, and clear what a killed one left."""
        with locked(self.home / _LOCK_FILE):
            sweep(self.home)
            yield

    def _write_records(self, records: tuple[KeyRecord, ...]) -> None:
        _write_records(self.home, records)


def _fill(home: Path, issuer: str, passphrase: bytes, now: Timestamp) -> None:
    """Make everything that a home holds, below a directory that nobody knows yet."""
    home.chmod(0o755)
    (home / "private").mkdir(mode=0o700)
    keys = {role: generate_private_key(Algorithm.EDDSA) for role in ROLES}
    for role, key in keys.items():
        save_private_key(_role_key(home, role), key, passphrase)
    repository.found(home / "public", keys, _lives(Settings()), to_datetime(now))
    _write_records(home, ())
    (home / _SETTINGS_FILE).write_bytes(to_toml(issuer))


def _contents(trust_list: TrustList) -> dict[str, bytes]:
    """The targets, after reading them as a verifier will: nothing unreadable goes online."""
    vaccines = resources.files("spec").joinpath("data", VACCINES).read_bytes()
    stored = StoredBundle(
        trust_list=trust_list.to_cbor(), vaccines=vaccines, fresh_until=trust_list.issued_at
    )
    stored.open()
    return {TRUST_LIST: stored.trust_list, VACCINES: stored.vaccines}


def _role_key(home: Path, role: str) -> Path:
    return home / "private" / f"tuf-{role}.pem"


def _lives(settings: Settings) -> Lives:
    return Lives(
        root=settings.root_life,
        targets=settings.targets_life,
        snapshot=settings.snapshot_life,
        timestamp=settings.timestamp_life,
    )


def _write_records(home: Path, records: tuple[KeyRecord, ...]) -> None:
    document = {"keys": [record.to_json() for record in records]}
    write_atomically(home / _RECORDS_FILE, json.dumps(document, indent=2).encode() + b"\n")
