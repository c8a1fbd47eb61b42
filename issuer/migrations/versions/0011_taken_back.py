"""Records that a message took back name its row, so that undoing its import puts them back."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Find the rows of before: they came with the identifier at the moment of the taking back."""
    op.execute(
        "UPDATE dose_records SET replaced_by = ("
        "SELECT max(message.id) FROM record_changes AS change JOIN dose_records AS message "
        "ON message.source_id = dose_records.source_id AND message.id <> dose_records.id "
        "AND message.received_at = change.at WHERE change.id = ("
        "SELECT max(id) FROM record_changes WHERE record_id = dose_records.id) "
        "AND change.reason IN ('the sender says that it was entered in error', "
        "'the sender sent it again with other values')) "
        "WHERE state = 'withdrawn' AND source_id IS NOT NULL AND replaced_by IS NULL"
    )


def downgrade() -> None:
    """Let only corrections be named, as before."""
    op.execute("UPDATE dose_records SET replaced_by = NULL WHERE state = 'withdrawn'")
