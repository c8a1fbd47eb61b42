"""Private keys in tokens: the signer of `pkcs11:` URIs, and how such keys are made."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Final

from pkcs11 import Mechanism, SignMixin, Token
from pkcs11._pkcs11 import lib as Library  # noqa: N812 - it is a class
from pkcs11.exceptions import PKCS11Error

from keys.algorithms import KeyMaterialError, kid_of, verifier_for
from keys.errors import SignerError
from keys.pkcs11.module import Module, module_for
from keys.pkcs11.objects import (
    find_key,
    find_token,
    labelled,
    make_pair,
    mechanism_for,
    public_half,
)
from keys.pkcs11.uri import Pkcs11Uri
from keys.secrets import SecretsHandler
from spec.cose import Algorithm, Kid
from spec.errors import BadSignatureError
from spec.trust_list import PublicKey

__all__ = ["Pkcs11Signer", "generate", "open_uri"]

_SIGNATURE_LENGTH: Final = 64
_KEY_ID_LENGTH: Final = 8
_PROOF: Final = b"dosepass: a key in a token shows that its halves belong together"
"""Signed when a key is opened. It is no CBOR, so it can never pass for what COSE signs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _OpenKey:
    """A key as it can be used until its module's epoch goes up."""

    key: SignMixin
    mechanism: Mechanism
    public_key: PublicKey
    epoch: int

    def sign(self, message: bytes) -> bytes:
        data = message
        if self.mechanism is Mechanism.ECDSA:
            data = hashlib.sha256(message).digest()
        signature = self.key.sign(data, mechanism=self.mechanism, buffer_size=_SIGNATURE_LENGTH)
        if len(signature) != _SIGNATURE_LENGTH:
            raise SignerError(
                f"the token gave a signature of {len(signature)} bytes",
                hint="look for a newer version of the token's module",
            )
        return signature


class Pkcs11Signer:
    """Signs with a key that stays in its token.

    It may be used by several threads and after a fork: a module does one thing at a time, and a
    child opens everything anew with a PIN from the same secrets handler.
    """

    def __init__(self, uri: Pkcs11Uri, secrets: SecretsHandler) -> None:
        """Open the token and the key; raises SignerError and SecretError."""
        self._uri = uri
        self._secrets = secrets
        self._where = uri.token_words()
        self._module = module_for(uri)
        with self._module.used(self._where) as library:
            self._open = _open_key(self._module, library, uri, secrets)
        self._public_key = self._open.public_key
        self._kid = kid_of(self._public_key)

    @property
    def kid(self) -> Kid:
        """The key's identifier (specification, section 4.2)."""
        return self._kid

    @property
    def public_key(self) -> PublicKey:
        """The public half, as the token shows it."""
        return self._public_key

    def sign(self, message: bytes) -> bytes:
        """Give the 64 raw bytes of a COSE signature; raises SignerError.

        After a failure, the next call begins with a new session.
        """
        with self._module.used(self._where) as library:
            if self._open.epoch != self._module.epoch:
                self._reopen(library)
            return self._open.sign(message)

    def _reopen(self, library: Library) -> None:
        again = _open_key(self._module, library, self._uri, self._secrets)
        if again.public_key != self._public_key:
            raise SignerError(
                f"{self._uri.key_words()} is another key than before",
                hint="put the right token back, then run the same command again",
            )
        self._open = again


def open_uri(uri: str, secrets: SecretsHandler) -> Pkcs11Signer:
    """Open the private key that a `pkcs11:` URI (RFC 7512) names.

    Raises SignerError, and SecretError when there is no PIN to be had.
    """
    return Pkcs11Signer(_private(uri), secrets)


def generate(uri: str, algorithm: Algorithm, secrets: SecretsHandler) -> tuple[str, PublicKey]:
    """Make a key in a token; gives the URI that names it from now on, and its public half.

    The URI must name an object that does not exist yet. The key gets a random id unless the URI
    has one; it can sign and nothing else, and cannot be copied out. Nothing is left behind on
    failure. Raises SignerError, and SecretError when there is no PIN to be had.
    """
    wanted = _private(uri)
    if not wanted.object:
        raise SignerError(
            "the URI of a new key names no object", hint="add a name: ;object=signing-2021"
        )
    module = module_for(wanted)
    with module.used(wanted.token_words()) as library:
        token = find_token(library, wanted)
        session = module.session(token, secrets)
        mechanism_for(algorithm, token.slot.get_mechanisms())
        if any(labelled(session, wanted)):
            raise SignerError(
                f"{wanted.key_words()} exists and is not overwritten",
                hint="name another object, or remove that one if it is really needed no more",
            )
        key_id = wanted.id or os.urandom(_KEY_ID_LENGTH)
        made = replace(wanted, token=token.label, id=key_id)
        with _pair(token, made, algorithm):
            return made.to_text(), _open_key(module, library, made, secrets).public_key


def _private(uri: str) -> Pkcs11Uri:
    parsed = Pkcs11Uri.from_text(uri)
    if parsed.type not in (None, "private"):
        raise SignerError(
            f"the pkcs11: URI names an object of type {parsed.type}, and only private keys sign",
            hint="leave type out, or write type=private",
        )
    return parsed


def _open_key(
    module: Module, library: Library, uri: Pkcs11Uri, secrets: SecretsHandler
) -> _OpenKey:
    token = find_token(library, uri)
    session = module.session(token, secrets)
    algorithm, key = find_key(session, uri)
    opened = _OpenKey(
        key=key,
        mechanism=mechanism_for(algorithm, token.slot.get_mechanisms()),
        public_key=public_half(session, key, algorithm),
        epoch=module.epoch,
    )
    _prove(opened, uri)
    return opened


def _prove(opened: _OpenKey, uri: Pkcs11Uri) -> None:
    """Sign once and verify: a token may show one key and sign with another."""
    try:
        verifier_for(opened.public_key)(opened.sign(_PROOF), _PROOF)
    except KeyMaterialError:
        raise SignerError(
            f"the public half of {uri.key_words()} is no sound key",
            hint="make a new key with: dosepass-keys generate --token",
        ) from None
    except BadSignatureError:
        raise SignerError(
            f"the public half of {uri.key_words()} does not belong to the private one",
            hint="give the public key of the pair the same CKA_ID, and take any other away",
        ) from None


@contextmanager
def _pair(token: Token, uri: Pkcs11Uri, algorithm: Algorithm) -> Iterator[None]:
    """Make a pair of keys, and take it away again when its first use fails."""
    writing = token.open(rw=True)  # logged in already, as all sessions with a token are
    pair = make_pair(writing, label=uri.object or "", key_id=uri.id or b"", algorithm=algorithm)
    try:
        yield
    except BaseException:
        for half in pair:
            with suppress(PKCS11Error):
                half.destroy()
        raise
    writing.close()
