"""A register filled at once with many invented people, for what is measured at full size.

Rows are written as an import would have left them, past the import: two accepted doses for each
person, who is due. Nothing is random, so that two runs measure the same.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Table, insert

from issuer.register.bulk import insert_rows, is_postgresql
from issuer.register.database import Register
from issuer.register.due import mark_due
from issuer.register.models import Base, DoseRow, ImportRow, PersonRow
from spec.names import bare_letters, canonical_name

__all__ = ["fill", "person"]

_FAMILY: Final = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý"
_MIDDLE: Final = "Thị Văn Minh Ngọc Hữu Thanh Quốc Xuân Đức Thúy Bảo Kim Gia Hoài Như"
_GIVEN: Final = (
    "An Ánh Bình Châu Chi Cường Dũng Duyên Đạt Giang Hà Hải Hạnh Hiếu Hoà Hùng Hương Khánh Lan "
    "Linh Loan Long Mai Nam Nga Nhung Phong Phúc Phượng Quân Quỳnh Sơn Tâm Thảo Trang Tuấn Vy Yến"
)
_PARTS: Final = tuple(
    (words.split(), step)
    for words, step in ((_FAMILY, 1), (_MIDDLE, 16), (_GIVEN, 240), (_GIVEN, 9120))
)
"""The words of a name, each with how many people share the words before it."""

_BATCH: Final = 5_000
_RECEIVED: Final = 1_636_000_000
_BORN: Final = date(1935, 1, 1)


def person(number: int) -> dict[str, Any]:
    """The person with a number, counted from 1, as the register keeps them."""
    spread = number * 7919  # a prime: neighbours have other names and birth dates
    name = " ".join(words[spread // step % len(words)] for words, step in _PARTS)
    born = _BORN + timedelta(spread % 27_000)
    canonical = canonical_name(name)
    return {
        "id": number,
        "name": name,
        "canonical_name": canonical,
        "bare_name": bare_letters(canonical),
        "birth_date": f"{born}",
        "sex": "FM"[number % 2],
        "id_number": f"{spread % 96 + 1:03}{born.year % 100:03}{number:06}",
        "phone": f"09{spread % 100_000_000:08}",
        "created_at": _RECEIVED,
    }


def fill(register: Register, people: int) -> None:
    """Fill an empty register with so many people, all of them due, and bring statistics up."""
    with register.writing() as connection:
        connection.execute(insert(ImportRow), {
            "id": 1, "digest": b"filled", "name": "filled", "started_at": _RECEIVED})  # fmt: skip
    persons = map(person, range(1, people + 1))
    while batch := list(islice(persons, _BATCH)):
        with register.writing() as connection:
            _insert(connection, PersonRow, batch)
            _insert(connection, DoseRow, [row for one in batch for row in _doses(one)])
            mark_due(connection, [one["id"] for one in batch])
    with register.writing() as connection:
        _continue_numbers(connection)
    with register.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _insert(connection: Connection, kind: type[Base], rows: list[dict[str, Any]]) -> None:
    table: Table = kind.__table__  # type: ignore[assignment]  # it is one
    insert_rows(connection, table, list(rows[0]), [tuple(row.values()) for row in rows])


def _doses(person: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for number, day in enumerate((date(2021, 6, 16), date(2021, 8, 20))):
        key = 2 * person["id"] - 1 + number
        raw = f"{person['name']}|{person['birth_date']}|{person['id_number']}|AstraZeneca|{day}"
        yield {
            "id": key,
            "content_hash": hashlib.sha256(b"%d" % key).digest(),
            "raw": raw,
            "import_id": 1,
            "line": key,
            "received_at": _RECEIVED,
            "state": "accepted",
            "findings": "",
            "person_id": person["id"],
            "vaccine": 2,
            "injected_on": f"{day}",
            "lot": "ABX-123",
            "site": "79001",
            "full_name": person["name"],
            "birth_date": person["birth_date"],
            "sex": person["sex"],
            "id_number": person["id_number"],
            "phone": person["phone"],
            "tier": "new" if number == 0 else "exact",
            "evidence": "full_name:same birth_date:same id_number:same sex:same",
            "validated_at": _RECEIVED,
        }


def _continue_numbers(connection: Connection) -> None:
    """Let PostgreSQL count on behind the ids that were given here."""
    if is_postgresql(connection):
        for table in ("imports", "persons", "dose_records"):
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"  # noqa: S608 - names of ours
            )
