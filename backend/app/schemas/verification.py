"""The answer of the self-check."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain import FindingKind


class VerificationFinding(BaseModel):
    """One thing that is wrong."""

    model_config = ConfigDict(from_attributes=True)

    kind: FindingKind = Field(description="What it is.")
    message: str = Field(description="The same for a person, and what was done about it.")
    image_id: int | None = Field(description="The picture, where it is about one.")
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
    hidden: int = Field(description="Pictures hidden because their files are missing or damaged.")
    problems: int = Field(description="How much was found.")
    repaired: int = Field(description="How much of it was mended.")
    counts: dict[FindingKind, int] = Field(
        description="How much of each kind; kinds not found are 0."
    )
    findings: list[VerificationFinding] = Field(description="The first hundred of each kind.")
    seconds: float = Field(description="How long it took.")
    timestamp: datetime = Field(description="When it ended (UTC).")
