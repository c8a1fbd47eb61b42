"""Signers, chosen by the URI of their private key."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias

from keys import file_signer
from keys.errors import SignerError
from keys.secrets import SecretsHandler
from spec.cose import Kid
from spec.trust_list import PublicKey

__all__ = ["Signer", "signer_from_uri"]


class Signer(Protocol):
    """Signs with one private key that may lie anywhere."""

    @property
    def kid(self) -> Kid:
        """The key's identifier (specification, section 4.2)."""
        ...

    @property
    def public_key(self) -> PublicKey:
        """The public half, which also says the algorithm."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Give the 64 raw bytes of a COSE signature; raises SignerError."""
        ...


_Opener: TypeAlias = Callable[[str, SecretsHandler], Signer]

_SCHEMES: Final[Mapping[str, _Opener]] = MappingProxyType({"file": file_signer.open_uri})


def signer_from_uri(uri: str, secrets: SecretsHandler) -> Signer:
    """Open the private key behind a URI, such as `file:/srv/authority/private/signing-1f.pem`.

    Raises SignerError for a scheme that this installation does not know and for a key that does
    not open, SecretError when there is no passphrase to be had.
    """
    scheme, colon, _ = uri.partition(":")
    opener = _SCHEMES.get(scheme) if colon else None
    if opener is None:
        raise SignerError(
            f"no signer for key URIs of the form {scheme}:..." if colon else "not a key URI",
            hint="this version signs with " + ", ".join(f"{known}:" for known in _SCHEMES),
        )
    return opener(uri, secrets)
