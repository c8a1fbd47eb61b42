"""Text to verdict on one core, against the bare signature check that it must contain."""

from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from benchmarks.measure import Action, Row, compare
from spec import qr_text
from spec.cose import CoseSign1, to_be_signed
from tests.authority import Authority, SigningKey
from verifier.pipeline import check

__all__ = ["bare_verify", "rows"]

_AT_LEAST = 0.70


def rows() -> Iterator[Row]:
    """Measure one certificate after another: no cache of ours may know the text."""
    authority = Authority()
    texts = [authority.sign(authority.certificate(name=f"Nguyễn Thị Số {n}")) for n in range(50)]
    bundle, now = authority.bundle(), authority.now
    turn = iter(range(10**9))

    def ours() -> object:
        return check(texts[next(turn) % len(texts)], bundle, now)

    seconds, bare_seconds, ratio = compare(ours, bare_verify(authority.keys["active"], texts[0]))
    yield Row(
        what="verify one certificate, text to verdict",
        figure=f"{1 / ratio:.2f} of bare ES256 ({1 / seconds:,.0f}/s of {1 / bare_seconds:,.0f}/s)",
        bound=f"at least {_AT_LEAST:.2f}",
        holds=1 / ratio >= _AT_LEAST,
    )


def bare_verify(key: SigningKey, text: str) -> Action:
    """The signature check alone, as `cryptography` offers it: DER signature, loaded key."""
    message = CoseSign1.from_cbor(qr_text.from_text(text))
    r, s = (
        int.from_bytes(half, "big") for half in (message.signature[:32], message.signature[32:])
    )
    signature = encode_dss_signature(r, s)
    content = to_be_signed(message.protected, message.payload)
    public_key = key.private_key.public_key()
    if not isinstance(public_key, ec.EllipticCurvePublicKey):
        raise TypeError("the baseline is ES256")
    algorithm = ec.ECDSA(SHA256())
    return lambda: public_key.verify(signature, content, algorithm)
