"""For those who run the service: whether it lives, whether the register answers, counts, words."""

from functools import partial
from importlib import resources

from sqlalchemy import text

from issuer.api.answer import Answer, json_answer
from issuer.api.call import Call
from issuer.api.counts import CONTENT_TYPE, Counts
from issuer.api.operation import PROBE, Operation, operations

__all__ = ["operations_of"]


def operations_of(counts: Counts) -> tuple[Operation, ...]:
    """These operations, over the counts of one service."""
    description = (resources.files("spec") / "openapi" / "issuer.yaml").read_bytes()
    return operations(
        ("healthz", "GET", "/healthz", PROBE, _healthz),
        ("readyz", "GET", "/readyz", PROBE, _readyz),
        ("metrics", "GET", "/metrics", PROBE, partial(_metrics, counts)),
        ("openapi", "GET", "/openapi.yaml", PROBE, partial(_openapi, description)),
    )


def _healthz(_: Call) -> Answer:
    return json_answer({"status": "alive"})


def _readyz(call: Call) -> Answer:
    with call.parts.register.reading() as connection:
        connection.execute(text("SELECT 1")).one()
    return json_answer({"status": "ready"})


def _metrics(counts: Counts, _: Call) -> Answer:
    return Answer(body=counts.exposition(), media_type=CONTENT_TYPE)


def _openapi(description: bytes, _: Call) -> Answer:
    return Answer(body=description, media_type="application/yaml")
