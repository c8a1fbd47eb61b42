"""The tokens in which status lists travel: signed, kept while they are good, and their own key."""

from pathlib import Path
from typing import Final

from keys.algorithms import PrivateKey, kid_of, public_key_of
from keys.errors import SignerError
from keys.file_signer import FileSigner, load_private_key, save_private_key
from keys.secrets import SecretsHandler
from keys.signer import Signer
from spec import cbor
from spec.certificate import Timestamp
from spec.cose import CoseSign1, Kid, to_be_signed
from spec.errors import MalformedError
from spec.status_token import StatusToken, status_header
from spec.trust_list import PublicKey

__all__ = ["STATUS_KEY_FILES", "TokenWriter", "key_set", "open_status_key", "save_status_key"]

STATUS_KEY_FILES: Final = "status-token-*.pem"
"""The names of the files in `private/`; there is one at a time."""

_TIME_TO_LIVE: Final = 86_400
"""Seconds for which other readers may keep a token: lists are published daily."""

_KID, _ALG = 2, 3


def save_status_key(private: Path, private_key: PrivateKey, passphrase: bytes) -> None:
    """Keep the key that signs status tokens; raises SignerError."""
    kid = kid_of(public_key_of(private_key))
    save_private_key(private / f"status-token-{kid.hex()}.pem", private_key, passphrase)


def open_status_key(private: Path, secrets: SecretsHandler) -> FileSigner:
    """Open the key that signs status tokens.

    Raises SignerError when there is not exactly one, or when it does not open.
    """
    paths = sorted(private.glob(STATUS_KEY_FILES))
    if len(paths) != 1:
        raise SignerError(
            f"{private} has {len(paths)} keys for status tokens, and one is needed",
            hint=f"move all but the newest of {STATUS_KEY_FILES} away",
        )
    return FileSigner.of(load_private_key(paths[0], secrets))


def key_set(public_key: PublicKey) -> bytes:
    """A COSE_KeySet (RFC 9052, section 7) of one key, for other readers of the tokens."""
    labels = {_KID: kid_of(public_key), _ALG: int(public_key.algorithm)}
    return cbor.encode([public_key.to_cose_key() | labels])


class TokenWriter:
    """Writes the tokens of one publication; `life` is how long a token counts, in seconds."""

    def __init__(self, signer: Signer, *, life: int, now: Timestamp) -> None:
        self._signer = signer
        self._life = life
        self._now = now

    def token(self, subject: str, bits: bytes, published: bytes | None) -> bytes:
        """The published token while it says the same and is good for long, else a new one.

        A list that did not change so keeps its bytes, and no verifier fetches it again.
        """
        if published is not None and self._still_good(subject, bits, published):
            return published
        return self._signed(
            StatusToken(
                subject=subject,
                issued_at=self._now,
                expires_at=Timestamp(self._now + self._life),
                time_to_live=_TIME_TO_LIVE,
                bits=bits,
            )
        )

    def _still_good(self, subject: str, bits: bytes, published: bytes) -> bool:
        try:
            kid, token = _read(published)
        except MalformedError:
            return False
        same = (kid, token.subject, token.bits) == (self._signer.kid, subject, bits)
        return same and token.expires_at - self._now >= self._life // 2

    def _signed(self, token: StatusToken) -> bytes:
        header = status_header(self._signer.public_key.algorithm, self._signer.kid)
        protected, payload = header.to_cbor(), token.to_cbor()
        signature = self._signer.sign(to_be_signed(protected, payload))
        return CoseSign1(
            header=header, protected=protected, payload=payload, signature=signature
        ).to_cbor()


def _read(data: bytes) -> tuple[Kid, StatusToken]:
    message = CoseSign1.from_cbor(data)
    return message.header.kid, StatusToken.from_message(message)
