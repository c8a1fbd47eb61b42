"""Signing a role's metadata with the keys that its delegators name, and telling whether they hold.

A role has one delegator, the newest root (for the status role: the targets). While one root
follows another it has two, and what is signed then has to verify under both.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from tuf.api.metadata import Metadata, Root, Targets

from keys.errors import PublishError
from keys.publication.role_keys import RoleKeys

__all__ = ["Delegator", "holds", "open_keys", "sign"]

Delegator: TypeAlias = Root | Targets


def open_keys(keys: RoleKeys, role: str, keyids: Iterable[str]) -> None:
    """Open those keys of a role that lie here.

    Raises PublishError when none does; SignerError and SecretError when one does not open.
    """
    named = list(keyids)
    held = [keyid for keyid in named if keys.has(keyid)]
    if not held:
        names = " or ".join(keys.path(keyid).name for keyid in named)
        raise PublishError(
            f"the key of the role {role} is missing: {names or 'the root names none'}",
            hint="restore the directory private/ from a backup; if the key is lost, replace it: "
            "dosepass-keys root init --new-role-keys",
        )
    for keyid in held:
        keys.signer(keyid)


def sign(
    keys: RoleKeys, role: str, metadata: Metadata[Any], delegators: Sequence[Delegator]
) -> None:
    """Sign with every key of the role that lies here.

    Raises UnsignedMetadataError when that does not satisfy the last delegator: a key that it does
    not name must not put a broken version online.
    """
    metadata.signatures.clear()
    named = (keyid for one in delegators for keyid in one.get_delegated_role(role).keyids)
    for keyid in dict.fromkeys(named):
        if keys.has(keyid):
            metadata.sign(keys.signer(keyid), append=True)
    delegators[-1].verify_delegate(role, metadata.signed_bytes, metadata.signatures)


def holds(
    keys: RoleKeys, role: str, metadata: Metadata[Any], delegators: Sequence[Delegator]
) -> bool:
    """Whether some metadata verify under the last delegator, and those before where we can sign.

    Where a key of the former root is lost, nothing more can be signed for its readers.
    """
    *former, last = delegators
    required = [*(one for one in former if _can_sign(keys, role, one)), last]
    return all(
        one.get_verification_result(role, metadata.signed_bytes, metadata.signatures)
        for one in required
    )


def _can_sign(keys: RoleKeys, role: str, delegator: Delegator) -> bool:
    wanted = delegator.get_delegated_role(role)
    return sum(map(keys.has, wanted.keyids)) >= wanted.threshold
