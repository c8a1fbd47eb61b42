"""The trust bundle: all that a verifier relies on, frozen, for the pure pipeline to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from keys.algorithms import KeyMaterialError, Verify, kid_of, verifier_for
from spec.certificate import Timestamp
from spec.cose import Kid
from spec.entry_policy import EntryPolicy
from spec.genuine_list import Digests
from spec.status_list import Bits
from spec.trust_list import TrustedKey, TrustList
from spec.vaccines import VaccineTable

__all__ = [
    "ENTRY_POLICY",
    "STATUS_INDEX",
    "STATUS_KEYS",
    "TRUST_LIST",
    "VACCINES",
    "GenuineLists",
    "StatusLists",
    "TrustBundle",
    "VerificationKey",
    "genuine_list_name",
    "status_list_name",
]

TRUST_LIST: Final = "trust-list.cbor"
VACCINES: Final = "vaccines.json"
ENTRY_POLICY: Final = "entry-policy.json"
STATUS_INDEX: Final = "status/index.cbor"
STATUS_KEYS: Final = "status/keys.cbor"
"""The names under which the parts of the bundle are published (specification, section 11)."""

GenuineLists: TypeAlias = Mapping[int, Digests]
"""What one compromised key really signed, by the numbers of the status lists."""

_NOTHING: Final[GenuineLists] = MappingProxyType({})
_NO_GENUINE: Final[Mapping[Kid, GenuineLists]] = MappingProxyType({})


def status_list_name(number: int) -> str:
    """The name under which the token of one status list is published."""
    return f"status/{number}.cwt"


def genuine_list_name(kid: Kid, number: int) -> str:
    """The name under which the genuine list of a key for one status list is published."""
    return f"genuine/{kid.hex()}/{number}.bin"


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A trusted key together with its loaded public key."""

    trusted: TrustedKey
    verify: Verify
    genuine: GenuineLists
    """Empty unless the key is compromised; a list that is not there has nothing genuine in it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusLists:
    """The status lists of one issuer, as of one moment."""

    issuer: str
    issued_at: Timestamp
    """The time before which everything that the issuer's register held is in the lists."""
    fresh_until: Timestamp
    """First second at which the lists are too old to judge by."""
    lists: Mapping[int, Bits]


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustBundle:
    """One consistent state of trust: keys, vaccine table, and the times it counts for."""

    issued_at: Timestamp
    """When the issuer made the trust list."""
    fresh_until: Timestamp
    """First second at which the bundle is too old to judge by."""
    keys: Mapping[Kid, VerificationKey]
    vaccines: VaccineTable
    status: StatusLists
    newest_time: Timestamp
    """The newest signed time that this machine has seen: its clock cannot be right before it."""
    policy: EntryPolicy | None = None
    """The entry policy of the authority, where it publishes one."""

    @classmethod
    def of(
        cls,
        *,
        trust_list: TrustList,
        vaccines: VaccineTable,
        fresh_until: Timestamp,
        status: StatusLists,
        genuine: Mapping[Kid, GenuineLists] = _NO_GENUINE,
        newest_time: Timestamp = Timestamp(0),  # noqa: B008 - a plain integer
        policy: EntryPolicy | None = None,
    ) -> "TrustBundle":
        """Load every key of a trust list once.

        `newest_time` is what was seen before; the times of this bundle are added to it.

        Raises KeyMaterialError for a key that is not a point of its curve, or whose identifier
        is not its thumbprint (specification, section 4.2).
        """
        keys = {}
        for key in trust_list.keys:
            if kid_of(key.public_key) != key.kid:
                raise KeyMaterialError("a key identifier is not the thumbprint of its key")
            keys[key.kid] = VerificationKey(
                key, verifier_for(key.public_key), genuine.get(key.kid, _NOTHING)
            )
        return cls(
            issued_at=trust_list.issued_at,
            fresh_until=fresh_until,
            keys=MappingProxyType(keys),
            vaccines=vaccines,
            status=status,
            newest_time=max(newest_time, trust_list.issued_at, status.issued_at),
            policy=policy,
        )
