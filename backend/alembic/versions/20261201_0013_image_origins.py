"""Where each image came from: the request it answers, and the marks of its original.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "image_origins",
        sa.Column(
            "image_id",
            sa.Integer(),
            sa.ForeignKey("image_assets.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("request_path", sa.Text(), nullable=True),
        sa.Column("request_body", sa.Text(), nullable=True),
        sa.Column("found_source_type", sa.Text(), nullable=True),
        sa.Column("found_software", sa.Text(), nullable=True),
        sa.Column("manifest", sa.LargeBinary(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("image_origins")
