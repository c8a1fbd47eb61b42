"""The trust bundle as a TUF repository: signed metadata and targets as plain static files.

Every file is written atomically, and in an order in which a reader at any moment, or after a kill
at any point, finds a whole older state or a whole newer one: targets, then the metadata that name
them, the timestamp last. Versioned files are never rewritten; `publish` goes on from whatever the
last run left.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tuf.api.exceptions import (
    LengthOrHashMismatchError,
    RepositoryError,
    UnsignedMetadataError,
)
from tuf.api.metadata import (
    TOP_LEVEL_ROLE_NAMES,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Signed,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)
from tuf.repository import Repository

from keys.errors import PublishError
from keys.files import sweep, write_atomically
from keys.publication import role_signing
from keys.publication.founding import ROLES, STATUS_FOLDER, Lives, delegations_to, found
from keys.publication.metadata_folder import MetadataFolder, unsigned
from keys.publication.pruning import prune
from keys.publication.role_keys import ONLINE_ROLES, STATUS, RoleKeys, status_keyid
from keys.publication.role_signing import Delegator

__all__ = ["ROLES", "Lives", "StaticRepository", "found"]

_RESTORE: Final = "restore the directory public/ from a backup, then publish again"


class StaticRepository(Repository):
    """The repository in a directory. Its online keys are those that the newest root names."""

    def __init__(self, public: Path, keys: RoleKeys, lives: Lives, now: datetime) -> None:
        self._public = public
        self._folder = MetadataFolder(public / "metadata")
        self._targets = public / "targets"
        self._keys = keys
        self._lives = lives
        self._now = now
        self._next_root: Root | None = None

    def publish(self, contents: Mapping[str, bytes], status_contents: Mapping[str, bytes]) -> None:
        """Publish targets by name; afterwards nothing else is published.

        The names of `status_contents` begin with `status/`; the status role signs for them, the
        targets role for the others. Metadata of content that did not change are kept until half
        of their life is over, or until the root names another key; only the timestamp is always
        new. Raises PublishError, SignerError and SecretError.
        """
        with _as_publish_error():
            self._check_before_writing()
            _check_names(contents, status_contents)
            self._open_keys()
            self._sweep()
            wanted = self._write_targets(contents)
            wanted_status = self._write_targets(status_contents)
            self._publish_targets(Targets.type, wanted)
            self._publish_targets(STATUS, wanted_status)
            self._publish_versions(force_timestamp=True)
            prune(self._folder, self._targets)

    def change_root(self, root: Metadata[Root]) -> None:
        """Bring the next root online, which its custodians have signed; no client loses its way.

        If it names other online keys, then what is published is first signed by the keys of both
        roots: it verifies for a client that has the new root already and for one that has not.
        Nothing is looked up, so everything keeps its end. Where an old timestamp key is lost,
        old clients are turned away between the last two writes, the timestamp and the root. After
        a kill at any point the same call completes the work. Raises as `publish` does.
        """
        with _as_publish_error():
            self._folder.roots()
            self._sweep()
            self._next_root = root.signed
            try:
                self._sign_for_next_root()
            finally:
                self._next_root = None
            if self.root() != root.signed:
                self._folder.write(Root.type, root)

    def content(self, name: str) -> bytes | None:
        """The newest target of this name; None when there is none, or it is damaged.

        Raises PublishError when the metadata cannot be read.
        """
        with _as_publish_error():
            target = self.targets(_role_of(name)).targets.get(name)
        if target is None:
            return None
        try:
            data = self._file(target).read_bytes()
            target.verify_length_and_hashes(data)
        except (LengthOrHashMismatchError, OSError):
            return None
        return data

    def names(self) -> frozenset[str]:
        """The names of all targets in the newest metadata; raises PublishError."""
        with _as_publish_error():
            return frozenset(self.targets().targets) | frozenset(self.targets(STATUS).targets)

    def ends(self) -> dict[str, datetime]:
        """When each role's newest metadata end; a role without any is left out. PublishError."""
        with _as_publish_error():
            self.root()
            newest = ((role, self._folder.newest(role)) for role in ROLES)
            return {role: part.signed.expires for role, part in newest if part is not None}

    def roots(self) -> list[Metadata[Root]]:
        """The chain of roots from the first to the newest, verified; raises PublishError."""
        with _as_publish_error():
            return self._folder.roots()

    def root_expires(self) -> datetime:
        """When the root ends: no verifier accepts anything after that."""
        return self.ends()[Root.type]

    def fresh_until(self) -> datetime:
        """When the newest publication ends, apart from the status lists."""
        ends = self.ends()
        return min(ends[role] for role in (Timestamp.type, Snapshot.type, Targets.type))

    def status_fresh_until(self) -> datetime:
        """When the newest status lists end."""
        return self.ends()[STATUS]

    def open(self, role: str) -> Metadata[Any]:
        """Load a role's newest metadata, or make some that are not signed yet (TUF's interface)."""
        newest = self._folder.newest(role)
        if newest is None and role == Root.type:
            raise RepositoryError("the root metadata are missing")
        return newest or unsigned(role)

    def close(self, role: str, md: Metadata[Any]) -> None:
        """Sign a role's next version and write it (TUF's interface)."""
        md.signed.version += 1
        if self._next_root is None:
            md.signed.expires = self._now + self._lives.of(role)
        role_signing.sign(self._keys, role, md, self._delegators(role))
        self._folder.write(role, md)

    @property
    def targets_infos(self) -> dict[str, MetaFile]:
        """The versions that the next snapshot names (TUF's interface)."""
        versions = {role: self.targets(role).version for role in (Targets.type, STATUS)}
        return {f"{role}.json": MetaFile(number) for role, number in versions.items() if number}

    @property
    def snapshot_info(self) -> MetaFile:
        """The snapshot version that the next timestamp names (TUF's interface)."""
        return MetaFile(version=self.snapshot().version)

    def _check_before_writing(self) -> None:
        for role in ONLINE_ROLES:
            self.open(role)
        if self.roots()[-1].signed.expires <= self._now:
            raise PublishError(
                "the root metadata have expired: no verifier would accept a publication",
                hint="check the clock of this machine; if it is right, renew the root: "
                "dosepass-keys root init",
            )

    def _open_keys(self) -> None:
        """Open every key before the first write, so that a wrong passphrase changes nothing."""
        root = self._last_root()
        for role in TOP_LEVEL_ROLE_NAMES - {Root.type}:
            role_signing.open_keys(self._keys, role, root.roles[role].keyids)
        role_signing.open_keys(self._keys, STATUS, self._status_keyids())

    def _sweep(self) -> None:
        folders = (path for path in self._targets.rglob("*") if path.is_dir())
        for folder in (self._folder.path, self._targets, *folders):
            sweep(folder)

    def _write_targets(self, contents: Mapping[str, bytes]) -> dict[str, TargetFile]:
        targets = {}
        for name, data in contents.items():
            targets[name] = TargetFile.from_data(name, data, ["sha256"])
            path = self._file(targets[name])
            if not path.exists() or path.read_bytes() != data:
                path.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(path, data)
        return targets

    def _file(self, target: TargetFile) -> Path:
        return self._targets / target.get_prefixed_paths()[0]

    def _publish_targets(self, role: str, wanted: Mapping[str, TargetFile]) -> None:
        """Sign a targets role anew if it says something else than is wanted, or is too old."""
        metadata = self.open(role)
        unchanged = metadata.signed.targets == wanted and self._holds(role)
        if unchanged and not self._aging(role, metadata.signed):
            return
        with self.edit_targets(role) as targets:
            targets.targets = dict(wanted)
            if role == Targets.type:
                targets.delegations = self._delegations()

    def _publish_versions(self, *, force_timestamp: bool) -> None:
        aging = self._aging(Snapshot.type, self.snapshot())
        self.do_snapshot(force=aging or not self._holds(Snapshot.type))
        self.do_timestamp(force=force_timestamp or not self._holds(Timestamp.type))

    def _sign_for_next_root(self) -> None:
        """Let what is published verify under both roots; asks for no key when it does already."""
        nothing_published = self._folder.newest(Timestamp.type) is None
        if nothing_published or all(map(self._holds, ONLINE_ROLES)):
            return
        self._open_keys()
        self._publish_targets(Targets.type, self.targets().targets)
        self._publish_targets(STATUS, self.targets(STATUS).targets)
        self._publish_versions(force_timestamp=False)

    def _last_root(self) -> Root:
        return self._next_root or self.root()

    def _delegators(self, role: str) -> tuple[Delegator, ...]:
        if role == STATUS:
            return (self.targets(),)
        return (self.root(), self._next_root) if self._next_root else (self.root(),)

    def _holds(self, role: str) -> bool:
        """Whether a role's newest metadata verify, and delegate to the status key of the root.

        After a rotation nothing else is needed: a client drops the timestamp and snapshot that
        its new root does not verify (TUF, section 5.3.11), so versions simply go on counting.
        """
        metadata = self.open(role)
        if role == Targets.type and self._delegated_keyids() != self._status_keyids():
            return False
        return role_signing.holds(self._keys, role, metadata, self._delegators(role))

    def _delegated_keyids(self) -> list[str]:
        delegations = self.targets().delegations
        roles = delegations.roles if delegations else None
        return roles[STATUS].keyids if roles and STATUS in roles else []

    def _status_keyids(self) -> list[str]:
        """The status key that the root names, or that is in use where a root names none."""
        wanted = status_keyid(self._last_root())
        return [wanted] if wanted else self._delegated_keyids()

    def _delegations(self) -> Delegations:
        (keyid,) = self._status_keyids()
        return delegations_to(self._keys.signer(keyid).public_key)

    def _aging(self, role: str, signed: Signed) -> bool:
        """Whether half of the life of some metadata is over; a new root renews nothing."""
        renews = self._next_root is None
        return renews and signed.expires - self._now < self._lives.of(role) / 2


def _check_names(contents: Iterable[str], status_contents: Iterable[str]) -> None:
    for role, names in ((Targets.type, contents), (STATUS, status_contents)):
        for name in names:
            if _role_of(name) != role:
                raise PublishError(f"the role {role} does not sign for {name}")


def _role_of(name: str) -> str:
    """The role that signs for a target."""
    return STATUS if name.startswith(STATUS_FOLDER) else Targets.type


@contextmanager
def _as_publish_error() -> Iterator[None]:
    """Turn what TUF and the file system raise into a PublishError that says what to do."""
    try:
        yield
    except UnsignedMetadataError as error:
        raise PublishError(
            f"a role key is not the one that the root names: {error}",
            hint="restore the directory private/ from a backup, then publish again",
        ) from None
    except (RepositoryError, ValueError) as error:
        raise PublishError(f"the repository contradicts itself: {error}", hint=_RESTORE) from None
    except OSError as error:
        raise PublishError(
            f"{error.filename or 'the repository'} cannot be read or written: {error.strerror}",
            hint="what is published stays as it was; mend this and publish again",
        ) from None
