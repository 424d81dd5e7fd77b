"""Pictures, the scene cache and its statistics.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cache_statistics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_cache_statistics_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cache_statistics")),
    )
    op.create_table(
        "image_assets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_type", sa.Text(), nullable=False),
        sa.Column("subject_name", sa.Text(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("prompt_used", sa.Text(), nullable=False),
        sa.Column("custom_prompt", sa.Text(), nullable=True),
        sa.Column("model_used", sa.Text(), nullable=False),
        sa.Column("aspect_ratio", sa.Text(), nullable=False),
        sa.Column("alt_text", sa.Text(), nullable=False),
        sa.Column("storage_path_full", sa.Text(), nullable=False),
        sa.Column("storage_path_thumbnail", sa.Text(), nullable=False),
        sa.Column("file_size_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("source_hash", sa.Text(), nullable=False),
        sa.Column("preview", sa.Text(), nullable=False),
        sa.Column("generation_time_ms", sa.Integer(), nullable=False),
        sa.Column("is_featured", sa.Boolean(), nullable=False),
        sa.Column("use_count", sa.Integer(), nullable=False),
        sa.Column("last_used", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("player_hash", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_image_assets")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("image_assets") as batch_op:
        batch_op.create_index(
            "idx_active",
            ["is_featured", "created_at"],
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
        batch_op.create_index("idx_component_lookup", ["component", "is_featured", "created_at"])
        batch_op.create_index(
            "idx_featured",
            ["subject_type", "subject_name"],
            unique=True,
            sqlite_where=sa.text("is_featured AND deleted_at IS NULL"),
            postgresql_where=sa.text("is_featured AND deleted_at IS NULL"),
        )
        batch_op.create_index("idx_storage_path", ["storage_path_full"], unique=True)
        batch_op.create_index(
            "idx_subject_lookup", ["subject_name", "subject_type", "is_featured", "created_at"]
        )
        batch_op.create_index(
            "idx_trash",
            ["deleted_at"],
            sqlite_where=sa.text("deleted_at IS NOT NULL"),
            postgresql_where=sa.text("deleted_at IS NOT NULL"),
        )

    op.create_table(
        "scene_cache",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cache_key", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("time_of_day", sa.Text(), nullable=False),
        sa.Column("weather", sa.Text(), nullable=False),
        sa.Column("image_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["image_assets.id"],
            name=op.f("fk_scene_cache_image_id_image_assets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scene_cache")),
    )
    with op.batch_alter_table("scene_cache") as batch_op:
        batch_op.create_index("idx_cache_image", ["image_id"])
        batch_op.create_index("idx_cache_key", ["cache_key"], unique=True)
        batch_op.create_index("idx_expiry", ["expires_at"])


def downgrade() -> None:
    op.drop_table("scene_cache")
    op.drop_table("image_assets")
    op.drop_table("cache_statistics")
