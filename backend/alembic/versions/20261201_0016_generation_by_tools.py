"""What the tool that made an imported image wrote about it.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("image_origins", sa.Column("generation", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("image_origins", "generation")
