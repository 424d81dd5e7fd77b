"""Paid calls, who works on them, and what must not be asked again."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class GenerationLease(Base):
    """The right to work on something alone; ``owner`` is the process that does.

    Of an image under way it is also the reservation: subject and number are those that it will
    have. Other work has none.
    """

    __tablename__ = "generation_leases"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    owner: Mapped[str] = mapped_column(Text)
    taken_at: Mapped[datetime]
    subject_type: Mapped[str | None] = mapped_column(Text)
    subject_name: Mapped[str | None] = mapped_column(Text)
    variation: Mapped[int | None]


class LedgerEntry(Base):
    """One paid call, written before it is made and settled after.

    ``outcome`` is ``reserved``, ``ok``, ``failed`` (not charged) or ``unknown`` (may have been
    charged, so it counts). Prices are millionths of a dollar; null where the model's price is
    not known. ``failure`` is the error that everyone who waited for the call hears, as JSON.
    ``is_low_priority`` is what nobody waited for when it was begun.
    """

    __tablename__ = "ledger"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    day: Mapped[date] = mapped_column(Date)
    owner: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    key: Mapped[str] = mapped_column(Text)
    player_hash: Mapped[str | None] = mapped_column(Text)
    client: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    price_micro_usd: Mapped[int | None]
    prompt_tokens: Mapped[int | None]
    output_tokens: Mapped[int | None]
    milliseconds: Mapped[int | None]
    settled_at: Mapped[datetime | None]
    image_id: Mapped[int | None] = mapped_column(ForeignKey("image_assets.id", ondelete="SET NULL"))
    failure: Mapped[str | None] = mapped_column(Text)
    is_low_priority: Mapped[bool] = mapped_column(default=False, server_default=false())

    __table_args__ = (
        Index("idx_ledger_day", "day", "outcome"),
        Index(
            "idx_ledger_open",
            "owner",
            sqlite_where=text("outcome = 'reserved'"),
            postgresql_where=text("outcome = 'reserved'"),
        ),
        Index("idx_ledger_image", "image_id"),
    )


class RefusedPrompt(Base):
    """A prompt that the model's safety rules refused; asking again costs and changes nothing."""

    __tablename__ = "refused_prompts"

    prompt_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    model: Mapped[str] = mapped_column(Text, primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    message: Mapped[str] = mapped_column(Text)
    refused_at: Mapped[datetime]


class IdempotentRequest(Base):
    """A request that its client may send twice.

    ``key`` holds the client's key behind whose it is. ``player_hash`` is the player that the
    request was for, also where it came without a cookie. ``made_at`` is set with ``image_id``,
    and stays when the image is removed for good.
    """

    __tablename__ = "idempotent_requests"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    body_hash: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    image_id: Mapped[int | None] = mapped_column(ForeignKey("image_assets.id", ondelete="SET NULL"))
    player_hash: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime | None]

    __table_args__ = (Index("idx_idempotent_image", "image_id"),)
