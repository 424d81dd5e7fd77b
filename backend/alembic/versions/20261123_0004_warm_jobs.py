"""Jobs that paint scenes ahead of need.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "warm_jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("resume_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("player_hash", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warm_jobs")),
    )
    with op.batch_alter_table("warm_jobs") as batch_op:
        batch_op.create_index("idx_warm_job_state", ["state", "created_at"])

    op.create_table(
        "warm_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("time_of_day", sa.Text(), nullable=False),
        sa.Column("weather", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("image_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["image_assets.id"],
            name=op.f("fk_warm_items_image_id_image_assets"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["warm_jobs.id"],
            name=op.f("fk_warm_items_job_id_warm_jobs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warm_items")),
    )
    with op.batch_alter_table("warm_items") as batch_op:
        batch_op.create_index("idx_warm_item", ["job_id", "position"])
        batch_op.create_index("idx_warm_item_image", ["image_id"])


def downgrade() -> None:
    op.drop_table("warm_items")
    op.drop_table("warm_jobs")
