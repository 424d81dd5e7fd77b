"""What a player keeps on the server: saved games and preferences."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class SavedGame(Base):
    """One slot of one player; ``content`` is the JSON object as text, ``etag`` its hash."""

    __tablename__ = "saved_games"

    id: Mapped[int] = mapped_column(primary_key=True)
    player_hash: Mapped[str] = mapped_column(Text)
    slot: Mapped[str] = mapped_column(Text)
    label: Mapped[str | None] = mapped_column(Text)
    content: Mapped[str] = mapped_column(Text)
    etag: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]

    __table_args__ = (
        Index("idx_saved_game", "player_hash", "slot", unique=True),
        # Old ones are looked for without reading what lies in them.
        Index("idx_saved_game_written", "updated_at"),
    )

    @property
    def size_bytes(self) -> int:
        """Size of the stored object."""
        return len(self.content)


class Preferences(Base):
    """One player's settings of the page, as JSON text."""

    __tablename__ = "preferences"

    player_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    etag: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime]
