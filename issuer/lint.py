"""The last look before the real key signs: what a reader would get, and a reader reads it.

A certificate that a verifier would refuse, or that says what this issuer must not say, is found
here, while nothing has been signed that could leave the house.
"""

from typing import ClassVar, Final

from spec import qr_text
from spec.certificate import Certificate, Timestamp
from spec.cose import KID_LENGTH, SIGNATURE_LENGTH, Algorithm, CoseSign1, Kid, ProtectedHeader
from spec.errors import DosepassError, VerificationError
from spec.limits import CLOCK_TOLERANCE, MAX_TEXT_LENGTH
from spec.names import clean_name
from spec.vaccines import VaccineTable

__all__ = ["LintError", "Linter"]


def _longest_payload() -> int:
    """Bytes of the longest payload whose text no reader refuses, under a key of any algorithm."""
    header = ProtectedHeader(algorithm=Algorithm.ES256, kid=Kid(bytes(KID_LENGTH)), unknown={})
    wrapped = CoseSign1(
        header=header, protected=header.to_cbor(), payload=bytes(256),
        signature=bytes(SIGNATURE_LENGTH),
    )  # fmt: skip
    room = (MAX_TEXT_LENGTH - len(qr_text.PREFIX)) // 3 * 2
    return room - (len(wrapped.to_cbor()) - len(wrapped.payload))


_LONGEST_PAYLOAD: Final = _longest_payload()


class LintError(DosepassError):
    """A payload must not be signed."""

    code: ClassVar[str] = "lint"


class Linter:
    """Reads each payload as a verifier does, and holds it to what this issuer may say.

    What is put around a payload afterwards is the same for all. It is read with the real signature
    in it before anything is stored (`issuer.signing.SigningKey.check`).
    """

    def __init__(self, *, issuer: str, table: VaccineTable) -> None:
        self._issuer = issuer
        self._table = table

    def check(self, payload: bytes, *, now: Timestamp, verifies_until: Timestamp) -> None:
        """Raise LintError when a verifier would refuse this payload, now or before it ends.

        `verifies_until` is when the real key stops verifying.
        """
        try:
            certificate = Certificate.from_cbor(payload)
            certificate.check()
        except VerificationError as error:
            raise LintError(str(error)) from None
        if certificate.to_cbor() != payload:
            raise LintError("the payload is read as another one")
        if len(payload) > _LONGEST_PAYLOAD:
            raise LintError("the text would be too long for a reader")
        self._check_times(certificate, now, verifies_until)
        self._check_facts(certificate)

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
