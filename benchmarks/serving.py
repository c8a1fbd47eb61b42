"""The service as it runs, on one core, beside an empty endpoint and a plain Node server."""

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from benchmarks.load import flood, pace, request_of
from benchmarks.measure import Action, Row
from benchmarks.servers import Server, certificate_of, country, empty, node, ours
from benchmarks.verifying import bare_verify

__all__ = ["rows"]

_ABOVE_EMPTY: Final = 2.0
_TAIL: Final = 4.0
_BATCH: Final = 0.60
_ROUNDS: Final = 16
_SECONDS: Final = 0.5
"""Of one round of one side; the sides take turns, and of each the cheapest round counts."""
_TEXTS: Final = 1_000


def rows() -> Iterator[Row]:
    """Measure requests on real servers, in turn, in processor time of theirs."""
    authority = country()
    text = certificate_of(authority)
    verify = request_of(json.dumps({"text": text}).encode())
    batch = request_of(json.dumps({"texts": [text] * _TEXTS}).encode(), "/v1/verify/batch")
    bare = bare_verify(authority.keys["active"], text)
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        core = cores[0]
        if len(cores) > 1:
            os.sched_setaffinity(0, cores[1:])
            stack.callback(os.sched_setaffinity, 0, cores)
        service = stack.enter_context(ours(authority, folder / "trust", core=core))
        nothing = stack.enter_context(empty(core))
        peer = stack.enter_context(node(authority, core))
        for server in (service, nothing, peer):  # Node compiles what it has run for a while
            flood(server.port, verify, 1.5)

        costs: dict[str, list[float]] = {}
        for _ in range(_ROUNDS):
            for name, server, request, lines in (
                ("verify", service, verify, 8),
                ("empty", nothing, verify, 8),
                ("node", peer, verify, 8),
                ("batch", service, batch, 1),
            ):
                costs.setdefault(name, []).append(_cost(server, request, lines))
            costs.setdefault("bare", []).append(_seconds_of(bare))
        best = {name: min(values) for name, values in costs.items()}
        yield from _cost_rows(best)
        yield _tail_row(service, verify)


def _cost_rows(best: dict[str, float]) -> Iterator[Row]:
    above = (best["verify"] - best["empty"]) / best["bare"]
    yield Row(
        what="verify endpoint on the real server, cost above an empty Flask endpoint",
        figure=f"{above:.2f} bare verifies (verify {best['verify'] * 1e6:.0f} us, empty "
        f"{best['empty'] * 1e6:.0f} us, bare {best['bare'] * 1e6:.0f} us)",
        bound=f"at most {_ABOVE_EMPTY:.0f}",
        holds=above <= _ABOVE_EMPTY,
    )
    ahead = best["node"] / best["verify"]
    yield Row(
        what="verify endpoint, requests for one core's second against a plain Node server",
        figure=f"{ahead:.2f} ({1 / best['verify']:.0f} and {1 / best['node']:.0f} a second)",
        bound="at least 1.00",
        holds=ahead >= 1,
    )
    ratio = best["bare"] / (best["batch"] / _TEXTS)
    yield Row(
        what=f"batch of {_TEXTS:,} texts, certificates against bare verifies",
        figure=f"{ratio:.2f} ({_TEXTS / best['batch']:.0f} a second and core)",
        bound=f"at least {_BATCH:.2f}",
        holds=ratio >= _BATCH,
    )


def _tail_row(service: Server, request: bytes) -> Row:
    """The spread of waiting at seven tenths of what the server can do, on the wall."""
    full = max(flood(service.port, request, 2.0, lines=16).rate for _ in range(2))
    tries = [pace(service.port, request, 0.7 * full, 6.0).waits for _ in range(3)]
    spreads = [(quantiles(waits, n=100)[98], median(waits)) for waits in tries]
    slow, middle = min(spreads, key=lambda pair: pair[0] / pair[1])
    return Row(
        what=f"verify endpoint at 70 % load ({0.7 * full:.0f} a second), p99 over p50",
        figure=f"{slow / middle:.1f} ({slow * 1e3:.2f} ms and {middle * 1e3:.2f} ms)",
        bound=f"under {_TAIL:.0f}",
        holds=slow / middle < _TAIL,
    )


def _cost(server: Server, request: bytes, lines: int) -> float:
    """Processor seconds of a request."""
    before = server.seconds()
    count = flood(server.port, request, _SECONDS, lines=lines).count
    return (server.seconds() - before) / count


def _seconds_of(action: Action, repeats: int = 2_000) -> float:
    began = time.process_time()
    for _ in range(repeats):
        action()
    return (time.process_time() - began) / repeats
