"""A scene's picture: from the cache, or made once however many ask for it at once."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.models import ImageAsset
from app.services.cache import CacheService
from app.services.caller import Caller
from app.services.generation import GenerationService, PictureOrder
from app.services.metrics import Metrics
from app.services.picture import AspectRatio, PictureRequest, SceneSetting, SubjectType
from app.services.rate_limits import RequestLimits
from app.services.scene_key import scene_key
from app.services.scene_prompt import scene_alt_text, scene_prompt
from app.services.usage import UsageRecorder

COMPONENT = "scene-viewer"


@dataclass(frozen=True, slots=True)
class ServedScene:
    """A scene's picture, where it came from, and until when it is served."""

    image: ImageAsset
    served: Literal["cached", "generated"]
    expires_at: datetime


class SceneService:
    """Serves scenes. Identical requests share one generation."""

    def __init__(
        self,
        database: Database,
        cache: CacheService,
        generation: GenerationService,
        limits: RequestLimits,
        usage: UsageRecorder,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._cache = cache
        self._generation = generation
        self._limits = limits
        self._usage = usage
        self._metrics = metrics
        self._flights: dict[str, asyncio.Task[ImageAsset]] = {}

    async def serve(self, setting: SceneSetting, caller: Caller, *, force: bool) -> ServedScene:
        """Get the picture of a scene; ``force`` makes a new one where one is there already.

        From the look-up to the start of a flight nothing is awaited, so that two requests can
        never start two flights for one scene.

        Raises:
            RateLimitError: When the client asked for too many paid pictures.
            OverloadedError: When too many pictures wait to be made.
            ProviderError: When no usable picture came back.
        """
        if not force:
            with self._database.reading() as session:
                entry = self._cache.find(session, setting, utc_now())
            if entry is not None:
                self._usage.hit()
                self._metrics.cache_requests.labels("hit").inc()
                return ServedScene(entry.image, "cached", entry.expires_at)
        self._usage.miss()
        key = scene_key(setting)
        flight = self._flights.get(key)
        self._metrics.cache_requests.labels("coalesced" if flight else "miss").inc()
        if flight is None:
            flight = self._take_off(key, setting, caller, force=force)
        image = await asyncio.shield(flight)
        return ServedScene(image, "generated", self._cache.expiry(image))

    def _take_off(
        self, key: str, setting: SceneSetting, caller: Caller, *, force: bool
    ) -> asyncio.Task[ImageAsset]:
        flight = self._generation.start(
            self._order(setting, caller, force=force),
            charge=lambda: self._limits.charge("scenes", caller.client),
            attach=lambda session, image: self._attach(session, setting, image),
        )
        self._flights[key] = flight
        flight.add_done_callback(lambda _: self._flights.pop(key))
        return flight

    def _attach(self, session: Session, setting: SceneSetting, image: ImageAsset) -> None:
        self._cache.put(session, setting, image, image.created_at)

    def _order(self, setting: SceneSetting, caller: Caller, *, force: bool) -> PictureOrder:
        variation = 0
        if force:
            with self._database.reading() as session:
                variation = self._generation.pictures_so_far(
                    session, SubjectType.SCENE, setting.location
                )
        return PictureOrder(
            request=scene_request(setting, variation=variation, request_id=caller.request_id),
            component=COMPONENT,
            alt_text=scene_alt_text(setting),
            player_hash=caller.player_hash,
        )


def scene_request(
    setting: SceneSetting,
    *,
    aspect_ratio: AspectRatio = AspectRatio.WIDE,
    variation: int = 0,
    request_id: str | None = None,
) -> PictureRequest:
    """What a provider is asked for; number 0 is the picture that the preview shows too."""
    return PictureRequest(
        subject_type=SubjectType.SCENE,
        subject_name=setting.location,
        prompt=scene_prompt(setting),
        aspect_ratio=aspect_ratio,
        setting=setting,
        variation=variation,
        request_id=request_id,
    )
