"""Signers, chosen by the URI of their private key."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Final, Protocol, TypeAlias

from keys import file_signer
from keys.errors import SignerError
from keys.secrets import SecretsHandler
from spec.cose import Algorithm, Kid
from spec.trust_list import PublicKey

__all__ = ["Signer", "generate_in_token", "signer_from_uri"]


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


def _open_token(uri: str, secrets: SecretsHandler) -> Signer:
    with _hsm():
        from keys.pkcs11.signer import open_uri
    return open_uri(uri, secrets)


@contextmanager
def _hsm() -> Iterator[None]:
    """Import what needs python-pkcs11 where a token is used: key files do without it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise SignerError(
            f"the package {error.name} is not installed", hint="pip install 'dosepass[hsm]'"
        ) from None


_SCHEMES: Final[Mapping[str, _Opener]] = MappingProxyType(
    {"file": file_signer.open_uri, "pkcs11": _open_token}
)


def signer_from_uri(uri: str, secrets: SecretsHandler) -> Signer:
    """Open the private key behind a URI.

    Such as `file:/srv/authority/private/signing-1f.pem` or `pkcs11:token=dosepass;object=signing`.

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


def generate_in_token(
    uri: str, algorithm: Algorithm, secrets: SecretsHandler
) -> tuple[str, PublicKey]:
    """Make a private key in the token that a `pkcs11:` URI names, with the name of its object.

    Gives the URI by which `signer_from_uri` opens the key, and the public half. Raises SignerError,
    and SecretError when there is no PIN to be had.
    """
    with _hsm():
        from keys.pkcs11.signer import generate
    return generate(uri, algorithm, secrets)
