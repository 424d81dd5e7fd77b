"""Answers of the maintenance endpoints."""

from datetime import datetime

from pydantic import BaseModel, Field


class CleanupReport(BaseModel):
    """What a clean-up removed, or would remove."""

    deleted: int = Field(description="Rows removed, or with `dry_run` those that would be.")
    message: str = Field(description="The same for a person.")
    dry_run: bool = Field(description="Whether nothing was touched.")
    timestamp: datetime = Field(description="When it ran (UTC).")


class ImageCounts(BaseModel):
    """Pictures by state."""

    active: int = Field(description="Pictures that can be seen.")
    deleted: int = Field(description="Pictures in the trash.")
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
