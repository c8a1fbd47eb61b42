"""The last good bundle, set aside for workers that start anew while the file of it is no good.

A process that runs has its bundle in memory, whatever happens to the file. One that takes the place
of a dead one has only the disk: so all workers of a service keep a copy of the small file in a
folder of the service's own. The lists stay where they are, since their names are their digests.
"""

from pathlib import Path

from keys.bundle import TrustBundle
from keys.files import write_atomically
from keys.kept import bundle_folder
from keys.kept.bundle_folder import BUNDLE_FILE
from keys.kept.stored_bundle import StoredBundle
from spec.entry_policy import EntryPolicy, EntryPolicyError
from spec.errors import MalformedError

__all__ = ["LastGood"]


class LastGood:
    """A copy of the bundle of a directory, in the file `aside`; without one, nothing is kept."""

    def __init__(self, directory: Path, aside: Path | None = None) -> None:
        self._directory = directory
        self._aside = aside

    def load(self) -> TrustBundle | None:
        """What was set aside; None where nothing else was than the file has now.

        Raises TrustBundleError when a list of it is gone.
        """
        if self._aside is None or not self._aside.exists():
            return None
        if self._aside.read_bytes() == self._in_place():
            return None
        return bundle_folder.load(self._directory, self._aside)

    def keep(self, bundle: TrustBundle) -> None:
        """Set a bundle aside that was just taken up, unless the file has changed since.

        Raises OSError when it cannot be written.
        """
        if self._aside is None:
            return
        data = self._in_place()
        if data is not None and _is(data, bundle):
            write_atomically(self._aside, data)

    def _in_place(self) -> bytes | None:
        try:
            return (self._directory / BUNDLE_FILE).read_bytes()
        except OSError:
            return None


def _is(data: bytes, bundle: TrustBundle) -> bool:
    """Whether the bytes of a file are those of a bundle, by its times and its entry policy."""
    try:
        stored = StoredBundle.from_cbor(data)
        policy = None if stored.policy is None else EntryPolicy.from_json(stored.policy)
    except (MalformedError, EntryPolicyError):
        return False
    status = stored.status
    found = (stored.fresh_until, status.issued_at, status.fresh_until, stored.newest_time, policy)
    return found == (
        bundle.fresh_until,
        bundle.status.issued_at,
        bundle.status.fresh_until,
        bundle.newest_time,
        bundle.policy,
    )
