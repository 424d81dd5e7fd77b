"""Names whose accents were typed in two ways become one (NFC), with one gallery and one star.

Revision ID: 0010
Revises: 0009
"""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_IMAGES = sa.table(
    "image_assets",
    sa.column("id", sa.Integer),
    sa.column("subject_type", sa.Text),
    sa.column("subject_name", sa.Text),
    sa.column("is_featured", sa.Boolean),
)


def upgrade() -> None:
    connection = op.get_bind()
    names = connection.scalars(sa.select(_IMAGES.c.subject_name).distinct()).all()
    for name in names:
        composed = unicodedata.normalize("NFC", name)
        if composed != name:
            _rename(connection, name, composed)


def _rename(connection: sa.Connection, name: str, composed: str) -> None:
    """Where both galleries have a star, that of the composed name stays."""
    starred = sa.select(_IMAGES.c.subject_type).where(
        _IMAGES.c.subject_name == composed, _IMAGES.c.is_featured
    )
    connection.execute(
        sa.update(_IMAGES)
        .where(_IMAGES.c.subject_name == name, _IMAGES.c.subject_type.in_(starred))
        .values(is_featured=False)
    )
    connection.execute(
        sa.update(_IMAGES).where(_IMAGES.c.subject_name == name).values(subject_name=composed)
    )


def downgrade() -> None:
    """The names stay: which way they were typed is not known any more."""
