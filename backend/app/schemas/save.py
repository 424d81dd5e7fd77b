"""Saved games and preferences as the API gives them."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue


def _refuse_non_numbers(value: dict[str, JsonValue]) -> dict[str, JsonValue]:
    # Python reads NaN and Infinity, but no browser could read the object back.
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        raise ValueError("NaN and Infinity are not JSON") from None
    return value


JsonObject = Annotated[dict[str, JsonValue], AfterValidator(_refuse_non_numbers)]

# For OpenAPI: what was stored is sent as it is, without being read again.
STORED_OBJECT: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The object as it was stored, with its tag in `ETag`.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "The client's copy is still good."}
}


class SaveSummary(BaseModel):
    """One used slot, without the game itself."""

    model_config = ConfigDict(from_attributes=True)

    slot: str = Field(description="Name of the slot.")
    label: str | None = Field(description="The saved object's `label`, where it has one.")
    updated_at: datetime = Field(description="When it was stored (UTC).")
    size_bytes: int = Field(description="Size of the stored object.")
    etag: str = Field(description="Tag for `If-Match`, without the quotes.")


class SaveList(BaseModel):
    """The slots that the player uses, the newest first."""

    saves: list[SaveSummary]
    max_slots: int = Field(description="Most slots that a player may use.")


class DeletedSave(BaseModel):
    """A slot that is empty now."""

    slot: str = Field(description="Name of the slot.")
    status: Literal["deleted"] = Field("deleted", description="Always `deleted`.")
