"""The real key: which one signs now, and a payload becomes the text of the QR code."""

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Protocol

from keys.algorithms import Verify, verifier_for
from keys.authority import Authority
from keys.errors import HintedError
from keys.schedule import choose_signing_key
from keys.secrets import SecretsHandler
from keys.signer import Signer
from spec import qr_text
from spec.certificate import Timestamp
from spec.cose import CoseSign1, ProtectedHeader, to_be_signed
from spec.errors import VerificationError

__all__ = ["AuthorityKeys", "SigningError", "SigningKey", "SigningKeys"]


class SigningError(HintedError):
    """A key gave a signature that its own public half does not verify."""

    code: ClassVar[str] = "signing"


@dataclass(frozen=True)
class SigningKey:
    """A key that may sign now."""

    signer: Signer
    verifies_until: Timestamp
    """First second at which nothing that it signed is valid any more."""

    @property
    def kid(self) -> str:
        """The key's identifier in hex, as the register keeps it."""
        return self.signer.kid.hex()

    def sign(self, payload: bytes) -> str:
        """Sign a payload and give the text of its QR code; raises SignerError."""
        header, protected = self._header
        signature = self.signer.sign(to_be_signed(protected, payload))
        signed = CoseSign1(header=header, protected=protected, payload=payload, signature=signature)
        return qr_text.to_text(signed.to_cbor())

    def check(self, text: str, payload: bytes) -> None:
        """Read the text of a payload that was signed just now, as a verifier reads it.

        That is steps 1 to 6 of section 8 of the specification, with the public half of the key. A
        token that holds another key than it says, or a bit that fell over, is found here and not at
        a gate. Raises SigningError.
        """
        header, _ = self._header
        try:
            message = CoseSign1.from_cbor(qr_text.from_text(text))
            self._verify(message.signature, to_be_signed(message.protected, message.payload))
        except VerificationError:
            raise SigningError(
                "the signing key gave a signature that does not verify; nothing was issued with it",
                hint="check the key file or token, then run the same command again",
            ) from None
        if (message.header, message.payload) != (header, payload):
            raise SigningError("what was signed is read as another certificate; nothing was issued")

    @cached_property
    def _header(self) -> tuple[ProtectedHeader, bytes]:
        header = ProtectedHeader(
            algorithm=self.signer.public_key.algorithm, kid=self.signer.kid, unknown={}
        )
        return header, header.to_cbor()

    @cached_property
    def _verify(self) -> Verify:
        return verifier_for(self.signer.public_key)


class SigningKeys(Protocol):
    """Gives the key that signs at a time."""

    def at(self, now: Timestamp) -> SigningKey:
        """The key to sign with; raises KeyScheduleError when none may sign."""
        ...


class AuthorityKeys:
    """The keys of an authority's home; each is opened once.

    The schedule is asked anew for every batch: a run that lasts over a rotation changes keys with
    it, since what an old key signs afterwards would be refused at every gate.
    """

    def __init__(self, authority: Authority, secrets: SecretsHandler) -> None:
        self._authority = authority
        self._secrets = secrets
        self._open: SigningKey | None = None

    def at(self, now: Timestamp) -> SigningKey:
        """The key that the schedule names for this time."""
        record = choose_signing_key(self._authority.records(), now)
        if self._open is None or self._open.signer.kid != record.kid:
            signer = self._authority.active_signer(now, self._secrets)
            self._open = SigningKey(signer, record.verifies_until)
        return self._open
