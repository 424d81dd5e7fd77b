"""Why a paid call failed, for those in other processes who waited for it.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger", sa.Column("failure", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("ledger", "failure")
