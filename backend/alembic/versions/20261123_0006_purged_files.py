"""Files of pictures that were removed for good, until they are off the disk.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purged_files",
        sa.Column("storage_path_full", sa.Text(), nullable=False),
        sa.Column("storage_path_thumbnail", sa.Text(), nullable=False),
        sa.Column("purged_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("storage_path_full", name=op.f("pk_purged_files")),
    )


def downgrade() -> None:
    # What is still named here lies in the image folder; the next start puts it aside.
    op.drop_table("purged_files")
