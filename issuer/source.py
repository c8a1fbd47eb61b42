"""What every reader of files and messages gives: rows of text cells, each of them one dose."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple, Protocol

from issuer.reasons import Finding
from issuer.register.models import RecordSource
from keys.errors import HintedError

__all__ = ["COLUMNS", "PERSON_CELLS", "Further", "RecordFileError", "Source", "SourceRow"]

COLUMNS: Final = (
    "full_name", "birth_date", "sex", "id_number", "phone", "vaccine", "injected_on", "lot", "site",
)  # fmt: skip
"""What a dose is stated by, and the columns of a plain file; one row is one dose."""


PERSON_CELLS: Final = 5
"""How many of them say whose dose it is."""


class RecordFileError(HintedError):
    """A file or message cannot be taken as dose records at all."""

    code: ClassVar[str] = "record_file"


class Further(NamedTuple):
    """What only some layouts state, as text."""

    health_card: str = ""
    old_numbers: tuple[str, ...] = ()
    dose_number: str = ""
    province: str = ""
    district: str = ""
    """Of the residence, by code: who looks at a record whose site nobody knows."""


NOTHING_FURTHER: Final = Further()


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceRow:
    """One stated dose as it stands in a file or message."""

    line: int
    """The physical line on which the row begins; in a bundle, the number of its entry."""
    cells: tuple[str, ...]
    """The cells as text, unchanged, in the order of COLUMNS; a row that cannot be split is its one
    line."""
    broken: bool
    """Whether quotation marks or the number of columns are wrong."""
    further: Further = NOTHING_FURTHER
    part: int = 1
    """Which dose of its row it is; doses of one row are one person's."""
    source_id: str | None = None
    """The sender's own identifier of the record, by which it can correct it."""
    retracts: bool = False
    """Whether it takes the record of that identifier back (`entered-in-error`)."""
    not_given: bool = False
    """Whether it states that a planned dose was not given."""
    historical: bool = False
    faults: tuple[Finding, ...] = ()
    """What is wrong with it besides its cells, as its reader found. A fault of `patient` is all
    that is said of the person."""
    raw_text: str | None = None
    """What is kept for ever, where it is more than the cells."""

    @property
    def raw(self) -> str:
        """What is kept for ever: the cells as a JSON array, or the whole row or resource."""
        return self.raw_text if self.raw_text is not None else _json(self.cells)

    @property
    def person_of_row(self) -> tuple[str, ...] | None:
        """What its line says of the person, where a line has several doses; else None."""
        return (f"{self.line}", *self.cells[:PERSON_CELLS]) if self.raw_text is not None else None

    @property
    def content_hash(self) -> bytes:
        """SHA-256 over what makes the record this one: the same again is the same record.

        In rows of more than one dose, the cells of the other doses do not count, nor the result
        that an earlier import wrote beside them.
        """
        return self.hash_beside(self.raw)

    def hash_beside(self, raw: str) -> bytes:
        """The same for whoever has `raw` at hand already."""
        if self.raw_text is None:
            return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).digest()
        known_by = (
            self.source_id, self.retracts, self.not_given, *self.further, *self.cells, *self.faults,
        )  # fmt: skip
        return hashlib.sha256(_json(known_by).encode("utf-8", "surrogatepass")).digest()


class Source(Protocol):
    """A file or message that was looked through once, before anything is recorded from it."""

    @property
    def name(self) -> str:
        """The name of the file, without its folder; empty for a message."""
        ...

    @property
    def digest(self) -> bytes:
        """SHA-256 over its bytes."""
        ...

    @property
    def lines(self) -> int:
        """About the number of rows, for a progress bar."""
        ...

    @property
    def kind(self) -> RecordSource:
        """The layout."""
        ...

    def rows(self) -> Iterator[SourceRow]:
        """The stated doses one after the other; blank rows are left out."""
        ...


_json: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
