"""The one body of every error, and how routes declare it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class ErrorBody(BaseModel):
    """What every refusal and failure looks like."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "status": "error",
                "code": 409,
                "message": "The gallery of Lamp is full: it holds 20 images.",
                # An object: FastAPI takes nulls out of examples.
                "detail": {"reason": "gallery_full", "limit": 20},
                "request_id": "7f3c1c6d8d5e4a6f9b0a2c1d3e4f5a6b",
            }
        }
    )

    status: Literal["error"] = Field("error", description="Always `error`.")
    code: int = Field(description="The HTTP status as a number.")
    message: str = Field(description="One sentence for a person.")
    detail: dict[str, Any] | None = Field(description="Facts for a program, or null.")
    request_id: str = Field(description="The same as in the `X-Request-ID` header.")


_MEANINGS = {
    400: "The request could not be read.",
    401: "The admin token is missing or wrong.",
    403: "A page of another site must not change anything here.",
    404: "There is no such thing, or it is in the trash.",
    405: "The address exists, but not for this method.",
    409: "What is stored stands against it, such as a full gallery or a guarded clean-up.",
    410: "The image of this Idempotency-Key was deleted: restore it, or send a new key.",
    412: "What is stored changed since it was last read: see `detail.etag`.",
    413: "The body is too large.",
    416: "The range lies behind the end of the file.",
    422: "A field is wrong (`detail.errors` lists each), or the model's safety rules refused the "
    "prompt (`detail.reason`).",
    429: "Too many paid images or wrong admin tokens (`rate_limit`), or the model's quota is "
    "used up (`quota_minute`, `quota_day`): see `detail.reason` and `Retry-After`.",
    500: "Something unexpected; the log has more under the `request_id`.",
    502: "The model failed, or its answer held no usable image.",
    503: "Overloaded, not configured, or a key without image quota: see `detail.reason`.",
    504: "The model did not answer in time.",
    507: "The disk is full.",
}
_WITH_RETRY_AFTER = {429, 503}
_RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds after which another try makes sense.",
        "schema": {"type": "integer", "minimum": 1},
    }
}

# Every route that makes an image can answer with these.
GENERATION_ERRORS = (403, 409, 422, 429, 502, 503, 504, 507)


def error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Declare errors for OpenAPI; a crash and an unreachable disk or database always may come."""
    declared: dict[int | str, dict[str, Any]] = {}
    # After too many wrong tokens a client is no longer told which are wrong.
    guarded = {429} if 401 in statuses else set()
    for status in sorted({*statuses, *guarded, 500, 503}):
        declared[status] = {"model": ErrorBody, "description": _MEANINGS[status]}
        if status in _WITH_RETRY_AFTER:
            declared[status]["headers"] = _RETRY_AFTER
    return declared


def stream_error_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The same for a route that streams: FastAPI would declare errors with the stream's type."""
    body = {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}}
    return {
        status: {**{name: given[name] for name in given if name != "model"}, "content": body}
        for status, given in error_responses(*statuses).items()
    }
