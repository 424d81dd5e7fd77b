"""A picture that somebody wants, and the row that keeps it."""

from dataclasses import dataclass
from datetime import datetime

from app.domain import GeneratedImage, ImageRequest
from app.models import ImageAsset
from app.services.storage import StoredImage


@dataclass(frozen=True, slots=True)
class PictureOrder:
    """A picture to be made and kept.

    Attributes:
        request: What the provider is asked for.
        component: Part of the game that asked.
        alt_text: What the picture shows, for those who cannot see it.
        custom_prompt: The style alone, where there is one.
        player_hash: The player who causes it, where known.
        client: Address of the client that causes it; ``OPERATOR`` for the operator's jobs.
        is_low_priority: Painted ahead of need, behind everyone else.
        is_forced: The caller asks again although there is an answer already.
    """

    request: ImageRequest
    component: str
    alt_text: str
    custom_prompt: str | None = None
    player_hash: str | None = None
    client: str = "unknown"
    is_low_priority: bool = False
    is_forced: bool = False


def row_of(
    order: PictureOrder,
    picture: GeneratedImage,
    stored: StoredImage,
    *,
    milliseconds: int,
    created_at: datetime,
) -> ImageAsset:
    """The row of a picture whose files are written; the provider took ``milliseconds``."""
    request = order.request
    return ImageAsset(
        subject_type=request.subject_type,
        subject_name=request.subject_name,
        component=order.component,
        variation=request.variation,
        prompt_used=request.prompt,
        custom_prompt=order.custom_prompt,
        model_used=picture.model,
        aspect_ratio=request.aspect_ratio,
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
    )
