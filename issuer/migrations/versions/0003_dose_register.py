"""The dose register: sites, former numbers, merges, review, proposals, and what records state.

Rows that the main job refused because they matched a person in part now wait for a person's
decision, each with a review item of its own.
"""

import json
from collections.abc import Iterator
from typing import Any
from unicodedata import category, normalize

import sqlalchemy as sa
from alembic import op

from issuer.migrations.refusals import refuse
from spec.names import clean_name

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PAGE = 1000
_UNDECIDED = "decided_at IS NULL"
_OPEN = "state IN ('pending', 'approved')"
_MATCHED_IN_PART = {
    "NAME_DIFFERS", "DOB_DIFFERS", "SEX_DIFFERS", "ID_DIFFERS", "ID_MISSING", "VACCINE_DIFFERS",
    "TOO_MANY_DOSES",
}  # fmt: skip
_WARNINGS = {
    "NAME_NO_MARKS", "NAME_FORMAT_ONLY", "SEX_FORMAT", "ID_ZERO_RESTORED", "ID_CONFLICTS_DOB_SEX",
    "PHONE_FORMAT", "PHONE_ZERO_RESTORED", "LOT_MISSING", "SITE_MISSING", "SITE_UNKNOWN",
    "INTERVAL_SHORT", "DUPLICATE_EXACT", "DUPLICATE_POSSIBLE",
}  # fmt: skip
_COLUMNS = (
    "full_name", "birth_date", "sex", "id_number", "phone", "vaccine", "injected_on", "lot", "site",
)  # fmt: skip
_COMPARED = {
    "full_name": "name",
    "birth_date": "birth_date",
    "sex": "sex",
    "id_number": "id_number",
}


def upgrade() -> None:
    """Add tables and columns, then say of the old rows what the new columns ask."""
    _make_sites()
    _widen_imports()
    _widen_persons()
    _widen_dose_records()
    _make_person_tables()
    _make_review_items()
    _make_record_changes()
    _make_proposals()
    _fill()


def downgrade() -> None:
    """Refuse: the tables before cannot hold that a record waits, or that two persons are one."""
    raise NotImplementedError("there is no way back from 0003: waiting records would be lost")


