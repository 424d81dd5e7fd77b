"""Names that files of images had before they were marked.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_names",
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column(
            "image_id",
            sa.Integer(),
            sa.ForeignKey("image_assets.id", ondelete="CASCADE"),
            nullable=False,
        ),
    )
    op.create_index("idx_former_image", "former_names", ["image_id"])


def downgrade() -> None:
    op.drop_table("former_names")
