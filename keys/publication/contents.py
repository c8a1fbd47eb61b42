"""What is published, built from the key records and the ledger; nothing is written online here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from struct import iter_unpack
from typing import Final, TypeAlias

from keys.bundle import (
    ENTRY_POLICY,
    STATUS_INDEX,
    STATUS_KEYS,
    TRUST_LIST,
    VACCINES,
    StatusLists,
    TrustBundle,
    genuine_list_name,
    status_list_name,
)
from keys.errors import PublishError
from keys.ledger import Ledger
from keys.publication.status_tokens import TokenWriter, key_set
from keys.schedule import KeyRecord, relieved
from keys.settings import Settings
from keys.signer import Signer
from spec.certificate import Timestamp
from spec.cose import CoseSign1, Kid
from spec.entry_policy import EntryPolicy
from spec.errors import MalformedError
from spec.genuine_list import DIGEST_LENGTH, GENUINE_LIST_BYTES
from spec.limits import STATUS_LIST_SIZE
from spec.status_index import ListCounts, StatusIndex
from spec.status_token import StatusToken, status_subject
from spec.trust_list import TrustList
from spec.vaccines import VaccineTable

__all__ = ["Contents", "build", "settled"]

_Published: TypeAlias = Callable[[str], bytes | None]
"""Gives the target that is online under a name, if there is one."""

_CLOCK: Final = "set the date and time, then publish again"
_BACKUP: Final = (
    "restore the newest backup of the register, or name the right one with --register URL"
)
_DIGEST: Final = f"{DIGEST_LENGTH}s"
_NOTHING: Final = bytes(DIGEST_LENGTH)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """All targets of one publication, already read back as a verifier will read them."""

    trust_list: TrustList
    index: StatusIndex
    targets: Mapping[str, bytes]
    status: Mapping[str, bytes]
    genuine: Mapping[Kid, int]
    """How many certificates stay valid under each compromised key."""


class _Spooled(Mapping[str, bytes]):
    """Small contents in memory, and large ones in files that are read when they are asked for.

    The genuine lists of a country take a hundred megabytes for each stolen key.
    """

    def __init__(self, small: Mapping[str, bytes], folder: Path) -> None:
        self._small = dict(small)
        self._folder = folder
        self._files: dict[str, Path] = {}

    def put(self, name: str, data: bytes) -> None:
        """Write large content to a file."""
        path = self._folder / f"{len(self._files)}.bin"
        path.write_bytes(data)
        self._files[name] = path

    def __getitem__(self, name: str) -> bytes:
        path = self._files.get(name)
        return self._small[name] if path is None else path.read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter((*self._small, *self._files))

    def __len__(self) -> int:
        return len(self._small) + len(self._files)


def settled(
    records: Sequence[KeyRecord], settings: Settings, now: Timestamp
) -> tuple[KeyRecord, ...]:
    """The records as a publication at a time leaves them; raises PublishError without any."""
    if not records:
        raise PublishError("there is no signing key to publish", hint="run: dosepass-keys generate")
    published = (
        record.published(now).verifying_for(settings.certificate_life, now) for record in records
    )
    return relieved(published, now)


def build(
    *,
    records: Sequence[KeyRecord],
    issuer: str,
    settings: Settings,
    published: _Published,
    ledger: Ledger,
    signer: Signer,
    spool: Path,
    now: Timestamp,
    policy: bytes | None = None,
) -> Contents:
    """Make all targets; `policy` is the entry policy, where there is one.

    `now` is a time before the ledger was opened: the status index promises to know everything from
    before it. Large targets go through files in `spool`. Raises PublishError and LedgerError.
    """
    trust_list = _trust_list(records, published(TRUST_LIST), settings, now)
    index, status = _status(issuer, settings, published, ledger, signer, now)
    vaccines = resources.files("spec").joinpath("data", VACCINES).read_bytes()
    small = {TRUST_LIST: trust_list.to_cbor(), VACCINES: vaccines}
    if policy is not None:
        small[ENTRY_POLICY] = policy
    targets = _Spooled(small, spool)
    genuine = {
        record.kid: _spool_genuine(targets, ledger, record.kid)
        for record in records
        if record.compromised_at is not None and now < record.verifies_until
    }
    _read_back(targets, status)
    return Contents(
        trust_list=trust_list, index=index, targets=targets, status=status, genuine=genuine
    )


def _trust_list(
    records: Sequence[KeyRecord], published: bytes | None, settings: Settings, now: Timestamp
) -> TrustList:
    """The list to publish: the published one while it says the same and is not old."""
    fresh = TrustList(issued_at=now, keys=tuple(record.trusted(now) for record in records))
    if published is None:
        return fresh
    old = TrustList.from_cbor(published)
    _check_clock(old.issued_at, now)
    unchanged = set(old.keys) == set(fresh.keys)
    return old if unchanged and now - old.issued_at < settings.trust_list_renewal else fresh


def _status(
    issuer: str,
    settings: Settings,
    published: _Published,
    ledger: Ledger,
    signer: Signer,
    now: Timestamp,
) -> tuple[StatusIndex, dict[str, bytes]]:
    writer = TokenWriter(signer, life=settings.status_token_life, now=now)
    contents: dict[str, bytes] = {STATUS_KEYS: key_set(signer.public_key)}
    counts: list[ListCounts] = []
    for number in range(ledger.lists()):
        statuses = ledger.statuses(number, now)
        name, subject = status_list_name(number), status_subject(issuer, number)
        contents[name] = writer.token(subject, statuses.bits, published(name))
        counts.append(statuses.counts)
    index = StatusIndex(issued_at=now, issuer=issuer, lists=tuple(counts))
    _check_growth(published(STATUS_INDEX), index)
    return index, {STATUS_INDEX: index.to_cbor(), **contents}


def _check_growth(published: bytes | None, index: StatusIndex) -> None:
    """Refuse a register that knows less than what is online.

    One restored from an old backup would bring back what was revoked, and give positions away a
    second time.
    """
    if published is None:
        return
    old = StatusIndex.from_cbor(published)
    _check_clock(old.issued_at, index.issued_at)
    if old.issuer != index.issuer:
        raise PublishError(
            f"what is published belongs to the issuer {old.issuer}, the settings say "
            f"{index.issuer}",
            hint="set the issuer in authority.toml back; another issuer is another authority",
        )
    if len(index.lists) < len(old.lists):
        raise PublishError("the register has fewer status lists than are published", hint=_BACKUP)
    for number, (before, after) in enumerate(zip(old.lists, index.lists, strict=False)):
        if after.assigned < before.assigned or after.revoked < before.revoked:
            raise PublishError(
                f"the register is older than what is published: in status list {number} fewer "
                "positions are given away, or fewer revoked",
                hint=_BACKUP,
            )


def _check_clock(published_at: Timestamp, now: Timestamp) -> None:
    if published_at > now:
        raise PublishError(
            "the clock of this machine stands before the last publication", hint=_CLOCK
        )


def _spool_genuine(targets: _Spooled, ledger: Ledger, kid: Kid) -> int:
    """Take the genuine lists of one key up; gives how many certificates stand in them."""
    count = 0
    for number, digests in ledger.genuine(kid):
        if len(digests) != GENUINE_LIST_BYTES:
            raise PublishError(f"genuine list {number} does not have {GENUINE_LIST_BYTES} bytes")
        targets.put(genuine_list_name(kid, number), digests)
        count += STATUS_LIST_SIZE - [*iter_unpack(_DIGEST, digests)].count((_NOTHING,))
    return count


def _read_back(targets: Mapping[str, bytes], status: Mapping[str, bytes]) -> None:
    """Read everything as a verifier will: nothing unreadable goes online."""
    index = StatusIndex.from_cbor(status[STATUS_INDEX])
    for number in range(len(index.lists)):
        message = CoseSign1.from_cbor(status[status_list_name(number)])
        if StatusToken.from_message(message).subject != status_subject(index.issuer, number):
            raise MalformedError("status token: it is of another list")
    TrustBundle.of(
        trust_list=TrustList.from_cbor(targets[TRUST_LIST]),
        vaccines=VaccineTable.from_json(targets[VACCINES]),
        fresh_until=index.issued_at,
        status=StatusLists(
            issuer=index.issuer, issued_at=index.issued_at, fresh_until=index.issued_at, lists={}
        ),
        policy=EntryPolicy.from_json(targets[ENTRY_POLICY]) if ENTRY_POLICY in targets else None,
    )
