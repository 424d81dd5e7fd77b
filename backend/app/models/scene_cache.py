"""Which image a scene shows, and how often the cache could answer."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base
from app.models.image_asset import ImageAsset


class SceneCache(Base):
    """One place at one hour in one weather, and its image until ``expires_at``."""

    __tablename__ = "scene_cache"

    id: Mapped[int] = mapped_column(primary_key=True)
    cache_key: Mapped[str] = mapped_column(Text)
    location: Mapped[str] = mapped_column(Text)
    time_of_day: Mapped[str] = mapped_column(Text)
    weather: Mapped[str] = mapped_column(Text)
    image_id: Mapped[int] = mapped_column(ForeignKey("image_assets.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    image: Mapped[ImageAsset] = relationship(lazy="joined", innerjoin=True)

    __table_args__ = (
        Index("idx_cache_key", "cache_key", unique=True),
        Index("idx_expiry", "expires_at"),
        Index("idx_cache_image", "image_id"),
    )


class CacheStatistics(Base):
    """Hits and misses since the first request; always exactly one row."""

    __tablename__ = "cache_statistics"

    id: Mapped[int] = mapped_column(primary_key=True)
    hits: Mapped[int]
    misses: Mapped[int]

    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)
