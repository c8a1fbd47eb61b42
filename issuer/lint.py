"""The last look before the real key signs: what a reader would get, and a reader reads it.

A certificate that a verifier would refuse, or that says what this issuer must not say, is found
here, while nothing has been signed that could leave the house.
"""

from typing import ClassVar

from keys.algorithms import generate_private_key, kid_of, public_key_of, sign
from spec import qr_text
from spec.certificate import Certificate, Timestamp
from spec.cose import Algorithm, CoseSign1, ProtectedHeader, to_be_signed
from spec.errors import DosepassError, VerificationError
from spec.limits import CLOCK_TOLERANCE
from spec.names import clean_name
from spec.vaccines import VaccineTable

__all__ = ["LintError", "Linter"]


class LintError(DosepassError):
    """A payload must not be signed."""

    code: ClassVar[str] = "lint"


class Linter:
    """Makes a text of each payload under a throwaway key and reads it as a verifier does."""

    def __init__(self, *, issuer: str, table: VaccineTable, algorithm: Algorithm) -> None:
        self._issuer = issuer
        self._table = table
        private_key = generate_private_key(algorithm)
        public_key = public_key_of(private_key)
        self._header = ProtectedHeader(algorithm=algorithm, kid=kid_of(public_key), unknown={})
        self._protected = self._header.to_cbor()
        self._signature = sign(private_key, to_be_signed(self._protected, b""))

    def check(self, payload: bytes, *, now: Timestamp, verifies_until: Timestamp) -> None:
        """Raise LintError when a verifier would refuse this payload, now or before it ends.

        `verifies_until` is when the real key stops verifying.
        """
        try:
            certificate = self._read(self._wrapped(payload))
            certificate.check()
        except VerificationError as error:
            raise LintError(str(error)) from None
        if certificate.to_cbor() != payload:
            raise LintError("the payload is read as another one")
        self._check_times(certificate, now, verifies_until)
        self._check_facts(certificate)

    def _wrapped(self, payload: bytes) -> str:
        """The text of a payload, with one and the same throwaway signature in its place.

        Nobody verifies that signature; only its form belongs to what is read.
        """
        message = CoseSign1(
            header=self._header,
            protected=self._protected,
            payload=payload,
            signature=self._signature,
        )
        return qr_text.to_text(message.to_cbor())

    def _read(self, text: str) -> Certificate:
        """Steps 1 to 7 of section 8 of the specification, but for the throwaway signature.

        Every real signature is verified before its text is stored; to sign and verify here as well
        would cost a third of the whole cycle and show nothing more about the payload.
        """
        message = CoseSign1.from_cbor(qr_text.from_text(text))
        if message.header != self._header:
            raise LintError("the header is read as another one")
        return Certificate.from_cbor(message.payload)

    def _check_times(
        self, certificate: Certificate, now: Timestamp, verifies_until: Timestamp
    ) -> None:
        if certificate.issued_at > now + CLOCK_TOLERANCE:
            raise LintError("issued in the future")
        if certificate.expires_at <= now:
            raise LintError("ended before it is signed")
        if certificate.expires_at > verifies_until:
            raise LintError("ends after its key")

    def _check_facts(self, certificate: Certificate) -> None:
        """What a reader takes on trust, and the issuer must therefore make sure of."""
        codes = [dose.vaccine for dose in certificate.doses]
        if certificate.issuer != self._issuer:
            raise LintError("names another issuer")
        if certificate.unknown:
            raise LintError("has claims that the specification does not know")
        if certificate.name != clean_name(certificate.name):
            raise LintError("the name is not clean")
        if any(code not in self._table.vaccines for code in codes):
            raise LintError("a vaccine is not in the table")
        if certificate.doses_needed != self._table.doses_needed(codes):
            raise LintError("the doses needed are not those of the vaccine table")
