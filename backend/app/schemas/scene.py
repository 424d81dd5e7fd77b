"""Scenes as the API takes and gives them."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.image import IMAGE_EXAMPLE, ImageFacts


class SceneImage(ImageFacts):
    """A scene's image, and where it came from.

    For a `placeholder`, which is stored nowhere, everything that only stored images have is null.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                **IMAGE_EXAMPLE,
                "subject_name": "Starting Tavern",
                "subject_type": "scene",
                "component": "scene-viewer",
                "alt_text": "Starting Tavern, dusk, light rain",
                "served": "cached",
                "expires_at": "2026-11-30T08:15:00Z",
                "reason": None,
                "provider": "gemini",
                "known": True,
            }
        }
    )

    id: int | None = Field(description="Identity of the stored image.")
    storage_path_full: str | None = Field(
        description="Path of the full image under the server's root address."
    )
    storage_path_thumbnail: str | None = Field(
        description="Path of the thumbnail under the server's root address."
    )
    file_size_bytes: int | None = Field(description="Size of the full file in bytes.")
    width: int | None = Field(description="Width of the full image in pixels.")
    height: int | None = Field(description="Height of the full image in pixels.")
    generation_time_ms: int | None = Field(description="Time that making it took, in ms.")
    created_at: datetime | None = Field(description="When it was made (UTC).")
    content_hash: str | None = Field(description="SHA-256 of the full file, in hexadecimal.")
    preview: str | None = Field(description="Tiny image as a data URI, to show while loading.")
    served: Literal["cached", "generated", "stale", "near", "placeholder"] = Field(
        description="`cached` was there, `generated` is new; with `allow_fallback` also `stale` "
        "(expired, a new one is on its way), `near` (same place, other hour or weather) or "
        "`placeholder` (painted here, stored nowhere)."
    )
    expires_at: datetime | None = Field(
        description="Until when this image is, or was, served as the scene's own (UTC); null "
        "where it stays because no model is there to make another."
    )
    reason: str | None = Field(None, description="Why something stands in, or null.")
    provider: Literal["gemini", "pixel"] = Field(
        description="Who makes new images here. With `pixel` a `placeholder` is the same "
        "image as the one that would be stored."
    )
    known: bool = Field(
        description="Whether place, hour and weather are all of the adventure (`GET /scenes`); "
        "others are painted too."
    )


class AdventureScenes(BaseModel):
    """The words that the adventure uses; any combination is a scene."""

    model_config = ConfigDict(from_attributes=True)

    locations: list[str] = Field(description="Its places.")
    times_of_day: list[str] = Field(description="Its hours.")
    weathers: list[str] = Field(description="Its weathers.")


class SceneCacheStatistics(BaseModel):
    """What the scene cache holds, and how well it works."""

    total_scenes: int = Field(description="Scenes that have an entry.")
    active_cache_entries: int = Field(description="Entries that would be served now.")
    expired: int = Field(description="Entries that would be made again.")
    cache_hit_rate: float = Field(
        description="Percent of requests, since the first, that were served from the cache."
    )
    hits: int = Field(description="Requests served from the cache, since the first.")
    misses: int = Field(description="Requests that found nothing to serve, since the first.")
    timestamp: datetime = Field(description="When this was counted (UTC).")


class ForgottenSceneEntry(BaseModel):
    """A scene entry that a clean-up is about."""

    model_config = ConfigDict(from_attributes=True)

    location: str = Field(description="Name of the place.")
    time_of_day: str = Field(description="Hour of the scene.")
    weather: str = Field(description="Weather of the scene.")
    image_id: int = Field(description="Identity of the image, which stays.")
    expires_at: datetime = Field(description="Until when it is, or was, served (UTC).")


class ClearedCache(BaseModel):
    """What clearing the cache removed, or would remove; the images stay in the library."""

    deleted: int = Field(description="Entries removed, or with `dry_run` those that would be.")
    message: str = Field(description="The same for a person.")
    dry_run: bool = Field(description="Whether nothing was touched.")
    sample: list[ForgottenSceneEntry] = Field(description="Up to ten of them.")
