"""The library's id, which the image folder carries too.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "library_identity",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("library_id", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_library_identity_single_row")),
    )


def downgrade() -> None:
    op.drop_table("library_identity")
