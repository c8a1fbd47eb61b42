"""Signing, issuing with the register, and the QR picture."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import segno
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.measure import Row, compare
from issuer.csv_file import open_csv
from issuer.intake import take_in
from issuer.issuing import Issuing
from issuer.printing import qr
from issuer.records import Rules
from issuer.register.database import Register
from issuer.signing import SigningKey
from issuer.source import COLUMNS
from spec.certificate import Timestamp
from tests.authority import DAY, VERIFIES_UNTIL, Authority, vaccine_table

__all__ = ["rows"]

_SIGNING = 2.5
_RATE = 2_000
_PICTURE = 12.0
_PEOPLE = 4_000
_LETTERS = str.maketrans("0123456789", "abcdeghikl")


def rows() -> Iterator[Row]:
    """Measure signing by ratio, issuing by rate, the picture by time."""
    authority = Authority()
    yield _signing(authority)
    yield _issuing(authority)
    yield _picture(authority.sign())


def _signing(authority: Authority) -> Row:
    """Claims to text: the payload written, signed, wrapped and spelled."""
    key = SigningKey(authority.keys["active"], VERIFIES_UNTIL)
    certificate = authority.certificate(name="Nguyễn Thị Hồng Phượng")
    private_key, algorithm = authority.keys["active"].private_key, ec.ECDSA(SHA256())
    assert isinstance(private_key, ec.EllipticCurvePrivateKey)
    message = certificate.to_cbor()
    seconds, bare_seconds, ratio = compare(
        lambda: key.sign(certificate.to_cbor()), lambda: private_key.sign(message, algorithm)
    )
    return Row(
        what="sign one certificate, claims to text",
        figure=f"{ratio:.2f} of a bare ES256 signature "
        f"({seconds * 1e6:.0f} us of {bare_seconds * 1e6:.0f} us)",
        bound=f"at most {_SIGNING}",
        holds=ratio <= _SIGNING,
    )


def _issuing(authority: Authority) -> Row:
    """Decide, reserve, lint, sign and store in SQLite; taking in the records is not counted."""
    with TemporaryDirectory() as directory:
        register_path, records = Path(directory, "register.sqlite3"), Path(directory, "records.csv")
        _write_records(records)
        with closing(Register.open(register_path)) as register:
            rules = Rules.of(table=vaccine_table(), now=authority.now)
            for _ in take_in(register, open_csv(records), rules, vaccine_table(), authority.clock):
                pass
            issuing = Issuing(
                register=register,
                issuer=authority.issuer,
                keys=_OneKey(authority),
                table=vaccine_table(),
                clock=authority.clock,
                life=300 * DAY,
            )
            start = time.perf_counter()
            issued = issuing.run().issued
            rate = issued / (time.perf_counter() - start)
    assert issued == _PEOPLE, issued
    return Row(
        what=f"issue {_PEOPLE:,} certificates, with the register in SQLite",
        figure=f"{rate:,.0f}/s",
        bound=f"at least {_RATE:,}/s",
        holds=rate >= _RATE,
    )


class _OneKey:
    """The authority's key, at any time."""

    def __init__(self, authority: Authority) -> None:
        self._key = SigningKey(authority.keys["active"], VERIFIES_UNTIL)

    def at(self, now: Timestamp) -> SigningKey:
        return self._key


def _write_records(path: Path) -> None:
    """Write two doses for each of many people, none of whom is taken for another."""
    lines = [",".join(COLUMNS)]
    for number in range(_PEOPLE):
        given = f"{number}".translate(_LETTERS)  # a name with digits would be refused
        born = f"{1 + number % 28:02}/{1 + number // 28 % 12:02}/1990"
        person = f"Nguyễn Thị {given},{born},Nữ,079190{number:06},"
        lines += [f"{person},Pfizer,16/06/2021,FF1,79001", f"{person},Pfizer,20/08/2021,FF2,79001"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _picture(text: str) -> Row:
    """The PNG of a QR code, most of which is the choice among eight masks."""
    seconds, segno_seconds, ratio = compare(
        lambda: qr.png(text),
        lambda: segno.make_qr(text, error="m", boost_error=False),
        rounds=100,
        repeats=1,
    )
    return Row(
        what="QR picture of one certificate",
        figure=f"{seconds * 1e3:.1f} ms ({ratio:.2f} of the bare symbol, "
        f"{segno_seconds * 1e3:.1f} ms)",
        bound=f"at most {_PICTURE:.0f} ms",
        holds=seconds * 1e3 <= _PICTURE,
    )
