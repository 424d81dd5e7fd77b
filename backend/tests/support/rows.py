"""Rows for tests that are about the database and not about how a picture is made."""

import itertools
from datetime import UTC, datetime
from typing import Any

from app.models import ImageAsset

CREATED_AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

_numbers = itertools.count(1)


def image_row(**values: Any) -> ImageAsset:
    """A picture's row with its own file names; ``values`` replace what a test is about."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "subject_type": "scene",
        "subject_name": "Old Mill",
        "component": "scene-viewer",
        "prompt_used": "an old mill",
        "model_used": "gemini-nano-banana-2.1",
        "aspect_ratio": "16:9",
        "alt_text": "Old Mill by day",
        "storage_path_full": f"images/full/Picture_{number}.webp",
        "storage_path_thumbnail": f"images/thumbnails/Picture_{number}.webp",
        "file_size_bytes": 1,
        "width": 16,
        "height": 9,
        "content_hash": "0" * 64,
        "source_hash": "0" * 64,
        "preview": "data:image/webp;base64,",
        "generation_time_ms": 1,
        "created_at": CREATED_AT,
    }
    return ImageAsset(**{**facts, **values})
