"""A number that rises with every change that readers of the library see.

Triggers raise it, so that it holds for every program that writes. Counts of uses, written every
second while somebody plays, do not change it.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_SEEN = (
    "subject_type, subject_name, component, prompt_used, custom_prompt, model_used, aspect_ratio, "
    "alt_text, storage_path_full, storage_path_thumbnail, file_size_bytes, width, height, "
    "content_hash, preview, generation_time_ms, is_featured, created_at, deleted_at, missing_since"
)
_RAISE = (
    "INSERT INTO library_version (id, number) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET number = number + 1"
)
_CHANGES = {
    "image_assets": ("INSERT", "DELETE", f"UPDATE OF {_SEEN}"),
    "scene_cache": ("INSERT", "DELETE", "UPDATE"),
}


def upgrade() -> None:
    op.create_table(
        "library_version",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_library_version_single_row")),
    )
    for table, changes in _CHANGES.items():
        for change in changes:
            trigger = f"{_name(table, change)} AFTER {change} ON {table}"
            op.execute(f"CREATE TRIGGER {trigger} BEGIN {_RAISE}; END")


def downgrade() -> None:
    for table, changes in _CHANGES.items():
        for change in changes:
            op.execute(f"DROP TRIGGER {_name(table, change)}")
    op.drop_table("library_version")


def _name(table: str, change: str) -> str:
    return f"{table}_{change.partition(' ')[0].lower()}_seen"
