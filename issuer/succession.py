"""What becomes of a certificate when another takes its place. Pure.

Superseded: all it says is true, the newer one says more. Revoked: something in it was wrong. Where
the newer one would say less, the status falls, and that needs a second person.
"""

from collections.abc import Iterator

from issuer.register.models import CertificateState
from spec.certificate import Certificate
from spec.names import canonical_name

__all__ = ["falls", "succeeded", "wrong_fields"]


def succeeded(former: Certificate, newer: Certificate) -> CertificateState:
    """The state of a certificate whose person gets a newer one."""
    return CertificateState.REVOKED if wrong_fields(former, newer) else CertificateState.SUPERSEDED


def wrong_fields(former: Certificate, newer: Certificate) -> tuple[str, ...]:
    """What a certificate states that the newer one does not bear out, in words without data.

    A name in another spelling is the same name; a birth date of which less was known is true as
    far as it goes; so are the last characters of a number where there were none.
    """
    return tuple(_wrong_fields(former, newer))


def falls(former: Certificate, newer: Certificate | None) -> bool:
    """Tell whether the status would fall: another colour, fewer doses, or nothing left at all."""
    if newer is None:
        return True
    return newer.colour < former.colour or len(newer.doses) < len(former.doses)


def _wrong_fields(former: Certificate, newer: Certificate) -> Iterator[str]:
    if canonical_name(former.name) != canonical_name(newer.name):
        yield "name"
    known = tuple(part for part in former.birth_date if part is not None)
    if tuple(newer.birth_date)[: len(known)] != known:
        yield "birth date"
    if former.id_suffix not in (None, newer.id_suffix):
        yield "identity number"
    if not set(former.doses) <= set(newer.doses):
        yield "doses"
