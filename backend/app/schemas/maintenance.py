"""Answers of the maintenance endpoints."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain import ClockDoubt, Doubt, FindingKind
from app.schemas.scene import ForgottenSceneEntry


class CleanupReport(BaseModel):
    """What a clean-up removed, or would remove."""

    deleted: int = Field(description="Rows removed, or with `dry_run` those that would be.")
    message: str = Field(description="The same for a person.")
    dry_run: bool = Field(description="Whether nothing was touched.")
    timestamp: datetime = Field(description="When it ran (UTC).")


class SceneCleanupReport(CleanupReport):
    """The same for scene entries; no image is touched."""

    force_needed: ClockDoubt | None = Field(
        description="`clock_ahead`: refused without `force`, since nothing has happened for so "
        "long that the clock may be wrong."
    )
    sample: list[ForgottenSceneEntry] = Field(description="Up to ten of the entries.")


class RefusedPromptsReport(CleanupReport):
    """The same for prompts that the model refused."""


class PurgedImage(BaseModel):
    """An image that a clean-up is about."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(description="Identity of the image.")
    subject_name: str = Field(description="Name of the subject.")
    deleted_at: datetime = Field(description="When it was put into the trash (UTC).")
    file_size_bytes: int = Field(description="Size of its full file in bytes.")


class PictureCleanupReport(CleanupReport):
    """The same for images that go for good, with all there is to decide on."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "deleted": 6,
                "message": "Would remove 6 deleted images. That needs force=true.",
                "dry_run": True,
                "timestamp": "2026-11-23T08:15:00Z",
                "size_bytes": 109404,
                "library": 10,
                "force_needed": "clock_ahead",
                "sample": [
                    {
                        "id": 17,
                        "subject_name": "Healing Potion",
                        "deleted_at": "2026-10-11T08:15:00Z",
                        "file_size_bytes": 18234,
                    }
                ],
            }
        }
    )

    size_bytes: int = Field(description="Size of their full files in bytes.")
    library: int = Field(description="All images before, those in the trash included.")
    force_needed: Doubt | None = Field(
        description="Why this is refused without `force`: `image_folder_missing` or "
        "`image_folder_empty` (not mounted, perhaps), `image_folder_foreign` (another library's); "
        "`clock_ahead`: nothing has happened for so long that the clock may "
        "be wrong."
    )
    sample: list[PurgedImage] = Field(description="Up to ten of them, the longest deleted first.")


class ImageCounts(BaseModel):
    """Images by state."""

    active: int = Field(description="Images that can be seen.")
    deleted: int = Field(description="Images in the trash.")
    missing: int = Field(description="Images hidden because their files are missing or damaged.")
    storage_mb: float = Field(description="Size of all full files, trash included, in MB (2^20).")


class CacheCounts(BaseModel):
    """Scene entries by state."""

    total: int = Field(description="All entries.")
    active: int = Field(description="Entries that would be served now.")
    expired: int = Field(description="Entries that would be made again.")


class LibraryStatistics(BaseModel):
    """What the library and the cache hold."""

    images: ImageCounts
    cache: CacheCounts
    timestamp: datetime = Field(description="When this was counted (UTC).")


class VerificationFinding(BaseModel):
    """One thing that is wrong."""

    model_config = ConfigDict(from_attributes=True)

    kind: FindingKind = Field(description="What it is.")
    message: str = Field(description="The same for a person, and what was done about it.")
    image_id: int | None = Field(description="The image, where it is about one.")
    path: str | None = Field(description="The file, where it is about one.")
    repaired: bool = Field(description="Whether it was mended.")


class VerificationReport(BaseModel):
    """What the self-check looked at and found."""

    status: Literal["ok", "problems"] = Field(
        description="`ok`: nothing is wrong now, because nothing was or all of it was mended."
    )
    repair: bool = Field(description="Whether it was to mend what it finds.")
    rows: int = Field(description="Rows looked at, trash included.")
    files: int = Field(description="Files looked at.")
    hidden: int = Field(description="Images hidden because their files are missing or damaged.")
    unmarked: int = Field(description="Images whose files do not say what made them.")
    marked: int = Field(description="Images whose files say so now, by this repair.")
    problems: int = Field(description="How much was found.")
    repaired: int = Field(description="How much of it was mended.")
    counts: dict[FindingKind, int] = Field(
        description="How much of each kind; kinds not found are 0."
    )
    findings: list[VerificationFinding] = Field(description="The first hundred of each kind.")
    seconds: float = Field(description="How long it took.")
    timestamp: datetime = Field(description="When it ended (UTC).")
