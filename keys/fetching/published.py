"""Brings what one verified snapshot of the repository publishes to the disk, part by part.

All parts come from one snapshot, so they fit together or are not taken. What lies on the disk
already is not downloaded again: names and hashes of everything stand in the signed metadata.
"""

from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, TargetFile, Targets
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig

from keys.bundle import (
    ENTRY_POLICY,
    STATUS_INDEX,
    TRUST_LIST,
    VACCINES,
    genuine_list_name,
    status_list_name,
)
from keys.kept.bundle_folder import keep, list_path
from keys.kept.stored_bundle import StoredBundle, StoredStatus
from spec.certificate import Timestamp
from spec.cose import CoseSign1, Kid
from spec.entry_policy import MAX_POLICY_BYTES
from spec.errors import MalformedError
from spec.genuine_list import GENUINE_LIST_BYTES
from spec.status_index import MAX_STATUS_LISTS, StatusIndex
from spec.status_list import STATUS_LIST_BYTES
from spec.status_token import StatusToken, status_subject
from spec.trust_list import KeyState, TrustList

__all__ = ["Published"]

_STATUS_ROLE: Final = "status"
"""The role that targets delegates the status lists to."""
_TOKEN_SUFFIX: Final = status_list_name(0).removeprefix("status/0")

_MAX_TARGET: Final = 1_048_576
"""Bytes of a trust list or vaccine table; a thousand keys take a fifth of it."""
_MAX_INDEX: Final = 262_144
"""Bytes of the status index: all lists that there are positions for take half of it."""
_MAX_TOKEN: Final = STATUS_LIST_BYTES + 4096
"""Bytes of a status list token: a list that cannot be compressed, and its envelope."""

_LIMITS: Final = UpdaterConfig(
    max_root_rotations=64,  # roots are signed by hand, about once a year
    max_delegations=8,  # the status role, and room
    root_max_length=65_536,  # a dozen keys and their signatures take a tenth of it
    timestamp_max_length=16_384,
    snapshot_max_length=262_144,
    targets_max_length=4_194_304,  # names of all lists that there are positions for take half
)
"""How much a server may make us read, in bytes, before any signature is checked."""

_ENDS: Final = ("timestamp", "snapshot", "targets")


