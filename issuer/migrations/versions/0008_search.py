"""Indexes by which people are found: names that begin so, and whole birth dates."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NAMES = "ix_persons_bare_name_birth_date"


def upgrade() -> None:
    """Let the index of names hold them letter by letter in PostgreSQL; add one of birth dates."""
    op.drop_index(_NAMES, "persons")
    op.create_index(
        _NAMES, "persons", ["bare_name", "birth_date"],
        postgresql_ops={"bare_name": "text_pattern_ops"},
    )  # fmt: skip
    op.create_index("ix_persons_birth_date", "persons", ["birth_date"])


def downgrade() -> None:
    """Make the index as it was before."""
    op.drop_index("ix_persons_birth_date", "persons")
    op.drop_index(_NAMES, "persons")
    op.create_index(_NAMES, "persons", ["bare_name", "birth_date"])