def _make_sites() -> None:
    op.create_table(
        "sites",
        sa.Column("id", _ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("province", sa.Text()),
        sa.Column("district", sa.Text()),
        sa.Column("codes_of", sa.Integer()),
        sa.Column("mobile", sa.Integer(), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
        sa.UniqueConstraint("key", name="uq_sites_key"),
    )
    op.create_index("ix_sites_province_district", "sites", ["province", "district"])
    op.create_index("ix_sites_name_key", "sites", ["name_key"])


def _widen_imports() -> None:
    _add("imports", sa.Column("source", sa.Text(), nullable=False, server_default="csv"))
    _add("imports", sa.Column("sender", sa.Text()))
    _add("imports", sa.Column("line_done", sa.BigInteger(), nullable=False, server_default="0"))
    _add("imports", sa.Column("finished_at", sa.BigInteger()))
    _add("imports", sa.Column("undone_at", sa.BigInteger()))


def _widen_persons() -> None:
    _add("persons", sa.Column("bare_name", sa.Text(), nullable=False, server_default=""))
    _refer("persons", "merged_into", "persons")
    op.create_index("ix_persons_bare_name_birth_date", "persons", ["bare_name", "birth_date"])
    op.create_index("ix_persons_phone", "persons", ["phone"])
    _index_where("ix_persons_merged_into", "persons", ["merged_into"], "merged_into IS NOT NULL")


def _widen_dose_records() -> None:
    _refer("dose_records", "site_id", "sites")
    _add("dose_records", sa.Column("source", sa.Text(), nullable=False, server_default="csv"))
    _add("dose_records", sa.Column("source_id", sa.Text()))
    _add("dose_records", sa.Column("part", sa.Integer(), nullable=False, server_default="1"))
    _add("dose_records", sa.Column("historical", sa.Integer(), nullable=False, server_default="0"))
    for name in ("full_name", "birth_date", "sex", "id_number", "old_numbers", "phone"):
        _add("dose_records", sa.Column(name, sa.Text()))
    _add("dose_records", sa.Column("health_card", sa.Text()))
    _add("dose_records", sa.Column("dose_number", sa.Integer()))
    _add("dose_records", sa.Column("tier", sa.Text()))
    _add("dose_records", sa.Column("evidence", sa.Text()))
    _add("dose_records", sa.Column("validated_at", sa.BigInteger()))
    _add("dose_records", sa.Column("certified_at", sa.BigInteger()))
    _refer("dose_records", "replaced_by", "dose_records")
    op.create_index("ix_dose_records_import_id_line", "dose_records", ["import_id", "line"])
    op.create_index("ix_dose_records_site_id", "dose_records", ["site_id"])
    _index_where(
        "ix_dose_records_source_id", "dose_records", ["source_id"], "source_id IS NOT NULL"
    )
    op.create_table(
        "repeats",
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("import_id", _ID, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("record_id", "import_id", name="pk_repeats"),
        _foreign("repeats", "record_id", "dose_records"),
        _foreign("repeats", "import_id", "imports"),
    )
    op.create_index("ix_repeats_import_id", "repeats", ["import_id"])


def _make_person_tables() -> None:
    op.create_table(
        "person_identifiers",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("record_id", _ID),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person_identifiers"),
        sa.UniqueConstraint(
            "value", "kind", "person_id", name="uq_person_identifiers_value_kind_person_id"
        ),
        _foreign("person_identifiers", "person_id", "persons"),
        _foreign("person_identifiers", "record_id", "dose_records"),
    )
    op.create_index("ix_person_identifiers_person_id", "person_identifiers", ["person_id"])
    op.create_table(
        "merges",
        sa.Column("id", _ID, nullable=False),
        sa.Column("kept_id", _ID, nullable=False),
        sa.Column("gone_id", _ID, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.BigInteger()),
        sa.Column("undone_by", sa.Text()),
        sa.Column("undone_why", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_merges"),
        _foreign("merges", "kept_id", "persons"),
        _foreign("merges", "gone_id", "persons"),
    )
    op.create_index("ix_merges_kept_id", "merges", ["kept_id"])
    _index_where("uq_merges_standing", "merges", ["gone_id"], "undone_at IS NULL", unique=True)
    refuse("merges_stay", "merges", "DELETE", None, "a merge is undone, never deleted")


def _make_review_items() -> None:
    op.create_table(
        "review_items",
        sa.Column("id", _ID, nullable=False),
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("person_id", _ID),
        sa.Column("differences", sa.Text(), nullable=False),
        sa.Column("site_id", _ID),
        sa.Column("province", sa.Text()),
        sa.Column("district", sa.Text()),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.Text()),
        sa.Column("claimed_at", sa.BigInteger()),
        sa.Column("decision", sa.Text()),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("note", sa.Text()),
        sa.Column("undone_at", sa.BigInteger()),
        sa.Column("undone_by", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_review_items"),
        _foreign("review_items", "record_id", "dose_records"),
        _foreign("review_items", "person_id", "persons"),
        _foreign("review_items", "site_id", "sites"),
    )
    owner = ["province", "district", "site_id", "opened_at"]
    _index_where("uq_review_items_open", "review_items", ["record_id"], _UNDECIDED, unique=True)
    _index_where("ix_review_items_owner", "review_items", owner, _UNDECIDED)
    op.create_index("ix_review_items_record_id", "review_items", ["record_id"])


def _make_record_changes() -> None:
    op.create_table(
        "record_changes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("record_id", _ID, nullable=False),
        sa.Column("person_id", _ID),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("former_state", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_record_changes"),
        _foreign("record_changes", "record_id", "dose_records"),
        _foreign("record_changes", "person_id", "persons"),
    )
    op.create_index("ix_record_changes_record_id", "record_changes", ["record_id"])
    op.create_index("ix_record_changes_person_id", "record_changes", ["person_id"])
    message = "the history of records is only added to"
    refuse("record_changes_unchanged", "record_changes", "UPDATE", None, message)
    refuse("record_changes_stay", "record_changes", "DELETE", None, message)
    refuse("dose_records_stay", "dose_records", "DELETE", None, "dose records are never deleted")


def _make_proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("certificate_id", _ID, nullable=False),
        sa.Column("facts_digest", sa.LargeBinary()),
        sa.Column("doses_before", sa.Integer(), nullable=False),
        sa.Column("doses_after", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
        _foreign("proposals", "person_id", "persons"),
        _foreign("proposals", "certificate_id", "certificates"),
    )
    _index_where("uq_proposals_open", "proposals", ["certificate_id"], _OPEN, unique=True)
    op.create_index("ix_proposals_person_id", "proposals", ["person_id"])


def _add(table: str, column: "sa.Column[Any]") -> None:
    op.add_column(table, column)


def _refer(table: str, column: str, target: str) -> None:
    """Add a column that refers to another table; Alembic cannot do that in SQLite, SQL can."""
    kind = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    op.execute(
        f"ALTER TABLE {table} ADD COLUMN {column} {kind} "
        f"CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)"
    )


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=f"fk_{table}_{column}")


def _index_where(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = False
) -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )


def _fill() -> None:
    connection = op.get_bind()
    connection.execute(sa.text("UPDATE imports SET finished_at = started_at"))
    for page in _pages(connection, "SELECT id, canonical_name FROM persons WHERE id > :after"):
        connection.execute(
            sa.text("UPDATE persons SET bare_name = :bare WHERE id = :id"),
            [{"id": row.id, "bare": _bare(row.canonical_name)} for row in page],
        )
    connection.execute(sa.text(_CERTIFIED))
    accepted = (
        "SELECT d.id, d.raw, p.birth_date, p.sex, p.id_number, p.phone FROM dose_records d "
        "JOIN persons p ON p.id = d.person_id WHERE d.state = 'accepted' AND d.id > :after"
    )
    for page in _pages(connection, accepted, key="d.id"):
        connection.execute(sa.text(_STATED), [_stated(row) for row in page])
    refused = (
        "SELECT id, raw, findings, received_at FROM dose_records "
        "WHERE state = 'refused' AND id > :after"
    )
    for page in _pages(connection, refused):
        for row in page:
            _let_wait(connection, row)


_CERTIFIED = """
    UPDATE dose_records SET validated_at = received_at, tier = 'exact', certified_at = (
        SELECT MIN(c.issued_at) FROM certificates AS c
        WHERE c.person_id = dose_records.person_id AND c.reserved_at >= dose_records.received_at)
    WHERE state = 'accepted'
"""
_STATED = """
    UPDATE dose_records SET full_name = :full_name, birth_date = :birth_date, sex = :sex,
        id_number = :id_number, phone = :phone WHERE id = :id
"""


def _pages(connection: Any, query: str, key: str = "id") -> Iterator[list[Any]]:
    """The rows of a query behind `:after`, page by page: a register may hold millions."""
    after = 0
    while True:
        text = sa.text(f"{query} ORDER BY {key} LIMIT {_PAGE}")
        page = connection.execute(text, {"after": after}).all()
        if not page:
            return
        yield page
        after = page[-1].id


def _bare(canonical: str) -> str:
    """The letters without their marks, as version 0003 finds namesakes."""
    letters = (letter for letter in normalize("NFD", canonical) if category(letter) != "Mn")
    return "".join(letters).replace("đ", "d")


def _stated(row: Any) -> dict[str, Any]:
    """What an accepted row states: where it was not blank, it agreed with its person."""
    name, _, sex, number, phone, *_ = json.loads(row.raw)
    return {
        "id": row.id,
        "full_name": clean_name(name),
        "birth_date": row.birth_date,
        "sex": row.sex if sex.strip() else None,
        "id_number": row.id_number if number.strip() else None,
        "phone": row.phone if phone.strip() else None,
    }


def _let_wait(connection: Any, row: Any) -> None:
    """Let a refused row wait for a person instead, when all against it is that person's record."""
    codes = dict(pair.split(":") for pair in row.findings.split())
    blocking = {code for code in codes.values() if code not in _WARNINGS}
    if not blocking or blocking - _MATCHED_IN_PART:
        return
    cells = dict(zip(_COLUMNS, json.loads(row.raw), strict=True))
    person = _person_of(connection, cells)
    differences = [
        {
            "field": field,
            "kind": code,
            "record": cells.get(field),
            "person": None if person is None else getattr(person, _COMPARED.get(field, ""), None),
        }
        for field, code in codes.items()
        if code in blocking
    ]
    connection.execute(
        sa.text("UPDATE dose_records SET state = 'review', full_name = :name WHERE id = :id"),
        {"id": row.id, "name": clean_name(cells["full_name"])},
    )
    connection.execute(
        sa.text(
            "INSERT INTO review_items (record_id, person_id, differences, opened_at) "
            "VALUES (:record, :person, :differences, :at)"
        ),
        {
            "record": row.id,
            "person": None if person is None else person.id,
            "differences": json.dumps(differences, ensure_ascii=False),
            "at": row.received_at,
        },
    )


def _person_of(connection: Any, cells: dict[str, str]) -> Any:
    """The person whose identity number or telephone number a row has."""
    for column in ("id_number", "phone"):
        value = "".join(letter for letter in cells[column] if letter.isalnum()).upper()
        query = sa.text(
            "SELECT id, name, birth_date, sex, id_number FROM persons "  # noqa: S608 - names of ours
            f"WHERE {column} = :value ORDER BY id LIMIT 1"
        )
        if value and (person := connection.execute(query, {"value": value}).first()) is not None:
            return person
    return None
