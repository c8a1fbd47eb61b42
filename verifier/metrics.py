"""Gauges of trust for Prometheus, computed when they are asked for."""

from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from keys.bundle import TrustBundle
from spec.certificate import Timestamp

__all__ = ["CONTENT_TYPE", "GAUGES", "Metrics"]

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

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


class Metrics(Collector):
    """The gauges of whatever bundle is in use when they are asked for."""

    def __init__(self, current: Callable[[], TrustBundle]) -> None:
        self._current = current
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)

    def collect(self) -> Iterable[Metric]:
        """Compute every gauge (the interface of prometheus-client)."""
        bundle = self._current()
        for name, (words, value_of) in GAUGES.items():
            yield GaugeMetricFamily(name, words, value=value_of(bundle))

    def exposition(self) -> bytes:
        """The gauges in the text format of Prometheus."""
        return generate_latest(self._registry)
