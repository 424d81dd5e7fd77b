"""CacheService: which image a scene shows, and for how long."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, contains_eager

from app.domain import PIXEL_ARTIST_MODEL, SceneSetting
from app.models import ImageAsset, SceneCache
from app.services.scenes.key import normalized_hour, normalized_location, scene_key

_SAMPLE = 10


@dataclass(frozen=True, slots=True)
class CacheContents:
    """Entries by state."""

    total: int
    active: int

    @property
    def expired(self) -> int:
        """Entries that would be made again."""
        return self.total - self.active


@dataclass(frozen=True, slots=True)
class ForgottenScene:
    """A scene entry that a clean-up is about; the image stays in the library."""

    location: str
    time_of_day: str
    weather: str
    image_id: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many entries a clean-up removed, or would remove, and some of them."""

    count: int
    sample: list[ForgottenScene]


class CacheService:
    """Works on entries in a session that the caller opened; never commits.

    Args:
        lifetime: How long an entry is served.
        has_model: Whether a model makes the images. Then those of the local painter count as
            expired, because a better painter is at hand; without one those of a model never
            expire, because what would replace them is worse, and they were paid for.
    """

    def __init__(self, lifetime: timedelta, *, has_model: bool) -> None:
        self._lifetime = lifetime
        self._has_model = has_model
        # Built once: putting it together takes longer than SQLite takes to answer it.
        self._find_live = (
            select(SceneCache)
            .join(SceneCache.image)
            .options(contains_eager(SceneCache.image))
            .where(SceneCache.cache_key == bindparam("key"), self._is_live(bindparam("now")))
        )

    @property
    def lifetime(self) -> timedelta:
        """How long an entry is served."""
        return self._lifetime

    def find(self, session: Session, setting: SceneSetting, now: datetime) -> SceneCache | None:
        """Get the entry that a scene is served from, with its image, if there is a live one."""
        return session.scalar(self._find_live, {"key": scene_key(setting), "now": now})

    def find_expired(self, session: Session, setting: SceneSetting) -> SceneCache | None:
        """Get the entry of a scene at any age, as long as its image is there."""
        return session.scalar(
            self._with_pictures().where(SceneCache.cache_key == scene_key(setting))
        )

    def find_near(self, session: Session, setting: SceneSetting) -> SceneCache | None:
        """Get the entry that comes nearest: the same place, then the same hour, then the newest.

        An image of the local painter is shown only where the place has no other.
        """
        place = normalized_location(setting.location)
        same_hour = _begins_with(place + normalized_hour(setting.time_of_day))
        return session.scalar(
            self._with_pictures()
            .where(_begins_with(place))
            .order_by(
                (ImageAsset.model_used == PIXEL_ARTIST_MODEL).asc(),
                same_hour.desc(),
                SceneCache.created_at.desc(),
            )
            .limit(1)
        )

    def _with_pictures(self) -> Select[SceneCache]:
        return (
            select(SceneCache)
            .join(SceneCache.image)
            .options(contains_eager(SceneCache.image))
            .where(ImageAsset.is_visible())
        )

    def expiry(self, image: ImageAsset) -> datetime:
        """Until when a scene is served with an image that was made for it."""
        return image.created_at + self._lifetime

    def put(
        self, session: Session, setting: SceneSetting, image: ImageAsset, now: datetime
    ) -> SceneCache:
        """Serve a scene with this image from now on; the one before stays in the library."""
        key = scene_key(setting)
        entry = session.scalar(select(SceneCache).where(SceneCache.cache_key == key))
        if entry is None:
            entry = SceneCache(
                cache_key=key,
                location=setting.location,
                time_of_day=setting.time_of_day,
                weather=setting.weather,
            )
            session.add(entry)
        entry.image = image
        entry.created_at = now
        entry.expires_at = now + self._lifetime
        return entry

    def clear(
        self, session: Session, location: str | None = None, *, dry_run: bool = False
    ) -> Forgotten:
        """Forget all entries, or those of one place."""
        which = true() if location is None else _begins_with(normalized_location(location))
        return _forget(session, which, dry_run=dry_run)

    def remove_expired(self, session: Session, now: datetime, *, dry_run: bool) -> Forgotten:
        """Forget the entries that would be made again.

        One whose image lies in the trash stays until its own time is over: the image may be
        restored, and then the scene shows it again.
        """
        lasting = select(SceneCache.id).join(SceneCache.image).where(self._lasts(now))
        return _forget(session, SceneCache.id.not_in(lasting), dry_run=dry_run)

    def contents(self, session: Session, now: datetime) -> CacheContents:
        """Count entries."""
        total = session.scalar(select(func.count()).select_from(SceneCache)) or 0
        active = session.scalar(
            select(func.count())
            .select_from(SceneCache)
            .join(SceneCache.image)
            .where(self._is_live(now))
        )
        return CacheContents(total=total, active=active or 0)

    def _is_live(self, now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
        return and_(self._lasts(now), ImageAsset.is_visible())

    def _lasts(self, now: datetime | BindParameter[datetime]) -> ColumnElement[bool]:
        is_young = SceneCache.expires_at > now
        is_from_model = ImageAsset.model_used != PIXEL_ARTIST_MODEL
        return and_(is_young, is_from_model) if self._has_model else or_(is_young, is_from_model)


def _begins_with(prefix: str) -> ColumnElement[bool]:
    """Keys that begin with some whole parts: a range, since LIKE would read the whole table."""
    after = prefix[:-1] + chr(ord(prefix[-1]) + 1)
    return and_(SceneCache.cache_key >= prefix, SceneCache.cache_key < after)


def _forget(session: Session, which: ColumnElement[bool], *, dry_run: bool) -> Forgotten:
    columns = (getattr(SceneCache, one.name) for one in fields(ForgottenScene))
    oldest = select(*columns).where(which).order_by(SceneCache.expires_at, SceneCache.id)
    sample = [ForgottenScene(*row) for row in session.execute(oldest.limit(_SAMPLE))]
    count = session.scalar(select(func.count()).select_from(SceneCache).where(which)) or 0
    if not dry_run:
        session.execute(
            delete(SceneCache).where(which).execution_options(synchronize_session=False)
        )
    return Forgotten(count, sample)
