"""Where an image came from, as the API tells it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain import AskedBy


class _Facts(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class SentRequest(_Facts):
    """What was sent to the model, byte for byte; the key is no part of it."""

    method: Literal["POST"] = "POST"
    path: str = Field(description="Path of the address that was asked.")
    body: str = Field(description="The JSON body exactly as it was sent.")


class MarksOfFile(_Facts):
    """What a file says of itself."""

    digital_source_type: str | None = Field(description="Address of the IPTC's for what made it.")
    software: str | None = Field(description="Tool that wrote the file.")
    has_manifest: bool = Field(description="Whether the file carries a C2PA manifest.")


class PaidCall(_Facts):
    """The line of the ledger that brought the image."""

    id: int = Field(description="Identity of the line.")
    usd: float | None = Field(description="Dollars; null where the price was not known.")
    settled_at: datetime | None = Field(description="When the answer was there (UTC).")


class Hashes(_Facts):
    """SHA-256, in hexadecimal."""

    file: str = Field(description="Of the full file that is stored.")
    original: str = Field(description="Of the bytes that were received.")


class Generation(_Facts):
    """What the tool that made an imported image wrote about it; nothing of it is checked."""

    tool: str = Field(description="The tool, or the format that it writes.")
    prompt: str = Field(description="What was asked for.")
    negative_prompt: str | None = Field(description="What was to be avoided.")
    model: str | None = Field(description="Name of the model.")
    seed: str | None = Field(description="Seed, as text.")
    parameters: dict[str, str] = Field(description="All other settings, as text.")
    name: str | None = Field(description="Of the character, if the file is a card of one.")
    description: str | None = Field(description="Of that character.")


class Provenance(_Facts):
    """All that is known of an image's origin."""

    image_id: int = Field(description="Identity of the image.")
    provider: str | None = Field(
        description="`gemini` or `pixel`; null for an imported image and those of earlier versions."
    )
    model: str = Field(description="Model that answered, or program that painted.")
    created_at: datetime = Field(description="When it was made (UTC).")
    asked_by: AskedBy = Field(description="Whose request the image answers.")
    subject_type: str = Field(description="What the image shows.")
    subject_name: str = Field(description="Name of the subject.")
    prompt: str = Field(description="The whole prompt as it was sent.")
    style: str | None = Field(description="The part of it that the player wrote.")
    aspect_ratio: str = Field(description="Width to height, as it was asked for.")
    width: int = Field(description="Pixels of the full image.")
    height: int = Field(description="Pixels of the full image.")
    number: int | None = Field(description="Which image of its subject the painter painted.")
    request: SentRequest | None = Field(description="The request to the model.")
    call: PaidCall | None = Field(
        description="What was paid; only for the operator and the player who caused the image."
    )
    hashes: Hashes = Field(description="What the files are known by.")
    generation: Generation | None = Field(
        description="What the tool that made an imported image wrote into its file."
    )
    original: MarksOfFile = Field(description="Marks of the file that was received.")
    marks: MarksOfFile = Field(description="Marks of the file that is stored.")
