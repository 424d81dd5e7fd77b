"""New pictures for a subject's gallery: what POST /images/generate does."""

import asyncio
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.database import Database
from app.errors import ConflictError
from app.models import ImageAsset
from app.services.caller import Caller
from app.services.generation import GenerationService, PictureOrder
from app.services.images import ImageFilter
from app.services.picture import PictureRequest, SubjectType
from app.services.rate_limits import RequestLimits


class GalleryService:
    """Adds pictures to galleries of items and characters, up to a limit, and to scenes."""

    def __init__(
        self,
        database: Database,
        generation: GenerationService,
        limits: RequestLimits,
        max_images: int,
    ) -> None:
        self._database = database
        self._generation = generation
        self._limits = limits
        self._max_images = max_images

    async def add(self, order: PictureOrder, caller: Caller) -> ImageAsset:
        """Make one more picture; it is stored even where the caller hangs up.

        Raises:
            ConflictError: When the gallery is full.
            RateLimitError: When the client asked for too many paid pictures.
            ProviderError: When no usable picture came back.
        """
        with self._database.reading() as session:
            self._check_room(session, order.request)
            variation = self._generation.pictures_so_far(
                session, order.request.subject_type, order.request.subject_name
            )
        numbered = replace(order, request=replace(order.request, variation=variation))
        task = self._generation.start(
            numbered, charge=lambda: self._limits.charge("images", caller.client)
        )
        return await asyncio.shield(task)

    def _check_room(self, session: Session, request: PictureRequest) -> None:
        if request.subject_type is SubjectType.SCENE:
            return  # a place has a picture for each hour and weather
        wanted = ImageFilter(subject_name=request.subject_name, subject_type=request.subject_type)
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


def prompt_with_style(prompt: str, custom_prompt: str | None) -> str:
    """The whole prompt, as the model and the gallery see it."""
    return f"{prompt} Style: {custom_prompt}" if custom_prompt else prompt
