"""Jobs as the API takes and gives them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.text import TidyText

_Word = Annotated[TidyText, Field(min_length=1, max_length=50)]


class WarmScene(BaseModel):
    """One scene to be painted ahead of need."""

    location: Annotated[TidyText, Field(min_length=1, max_length=200)] = Field(
        description="The place."
    )
    time_of_day: _Word = Field("day", description="The hour in words.")
    weather: _Word = Field("clear", description="The weather in words.")


class WarmRequest(BaseModel):
    """A list of scenes; the same scene twice counts once."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "scenes": [
                    {"location": "Starting Tavern", "time_of_day": "dusk", "weather": "rain"},
                    {"location": "Town Square"},
                ]
            }
        }
    )

    scenes: list[WarmScene] = Field(min_length=1, max_length=1000, description="What to paint.")


class WarmEstimate(BaseModel):
    """What a list of scenes would take; nothing was made."""

    model_config = ConfigDict(from_attributes=True)

    scenes: int = Field(description="Different scenes in the list.")
    cached: int = Field(description="Scenes that have an image already.")
    to_make: int = Field(description="Scenes that need a new image.")
    usd: float | None = Field(description="What they would cost; null where nobody knows.")


class JobItem(BaseModel):
    """One scene of a job."""

    model_config = ConfigDict(from_attributes=True)

    location: str
    time_of_day: str
    weather: str
    state: Literal["pending", "cached", "generated", "failed"]
    error: str | None = Field(
        description="Why it failed, or is still to be painted after a failure."
    )
    image_id: int | None = Field(description="Its image.")


class Job(BaseModel):
    """How far a job is."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="Identity of the job.")
    state: Literal["queued", "running", "paused", "done", "cancelled"]
    reason: str | None = Field(description="Why it is paused.")
    resume_at: datetime | None = Field(description="When it goes on (UTC).")
    total: int = Field(description="Scenes in the job.")
    finished: int = Field(description="Scenes that need nothing more.")
    cached: int = Field(description="Scenes that had an image already.")
    generated: int = Field(description="Scenes painted by this job.")
    failed: int = Field(description="Scenes that could not be painted.")
    created_at: datetime
    finished_at: datetime | None
    items: list[JobItem]


class WarmAnswer(BaseModel):
    """The job that was begun, or with `dry_run` only what it would take."""

    job: Job | None = Field(description="The job; null in a dry run.")
    estimate: WarmEstimate
