"""Status lists and a stolen key at the size of a country: `python -m benchmarks.publishing`.

It fills a register with ten million certificates, one in a hundred of them revoked and one million
signed by one key, and then does what an issuer does. That takes minutes and 4 GB of disk, hence a
command of its own; `--certificates` makes it smaller.
"""

import argparse
import math
import random
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.measure import Row, print_row
from issuer.register.database import Register
from issuer.register.models import CertificateState
from keys import client
from keys.authority import Authority
from keys.clock import SystemClock
from keys.ledger import REGISTER_FILE
from keys.secrets import FixedSecret
from spec.cose import Algorithm, Kid
from spec.limits import STATUS_LIST_SIZE
from tests.keys.homes import serving

_CERTIFICATES: Final = 10_000_000
_ONE_IN_REVOKED: Final = 100
_ONE_IN_STOLEN: Final = 10
_NEWLY_REVOKED: Final = 1_000
_SECONDS: Final = 60
_KILOBYTES: Final = 20.0
_SECRET: Final = FixedSecret(b"benchmark passphrase")
_DAY: Final = 86_400


def main() -> int:
    """Print one line a row as it is measured; the exit status is 1 when a bound does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publishing", description=__doc__)
    parser.add_argument("--certificates", type=int, default=_CERTIFICATES)
    count = parser.parse_args().certificates
    all_hold = True
    with TemporaryDirectory() as folder:
        for row in _rows(Path(folder), count):
            print_row(row)
            all_hold = all_hold and row.holds
    return 0 if all_hold else 1


def _rows(folder: Path, count: int) -> Iterator[Row]:
    authority = Authority.create(folder / "authority", "VN", _SECRET, SystemClock())
    stolen, _ = (
        authority.generate(Algorithm.ES256, _SECRET, SystemClock().now(), at_once=True).kid
        for _ in range(2)
    )
    register = authority.home / REGISTER_FILE
    _fill(register, count, stolen)
    seconds = _timed(lambda: authority.publish(SystemClock().now(), _SECRET))
    yield _within_a_minute(f"publish the status of {count:,} certificates", seconds)
    yield _size(authority, count)
    with serving(partial(_Counting, directory=str(authority.public))) as url:
        verifier = _Verifier(folder / "verifier", url, authority)
        verifier.refresh()
        yield from _after_revocations(authority, register, verifier, count)
        yield from _after_a_theft(authority, verifier, stolen, count // _ONE_IN_STOLEN)


def _size(authority: Authority, count: int) -> Row:
    shipped = sum(path.stat().st_size for path in authority.public.glob("targets/status/*.cwt"))
    kilobytes = shipped / count * 1e3
    return Row(
        what=f"status lists as shipped, 1 in {_ONE_IN_REVOKED} revoked",
        figure=f"{kilobytes:.1f} kB a million certificates ({shipped / 1e3:,.0f} kB in all); "
        f"entropy {_entropy(1 / _ONE_IN_REVOKED) * 1e6 / 8 / 1e3:.1f} kB a million",
        bound=f"at most {_KILOBYTES:.0f} kB",
        holds=kilobytes <= _KILOBYTES,
    )


def _after_revocations(
    authority: Authority, register: Path, verifier: "_Verifier", count: int
) -> Iterator[Row]:
    """A thousand revocations all over the lists, and a thousand within one list."""
    lists = math.ceil(count / STATUS_LIST_SIZE)
    for where, low, high in (
        ("all over the lists", 0, count),
        ("in one list", 0, min(count, STATUS_LIST_SIZE)),
    ):
        changed = _revoke(register, random.sample(range(low, high), _NEWLY_REVOKED))
        authority.publish(SystemClock().now(), _SECRET)
        names, size = verifier.refresh()
        fetched = len([name for name in names if name.endswith(".cwt")])
        yield Row(
            what=f"refresh after {_NEWLY_REVOKED:,} revocations {where}",
            figure=f"{fetched} of {lists} lists fetched for {changed} changed, "
            f"{size / 1e3:,.0f} kB with all metadata",
            bound="only lists that changed",
            holds=fetched <= changed,
        )


def _after_a_theft(
    authority: Authority, verifier: "_Verifier", stolen: Kid, genuine: int
) -> Iterator[Row]:
    now = SystemClock().now()
    seconds = _timed(lambda: authority.compromise([stolen], now, _SECRET, at_once=False))
    yield _within_a_minute(
        f"shut a stolen key out that signed {genuine:,} certificates: lists built and published",
        seconds,
    )
    seconds = _timed(verifier.refresh)
    digests = client.load(verifier.folder).keys[stolen].genuine
    size = sum(path.stat().st_size for path in authority.public.glob("targets/genuine/*/*"))
    yield _within_a_minute(
        f"fetch and open the {len(digests)} genuine lists of that key, {size / 1e6:.1f} MB", seconds
    )


class _Verifier:
    """A client that counts what it is sent."""

    def __init__(self, folder: Path, url: str, authority: Authority) -> None:
        self.folder = folder
        self._url = url
        self._root = (authority.public / "metadata" / "1.root.json").read_bytes()

    def refresh(self) -> tuple[list[str], int]:
        """Refresh; gives the names and the bytes of the files that were sent."""
        _Counting.sent.clear()
        client.refresh(self.folder, self._url, self._root, SystemClock())
        return [name for name, _ in _Counting.sent], sum(size for _, size in _Counting.sent)


class _Counting(SimpleHTTPRequestHandler):
    """A web server before a directory that remembers what it sent."""

    sent: list[tuple[str, int]] = []  # noqa: RUF012 - shared by all requests, on purpose

    def copyfile(self, source: Any, outputfile: Any) -> None:
        data = source.read()
        self.sent.append((self.path, len(data)))
        outputfile.write(data)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base names it so
        pass


def _fill(path: Path, count: int, stolen: Kid) -> None:
    """Write a register as issuing would have left it, by plain SQL for the sake of time."""
    Register.open(path).close()
    now = SystemClock().now() - _DAY
    start = count * 4 // 10
    of_stolen = range(start, start + count // _ONE_IN_STOLEN)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA synchronous = OFF")
        full, rest = divmod(count, STATUS_LIST_SIZE)
        taken = [STATUS_LIST_SIZE] * full + [rest] * bool(rest)
        database.executemany(
            "INSERT INTO status_lists (issuer, number, taken, seed) VALUES ('VN', ?, ?, ?)",
            [(number, share, bytes(16)) for number, share in enumerate(taken)],
        )
        database.executemany(
            "INSERT INTO certificates (person_id, issuer, position, number, state, kid,"
            " facts_digest, payload, reserved_at, issued_at)"
            " VALUES (?, 'VN', ?, ?, ?, ?, ?, ?, ?, ?)",
            _certificates(count, of_stolen, stolen, now),
        )


def _certificates(count: int, of_stolen: range, stolen: Kid, now: int) -> Iterator[Sequence[Any]]:
    """Rows with payloads of random bytes; the open list is filled at random places."""
    chance = random.Random(1)  # noqa: S311 - sample data
    full = count - count % STATUS_LIST_SIZE
    places = sorted(chance.sample(range(STATUS_LIST_SIZE), count - full))
    issued, revoked = CertificateState.ISSUED.value, CertificateState.REVOKED.value
    for number in range(count):
        position = number if number < full else full + places[number - full]
        state = revoked if chance.randrange(_ONE_IN_REVOKED) == 0 else issued
        kid = stolen.hex() if number in of_stolen else "ff" * 8
        payload = chance.randbytes(73)
        yield number, position, f"{number:010}", state, kid, b"", payload, now, now


def _revoke(path: Path, positions: Sequence[int]) -> int:
    """Revoke certificates; gives the number of lists in which that changed something."""
    chosen = ",".join(map(str, positions))
    with closing(sqlite3.connect(path)) as database, database:
        cursor = database.execute(
            "UPDATE certificates SET state = 'revoked' WHERE issuer = 'VN' AND state = 'issued'"  # noqa: S608 - numbers of ours
            f" AND position IN ({chosen}) RETURNING position"
        )
        return len({position // STATUS_LIST_SIZE for (position,) in cursor})


def _timed(action: Callable[[], object]) -> float:
    """Seconds of processor time, of this process alone: everything here runs on one core."""
    start = time.process_time()
    action()
    return time.process_time() - start


def _within_a_minute(what: str, seconds: float) -> Row:
    return Row(
        what=what,
        figure=f"{seconds:.1f} s on one core",
        bound=f"under {_SECONDS} s",
        holds=seconds < _SECONDS,
    )


def _entropy(share: float) -> float:
    """Bits that one position carries when a share of them is revoked."""
    return -share * math.log2(share) - (1 - share) * math.log2(1 - share)


if __name__ == "__main__":
    sys.exit(main())
