"""What is wanted, from the router to the provider, and the row of the image that comes of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import uuid4

from sqlalchemy.orm import Session

from app.domain import GeneratedImage, ImageRequest
from app.models import ImageAsset
from app.services.players.identity import OPERATOR
from app.services.provenance.origins import origin_of
from app.services.storage import StoredImage


class GenerationTarget:
    """What a new image is for: the rows that go with it. This base class has none.

    The methods work in sessions that the caller opened.

    Attributes:
        body_hash: Two orders of one key are the same only if this is equal too.
    """

    body_hash = ""

    def find(self, session: Session) -> ImageAsset | None:
        """The image, if somebody has made it meanwhile."""

    def reserve(self, session: Session) -> None:
        """Write rows in the unit of work that reserves."""

    def attach(self, session: Session, image: ImageAsset) -> None:
        """Write rows in the unit of work that stores the image."""

    def abandon(self, session: Session) -> None:
        """Take back what ``reserve`` wrote, because no image came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationOrder(ImageRequest):
    """An image to be made and kept.

    Attributes:
        component: Part of the game that asked.
        alt_text: What the image shows, for those who cannot see it.
        key: The same key is never worked on twice at once, in however many processes.
        target: What the image is for.
        limit: Which limit a minute it counts against, unless it is made ahead of need.
        gallery_limit: How many images of the subject may be visible, those under way included;
            None is no limit.
        is_numbered: Whether the image gets the next number of its subject, so that a painter
            does not paint the same again; else it is number 0.
        custom_prompt: The style alone, if there is one.
        player_hash: The player who causes it, if known.
        client: Address of the client that causes it; ``OPERATOR`` for the operator's jobs.
        is_low_priority: Made ahead of need, behind everyone else.
        is_forced: The caller asks again although there is an answer already.
    """

    component: str
    alt_text: str
    key: str = field(default_factory=lambda: f"image|{uuid4().hex}")
    target: GenerationTarget = field(default_factory=GenerationTarget)
    limit: Literal["images", "scenes"] = "images"
    gallery_limit: int | None = None
    is_numbered: bool = True
    custom_prompt: str | None = None
    player_hash: str | None = None
    client: str = "unknown"
    is_low_priority: bool = False
    is_forced: bool = False

    @property
    def is_operators(self) -> bool:
        """Whether it counts for the day and the month only, and for no player's allowance."""
        return self.client == OPERATOR

    @property
    def charged_player(self) -> str | None:
        """Whose allowance it counts against.

        The browser that began the operator's job owns the images, and is charged for none.
        """
        return None if self.is_operators else self.player_hash

    @property
    def limit_kind(self) -> Literal["images", "scenes", "ahead"]:
        """Which limit a minute it counts against."""
        return "ahead" if self.is_low_priority else self.limit


def row_of(
    order: GenerationOrder,
    image: GeneratedImage,
    stored: StoredImage,
    *,
    milliseconds: int,
    created_at: datetime,
) -> ImageAsset:
    """The row of an image whose files are written; the provider took ``milliseconds``."""
    return ImageAsset(
        subject_type=order.subject_type,
        subject_name=order.subject_name,
        component=order.component,
        variation=order.variation,
        prompt_used=order.prompt,
        custom_prompt=order.custom_prompt,
        model_used=image.model,
        aspect_ratio=order.aspect_ratio,
        alt_text=order.alt_text,
        storage_path_full=stored.path_full,
        storage_path_thumbnail=stored.path_thumbnail,
        file_size_bytes=stored.file_size_bytes,
        width=stored.width,
        height=stored.height,
        content_hash=stored.content_hash,
        source_hash=stored.source_hash,
        preview=stored.preview,
        generation_time_ms=milliseconds,
        player_hash=order.player_hash,
        created_at=created_at,
        last_used=None,
        deleted_at=None,
        missing_since=None,
        origin=origin_of(stored.found, image),
    )
