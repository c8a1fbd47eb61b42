"""Half load for half an hour, with new bundles, renewals and killed workers.

`python -m benchmarks.soak` asks a service of two workers at half of what it can do. Meanwhile the
bundle is replaced each minute, workers are renewed every five minutes, and one is killed every
four. It ends with 0 when no request failed and the memory of the workers did not grow.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.client import Asking
from benchmarks.load import flood, request_of
from benchmarks.servers import LATE, Server, certificate_of, country, ours
from benchmarks.starting import memory_of, workers_of
from spec.certificate import Timestamp
from tests.authority import Authority
from tests.trust_folder import store_bundle

_THREADS: Final = 8
_GROWTH: Final = 1.10
"""How much larger workers may be in the last third than in the first: they differ by what runs in
them at the moment."""
_LOOK: Final = 5.0


@dataclass(slots=True)
class _Duty:
    """Something that is done now and then."""

    name: str
    every: float
    act: Callable[[], None]
    next: float
    done: int = 0


def main() -> int:
    """Run it; 1 when a request failed or memory grew."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    options.add_argument("--minutes", type=float, default=30.0)
    options.add_argument("--rate", type=float, help="requests a second; half load by itself")
    given = options.parse_args()
    authority = country()
    with tempfile.TemporaryDirectory() as folder:
        trust = Path(folder) / "trust"
        with ours(authority, trust, workers=2) as server:
            return _soak(server, authority, trust, given.minutes * 60, given.rate)


def _soak(
    server: Server, authority: Authority, trust: Path, seconds: float, rate: float | None
) -> int:
    body = json.dumps({"text": certificate_of(authority)}).encode()
    if rate is None:
        rate = flood(server.port, request_of(body), 5.0, lines=16).rate / 2
    print(f"{rate:.0f} requests a second for {seconds / 60:.0f} minutes", flush=True)
    pause = max(0.0, _THREADS / rate - 0.001)
    duties = _duties(server, authority, trust)
    sizes: list[float] = []
    began = told = time.monotonic()
    with Asking(server.port, body, _is_accepted, threads=_THREADS, pause=pause) as client:
        while (now := time.monotonic()) < began + seconds:
            for duty in duties:
                if now - began >= duty.next:
                    duty.act()
                    duty.done, duty.next = duty.done + 1, duty.next + duty.every
            with suppress(OSError):  # a worker that ends just now
                sizes.append(max(memory_of(pid) for pid in workers_of(server)))
            if now - told >= 60:
                told = now
                so_far = f"{client.outcome.answered} answered, {client.outcome.failed} failed"
                print(f"{(now - began) / 60:4.0f} min  {so_far}, {sizes[-1]:.1f} MB", flush=True)
            time.sleep(_LOOK)
    return _judge(client, duties, sizes)


def _duties(server: Server, authority: Authority, trust: Path) -> list[_Duty]:
    def bundle() -> None:
        authority.clock.advance(1)
        store_bundle(authority, trust, fresh_until=Timestamp(LATE))

    def renew() -> None:
        server.process.send_signal(signal.SIGHUP)

    def kill() -> None:
        with suppress(OSError):
            os.kill(workers_of(server)[0], signal.SIGKILL)

    return [
        _Duty("bundles", 60.0, bundle, 20.0),
        _Duty("renewals", 300.0, renew, 100.0),
        _Duty("killed workers", 240.0, kill, 40.0),
    ]


def _is_accepted(status: int, content: bytes) -> bool:
    return status == 200 and json.loads(content)["outcome"] == "accepted"


def _judge(client: Asking, duties: list[_Duty], sizes: list[float]) -> int:
    third = max(1, len(sizes) // 3)
    growth = max(sizes[-third:]) / max(sizes[:third])
    outcome = client.outcome
    print(f"{outcome.answered} answered, {outcome.repeated} of them at the second try, "
          f"{outcome.failed} failed")  # fmt: skip
    print(", ".join(f"{duty.done} {duty.name}" for duty in duties))
    print(f"largest worker {max(sizes):.1f} MB, last third over first {growth:.3f}")
    for reason in outcome.reasons:
        print(f"  {reason}")
    return 0 if outcome.failed == 0 and outcome.answered and growth <= _GROWTH else 1


if __name__ == "__main__":
    sys.exit(main())
