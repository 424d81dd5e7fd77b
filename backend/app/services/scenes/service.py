"""A scene's image: from the cache, or made once however many ask for it at once."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.concurrency.disconnect import Left
from app.database.engine import Database
from app.database.errors import trouble_of
from app.domain import SceneSetting, SubjectType
from app.errors import AppError, ClientGoneError, ClientLimitError
from app.models import ImageAsset, SceneCache
from app.observability.metrics import Metrics
from app.services.generation.order import GenerationOrder, GenerationTarget
from app.services.generation.service import GenerationService
from app.services.library.usage import UsageRecorder
from app.services.players.identity import Caller
from app.services.scenes.cache import CacheService
from app.services.scenes.key import scene_key
from app.services.scenes.prompt import scene_alt_text, scene_prompt
from app.services.storage import StorageEmptyError, StorageService, StorageUnavailableError

log = structlog.get_logger()

COMPONENT = "scene-viewer"
# When a stand-in is shown and nobody knows better, a page asks again after so many seconds.
_REFRESH_SECONDS = 10.0


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


class SceneService:
    """Serves scenes. Identical requests share one generation."""

    def __init__(
        self,
        database: Database,
        cache: CacheService,
        generation: GenerationService,
        usage: UsageRecorder,
        metrics: Metrics,
        storage: StorageService,
    ) -> None:
        self._database = database
        self._storage = storage
        self._cache = cache
        self._generation = generation
        self._usage = usage
        self._metrics = metrics
        # What cannot be written is tried for 5 s, one after the other: were each who asks to try,
        # the last would wait for minutes.
        self._trouble: AppError | None = None
        self._trouble_until = 0.0

    async def serve(
        self, setting: SceneSetting, caller: Caller, *, force: bool, low_priority: bool = False
    ) -> ServedScene:
        """Get the image of a scene; ``force`` makes a new one where one is there already."""
        if not force and (cached := await self._from_cache(setting)):
            return cached
        self._usage.miss()
        order = self._order(setting, caller, force=force, low_priority=low_priority)
        return await self._made(order, caller.left)

    async def serve_something(
        self, setting: SceneSetting, caller: Caller, *, force: bool, low_priority: bool = False
    ) -> ServedScene:
        """Do the same, but never leave the screen blank.

        The live image; else the expired one, while a new one is made behind it; else a new
        one; else, where none can be made now, the nearest of the same place; else a stand-in.
        Nothing but the first two is stored, or counted as a hit.
        """
        try:
            return await self._serve_something(
                setting, caller, force=force, low_priority=low_priority
            )
        except SQLAlchemyError as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            log.warning("database trouble", reason=str(error))
            self._trouble = trouble
            self._trouble_until = time.monotonic() + (trouble.retry_after or _REFRESH_SECONDS)
            return await self._without_writing(setting, trouble)

    async def _serve_something(
        self, setting: SceneSetting, caller: Caller, *, force: bool, low_priority: bool
    ) -> ServedScene:
        try:
            if not force and (cached := await self._from_cache(setting)):
                return cached
        except StorageUnavailableError as error:
            return self._placeholder(error)
        self._usage.miss()
        if self._trouble is not None and time.monotonic() < self._trouble_until:
            return await self._without_writing(setting, self._trouble)
        order = self._order(setting, caller, force=force, low_priority=low_priority)
        if not force and (expired := await self._with_file(self._expired(setting))) is not None:
            return await self._stale(expired, order)
        try:
            return await self._made(order, caller.left)
        except ClientGoneError:
            raise
        except AppError as error:
            return await self._stand_in(setting, error)

    def count_hit(self) -> None:
        """Count a scene that was served from the cache."""
        self._usage.hit()
        self._metrics.cache_hits.inc()

    async def _without_writing(self, setting: SceneSetting, trouble: AppError) -> ServedScene:
        """What can be shown while nothing can be written, or not even read."""
        try:
            return await self._stand_in(setting, trouble)
        except SQLAlchemyError:
            return self._placeholder(trouble)

    def _placeholder(self, error: AppError) -> ServedScene:
        self._metrics.cache_requests.labels("placeholder").inc()
        return ServedScene(
            None,
            "placeholder",
            None,
            reason=error.reason,
            retry_after=error.retry_after or _REFRESH_SECONDS,
        )

    async def _stand_in(self, setting: SceneSetting, error: AppError) -> ServedScene:
        """What can be shown though nothing can be made now.

        If the painter makes the images, its stand-in is the scene's own image, and nearer than
        any other.
        """
        entry = own = await self._with_file(self._expired(setting))
        if own is None and not self._generation.paints_here:
            # It reads every scene of the place, and free words make as many as there are.
            found = await self._database.read(self._cache.find_near, setting)
            entry = await self._with_file(found)
        if entry is None:
            return self._placeholder(error)
        served: Served = "stale" if own else "near"
        self._metrics.cache_requests.labels(served).inc()
        return ServedScene(
            entry.image,
            served,
            entry.expires_at,
            reason=error.reason,
            retry_after=error.retry_after or _REFRESH_SECONDS,
        )

    def _expired(self, setting: SceneSetting) -> SceneCache | None:
        with self._database.reading() as session:
            return self._cache.find_expired(session, setting)

    async def _from_cache(self, setting: SceneSetting) -> ServedScene | None:
        now = utc_now()
        with self._database.reading() as session:
            found = self._cache.find(session, setting, now)
        entry = await self._with_file(found)
        if entry is None:
            trouble = await self._storage.disk.run(self._storage.trouble) if found else None
            if trouble is not None:
                raise StorageEmptyError
            return None
        self.count_hit()
        expires_at = entry.expires_at if entry.expires_at > now else None
        return ServedScene(entry.image, "cached", expires_at)

    async def _with_file(self, entry: SceneCache | None) -> SceneCache | None:
        """The entry, unless its file went away behind our back: better none than a broken one."""
        if entry is None:
            return None
        path = entry.image.storage_path_full
        return entry if await self._storage.disk.run(self._storage.holds, path) else None

    async def _made(self, order: GenerationOrder, left: Left | None) -> ServedScene:
        is_counted = False
        while True:
            generation, joined = await self._generation.generate(order)
            if not is_counted:
                self._metrics.cache_requests.labels("coalesced" if joined else "miss").inc()
                is_counted = True
            try:
                image = await generation.image(left)
            except ClientLimitError:
                if not joined:
                    raise
                # Begun by somebody else, and refused for what they had done. It may have ended
                # in this moment, and is still known until the loop comes round.
                await asyncio.sleep(0)
                continue
            return ServedScene(image, "generated", self._cache.expiry(image))

    async def _stale(self, entry: SceneCache, order: GenerationOrder) -> ServedScene:
        reason, retry_after = "refreshing", _REFRESH_SECONDS
        try:
            _, joined = await self._generation.generate(order)
            self._metrics.cache_requests.labels("coalesced" if joined else "miss").inc()
        except AppError as error:
            reason, retry_after = error.reason, error.retry_after or _REFRESH_SECONDS
        self._metrics.cache_requests.labels("stale").inc()
        return ServedScene(
            entry.image, "stale", entry.expires_at, reason=reason, retry_after=retry_after
        )

    def _order(
        self, setting: SceneSetting, caller: Caller, *, force: bool, low_priority: bool
    ) -> GenerationOrder:
        return GenerationOrder(
            subject_type=SubjectType.SCENE,
            subject_name=setting.location,
            prompt=scene_prompt(setting),
            setting=setting,
            request_id=caller.request_id,
            component=COMPONENT,
            alt_text=scene_alt_text(setting),
            key=f"scene|{scene_key(setting)}",
            target=_SceneTarget(self._cache, self._storage, setting, force=force),
            limit="scenes",
            # Number 0 is the image that the preview shows too.
            is_numbered=force,
            player_hash=caller.player_hash,
            client=caller.client,
            is_low_priority=low_priority,
            is_forced=force,
        )


class _SceneTarget(GenerationTarget):
    """The cache entry of a scene."""

    def __init__(
        self, cache: CacheService, storage: StorageService, setting: SceneSetting, *, force: bool
    ) -> None:
        self._cache = cache
        self._storage = storage
        self._setting = setting
        self._force = force
        self._asked_at = utc_now()

    def find(self, session: Session) -> ImageAsset | None:
        """What another process made meanwhile; of a scene to be made anew only that."""
        entry = self._cache.find(session, self._setting, utc_now())
        if entry is None or not self._storage.holds(entry.image.storage_path_full):
            return None
        if self._force and entry.created_at < self._asked_at:
            return None
        return entry.image

    def attach(self, session: Session, image: ImageAsset) -> None:
        """Serve the scene with the new image."""
        self._cache.put(session, self._setting, image, image.created_at)
