"""Files of dose records as fuzz targets: any bytes are rows, or one of our errors."""

import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from issuer.fhir.file import bundle_of
from issuer.record_files import open_records
from issuer.records import Rules, read_row
from issuer.source import RecordFileError, Source
from tests.authority import NOW, vaccine_table
from tests.issuer.sheets import PEOPLE, national_csv, national_workbook
from tests.issuer.world import csv_text, row

__all__ = ["RECORD_FILES"]

_RULES: Final = Rules.of(table=vaccine_table(), now=NOW)


def _judge(source: Source) -> None:
    """Every row is a record or says why not, and can be stored."""
    for stated in source.rows():
        read = read_row(stated, _RULES)
        assert read.record is not None or read.findings or read.retracts
        assert len(read.content_hash) == 32
        read.raw.encode("utf-8")
        if read.record is not None:
            identity = read.record.identity
            for text in (identity.name, read.record.lot, read.record.site):
                assert text.isprintable()


def _file(data: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        with suppress(RecordFileError):
            _judge(open_records(Path(file.name)))


def _bundle(data: bytes) -> None:
    with suppress(RecordFileError):
        _judge(bundle_of(data))


def _files() -> Iterator[bytes]:
    yield csv_text(row(), row(vaccine="?")).encode()
    yield national_csv(*PEOPLE, delimiter=";").encode()
    with tempfile.TemporaryDirectory() as folder:
        yield national_workbook(Path(folder, "list.xlsx"), *PEOPLE).read_bytes()


def _bundles() -> Iterator[bytes]:
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "name": [{"family": "Nguyễn", "given": ["Thị", "Hoà"]}],
        "birthDate": "1990-12-31",
        "identifier": [{"use": "official", "value": "079190000123"}],
    }
    dose = {
        "resourceType": "Immunization",
        "identifier": [{"system": "urn:site", "value": "1"}],
        "status": "completed",
        "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "210"}]},
        "patient": {"reference": "#p"},
        "contained": [patient],
        "occurrenceDateTime": "2021-06-16",
    }
    for one in (dose, {"resourceType": "Bundle", "entry": [{"resource": dose}]}):
        yield json.dumps(one, ensure_ascii=False).encode()


Parser = tuple[Callable[[bytes], None], Callable[[], Iterator[bytes]]]

RECORD_FILES: Final[dict[str, Parser]] = {
    "record-file": (_file, _files),
    "fhir-bundle": (_bundle, _bundles),
}
"""Each parser with sound input to begin with."""