class Published:
    """What is published at an address, by metadata that lead back to a pinned root.

    Raises what TUF raises, and MalformedError.
    """

    def __init__(self, directory: Path, base: str, root: bytes, fetcher: FetcherInterface) -> None:
        """Bring the TUF metadata in a verifier's directory up to date."""
        self._directory = directory
        self._store = directory / "tuf"
        self._cache = self._store / "targets"
        self._cache.mkdir(parents=True, exist_ok=True)
        for rest in self._store.glob("tmp*"):  # of a refresh that was killed
            rest.unlink()
        self._updater = Updater(
            metadata_dir=str(self._store),
            metadata_base_url=f"{base}/metadata/",
            target_dir=str(self._cache),
            target_base_url=f"{base}/targets/",
            fetcher=fetcher,
            config=_LIMITS,
            bootstrap=root,
        )
        self._updater.refresh()
        self._signed: dict[str, Any] = {}
        self._cached: set[str] = set()

    def bring(self, seen: Timestamp) -> StoredBundle:
        """Download what is missing and give the bundle; `seen` is the newest signed time so far."""
        data = self._target(TRUST_LIST, _MAX_TARGET)
        trust_list = TrustList.from_cbor(data)
        status = self._status()
        stored = StoredBundle(
            trust_list=data,
            vaccines=self._target(VACCINES, _MAX_TARGET),
            fresh_until=min(self._end(role) for role in _ENDS),
            status=status,
            genuine=self._genuine(trust_list),
            newest_time=max(seen, trust_list.issued_at, status.issued_at),
            policy=self._policy(),
        )
        self._prune()
        return stored

    def _policy(self) -> bytes | None:
        """The entry policy; the signed metadata tell whether there is one."""
        if ENTRY_POLICY not in self._metadata(Targets.type).targets:
            return None
        return self._target(ENTRY_POLICY, MAX_POLICY_BYTES)

    def _status(self) -> StoredStatus:
        """All status lists of the index.

        The signatures of the tokens are for other readers of their draft: here the status role has
        signed their hashes, and the end of its metadata, which is shorter, counts in place of
        theirs. So the key set `status/keys.cbor` is not needed.
        """
        self._check_delegation()
        index = StatusIndex.from_cbor(self._target(STATUS_INDEX, _MAX_INDEX))
        names = [status_list_name(number) for number in range(len(index.lists))]
        published = self._metadata(_STATUS_ROLE).targets
        if {name for name in published if name.endswith(_TOKEN_SUFFIX)} != set(names):
            raise RepositoryError("the status index and the status lists contradict each other")
        return StoredStatus(
            issuer=index.issuer,
            issued_at=index.issued_at,
            fresh_until=self._end(_STATUS_ROLE),
            lists=tuple(
                self._status_list(name, status_subject(index.issuer, number))
                for number, name in enumerate(names)
            ),
        )

    def _check_delegation(self) -> None:
        """Take status lists from their own role only, since its end is how old they may grow."""
        targets = self._metadata(Targets.type)
        roles = targets.delegations.roles if targets.delegations else None
        if _STATUS_ROLE not in (roles or ()) or STATUS_INDEX in targets.targets:
            raise RepositoryError("the status lists have no role of their own")

    def _status_list(self, name: str, subject: str) -> bytes:
        message = CoseSign1.from_cbor(self._target(name, _MAX_TOKEN))
        token = StatusToken.from_message(message)
        if token.subject != subject:
            raise MalformedError("status token: its subject is another list")
        return keep(self._directory, token.bits)

    def _genuine(self, trust_list: TrustList) -> dict[Kid, dict[int, bytes]]:
        """The genuine lists of every compromised key; a key without any has nothing genuine."""
        compromised = [k.kid for k in trust_list.keys if k.state is KeyState.COMPROMISED]
        found: dict[Kid, dict[int, bytes]] = {}
        for name in sorted(self._metadata(Targets.type).targets):
            for kid in compromised:
                if name.startswith(f"genuine/{kid.hex()}/"):
                    number = _number_in(name, kid)
                    found.setdefault(kid, {})[number] = self._genuine_list(name)
        return found

    def _genuine_list(self, name: str) -> bytes:
        target = self._found(name, GENUINE_LIST_BYTES)
        if target.length != GENUINE_LIST_BYTES:
            raise RepositoryError(f"{name} is not a whole list")
        kept = list_path(self._directory, _sha256_of(target))
        if self._updater.find_cached_target(target, str(kept)):
            return _sha256_of(target)
        fresh = Path(self._updater.download_target(target))
        digest = keep(self._directory, fresh.read_bytes())
        fresh.unlink()
        return digest

    def _target(self, name: str, limit: int) -> bytes:
        """The content of a target, from the cache or from the server."""
        target = self._found(name, limit)
        self._cached.add(name)
        path = self._updater.find_cached_target(target) or self._updater.download_target(target)
        return Path(path).read_bytes()

    def _found(self, name: str, limit: int) -> TargetFile:
        target = self._updater.get_targetinfo(name)
        if target is None:
            raise RepositoryError(f"{name} is not published")
        if target.length > limit:
            raise RepositoryError(f"{name} is larger than {limit} bytes")
        return target

    def _end(self, role: str) -> Timestamp:
        return Timestamp(int(self._metadata(role).expires.timestamp()))

    def _metadata(self, role: str) -> Any:
        """What a role signed, as the updater has just verified and kept it."""
        if role not in self._signed:
            metadata = Metadata[Any].from_file(str(self._store / f"{role}.json"))
            self._signed[role] = metadata.signed
        return self._signed[role]

    def _prune(self) -> None:
        """Remove from the cache what is not published any more."""
        for path in self._cache.iterdir():
            if unquote(path.name) not in self._cached:
                path.unlink()


def _sha256_of(target: TargetFile) -> bytes:
    try:
        return bytes.fromhex(target.hashes["sha256"])
    except (KeyError, ValueError):
        raise RepositoryError(f"{target.path} is named without its SHA-256") from None


def _number_in(name: str, kid: Kid) -> int:
    """The number of the status list that a genuine list goes with."""
    digits = name.rpartition("/")[2].partition(".")[0]
    number = int(digits) if digits.isascii() and digits.isdigit() else MAX_STATUS_LISTS
    if number >= MAX_STATUS_LISTS or genuine_list_name(kid, number) != name:
        raise RepositoryError(f"{name} is not the name of a genuine list")
    return number
