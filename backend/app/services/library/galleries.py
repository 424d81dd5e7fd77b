"""New pictures for a subject's gallery: what POST /images/generate does."""

import json
import uuid
from dataclasses import replace

from app.clock import utc_now
from app.concurrency.disconnect import Left
from app.database.engine import Database
from app.domain import ImageRequest, SubjectType
from app.errors import AppError
from app.models import ImageAsset
from app.services.generation.flights import Flight
from app.services.generation.idempotency import CallersKey, idempotent_plan
from app.services.generation.order import PictureOrder
from app.services.generation.plan import Gallery, Plan
from app.services.generation.service import GenerationService

# Of a sentence; the page has the same for its preview.
_ENDS = (".", "!", "?", "\u2026", "\u3002", "\uff01", "\uff1f")


class GalleryService:
    """Adds pictures to galleries of items and characters, up to a limit, and to scenes."""

    def __init__(
        self,
        database: Database,
        generation: GenerationService,
        max_images: int,
    ) -> None:
        self._database = database
        self._generation = generation
        self._max_images = max_images
        self._flights: dict[tuple[str, str], Flight] = {}

    async def add(
        self, order: PictureOrder, key: CallersKey | None = None, left: Left | None = None
    ) -> ImageAsset:
        """Make one more picture; it is stored even where the caller hangs up.

        Raises:
            ConflictError: When the gallery is full, or the key was used for another order.
            GoneError: When the picture that the key made was deleted.
            RateLimitError: When a limit on paid pictures is reached.
            ProviderError: When no usable picture came back.
            ClientGoneError: When the caller hung up before there was one.
        """
        body = _body_of(order)
        known = (key.stored, body) if key else None
        flight = self._flights.get(known) if known else None
        if flight is None:
            plan = (
                idempotent_plan(key, body, utc_now()) if key else Plan(f"image|{uuid.uuid4().hex}")
            )
            with self._database.reading() as session:
                if (image := plan.find(session)) is not None:
                    return image
            plan = replace(plan, gallery=self._gallery_of(order.request))
            try:
                await self._generation.admit(order, plan, "images")
            except AppError:
                if known not in self._flights:  # else the same request was quicker
                    raise
            flight = self._flights.get(known) if known else None
        if flight is None:
            flight = self._generation.start(order, plan, "images")
            if known:
                self._flights[known] = flight
                flight.task.add_done_callback(lambda _: self._flights.pop(known))
        return await flight.picture(left)

    def _gallery_of(self, request: ImageRequest) -> Gallery:
        # A place has a picture for each hour and weather.
        most = None if request.subject_type is SubjectType.SCENE else self._max_images
        return Gallery(request.subject_type, request.subject_name, most)


def _body_of(order: PictureOrder) -> str:
    """What must be the same for an Idempotency-Key to stand for the same request."""
    request = order.request
    return json.dumps(
        [
            request.subject_type,
            request.subject_name,
            request.prompt,
            order.custom_prompt,
            request.aspect_ratio,
            order.component,
        ]
    )


def prompt_with_style(prompt: str, custom_prompt: str | None) -> str:
    """The whole prompt, as the model and the gallery see it."""
    if not custom_prompt:
        return prompt
    stop = "" if prompt.endswith(_ENDS) else "."
    return f"{prompt}{stop} Style: {custom_prompt}"
