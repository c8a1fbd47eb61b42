"""A root as a draft for its custodians: made from the present one, and read strictly.

A custodian signs what the screen shows. So a draft holds nothing that is not shown: unknown
fields, foreign kinds of keys and names without a key are refused.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from securesystemslib.signer import Key
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Role, Root

from keys.publication.role_keys import STATUS, STATUS_KEY_FIELD, status_keyid
from keys.root.custodians import CeremonyError, check_key, label, read_object

__all__ = ["MAX_ROOT_LENGTH", "SIGNATURE", "RootFile", "next_root", "role_keyids"]

MAX_ROOT_LENGTH: Final = 65_536
"""Bytes of a root with its signatures; clients read no more (keys.client)."""

SIGNATURE: Final = re.compile(r"([0-9a-f]{2}){8,200}")
"""The form of a signature in hexadecimal digits, which TUF leaves open."""

_MAX_VERSION: Final = 2**31
_KEYID: Final = re.compile(r"[0-9a-f]{64}")
_SPEC_VERSION: Final = re.compile(r"1\.[0-9]{1,4}(\.[0-9]{1,4})?")
_COPY: Final = "copy the file again from where it was made"


@dataclass(frozen=True, kw_only=True, slots=True)
class RootFile:
    """A root that was read: the metadata and the bytes that its signatures are over."""

    metadata: Metadata[Root]
    signed_bytes: bytes

    @classmethod
    def of(cls, metadata: Metadata[Root], where: str) -> "RootFile":
        """Check a root and take it; raises CeremonyError."""
        try:
            _check(metadata.signed)
            _check_signatures(metadata)
            return cls(metadata=metadata, signed_bytes=metadata.signed_bytes)
        except (CeremonyError, RepositoryError, ValueError, TypeError) as error:
            # What others raise may quote the file, and a terminal obeys some characters.
            reason = error if isinstance(error, CeremonyError) else "it is not well formed"
            raise CeremonyError(f"{where} is no root of ours: {reason}", hint=_COPY) from None

    @classmethod
    def from_json(cls, data: bytes, where: str) -> "RootFile":
        """Read a file, signed or not; raises CeremonyError for anything that is not a root."""
        read_object(data, where, MAX_ROOT_LENGTH)
        try:
            metadata: Metadata[Root] = Metadata.from_bytes(data)
        except RepositoryError:
            raise CeremonyError(f"{where} is not TUF metadata", hint=_COPY) from None
        if metadata.signed.type != Root.type:
            raise CeremonyError(
                f"{where} holds {metadata.signed.type} metadata, not a root",
                hint="a root's file is named N.root.json",
            )
        return cls.of(metadata, where)

    @property
    def root(self) -> Root:
        """What is signed."""
        return self.metadata.signed

    @property
    def version(self) -> int:
        """The root's number."""
        return self.root.version

    @property
    def sha256(self) -> str:
        """SHA-256 over the signed bytes, in hexadecimal digits."""
        return hashlib.sha256(self.signed_bytes).hexdigest()

    @property
    def fingerprint(self) -> str:
        """The same in groups of four, to be compared by voice."""
        return " ".join(re.findall("....", self.sha256))

    def custodians(self) -> dict[str, Key]:
        """The keys of the root role by their identifiers."""
        return {keyid: self.root.keys[keyid] for keyid in self.root.roles[Root.type].keyids}

    def label(self, keyid: str) -> str:
        """One of its keys for a person to read."""
        return label(self.root.keys.get(keyid), keyid)


