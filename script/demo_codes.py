"""The texts of the demo's codes: those that were issued, and those that forgers make."""

from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from keys.algorithms import PrivateKey, sign
from script.demo_people import LAST_YEAR, MONTHS_AGO, PEOPLE
from spec import qr_text
from spec.certificate import Certificate
from spec.colour import Colour
from spec.cose import CoseSign1, to_be_signed

__all__ = ["folder_of", "forge_with_key", "forge_without_key", "texts_by_key"]

_ISSUED_TO: Final = (*PEOPLE, LAST_YEAR, MONTHS_AGO)


def texts_by_key(certificates: Path) -> dict[str, str]:
    """The QR text of each person's certificate."""
    return {
        person.key: (folder_of(certificates, person.key) / "text.txt").read_text().strip()
        for person in _ISSUED_TO
    }


def folder_of(certificates: Path, key: str) -> Path:
    """The folder that holds somebody's certificate; folders are named by number, not by person."""
    name = next(person.name for person in _ISSUED_TO if person.key == key)
    for folder in certificates.iterdir():
        text = (folder / "text.txt").read_text().strip()
        if Certificate.from_cbor(CoseSign1.from_cbor(qr_text.from_text(text)).payload).name == name:
            return folder
    raise LookupError(key)


def forge_without_key(text: str) -> str:
    """Turn a yellow certificate green, signed with a key of one's own under the issuer's name."""
    message = CoseSign1.from_cbor(qr_text.from_text(text))
    green = Certificate.from_cbor(message.payload)._replace(colour=Colour.GREEN, doses_needed=1)
    return _signed(message, green, ec.generate_private_key(ec.SECP256R1()))


def forge_with_key(text: str, name: str, stolen: PrivateKey) -> str:
    """Give somebody's certificate another name, and sign that with the issuer's own key."""
    message = CoseSign1.from_cbor(qr_text.from_text(text))
    return _signed(message, Certificate.from_cbor(message.payload)._replace(name=name), stolen)


def _signed(message: CoseSign1, certificate: Certificate, private_key: PrivateKey) -> str:
    payload = certificate.to_cbor()
    signature = sign(private_key, to_be_signed(message.protected, payload))
    return qr_text.to_text(message._replace(payload=payload, signature=signature).to_cbor())
