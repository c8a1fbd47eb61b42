"""Requests that came with an Idempotency-Key: what each key was first sent with."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sent_requests",
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "key", name="pk_sent_requests"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_sent_requests_account_id"
        ),
    )
    op.create_index("ix_sent_requests_at", "sent_requests", ["at"])


def downgrade() -> None:
    """Drop the table: a key is a help to the sender, and forgotten after a week anyway."""
    op.drop_table("sent_requests")