def next_root(
    present: Root,
    expires: datetime,
    *,
    custodians: Sequence[Key],
    threshold: int | None,
    role_keys: Mapping[str, Key],
) -> Root:
    """Draft the root that follows another.

    Without `custodians` the present ones stay, and so does each role key that `role_keys` does
    not replace. The threshold is by default the present one, or a majority of the custodians
    given. Raises CeremonyError.
    """
    root = deepcopy(present)
    root.version += 1
    root.expires = expires
    if custodians:
        root.roles[Root.type] = Role(_once(custodians), len(custodians) // 2 + 1)
    if threshold is not None:
        root.roles[Root.type].threshold = threshold
    for role, key in role_keys.items():
        if role == STATUS:
            root.unrecognized_fields[STATUS_KEY_FIELD] = key.keyid
        else:
            root.roles[role] = Role([key.keyid], 1)
    known = present.keys | {key.keyid: key for key in (*custodians, *role_keys.values())}
    root.keys = {keyid: known[keyid] for role in root.roles.values() for keyid in role.keyids}
    _check(root)
    return root


def role_keyids(root: Root) -> dict[str, tuple[str, ...]]:
    """The identifiers that a root names for each role, the status role included."""
    named = {role: tuple(root.roles[role].keyids) for role in root.roles}
    status = status_keyid(root)
    return named | ({STATUS: (status,)} if status else {})


def _once(custodians: Sequence[Key]) -> list[str]:
    keyids = [key.keyid for key in custodians]
    for key in custodians:
        if keyids.count(key.keyid) > 1:
            raise CeremonyError(
                f"the key {label(key, key.keyid)} is given twice",
                hint="each custodian makes a key of their own: dosepass-keys root generate",
            )
    return keyids


def _check(root: Root) -> None:
    """Refuse what no draft of ours has; raises CeremonyError."""
    if type(root.version) is not int or not 1 <= root.version <= _MAX_VERSION:
        raise CeremonyError("its version is not a number from 1 on")
    if root.consistent_snapshot is not True or not _SPEC_VERSION.fullmatch(root.spec_version):
        raise CeremonyError("it is for another kind of repository")
    if root.unrecognized_fields.keys() - {STATUS_KEY_FIELD}:
        raise CeremonyError("it has fields that nobody would see")
    for name, role in root.roles.items():
        _check_role(role)
        if name != Root.type and len(role.keyids) != 1:
            raise CeremonyError(f"the role {name} does not have one key")
    for keyid, key in root.keys.items():
        if keyid != key.keyid:
            raise CeremonyError("a key's identifier does not belong to it")
        check_key(key)
    _check_named(root)


def _check_signatures(metadata: Metadata[Root]) -> None:
    """Only their form: whether they hold is asked where they are counted."""
    for keyid, one in metadata.signatures.items():
        if not isinstance(one.signature, str) or not SIGNATURE.fullmatch(one.signature):
            raise CeremonyError("it has a signature that is none")
        if not isinstance(keyid, str) or not _KEYID.fullmatch(keyid):
            raise CeremonyError("it is signed by a key without an identifier")


def _check_role(role: Role) -> None:
    count = len(role.keyids) if isinstance(role.keyids, list) else 0
    if type(role.threshold) is not int:
        raise CeremonyError("a threshold is not a number")
    if not 1 <= role.threshold <= count:
        raise CeremonyError(f"a threshold of {role.threshold} of {count} keys cannot be")
    if role.unrecognized_fields:
        raise CeremonyError("a role has fields that nobody would see")


def _check_named(root: Root) -> None:
    """Every key that is named is there, every key is named, and custodians sign nothing else."""
    if STATUS_KEY_FIELD in root.unrecognized_fields and not _KEYID.fullmatch(
        status_keyid(root) or ""
    ):
        raise CeremonyError("it names no key for the status role")
    top_level = {keyid for role in root.roles.values() for keyid in role.keyids}
    if top_level != root.keys.keys():
        raise CeremonyError("the keys that it names are not the keys that it holds")
    if set(root.roles[Root.type].keyids) & set(_online(root)):
        raise CeremonyError("a custodian's key is also the key of another role")


def _online(root: Root) -> Iterator[str]:
    for role, keyids in role_keyids(root).items():
        if role != Root.type:
            yield from keyids
