"""New pictures for a subject's gallery: what POST /images/generate does."""

import json
import uuid
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.errors import ConflictError
from app.models import ImageAsset
from app.services.flights import Flight
from app.services.generation import GenerationService
from app.services.hang_up import Left
from app.services.images import ImageFilter
from app.services.paid.idempotency import CallersKey, idempotent_plan
from app.services.paid.plan import Plan
from app.services.picture import PictureRequest, SubjectType
from app.services.picture_order import PictureOrder

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
        flight = self._flights.get((key.stored, body)) if key else None
        if flight is None:
            plan = (
                idempotent_plan(key, body, utc_now()) if key else Plan(f"image|{uuid.uuid4().hex}")
            )
            with self._database.reading() as session:
                if (image := plan.find(session)) is not None:
                    return image
            flight = self._start(order, plan)
            if key:
                known = (key.stored, body)
                self._flights[known] = flight
                flight.task.add_done_callback(lambda _: self._flights.pop(known))
        return await flight.picture(left)

    def _start(self, order: PictureOrder, plan: Plan) -> Flight:
        with self._database.reading() as session:
            self._check_room(session, order.request)
            variation = self._generation.pictures_so_far(
                session, order.request.subject_type, order.request.subject_name
            )
        numbered = replace(order, request=replace(order.request, variation=variation))
        return self._generation.start(numbered, plan, "images")

    def _check_room(self, session: Session, request: PictureRequest) -> None:
        if request.subject_type is SubjectType.SCENE:
            return  # a place has a picture for each hour and weather
        wanted = ImageFilter(
            subject_names=[request.subject_name], subject_type=request.subject_type
        )
        stored = session.scalar(
            select(func.count()).select_from(ImageAsset).where(*wanted.conditions())
        )
        under_way = self._generation.under_way(request.subject_type, request.subject_name)
        if (stored or 0) + under_way >= self._max_images:
            raise ConflictError(
                f"The gallery of {request.subject_name} is full: "
                f"it holds {self._max_images} pictures. Delete one to make room.",
                detail={"reason": "gallery_full", "limit": self._max_images},
            )


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
