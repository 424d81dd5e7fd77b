"""Pictures whose files are missing are hidden, and come back with their files.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BEFORE = "deleted_at IS NULL"
_NOW = "deleted_at IS NULL AND missing_since IS NULL"


def upgrade() -> None:
    # A plain ADD COLUMN: copying the table would take as long as the library is large.
    op.add_column(
        "image_assets", sa.Column("missing_since", sa.DateTime(timezone=True), nullable=True)
    )
    _index_again(_NOW)


def downgrade() -> None:
    # Two that share a subject may both be featured while one of them is hidden.
    op.execute("UPDATE image_assets SET is_featured = false WHERE missing_since IS NOT NULL")
    _index_again(_BEFORE)
    op.drop_column("image_assets", "missing_since")


def _index_again(visible: str) -> None:
    op.drop_index("idx_featured", "image_assets")
    op.drop_index("idx_active", "image_assets")
    featured, active = sa.text(f"is_featured AND {visible}"), sa.text(visible)
    op.create_index(
        "idx_featured",
        "image_assets",
        ["subject_type", "subject_name"],
        unique=True,
        sqlite_where=featured,
        postgresql_where=featured,
    )
    op.create_index(
        "idx_active",
        "image_assets",
        ["is_featured", "created_at"],
        sqlite_where=active,
        postgresql_where=active,
    )
