"""What the service tells Prometheus: requests by operation and status, over all workers."""

from collections.abc import Iterator
from typing import Final

from keys.serving.tally import Tally

__all__ = ["CONTENT_TYPE", "Counts"]

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_REQUESTS: Final = "dosepass_register_requests_total"
_SECONDS: Final = "dosepass_register_request_seconds_total"
_WORDS: Final = {
    _REQUESTS: "Requests answered.",
    _SECONDS: "Seconds that answering took.",
}


class Counts:
    """Counts in a tally, which all workers of a service share."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def request(self, operation: str | None, status: int, seconds: float) -> None:
        """Count one request. What is no operation counts as `none`."""
        name = operation or "none"
        self._tally.add([((_REQUESTS, name, str(status)), 1), ((_SECONDS, name), seconds)])

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format."""
        return "".join(f"{line}\n" for line in self._lines()).encode()

    def _lines(self) -> Iterator[str]:
        totals = sorted(self._tally.totals().items())
        for metric, words in _WORDS.items():
            yield f"# HELP {metric} {words}"
            yield f"# TYPE {metric} counter"
            for (name, operation, *status), value in totals:
                if name == metric:
                    further = f',status="{status[0]}"' if status else ""
                    yield f'{metric}{{operation="{operation}"{further}}} {value:.10g}'
        yield "# HELP dosepass_register_workers Workers that live."
        yield "# TYPE dosepass_register_workers gauge"
        yield f"dosepass_register_workers {self._tally.processes('worker')}"
