"""What the service tells Prometheus: counts over all of its processes, and the times of trust."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from keys.bundle import TrustBundle
from keys.serving.tally import Series, Tally
from spec.certificate import Timestamp
from spec.verdicts import VerdictCode

__all__ = [
    "CONTENT_TYPE",
    "COUNTERS",
    "DURATION",
    "FILE_REFUSED",
    "GAUGES",
    "REFRESHES",
    "REQUESTS",
    "VERDICTS",
    "WORKERS",
    "WORKER_STARTS",
    "Metrics",
]

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

REQUESTS: Final = "dosepass_requests_total"
VERDICTS: Final = "dosepass_verdicts_total"
WORKER_STARTS: Final = "dosepass_worker_starts_total"
REFRESHES: Final = "dosepass_trust_refreshes_total"
DURATION: Final = "dosepass_request_duration_seconds"
WORKERS: Final = ("dosepass_workers", "dosepass_workers_wanted")
FILE_REFUSED: Final = "dosepass_trust_file_refused"

COUNTERS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    REQUESTS: ("Requests answered.", ("route", "status")),
    VERDICTS: ("Verdicts given.", ("outcome", "code")),
    WORKER_STARTS: ("Workers started, at first and in place of others.", ()),
    REFRESHES: ("Attempts to fetch a newer trust bundle.", ("result",)),
}
"""What only grows: the words and the labels of each."""

GAUGES: Final[dict[str, tuple[str, Callable[[TrustBundle], Timestamp]]]] = {
    "dosepass_trust_issued_seconds": (
        "When the issuer made the trust list, in seconds since 1970.",
        lambda bundle: bundle.issued_at,
    ),
    "dosepass_trust_fresh_until_seconds": (
        "When the trust data are too old to judge by, in seconds since 1970.",
        lambda bundle: bundle.fresh_until,
    ),
    "dosepass_status_issued_seconds": (
        "When the issuer made the status lists, in seconds since 1970.",
        lambda bundle: bundle.status.issued_at,
    ),
    "dosepass_status_fresh_until_seconds": (
        "When the status lists are too old to judge by, in seconds since 1970.",
        lambda bundle: bundle.status.fresh_until,
    ),
    "dosepass_newest_signed_seconds": (
        "The newest signed time that was seen; a clock before it is wrong. Seconds since 1970.",
        lambda bundle: bundle.newest_time,
    ),
}
"""All of them are times and not ages, so that an alert compares them with a clock of its own. Each
worker process gives the same, since each has the bundle of the same file."""

_ELSEWHERE: Final = "other"
"""The route of a path that is none of ours."""

_BOUNDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds: a verdict takes one tenth of the first, a picture up to some seconds."""
_BUCKETS: Final = (*map(str, _BOUNDS), "+Inf")
_SUM: Final = "sum"


_SERIES_OF: Final = {code: (VERDICTS, code.outcome.value, code.value) for code in VerdictCode}


class Metrics(Collector):
    """Counts into a tally, and gives what all processes counted with the state of trust."""

    def __init__(
        self,
        current: Callable[[], TrustBundle],
        tally: Tally,
        *,
        workers_wanted: int = 1,
        file_refused: Callable[[], bool] = lambda: False,
    ) -> None:
        self._current = current
        self._file_refused = file_refused
        self._tally = tally
        self._workers_wanted = workers_wanted
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def request(
        self, *, route: str | None, status: int, seconds: float, verdicts: Mapping[VerdictCode, int]
    ) -> None:
        """Count one request and the verdicts that it got."""
        route = route or _ELSEWHERE
        amounts: list[tuple[Series, float]] = [
            ((REQUESTS, route, str(status)), 1),
            ((DURATION, route, _BUCKETS[bisect_left(_BOUNDS, seconds)]), 1),
            ((DURATION, route, _SUM), seconds),
        ]
        for code, count in verdicts.items():
            amounts.append((_SERIES_OF[code], count))
        self._tally.add(amounts)

    def workers(self) -> int:
        """How many workers live at this moment."""
        return self._tally.processes("worker")

    def collect(self) -> Iterable[Metric]:
        """Compute all of them (the interface of prometheus-client)."""
        totals = self._tally.totals()
        yield from _counters(totals)
        yield _durations(totals)
        for name, words, value in zip(
            WORKERS,
            ("Workers alive.", "Workers that there should be."),
            (self.workers(), self._workers_wanted),
            strict=True,
        ):
            yield GaugeMetricFamily(name, words, value=value)
        bundle = self._current()
        for name, (words, value_of) in GAUGES.items():
            yield GaugeMetricFamily(name, words, value=value_of(bundle))
        yield GaugeMetricFamily(
            FILE_REFUSED,
            "1 while the bundle in the folder is no good and the last good one serves.",
            value=self._file_refused(),
        )

    def exposition(self) -> bytes:
        """All of them in the text format of Prometheus."""
        return generate_latest(self._registry)


def _counters(totals: Mapping[Series, float]) -> Iterator[Metric]:
    for name, (words, labels) in COUNTERS.items():
        family = CounterMetricFamily(name, words, labels=labels)
        for series, value in sorted(totals.items()):
            if series[0] == name:
                family.add_metric(series[1:], value)
        if not labels and not family.samples:
            family.add_metric((), 0)
        yield family


def _durations(totals: Mapping[Series, float]) -> Metric:
    family = HistogramMetricFamily(DURATION, "Seconds from head to answer.", labels=("route",))
    for route in sorted({series[1] for series in totals if series[0] == DURATION}):
        grown, buckets = 0.0, []
        for bucket in _BUCKETS:
            grown += totals.get((DURATION, route, bucket), 0)
            buckets.append((bucket, grown))
        family.add_metric((route,), buckets, totals.get((DURATION, route, _SUM), 0))
    return family
