"""Revision 0010: names whose accents were typed in two ways become one."""

from alembic.config import Config
from sqlalchemy import Engine, insert, text

from app.models import Base
from tests.database.test_schema import config, move, some_values, writer

__all__ = ["config", "writer"]


def test_two_galleries_become_one_with_one_star(writer: Engine, config: Config) -> None:
    move(writer, config, "0009")
    composed, apart = "\u00c9p\u00e9e", "E\u0301pe\u0301e"
    with writer.begin() as connection:
        images = Base.metadata.tables["image_assets"]
        values = some_values(images)
        for number, name in ((2, composed), (3, apart), (4, apart)):
            values |= {"id": number, "subject_name": name, "storage_path_full": str(number)}
            values |= {"is_featured": number < 4, "deleted_at": None, "missing_since": None}
            connection.execute(insert(images).values(values))
    move(writer, config, "0010")
    with writer.connect() as connection:
        rows = connection.execute(
            text("SELECT id, subject_name, is_featured FROM image_assets ORDER BY id")
        )
        assert [tuple(row) for row in rows] == [
            (2, composed, 1),
            (3, composed, 0),
            (4, composed, 0),
        ]
