"""Scenes to be painted ahead of need."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models.base import Base


class WarmJob(Base):
    """A list of scenes.

    ``state`` is ``queued``, ``running``, ``paused`` (until ``resume_at``), ``done`` or
    ``cancelled``; ``reason`` says why it is paused.
    """

    __tablename__ = "warm_jobs"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    resume_at: Mapped[datetime | None]
    client: Mapped[str] = mapped_column(Text)
    player_hash: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]

    items: Mapped[list["WarmItem"]] = relationship(
        order_by="WarmItem.position", cascade="all, delete-orphan", passive_deletes=True
    )

    __table_args__ = (Index("idx_warm_job_state", "state", "created_at"),)

    @property
    def total(self) -> int:
        """Scenes in the job."""
        return len(self.items)

    @property
    def finished(self) -> int:
        """Scenes that need nothing more."""
        return self.total - self._count("pending")

    @property
    def cached(self) -> int:
        """Scenes that had an image already."""
        return self._count("cached")

    @property
    def generated(self) -> int:
        """Scenes painted by this job."""
        return self._count("generated")

    @property
    def failed(self) -> int:
        """Scenes that could not be painted."""
        return self._count("failed")

    def _count(self, state: str) -> int:
        return sum(item.state == state for item in self.items)


class WarmItem(Base):
    """One scene of a job; ``state`` is ``pending``, ``cached``, ``generated`` or ``failed``."""

    __tablename__ = "warm_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("warm_jobs.id", ondelete="CASCADE"))
    position: Mapped[int]
    location: Mapped[str] = mapped_column(Text)
    time_of_day: Mapped[str] = mapped_column(Text)
    weather: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    image_id: Mapped[int | None] = mapped_column(ForeignKey("image_assets.id", ondelete="SET NULL"))

    __table_args__ = (
        Index("idx_warm_item", "job_id", "position"),
        Index("idx_warm_item_image", "image_id"),
    )
