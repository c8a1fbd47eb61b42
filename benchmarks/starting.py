"""What a service needs to start, and the memory of its workers: `python -m benchmarks.starting`."""

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks.load import flood, request_of
from benchmarks.measure import Row, print_row
from benchmarks.servers import Server, certificate_of, country, ours

__all__ = ["memory_of", "rows", "workers_of"]

_READY: Final = 1.5
_MEGABYTES: Final = 80.0
_STARTS: Final = 5


def rows() -> Iterator[Row]:
    """Start a service several times, and look at its worker after some work."""
    authority = country()
    request = request_of(json.dumps({"text": certificate_of(authority)}).encode())
    times, sizes, spent = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(_STARTS):
            with ours(authority, Path(folder) / str(number) / "trust") as server:
                times.append(server.ready_in)
                spent.append(server.seconds())
                flood(server.port, request, 1.0, lines=32)
                sizes += [memory_of(pid) for pid in workers_of(server)]
    yield Row(
        what="from the start of `serve` to the first answer of /healthz",
        figure=f"{median(times):.2f} s (from {min(times):.2f} to {max(times):.2f} in {_STARTS}; "
        f"{median(spent):.2f} s of processor time)",
        bound=f"at most {_READY} s",
        holds=median(times) <= _READY,
    )
    yield Row(
        what="memory of a worker after work on 32 lines, but for mapped files",
        figure=f"{max(sizes):.1f} MB",
        bound=f"at most {_MEGABYTES:.0f} MB",
        holds=max(sizes) <= _MEGABYTES,
    )


def workers_of(server: Server) -> list[int]:
    """The processes that answer: those with threads that granian has started."""
    return [pid for pid in server.pids() if "spawn_main" in _command(pid)]


def memory_of(pid: int) -> float:
    """Megabytes that a process has for itself and from files other than those of the bundle."""
    text = Path(f"/proc/{pid}/smaps").read_text()
    total = 0
    for part in re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", text):
        resident = re.search(r"^Rss: +(\d+) kB", part, re.MULTILINE)
        if resident and "/trust/" not in part.partition("\n")[0]:
            total += int(resident[1])
    return total / 1000


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def main() -> int:
    """Print the rows; 1 when a bound does not hold."""
    all_hold = True
    for row in rows():
        print_row(row)
        all_hold = all_hold and row.holds
    return 0 if all_hold else 1


if __name__ == "__main__":
    sys.exit(main())
