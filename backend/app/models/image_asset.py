"""One stored image."""

from datetime import datetime

from sqlalchemy import ColumnElement, Index, Text, and_, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.image_origin import ImageOrigin
from app.root_path import below_root

# As a text for indexes; ``ImageAsset.is_visible`` says the same in queries.
_VISIBLE = "deleted_at IS NULL AND missing_since IS NULL"


class ImageAsset(Base):
    """An image that was made or moved in; its files lie in the image folder.

    ``storage_path_full`` and ``storage_path_thumbnail`` are relative to the server's root
    address; ``content_hash`` is the SHA-256 of the stored full file, ``source_hash`` that of the
    bytes received. ``player_hash`` tells who caused the image, without telling the cookie.
    A row with ``deleted_at`` is in the trash. One with ``missing_since`` was found without its
    file, or damaged, by the self-check: it is hidden until its file is back. ``variation`` is its
    number among the images of its subject; null where it moved in or is of an earlier version.
    """

    __tablename__ = "image_assets"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject_type: Mapped[str] = mapped_column(Text)
    subject_name: Mapped[str] = mapped_column(Text)
    component: Mapped[str] = mapped_column(Text)
    prompt_used: Mapped[str] = mapped_column(Text)
    custom_prompt: Mapped[str | None] = mapped_column(Text)
    model_used: Mapped[str] = mapped_column(Text)
    aspect_ratio: Mapped[str] = mapped_column(Text)
    alt_text: Mapped[str] = mapped_column(Text)
    storage_path_full: Mapped[str] = mapped_column(Text)
    storage_path_thumbnail: Mapped[str] = mapped_column(Text)
    file_size_bytes: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
    content_hash: Mapped[str] = mapped_column(Text)
    source_hash: Mapped[str] = mapped_column(Text)
    preview: Mapped[str] = mapped_column(Text)
    generation_time_ms: Mapped[int]
    is_featured: Mapped[bool] = mapped_column(default=False)
    use_count: Mapped[int] = mapped_column(default=0)
    last_used: Mapped[datetime | None]
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    player_hash: Mapped[str | None] = mapped_column(Text)
    missing_since: Mapped[datetime | None]
    variation: Mapped[int | None]
    # Written with the row; read only if somebody asks where the image came from.
    origin: Mapped[ImageOrigin | None] = relationship(lazy="raise", passive_deletes="all")

    __table_args__ = (
        # One gallery in the order it is shown, and the number of images a subject ever had.
        Index("idx_subject_lookup", "subject_name", "subject_type", "is_featured", "created_at"),
        Index("idx_component_lookup", "component", "is_featured", "created_at"),
        # At most one featured image for a subject, whichever process writes.
        Index(
            "idx_featured",
            "subject_type",
            "subject_name",
            unique=True,
            sqlite_where=text(f"is_featured AND {_VISIBLE}"),
            postgresql_where=text(f"is_featured AND {_VISIBLE}"),
        ),
        # The whole library in the order it is shown.
        Index(
            "idx_active",
            "is_featured",
            "created_at",
            sqlite_where=text(_VISIBLE),
            postgresql_where=text(_VISIBLE),
        ),
        Index(
            "idx_trash",
            "deleted_at",
            sqlite_where=text("deleted_at IS NOT NULL"),
            postgresql_where=text("deleted_at IS NOT NULL"),
        ),
        Index("idx_storage_path", "storage_path_full", unique=True),
        # How much there is, asked before each new image.
        Index("idx_picture_size", "file_size_bytes"),
        # An id is never given out again: an old link must not show a new image.
        {"sqlite_autoincrement": True},
    )

    @classmethod
    def is_visible(cls) -> ColumnElement[bool]:
        """Condition of what may be shown: not in the trash, and not hidden for want of its file."""
        return and_(cls.deleted_at.is_(None), cls.missing_since.is_(None))

    @property
    def url(self) -> str:
        """Root-relative address of the full image."""
        return below_root(f"/{self.storage_path_full}")

    @property
    def thumbnail_url(self) -> str:
        """Root-relative address of the thumbnail."""
        return below_root(f"/{self.storage_path_thumbnail}")
