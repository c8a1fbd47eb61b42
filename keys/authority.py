"""What an authority does: make keys, publish, rotate, retire, and survive a stolen key.

Every operation holds the home's lock, goes on from whatever a killed run left, and when it is run
again does only what is left.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from keys.algorithms import generate_private_key
from keys.clock import Clock
from keys.errors import AuthorityError, KeyScheduleError, PublishError, SecretError, SignerError
from keys.home import RECORDS_FILE, SETTINGS_FILE, Home
from keys.ledger import open_ledger
from keys.new_home import make_home
from keys.new_keys import checked_passphrase, make_signing_key
from keys.outlook import Outlook, look_ahead
from keys.plans import (
    NewKey,
    Plan,
    plan_compromise,
    plan_retirement,
    plan_rotation,
    plan_tick,
)
from keys.publication.contents import build, settled
from keys.publication.status_tokens import STATUS_KEY_FILES, open_status_key, save_status_key
from keys.schedule import KeyRecord, choose_signing_key
from keys.secrets import SecretsHandler
from keys.settings import Settings
from keys.signer import Signer, signer_from_uri
from spec.certificate import Timestamp
from spec.cose import Algorithm, Kid
from spec.errors import MalformedError

__all__ = ["Authority", "AuthorityError", "Done", "KeyScheduleError", "Publication"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """What `publish` put online."""

    issued_at: Timestamp
    """When the trust list was made; an unchanged list keeps its time."""
    fresh_until: Timestamp
    """When verifiers stop judging unless a newer publication reaches them."""
    status_until: Timestamp
    """When they stop for want of newer status lists."""
    root_expires: Timestamp
    keys: int
    lists: int
    """How many status lists there are."""
    genuine: Mapping[Kid, int]
    """How many certificates stay valid under each compromised key."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """What an operation did; its plan says it in words."""

    plan: Plan
    made: KeyRecord | None
    publication: Publication | None
    """None where there was nothing to publish."""
    not_made: SignerError | SecretError | None = None
    """Why the new key of a compromise could not be made: the rest was done all the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority(Home):
    """One issuing authority."""

    @classmethod
    def create(cls, home: Path, issuer: str, secrets: SecretsHandler, clock: Clock) -> "Authority":
        """Make a home with role keys and the first root metadata, all of it or nothing.

        Raises AuthorityError when something is there already, SecretError without a passphrase.
        """
        make_home(home.absolute(), issuer, secrets, clock)
        return cls.open(home)

    @classmethod
    def open(cls, home: Path) -> "Authority":
        """Read the settings of a home; raises AuthorityError. No key is opened."""
        home = home.absolute()
        try:
            issuer, settings = Settings.from_toml((home / SETTINGS_FILE).read_bytes())
        except FileNotFoundError:
            raise AuthorityError(
                f"there is no authority in {home}", hint="run: dosepass-keys init, or give --home"
            ) from None
        except OSError as error:
            raise AuthorityError(f"{home} cannot be read: {error.strerror}") from None
        return cls(home=home, issuer=issuer, settings=settings)

    def outlook(self, now: Timestamp) -> Outlook:
        """What happens next, and what is wrong; no key is opened."""
        return look_ahead(self.records(), self.published(), self.settings, now)

    def active_signer(self, now: Timestamp, secrets: SecretsHandler) -> Signer:
        """Open the key that signs at a time.

        Raises KeyScheduleError when none may, SignerError and SecretError when it does not open.
        """
        record = choose_signing_key(self.records(), now)
        signer = signer_from_uri(self.absolute(record.uri), secrets)
        if signer.kid != record.kid:
            raise AuthorityError(
                f"{record.uri} holds another key than {RECORDS_FILE} says",
                hint="restore the key file from a backup",
            )
        return signer

    def generate(
        self,
        algorithm: Algorithm,
        secrets: SecretsHandler,
        now: Timestamp,
        *,
        at_once: bool,
        token: str | None = None,
    ) -> KeyRecord:
        """Make a signing key and record it; it waits for `publish` and its propagation time.

        `at_once` lets it sign without waiting. That is safe only before the first verifier has a
        trust list: to any other the key is unknown, and honest holders are turned away. `token`
        is the `pkcs11:` URI of a token to make it in.

        Raises SignerError when the passphrase is not the one of this home.
        """
        make = NewKey(algorithm=algorithm, token=token, at_once=at_once)
        with self.locked():
            return make_signing_key(self, self.records(), make, secrets, now)

    def publish(
        self, now: Timestamp, secrets: SecretsHandler, register_url: str | None = None
    ) -> Publication:
        """Bring everything that verifiers need online; to run it again is always safe.

        The records are written last: a key whose publication was cut off counts as unpublished,
        so that it waits longer than needed rather than too short. Raises PublishError, LedgerError,
        SignerError and SecretError.
        """
        with self.locked():
            return self._publish(self.records(), now, secrets, register_url)

    def rotate(
        self,
        now: Timestamp,
        secrets: SecretsHandler,
        register_url: str | None = None,
        *,
        at_once: bool = False,
        algorithm: Algorithm | None = None,
        token: str | None = None,
    ) -> Done:
        """Make the successor of the key that signs, and publish it; nothing if there is one."""
        with self.locked():
            plan = plan_rotation(
                self.records(),
                self.settings,
                now,
                at_once=at_once,
                algorithm=algorithm,
                token=token,
            )
            return self._carry_out(plan, now, secrets, register_url)

    def tick(
        self,
        now: Timestamp,
        secrets: SecretsHandler,
        register_url: str | None = None,
        *,
        wait: bool = True,
    ) -> Done:
        """Publish, and make the next key when it is due; raises AuthorityError if not to `wait`."""
        with self.locked(wait=wait):
            plan = plan_tick(self.records(), self.settings, now)
            return self._carry_out(plan, now, secrets, register_url)

    def retire(self, kid: Kid, now: Timestamp, *, alone: bool = False) -> Done:
        """Let a key stop signing; `alone`: although nothing can be issued then.

        It is not published: that needs no hurry, and other keys.
        """
        with self.locked():
            plan = plan_retirement(self.records(), kid, now, alone=alone)
            if plan.publish:
                self.write_records(plan.records)
        return Done(plan=plan, made=None, publication=None)

    def compromise(
        self,
        kids: Sequence[Kid],
        now: Timestamp,
        secrets: SecretsHandler,
        register_url: str | None = None,
        *,
        at_once: bool = False,
    ) -> Done:
        """Shut a thief out: mark keys as stolen, make a fresh one, publish what is genuine.

        The mark is recorded before anything that can fail for another reason than the passphrase.
        """
        with self.locked():
            plan = plan_compromise(self.records(), kids, self.settings, now, at_once=at_once)
            checked_passphrase(self, secrets)
            self.write_records(plan.records)
            try:
                return self._carry_out(plan, now, secrets, register_url)
            except (SignerError, SecretError) as error:
                # The token of the stolen key may be gone with it; the thief is shut out first.
                if plan.make is None:
                    raise
                publication = self._publish(self.records(), now, secrets, register_url)
                return Done(plan=plan, made=None, publication=publication, not_made=error)

    def _carry_out(
        self, plan: Plan, now: Timestamp, secrets: SecretsHandler, register_url: str | None
    ) -> Done:
        made = None
        if plan.make is not None:
            checked_passphrase(self, secrets)
            made = make_signing_key(self, plan.records, plan.make, secrets, now)
        if not plan.publish:
            return Done(plan=plan, made=None, publication=None)
        publication = self._publish(self.records(), now, secrets, register_url)
        if made is not None:
            (made,) = (record for record in self.records() if record.kid == made.kid)
        return Done(plan=plan, made=made, publication=publication)

    def _status_signer(self, secrets: SecretsHandler) -> Signer:
        """The key of the status tokens; a lost one is made anew, since TUF stands behind it."""
        if not any(self.private.glob(STATUS_KEY_FILES)):
            passphrase = checked_passphrase(self, secrets)
            save_status_key(self.private, generate_private_key(Algorithm.ES256), passphrase)
        return open_status_key(self.private, secrets)

    def _publish(
        self,
        records: tuple[KeyRecord, ...],
        now: Timestamp,
        secrets: SecretsHandler,
        register_url: str | None,
    ) -> Publication:
        records = settled(records, self.settings, now)
        signer = self._status_signer(secrets)
        static = self.repository(secrets, now)
        with self._publish_errors(), self.spool() as spool:
            # The index promises to know all from before `now`: the ledger is opened after it.
            with closing(open_ledger(self.home, self.issuer, register_url)) as ledger:
                contents = build(
                    records=records,
                    issuer=self.issuer,
                    settings=self.settings,
                    published=static.content,
                    ledger=ledger,
                    signer=signer,
                    spool=spool,
                    now=now,
                    policy=self.policy(),
                )
            static.publish(contents.targets, contents.status)
        self.write_records(records)
        ends = {role: Timestamp(int(end.timestamp())) for role, end in static.ends().items()}
        return Publication(
            issued_at=contents.trust_list.issued_at,
            fresh_until=min(ends[role] for role in ("timestamp", "snapshot", "targets")),
            status_until=ends["status"],
            root_expires=ends["root"],
            keys=len(records),
            lists=len(contents.index.lists),
            genuine=contents.genuine,
        )

    @contextmanager
    def _publish_errors(self) -> Iterator[None]:
        """Say what goes wrong with files as a PublishError."""
        try:
            yield
        except MalformedError as error:
            raise PublishError(
                f"what is published, or was to be, cannot be read: {error}",
                hint="restore the directory public/ from a backup, then publish again",
            ) from None
        except OSError as error:
            raise PublishError(
                f"{error.filename or self.home} cannot be written: {error.strerror}",
                hint="what is published stays as it was; mend this and publish again",
            ) from None
