"""An Idempotency-Key belongs to its caller, and outlives its picture.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Keys that a known player sent are found by that player's next request, as before.
_OWN = """\
UPDATE idempotent_requests SET
    player_hash = (SELECT player_hash FROM image_assets WHERE id = image_id),
    made_at = created_at,
    key = coalesce(
        'player:' || (SELECT player_hash FROM image_assets WHERE id = image_id) || '|' || key, key
    )
WHERE image_id IS NOT NULL"""


def upgrade() -> None:
    _set_what_follows_the_picture("SET NULL")
    op.add_column("idempotent_requests", sa.Column("player_hash", sa.Text(), nullable=True))
    op.add_column(
        "idempotent_requests", sa.Column("made_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.execute(_OWN)


def downgrade() -> None:
    # The keys stay as they are: to the older version they are other keys, and nobody's.
    op.drop_column("idempotent_requests", "made_at")
    op.drop_column("idempotent_requests", "player_hash")
    _set_what_follows_the_picture("CASCADE")


def _set_what_follows_the_picture(on_delete: str) -> None:
    # SQLite can change a foreign key only by a copy of the table, which holds 30 days of keys.
    name = "fk_idempotent_requests_image_id_image_assets"
    with op.batch_alter_table("idempotent_requests") as table:
        table.drop_constraint(name, type_="foreignkey")
        table.create_foreign_key(name, "image_assets", ["image_id"], ["id"], ondelete=on_delete)
