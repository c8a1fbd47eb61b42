"""The worst day on a copy: a key is stolen, shut out, and everything that follows is measured."""

import random
import secrets as random_source
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keys import client
from keys.algorithms import verifier_for
from keys.authority import Authority
from keys.bundle import TrustBundle, VerificationKey
from keys.clock import Clock
from keys.errors import AuthorityError, HintedError
from keys.ledger import REGISTER_FILE, open_ledger
from keys.schedule import KeyRecord
from keys.secrets import SecretsHandler
from keys.signer import Signer, signer_from_uri
from spec import cbor
from spec.cose import Kid, ProtectedHeader, to_be_signed
from spec.genuine_list import DIGEST_LENGTH, is_genuine
from spec.limits import STATUS_LIST_SIZE

__all__ = ["DrillError", "Step", "drill"]

_FORGERIES: Final = 2000
"""Payloads that are signed with the real key; a token signs a few hundred in a second."""

_SCRATCH: Final = (f"{REGISTER_FILE}*", ".lock", ".spool-*", ".*.part")
"""Files of a home that are not copied as files."""

_NOTHING: Final = bytes(DIGEST_LENGTH)


class DrillError(HintedError):
    """The drill came out otherwise than the worst day must."""

    code = "drill"


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing that was done, in words, and how long it took."""

    words: str
    seconds: float


def drill(
    authority: Authority,
    kid: Kid,
    secrets: SecretsHandler,
    clock: Clock,
    register_url: str | None,
    folder: Path,
) -> Iterator[Step]:
    """Live through the theft of a key in a folder of our own; the real home stays as it is.

    Gives each step when it is done. Raises DrillError when a genuine certificate would be refused
    or a forged one pass, and whatever the operations themselves raise.
    """
    timer = _Timer()
    copy = _copied(authority, folder / authority.home.name, with_register=register_url is None)
    yield timer.step(f"copied the home, {_size(copy.home)}")

    done = copy.compromise([kid], clock.now(), secrets, register_url)
    if done.not_made is not None:
        raise done.not_made
    count = done.publication.genuine[kid] if done.publication else 0
    yield timer.step(f"marked the key, and published the list of what is genuine: {count:,}")

    root = (copy.public / "metadata" / "1.root.json").read_bytes()
    bundle = client.refresh(folder / "verifier", copy.public.as_uri(), root, clock)
    lists = len(bundle.keys[kid].genuine)
    yield timer.step(
        f"fetched everything as a new verifier does: {_size(folder / 'verifier')} on its disk, "
        f"of which {lists} genuine lists; one that follows fetches these and what changed"
    )

    found = _check_genuine(copy, bundle.keys[kid], register_url)
    yield timer.step(f"found {found:,} of {count:,} genuine certificates on the list")

    (record,) = (record for record in copy.records() if record.kid == kid)
    signer = signer_from_uri(copy.absolute(record.uri), secrets)
    forged = _check_forgeries(record, signer, bundle)
    yield timer.step(f"forged {forged:,} certificates with the real key: none is on the list")


class _Timer:
    """Tells how long each step took."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def step(self, words: str) -> Step:
        now = time.monotonic()
        step = Step(words=words, seconds=now - self._last)
        self._last = now
        return step


def _copied(authority: Authority, copy: Path, *, with_register: bool) -> Authority:
    try:
        with authority.locked():
            ignored = shutil.ignore_patterns(*_SCRATCH)
            shutil.copytree(authority.home, copy, ignore=ignored)
        register = authority.home / REGISTER_FILE
        if with_register and register.exists():
            _back_up(register, copy / REGISTER_FILE)
    except (OSError, sqlite3.Error, shutil.Error) as error:
        raise AuthorityError(
            f"the home cannot be copied to {copy}: {error}",
            hint="make room there, or name another place with --into",
        ) from None
    return Authority.open(copy)


def _back_up(register: Path, copy: Path) -> None:
    """Copy a register that others may be writing to, as SQLite does it."""
    with closing(sqlite3.connect(register)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    copy.chmod(0o600)


def _check_genuine(copy: Authority, key: VerificationKey, register_url: str | None) -> int:
    """Compare what was fetched with what the register knows; gives how many were found."""
    found = 0
    with closing(open_ledger(copy.home, copy.issuer, register_url)) as ledger:
        for number, digests in ledger.genuine(key.trusted.kid):
            fetched = key.genuine.get(number)
            for start in range(0, len(digests), DIGEST_LENGTH):
                wanted = digests[start : start + DIGEST_LENGTH]
                if wanted == _NOTHING:
                    continue
                if fetched is None or bytes(fetched[start : start + DIGEST_LENGTH]) != wanted:
                    raise DrillError(
                        f"a genuine certificate of status list {number} is not on the list",
                        hint="do not rely on the compromise of this key; please report this",
                    )
                found += 1
    return found


def _check_forgeries(record: KeyRecord, signer: Signer, bundle: TrustBundle) -> int:
    """Sign payloads at random positions; the signature holds, the genuine list does not."""
    key = bundle.keys[record.kid]
    verify = verifier_for(signer.public_key)
    header = ProtectedHeader(
        algorithm=signer.public_key.algorithm, kid=record.kid, unknown={}
    ).to_cbor()
    positions = random.Random(random_source.randbits(64))  # noqa: S311 - where to try, no secret
    for _ in range(_FORGERIES):
        number, index = _position(key.genuine, positions)
        payload = cbor.encode(
            {1: record.issuer, 6: record.signs_from, 7: random_source.token_bytes(16)}
        )
        message = to_be_signed(header, payload)
        verify(signer.sign(message), message)
        digests = key.genuine.get(number)
        if digests is not None and is_genuine(digests, index, payload):
            raise DrillError(
                f"a forged certificate at position {index} of status list {number} passes",
                hint="do not rely on the compromise of this key; please report this",
            )
    return _FORGERIES


def _position(genuine: Mapping[int, object], positions: random.Random) -> tuple[int, int]:
    """Mostly where something genuine may stand, since elsewhere nothing can pass."""
    number = positions.choice([*genuine, max(genuine, default=0) + 1])
    return number, positions.randrange(STATUS_LIST_SIZE)


def _size(folder: Path) -> str:
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            total += path.stat().st_size
    return f"{total / 1_000_000:.1f} MB"
