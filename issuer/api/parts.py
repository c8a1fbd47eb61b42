"""What the service is built of; all of it is passed in, so that a test can stand in for any."""

from dataclasses import dataclass
from pathlib import Path

from issuer.api.rates import Rates
from issuer.desk.attachment_store import AttachmentStore
from issuer.register.database import Register
from keys.clock import Clock
from spec.vaccines import VaccineTable

__all__ = ["Parts"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The parts that views work with."""

    register: Register
    table: VaccineTable
    clock: Clock
    issuer: str
    """The name that stands in certificates."""
    sites: frozenset[str] | None
    """Names or codes of known sites, case folded, of a file; None where there is none."""
    papers: AttachmentStore
    """Where the papers of correction requests lie."""
    folder: Path
    """Where files lie while they are read: on a disk of the register's own machine."""
    max_file: int
    """Bytes of a file of dose records."""
    rates: Rates
    behind_proxy: bool = False
    """Whether all requests come through one proxy, which says for whom."""
