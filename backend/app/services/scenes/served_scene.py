"""The answer to a request for a scene."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.models import ImageAsset

Served = Literal["cached", "generated", "stale", "near", "placeholder"]


@dataclass(frozen=True, slots=True)
class ServedScene:
    """A scene's image, and where it came from.

    Attributes:
        image: The image; None is the local painter's stand-in, which is stored nowhere.
        served: ``cached`` and ``generated`` are the scene's own; the rest stand in for it.
        expires_at: Until when the image is, or was, served as the scene's own; None for one
            that stays because no model is there to make another.
        reason: Why something stands in.
        retry_after: Seconds after which the scene's own image may be there.
    """

    image: ImageAsset | None
    served: Served
    expires_at: datetime | None
    reason: str | None = None
    retry_after: float | None = None

    @property
    def is_stand_in(self) -> bool:
        """Whether this is not the scene's own image, so that no browser may keep it."""
        return self.served not in {"cached", "generated"}
