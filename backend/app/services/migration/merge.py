"""How a moved picture meets what is here already."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.domain import AspectRatio, SubjectType
from app.models import ImageAsset
from app.services.library.growth import Growth
from app.services.library.images import ImageFilter
from app.services.migration.job import Job
from app.services.migration.preparation import Prepared
from app.services.migration.report import Outcome
from app.services.migration.same_picture import find_same
from app.services.players.identity import Caller
from app.services.scenes.cache import CacheService
from app.services.scenes.prompt import scene_alt_text
from app.services.storage import StoredImage

# The old game did not keep which model had made a picture.
MODEL = "legacy"


@dataclass(frozen=True, slots=True)
class Merged:
    """What one unit of work did with one picture.

    Attributes:
        image: The picture's row.
        outcome: What was done.
        obsolete_paths: Files that no row names any more, to be removed after the commit.
    """

    image: ImageAsset
    outcome: Outcome
    obsolete_paths: list[str] = field(default_factory=list)


def merge(
    session: Session, prepared: Prepared, mover: Caller, cache: CacheService, growth: Growth
) -> Merged | None:
    """Keep one picture.

    Args:
        session: The unit of work.
        prepared: The picture, with its files where they were needed.
        mover: Who moves it.
        cache: Serves the scenes that the picture shows.
        growth: Bounds what one client adds in a day.

    Returns:
        What was done, or None where the row that was looked at is not the one any more, so that
        the picture must be prepared again.

    Raises:
        LibraryFullError: When the picture is new, and the library as large as it may be.
        RateLimitError: When the picture is new, and the client has added enough today.
    """
    job, stored, seen = prepared.job, prepared.stored, prepared.existing
    image = find_same(session, job, mover)
    if image is None:
        if stored is None:
            return None
        growth.take_picture(session, mover.adds_as, utc_now(), stored.file_size_bytes)
        image = _new_row(job, stored, mover.known_player)
        session.add(image)
        merged = Merged(image, "stored")
    elif seen is None or seen.id != image.id:
        return None  # nobody has looked whether this one's files are there
    else:
        merged = _merge_into(session, image, prepared)
        if mover.may_manage(image.player_hash):
            _add_facts(image, job)
    session.flush()
    if job.is_featured:
        _feature(session, image, job.starred_at, mover)
    _serve_scenes(session, job, image, cache, mover)
    return merged


def kept_style(image: ImageAsset | None, job: Job, mover: Caller) -> str | None:
    """The style that a picture has when it was moved; ``image`` is its row where it has one."""
    if image is None:
        return job.style
    may_tell = mover.may_manage(image.player_hash)
    return (image.custom_prompt or job.style) if may_tell else image.custom_prompt


def _merge_into(session: Session, image: ImageAsset, prepared: Prepared) -> Merged:
    outcome: Outcome = "already_there"
    obsolete: list[str] = []
    stored = prepared.stored
    if stored is not None:
        if image.storage_path_full == prepared.lost_path:
            obsolete = [image.storage_path_full, image.storage_path_thumbnail]
            _take_files(image, stored)
            outcome = "healed"
        else:
            # Another tab healed the same picture in between; its files stay.
            obsolete = [stored.path_full, stored.path_thumbnail]
    if image.missing_since is not None:  # its files are there again
        image.is_featured = image.is_featured and _featured(session, image) is None
        image.missing_since = None
        outcome = "healed"
    if image.deleted_at is not None:
        image.is_featured = image.is_featured and _featured(session, image) is None
        image.deleted_at = None
        outcome = "restored"
    return Merged(image, outcome, obsolete)


def _add_facts(image: ImageAsset, job: Job) -> None:
    """What only the operator and whoever caused the picture may tell of it."""
    if job.created_at is not None:
        image.created_at = min(image.created_at, job.created_at)
    image.custom_prompt = image.custom_prompt or job.style
    image.use_count = max(image.use_count, job.use_count)
    times = [time for time in (image.last_used, job.last_used) if time is not None]
    image.last_used = max(times, default=None)


def _new_row(job: Job, stored: StoredImage, player: str) -> ImageAsset:
    first = job.first
    is_scene = first.subject_type is SubjectType.SCENE
    image = ImageAsset(
        subject_type=first.subject_type,
        subject_name=first.subject_name,
        component="scene-viewer" if is_scene else "item-window",
        prompt_used=job.prompt or " ".join(filter(None, (first.subject_name, job.style))),
        custom_prompt=job.style,
        model_used=MODEL,
        aspect_ratio=AspectRatio.WIDE if is_scene else AspectRatio.SQUARE,
        alt_text=scene_alt_text(first.setting) if first.setting else first.subject_name,
        generation_time_ms=0,
        use_count=job.use_count,
        last_used=job.last_used,
        created_at=job.created_at or utc_now(),
        source_hash=job.source_hash,
        player_hash=player,
    )
    _take_files(image, stored)
    return image


def _take_files(image: ImageAsset, stored: StoredImage) -> None:
    image.storage_path_full = stored.path_full
    image.storage_path_thumbnail = stored.path_thumbnail
    image.file_size_bytes = stored.file_size_bytes
    image.width = stored.width
    image.height = stored.height
    image.content_hash = stored.content_hash
    image.preview = stored.preview


def _featured(session: Session, image: ImageAsset) -> ImageAsset | None:
    """The featured picture of the same subject."""
    wanted = ImageFilter(
        subject_names=[image.subject_name],
        subject_type=SubjectType(image.subject_type),
        is_featured=True,
    )
    return session.scalar(select(ImageAsset).where(*wanted.conditions()))


def _feature(
    session: Session, image: ImageAsset, starred_at: datetime | None, mover: Caller
) -> None:
    """Of two featured pictures of the mover the newer one stays featured; other people's stay."""
    current = _featured(session, image)
    if current is not None and current is not image:
        if not _may_replace(current, starred_at, mover):
            return
        current.is_featured = False
        session.flush()
    image.is_featured = True


def _serve_scenes(
    session: Session, job: Job, image: ImageAsset, cache: CacheService, mover: Caller
) -> None:
    """Serve each scene with this picture where it has no live one, or an older one of the mover."""
    now = utc_now()
    for setting, told in job.scenes.items():
        entry = cache.find(session, setting, now)
        if entry is None or (entry.image is not image and _may_replace(entry.image, told, mover)):
            cache.put(session, setting, image, now)


def _may_replace(current: ImageAsset, told: datetime | None, mover: Caller) -> bool:
    """Whether an entry may take a picture's place; one without a date is newer than nothing."""
    is_own = current.player_hash == mover.known_player
    return is_own and told is not None and told > current.created_at
