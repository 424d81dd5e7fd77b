"""What is under way is seen by every process: of which subject, which number, ahead of need.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("generation_leases", sa.Column("subject_type", sa.Text(), nullable=True))
    op.add_column("generation_leases", sa.Column("subject_name", sa.Text(), nullable=True))
    op.add_column("generation_leases", sa.Column("variation", sa.Integer(), nullable=True))
    op.add_column("image_assets", sa.Column("variation", sa.Integer(), nullable=True))
    op.add_column(
        "ledger",
        sa.Column("is_low_priority", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def downgrade() -> None:
    op.drop_column("ledger", "is_low_priority")
    op.drop_column("image_assets", "variation")
    op.drop_column("generation_leases", "variation")
    op.drop_column("generation_leases", "subject_name")
    op.drop_column("generation_leases", "subject_type")
