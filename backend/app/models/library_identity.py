"""Which library this is, and how often it has changed."""

from sqlalchemy import DDL, CheckConstraint, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base
from app.models.image_asset import ImageAsset
from app.models.scene_cache import SceneCache

# What readers see of an image; its counts of uses are written every second while somebody plays.
_SEEN = (
    *("subject_type", "subject_name", "component", "prompt_used", "custom_prompt", "model_used"),
    *("aspect_ratio", "alt_text", "storage_path_full", "storage_path_thumbnail"),
    *("file_size_bytes", "width", "height", "content_hash", "preview", "generation_time_ms"),
    *("is_featured", "created_at", "deleted_at", "missing_since"),
)
_RAISE = (
    "INSERT INTO library_version (id, number) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET number = number + 1"
)


class LibraryIdentity(Base):
    """The id that the marker file in the image folder must hold; one row, made at the first start.

    See ``app.services.library.identity``.
    """

    __tablename__ = "library_identity"

    id: Mapped[int] = mapped_column(primary_key=True)
    library_id: Mapped[str] = mapped_column(Text)

    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)


class LibraryVersion(Base):
    """A number that triggers raise with every change that readers see; no row before the first.

    Triggers see the writes of every program. SQLite drops them with their table, so a migration
    that builds ``image_assets`` or ``scene_cache`` anew has to create them again.
    """

    __tablename__ = "library_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]

    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)


def _raise_at(model: type[Base], change: str) -> None:
    table = model.__tablename__
    name = f"{table}_{change.partition(' ')[0].lower()}_seen"
    text = f"CREATE TRIGGER {name} AFTER {change} ON {table} BEGIN {_RAISE}; END"
    trigger = DDL(text)  # type: ignore[no-untyped-call]
    event.listen(Base.metadata, "after_create", trigger.execute_if(dialect="sqlite"))


for _model, _update in ((ImageAsset, f"UPDATE OF {', '.join(_SEEN)}"), (SceneCache, "UPDATE")):
    for _change in ("INSERT", "DELETE", _update):
        _raise_at(_model, _change)
