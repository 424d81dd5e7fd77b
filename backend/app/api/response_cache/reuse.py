"""What a route says of a response that may be sent again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from starlette.types import Scope

from app.domain import FileStamp

_KEY = "reuse"


@dataclass(frozen=True, slots=True)
class Reuse:
    """For how long a response holds, and what sending it again counts as.

    Attributes:
        until: When it expires.
        file: Path of an image file, as rows and addresses have it, that must still be the same.
        stamp: Of that file, read before its content.
        follows_library: Whether any change of images and scenes ends it.
        image_ids: Images whose counts of uses the body shows, in its order.
        counts_as: A hit of the scene cache, or a use of the image.
    """

    until: datetime | None = None
    file: str | None = None
    stamp: FileStamp | None = None
    follows_library: bool = True
    image_ids: tuple[int, ...] = ()
    counts_as: Literal["hit", "use"] | None = None


def allow_reuse(scope: Scope, reuse: Reuse) -> None:
    """Let the response to this request, if it is 200, be sent to the same request again.

    It must be the same for every caller, but for the cookie that a new player gets.
    """
    scope["state"][_KEY] = reuse


def allowed_reuse(scope: Scope) -> Reuse | None:
    """What the route said."""
    found: Reuse | None = scope["state"].get(_KEY)
    return found
