"""Answers about the server itself."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class ServiceInfo(BaseModel):
    """What a program finds at the root address."""

    name: str = Field(description="Name of the service.")
    version: str = Field(description="Version of the service.")
    status: Literal["running"] = Field("running", description="Always `running`.")
    docs: str = Field(description="Where the API is described.")
    health: str = Field(description="Where to ask how it is.")


class DiskSpace(BaseModel):
    """Room on the disk that holds the images."""

    status: Literal["ok", "low", "unknown", "error"] = Field(
        description="`low` (below 1 GB), where older servers said `warning`; `unknown` where the "
        "disk does not say, as some network mounts; `error`: full, or not to be reached."
    )
    free_gb: float | None = Field(
        description="Free room in GB (2^30); null where the disk does not say."
    )


class ImageFolder(BaseModel):
    """Whether images can be read and stored."""

    status: Literal["ok", "read_only", "empty", "error"] = Field(
        description="`empty`: without this library's marker file, as if the disk were not mounted."
    )


class StoredImages(BaseModel):
    """How many images can be seen."""

    total: int


class ProviderHealth(BaseModel):
    """Who makes the images, and whether it can."""

    name: str = Field(description="`gemini` or `pixel`.")
    status: Literal["ok", "not_configured", "waiting"]
    reason: str | None = Field(description="Why it is not asked just now.")
    until: datetime | None = Field(description="When it is asked again (UTC).")


class BackupHealth(BaseModel):
    """What could be restored."""

    status: Literal["ok", "none", "error"] = Field(
        description="`none`: no good backup was made yet; `error`: BACKUP_DIR cannot be read."
    )
    last_good_at: datetime | None = Field(
        description="When the newest good backup in BACKUP_DIR was made (UTC)."
    )


class HealthChecks(BaseModel):
    """Each part by itself."""

    database: Literal["ok", "error"]
    disk_space: DiskSpace
    image_folder: ImageFolder
    images: StoredImages
    provider: ProviderHealth
    backups: BackupHealth
    background: Literal["ok", "error"] = Field(
        description="`error`: work such as writing counts died within the last minute."
    )


class Health(BaseModel):
    """How the server is; the status code is 503 where `status` is `error`."""

    status: Literal["ok", "degraded", "error"]
    timestamp: datetime = Field(description="When this was looked at (UTC).")
    checks: HealthChecks
    reasons: list[str] = Field(description="Why it is not `ok`, for a person.")


class Liveness(BaseModel):
    """The process answers."""

    status: Literal["ok"] = Field("ok", description="Always `ok`.")


class Readiness(BaseModel):
    """Whether requests may be sent here; the status code is 503 where they may not."""

    status: Literal["ready", "not_ready"]
    timestamp: datetime = Field(description="When this was looked at (UTC).")
    reasons: list[str] = Field(description="What is wrong, for a person; also where it is ready.")
