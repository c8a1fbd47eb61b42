"""The tables of the main job: imports, persons, dose records, status lists, certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the first tables."""
    _make_imports()
    _make_persons()
    _make_dose_records()
    _make_status_lists()
    _make_certificates()


def downgrade() -> None:
    """Drop all tables."""
    for table in ("certificates", "status_lists", "dose_records", "persons", "imports"):
        op.drop_table(table)


def _make_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sa.UniqueConstraint("digest", name="uq_imports_digest"),
    )


def _make_persons() -> None:
    op.create_table(
        "persons",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("canonical_name", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Text(), nullable=False),
        sa.Column("sex", sa.Text()),
        sa.Column("id_number", sa.Text()),
        sa.Column("phone", sa.Text()),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_persons"),
        sa.UniqueConstraint("id_number", name="uq_persons_id_number"),
        sa.UniqueConstraint(
            "canonical_name", "birth_date", "phone",
            name="uq_persons_canonical_name_birth_date_phone",
        ),
    )  # fmt: skip
    _partial_index("ix_persons_due", "persons", ["due"], "due = 1", unique=False)


def _make_dose_records() -> None:
    op.create_table(
        "dose_records",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("import_id", _ID, nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("person_id", _ID),
        sa.Column("vaccine", sa.Integer()),
        sa.Column("injected_on", sa.Date()),
        sa.Column("lot", sa.Text()),
        sa.Column("site", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_dose_records"),
        sa.UniqueConstraint("content_hash", name="uq_dose_records_content_hash"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_dose_records_import_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_dose_records_person_id"),
    )
    op.create_index("ix_dose_records_person_id_state", "dose_records", ["person_id", "state"])


def _make_status_lists() -> None:
    op.create_table(
        "status_lists",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("taken", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "number", name="pk_status_lists"),
    )


def _make_certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("facts_digest", sa.LargeBinary(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text()),
        sa.Column("reserved_at", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.BigInteger()),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_certificates_person_id"),
        sa.UniqueConstraint("issuer", "position", name="uq_certificates_issuer_position"),
        sa.UniqueConstraint("number", name="uq_certificates_number"),
    )
    op.create_index("ix_certificates_person_id", "certificates", ["person_id"])
    for state in ("reserved", "issued"):
        _partial_index(
            f"uq_certificates_{state}", "certificates", ["person_id"], f"state = '{state}'",
            unique=True,
        )  # fmt: skip


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool) -> None:
    condition = sa.text(where)
    op.create_index(
        name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition
    )
