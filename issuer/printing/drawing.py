"""The files that a person gets: QR code, phone card, paper certificate, text; drawn on demand.

Nothing here signs, and nothing of the signing path waits for it. Drawing can be interrupted and
repeated: the text is written last, and a folder that has it is whole.
"""

from pathlib import Path
from typing import Final

from issuer.printing import card, paper, qr
from issuer.register.certificates import StandingCertificate
from keys.files import write_atomically
from spec.certificate import Certificate
from spec.vaccines import VaccineTable

__all__ = ["draw"]

_TEXT_FILE: Final = "text.txt"
_PRIVATE_FOLDER: Final = 0o700


def draw(certificate: StandingCertificate, out: Path, table: VaccineTable) -> bool:
    """Make the folder of an issued certificate below `out`; False when it was there and whole.

    Raises OSError when a file cannot be written, ValueError for a certificate without text.
    """
    if certificate.text is None:
        raise ValueError("only an issued certificate can be drawn")
    text = certificate.text
    folder = out / certificate.number
    if _is_whole(folder, text):
        return False
    folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    facts = Certificate.from_cbor(certificate.payload)
    write_atomically(folder / "qr.png", qr.png(text))
    write_atomically(folder / "qr.svg", qr.svg(text))
    write_atomically(folder / "card.png", card.png(facts, text, table))
    write_atomically(folder / "certificate.pdf", paper.pdf(facts, text, table, certificate.number))
    write_atomically(folder / _TEXT_FILE, f"{text}\n".encode())
    return True


def _is_whole(folder: Path, text: str) -> bool:
    try:
        return (folder / _TEXT_FILE).read_bytes() == f"{text}\n".encode()
    except OSError:
        return False
