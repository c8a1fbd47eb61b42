"""What will end if nothing newer comes: seen long before anybody is turned away. Pure."""

from collections.abc import Iterator
from enum import StrEnum

from keys.bundle import TrustBundle
from spec.certificate import Timestamp

__all__ = ["EndWarning", "warnings"]


class EndWarning(StrEnum):
    """What is about to end; stable, as `/readyz` and the log have it."""

    PUBLICATION_ENDS = "publication_ends"
    """The trust data as a whole: afterwards every verdict is `trust_stale`."""
    STATUS_ENDS = "status_ends"
    """The status lists: afterwards no certificate is accepted, for `status_stale`."""


def warnings(bundle: TrustBundle, at: Timestamp) -> Iterator[tuple[EndWarning, Timestamp]]:
    """What has less than half of its life left at a time, and when it ends.

    A publisher that works every day leaves nearly all of it, so that half is a sign of one that
    has stopped, or of a mirror or a refresh that has. Lives begin with the publication, and its
    time is that of the status lists: the index is made anew at each one.
    """
    published = bundle.status.issued_at
    for warning, until in (
        (EndWarning.PUBLICATION_ENDS, bundle.fresh_until),
        (EndWarning.STATUS_ENDS, bundle.status.fresh_until),
    ):
        if 2 * (until - at) < until - published:
            yield warning, until
