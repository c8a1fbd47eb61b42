"""The authority's trust on disk, as a fetch would have left it, without publishing and fetching."""

from pathlib import Path
from typing import Final

from keys.kept import bundle_folder
from keys.kept.stored_bundle import StoredBundle, StoredStatus
from spec.certificate import Timestamp
from spec.status_list import Status, filled
from tests.authority import DAY, Authority

VACCINES: Final = Path(__file__).parent.parent / "spec" / "data" / "vaccines.json"


def store_bundle(
    authority: Authority,
    directory: Path,
    *,
    fresh_until: Timestamp | None = None,
    status_until: Timestamp | None = None,
    lists: int = 1,
    policy: bytes | None = None,
) -> Path:
    """Store what the authority has now; the status lists end with the rest unless told otherwise.

    There are at least `lists` of them; positions have the status that the authority gave them.
    """
    directory.mkdir(parents=True, exist_ok=True)
    until = Timestamp(authority.now + 7 * DAY) if fresh_until is None else fresh_until
    count = max(lists, *(number + 1 for number in authority.statuses), 0)
    status = StoredStatus(
        issuer=authority.issuer,
        issued_at=authority.now,
        fresh_until=until if status_until is None else status_until,
        lists=tuple(_keep_list(authority, directory, number) for number in range(count)),
    )
    genuine = {
        kid: {
            number: bundle_folder.keep(directory, bytes(digests)) for number, digests in own.items()
        }
        for kid, own in authority.genuine.items()
    }
    stored = StoredBundle(
        trust_list=authority.trust_list().to_cbor(),
        vaccines=VACCINES.read_bytes(),
        fresh_until=until,
        status=status,
        genuine=genuine,
        newest_time=authority.now,
        policy=policy,
    )
    bundle_folder.replace(directory, stored, bundle_folder.former(directory))
    return directory


def _keep_list(authority: Authority, directory: Path, number: int) -> bytes:
    bits = authority.statuses.get(number, filled(Status.VALID))
    return bundle_folder.keep(directory, bytes(bits))
