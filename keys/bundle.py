"""The trust bundle: all that a verifier relies on, frozen, for the pure pipeline to read."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from keys.algorithms import KeyMaterialError, Verify, kid_of, verifier_for
from spec.certificate import Timestamp
from spec.cose import Kid
from spec.trust_list import TrustedKey, TrustList
from spec.vaccines import VaccineTable

__all__ = ["TRUST_LIST", "VACCINES", "TrustBundle", "VerificationKey"]

TRUST_LIST: Final = "trust-list.cbor"
VACCINES: Final = "vaccines.json"
"""The names under which the parts of the bundle are published (specification, section 11)."""


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """A trusted key together with its loaded public key."""

    trusted: TrustedKey
    verify: Verify


@dataclass(frozen=True, kw_only=True, slots=True)
class TrustBundle:
    """One consistent state of trust: keys, vaccine table, and the times it counts for."""

    issued_at: Timestamp
    """When the issuer made the trust list: the newest signed time that the bundle holds."""
    fresh_until: Timestamp
    """First second at which the bundle is too old to judge by."""
    keys: Mapping[Kid, VerificationKey]
    vaccines: VaccineTable

    @classmethod
    def of(
        cls, *, trust_list: TrustList, vaccines: VaccineTable, fresh_until: Timestamp
    ) -> "TrustBundle":
        """Load every key of a trust list once.

        Raises KeyMaterialError for a key that is not a point of its curve, or whose identifier
        is not its thumbprint (specification, section 4.2).
        """
        keys = {}
        for key in trust_list.keys:
            if kid_of(key.public_key) != key.kid:
                raise KeyMaterialError("a key identifier is not the thumbprint of its key")
            keys[key.kid] = VerificationKey(key, verifier_for(key.public_key))
        return cls(
            issued_at=trust_list.issued_at,
            fresh_until=fresh_until,
            keys=MappingProxyType(keys),
            vaccines=vaccines,
        )
