"""What the migration answers."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class MovedEntry(BaseModel):
    """An entry whose image the server has."""

    model_config = ConfigDict(from_attributes=True)

    key: str = Field(description="Where the entry was found.")
    outcome: Literal["stored", "already_there", "restored", "healed"] = Field(
        description="New, there already, out of the trash, or its lost file replaced."
    )
    source_hash: str = Field(
        description="SHA-256 of the offered bytes, in hexadecimal: what is proven stored."
    )
    image_id: int | None = Field(
        description="Identity of the image; null in a dry run that would store it."
    )


class EntryError(BaseModel):
    """An entry that could not be moved, and stays where it is."""

    model_config = ConfigDict(from_attributes=True)

    key: str = Field(description="Where the entry was found.")
    error: str = Field(description="Why, for a person.")


class Migration(BaseModel):
    """What one call moved; offered = scenes + items + already_there + errors."""

    status: Literal["success", "partial", "failed"] = Field(
        description="`success` only where everything offered is on the server now."
    )
    scenes: int = Field(description="Scene images newly stored.")
    items: int = Field(description="Item images newly stored.")
    errors: list[EntryError] = Field(description="Entries that could not be moved.")
    total_size_mb: float = Field(
        description="Size of the images newly stored, in MB (2^20); in a dry run, which encodes "
        "nothing, of the bytes offered for them."
    )
    offered: int = Field(description="Entries found.")
    already_there: int = Field(
        description="Entries that added no image: it was there, in the trash, or without file."
    )
    results: list[MovedEntry] = Field(description="Entries whose image the server has.")
    notes: list[str] = Field(description="What a person should know besides.")
    saved_game_slot: str | None = Field(
        description="Save slot that holds the old saved game now, where one was sent."
    )
    dry_run: bool = Field(description="Whether nothing was stored.")
