"""The thief of the simulation: has the real private key, and reads all that is public."""

import random
from pathlib import Path

from keys.algorithms import PrivateKey, sign
from keys.file_signer import load_private_key
from keys.schedule import KeyRecord
from keys.secrets import FileSecrets
from spec import qr_text
from spec.certificate import Certificate, StatusPosition, Timestamp
from spec.cose import CoseSign1, Kid, ProtectedHeader, to_be_signed
from spec.limits import STATUS_LIST_SIZE
from tests.keys.homes import DAY

__all__ = ["Thief"]


class Thief:
    """Signs what it likes with one stolen key."""

    def __init__(self, record: KeyRecord, home: Path, passphrase: Path, seed: int) -> None:
        self.record = record
        self._random = random.Random(seed)  # noqa: S311 - a plot, no secret
        path = home / record.uri.removeprefix("file:")
        self._private_key: PrivateKey = load_private_key(path, FileSecrets(passphrase))
        self._header = ProtectedHeader(
            algorithm=record.public_key.algorithm, kid=record.kid, unknown={}
        )

    @property
    def kid(self) -> Kid:
        """Which key it has."""
        return self.record.kid

    def forge(self, model: str, now: Timestamp) -> str:
        """Make another person's certificate out of one that the thief has seen.

        At the same position or any other, issued just now or at any time at which the key signed.
        """
        seen = Certificate.from_cbor(CoseSign1.from_cbor(qr_text.from_text(model)).payload)
        latest = min(now, self.record.signs_until - 1)
        issued_at = self._random.choice(
            [latest, seen.issued_at, self._random.randrange(self.record.signs_from, latest + 1)]
        )
        position = self._random.choice(
            [seen.status, StatusPosition(self._random.randrange(STATUS_LIST_SIZE))]
        )
        return self.sign(
            seen._replace(
                name=f"Kẻ Gian Số {chr(97 + self._random.randrange(26))}",
                issued_at=Timestamp(issued_at),
                expires_at=Timestamp(min(issued_at + 300 * DAY, self.record.verifies_until)),
                status=position,
            )
        )

    def sign(self, certificate: Certificate) -> str:
        """Sign any certificate."""
        protected, payload = self._header.to_cbor(), certificate.to_cbor()
        message = CoseSign1(
            header=self._header,
            protected=protected,
            payload=payload,
            signature=sign(self._private_key, to_be_signed(protected, payload)),
        )
        return qr_text.to_text(message.to_cbor())
