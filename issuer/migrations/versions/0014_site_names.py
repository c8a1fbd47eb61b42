"""Sites are found by name too, also in a register that the first form of 0003 made."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column where that first form, which stood for some hours, left it out."""
    columns = sa.inspect(op.get_bind()).get_columns("sites")
    if any(column["name"] == "name_key" for column in columns):
        return
    op.add_column("sites", sa.Column("name_key", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE sites SET name_key = key")
    op.create_index("ix_sites_name_key", "sites", ["name_key"])


def downgrade() -> None:
    """Leave it: version 0013 needs it."""
