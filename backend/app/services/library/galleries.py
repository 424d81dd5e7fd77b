"""New images for a subject's gallery: what POST /images/generate does."""

import json
from dataclasses import replace

from app.clock import utc_now
from app.concurrency.disconnect import Left
from app.database.engine import Database
from app.domain import SubjectType
from app.models import ImageAsset
from app.services.generation.idempotency import IDEMPOTENT, CallersKey, IdempotentTarget
from app.services.generation.order import GenerationOrder
from app.services.generation.service import GenerationService

# Of a sentence; the page has the same for its preview.
_ENDS = (".", "!", "?", "\u2026", "\u3002", "\uff01", "\uff1f")


class GalleryService:
    """Adds images to galleries of items and characters, up to a limit, and to scenes."""

    def __init__(self, database: Database, generation: GenerationService, max_images: int) -> None:
        self._database = database
        self._generation = generation
        self._max_images = max_images

    async def add(
        self, order: GenerationOrder, key: CallersKey | None = None, left: Left | None = None
    ) -> ImageAsset:
        """Make one more image; it is stored even where the caller hangs up."""
        # A place has an image for each hour and weather.
        is_scene = order.subject_type is SubjectType.SCENE
        order = replace(order, gallery_limit=None if is_scene else self._max_images)
        if key is not None:
            target = IdempotentTarget(key, _body_of(order), utc_now())
            order = replace(order, key=f"{IDEMPOTENT}{key.stored}", target=target)
            with self._database.reading() as session:
                if (image := target.find(session)) is not None:
                    return image
        generation, _ = await self._generation.generate(order)
        return await generation.image(left)


def _body_of(order: GenerationOrder) -> str:
    """What must be the same for an Idempotency-Key to stand for the same request."""
    subject = (order.subject_type, order.subject_name, order.prompt, order.custom_prompt)
    return json.dumps([*subject, order.aspect_ratio, order.component])


def prompt_with_style(prompt: str, custom_prompt: str | None) -> str:
    """The whole prompt, as the model and the gallery see it."""
    if not custom_prompt:
        return prompt
    stop = "" if prompt.endswith(_ENDS) else "."
    return f"{prompt}{stop} Style: {custom_prompt}"
