"""The authority's own part in a root ceremony: it drafts the next root, and publishes it signed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from securesystemslib.signer import CryptoSigner, Key
from tuf.api.metadata import Metadata, Root, Timestamp

from keys.algorithms import generate_private_key
from keys.authority import Authority
from keys.new_keys import checked_passphrase
from keys.publication.metadata_folder import MetadataFolder
from keys.publication.repository import Lives, StaticRepository
from keys.publication.role_keys import ONLINE_ROLES, RoleKeys
from keys.root import ceremony
from keys.root.ceremony import PartialSignature
from keys.root.custodians import CeremonyError
from keys.root.draft import RootFile, next_root, role_keyids
from keys.root.files import refuse_existing, write_new
from keys.secrets import SecretsHandler
from keys.times import to_datetime, to_rfc3339
from spec import certificate
from spec.cose import Algorithm

__all__ = [
    "DraftPlan",
    "PublishedRoot",
    "home_signer",
    "newest_root",
    "publish_root",
    "write_draft",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class DraftPlan:
    """What the next root is to be."""

    custodians: Sequence[Key]
    """None given: the present ones stay."""
    threshold: int | None
    new_role_keys: bool
    out: Path | None
    """Where the draft goes; by default below `root/` of the home."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedRoot:
    """What the publication of a root did."""

    path: Path
    was_there: bool
    unneeded: tuple[Path, ...]
    """Private keys in this home that no role has any more."""
    publication_ends: certificate.Timestamp | None
    """When what verifiers have ends; None when nothing is published yet."""


def newest_root(
    authority: Authority, secrets: SecretsHandler, now: certificate.Timestamp
) -> RootFile:
    """The root in force; raises PublishError and CeremonyError. No key is opened."""
    return _as_file(authority.repository(secrets, now).roots()[-1])


def write_draft(
    authority: Authority, plan: DraftPlan, secrets: SecretsHandler, now: certificate.Timestamp
) -> tuple[Path, RootFile, RootFile]:
    """Draft the next root; gives its path, the draft, and the root that it follows.

    Leaves nothing behind on failure. Raises CeremonyError, PublishError and, for new role keys,
    SignerError and SecretError.
    """
    expires = to_datetime(now) + Lives.by(authority.settings).of(Root.type)
    with authority.locked():
        present = newest_root(authority, secrets, now)
        path = plan.out or authority.home / "root" / f"{present.version + 1}.root.json"
        refuse_existing(path)
        roles = ONLINE_ROLES if plan.new_role_keys else ()
        with _fresh_keys(authority, roles, secrets) as role_keys:
            root = next_root(
                present.root,
                expires,
                custodians=plan.custodians,
                threshold=plan.threshold,
                role_keys=role_keys,
            )
            draft = RootFile.of(Metadata(root), "the draft")
            write_new(path, draft.metadata.to_bytes())
    return path, draft, present


def publish_root(
    authority: Authority,
    draft: RootFile,
    partial: Mapping[str, PartialSignature],
    secrets: SecretsHandler,
    now: certificate.Timestamp,
) -> PublishedRoot:
    """Bring a draft online that enough custodians have signed; to do it again is safe.

    Raises CeremonyError, and PublishError, SignerError and SecretError as publishing does.
    """
    with authority.locked():
        static = authority.repository(secrets, now)
        roots = list(map(_as_file, static.roots()))
        newest, before = roots[-1], roots[-2] if len(roots) > 1 else None
        was_there = (newest.version, newest.sha256) == (draft.version, draft.sha256)
        if not was_there:
            _check_end(draft, now)
            static.change_root(ceremony.complete(draft, newest, partial))
            before = newest
        return PublishedRoot(
            path=MetadataFolder(authority.public / "metadata").file(Root.type, draft.version),
            was_there=was_there,
            unneeded=_unneeded(RoleKeys(authority.private, secrets), before, draft),
            publication_ends=_end_of(static),
        )


def home_signer(
    authority: Authority, roots: Iterable[RootFile], secrets: SecretsHandler
) -> CryptoSigner:
    """The custodian's key that lies in the home itself: a trial authority has its root key there.

    Raises CeremonyError when there is none, SignerError and SecretError when it does not open.
    """
    keys = RoleKeys(authority.private, secrets)
    for one in roots:
        for keyid in filter(keys.has, one.custodians()):
            return keys.signer(keyid)
    raise CeremonyError(
        f"no custodian's key lies in {authority.private}",
        hint="custodians sign on their own machines with: --key-file FILE.pem",
    )


def _as_file(root: Metadata[Root]) -> RootFile:
    return RootFile.of(root, f"the published root {root.signed.version}")


@contextmanager
def _fresh_keys(
    authority: Authority, roles: Sequence[str], secrets: SecretsHandler
) -> Iterator[dict[str, Key]]:
    """Make a key for each of some roles; they are removed again when what follows fails."""
    keys = RoleKeys(authority.private, secrets)
    made: dict[str, Key] = {}
    try:
        for role in roles:
            passphrase = checked_passphrase(authority, secrets)
            private_key = generate_private_key(Algorithm.EDDSA)
            made[role] = CryptoSigner(private_key).public_key
            keys.add(private_key, passphrase)
        yield made
    except BaseException:
        for key in made.values():
            keys.path(key.keyid).unlink(missing_ok=True)
        raise


def _check_end(draft: RootFile, now: certificate.Timestamp) -> None:
    end = certificate.Timestamp(int(draft.root.expires.timestamp()))
    if end <= now:
        raise CeremonyError(
            f"the draft has ended already, at {to_rfc3339(end)}",
            hint="check the clock of this machine; if it is right, make a new draft",
        )


def _unneeded(keys: RoleKeys, before: RootFile | None, after: RootFile) -> tuple[Path, ...]:
    """The keys that lie here, that the root before names, and the one after does not."""
    old, new = (
        {keyid for keyids in role_keyids(one.root).values() for keyid in keyids} if one else set()
        for one in (before, after)
    )
    return tuple(keys.path(keyid) for keyid in sorted(old - new) if keys.has(keyid))


def _end_of(static: StaticRepository) -> certificate.Timestamp | None:
    """When the timestamp ends that verifiers have, if there is any."""
    end = static.ends().get(Timestamp.type)
    return certificate.Timestamp(int(end.timestamp())) if end else None
