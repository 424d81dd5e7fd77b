"""What clients add in a day; the size of the library and the age of saves by an index.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_usage",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("client", sa.Text(), primary_key=True),
        sa.Column("bytes", sa.Integer(), nullable=False),
    )
    op.create_index("idx_picture_size", "image_assets", ["file_size_bytes"])
    op.create_index("idx_saved_game_written", "saved_games", ["updated_at"])


def downgrade() -> None:
    op.drop_index("idx_saved_game_written", "saved_games")
    op.drop_index("idx_picture_size", "image_assets")
    op.drop_table("client_usage")
