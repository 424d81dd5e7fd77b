"""How an imported image meets what is here already."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.domain import AspectRatio, SubjectType
from app.models import ImageAsset
from app.services.library.images import ImageFilter
from app.services.migration.offers import Outcome
from app.services.migration.preparation import Candidate, Prepared, find_same
from app.services.players.growth import Growth
from app.services.players.identity import Caller
from app.services.provenance.origins import origin_of
from app.services.scenes.cache import CacheService
from app.services.scenes.prompt import scene_alt_text
from app.services.storage import StoredImage

# The old game did not keep which model had made an image.
MODEL = "legacy"


@dataclass(frozen=True, slots=True)
class Merged:
    """What one unit of work did with one image.

    Attributes:
        image: The image's row.
        outcome: What was done.
        obsolete_paths: Files that no row names any more, to be removed after the commit.
    """

    image: ImageAsset
    outcome: Outcome
    obsolete_paths: list[str] = field(default_factory=list)


def merge(
    session: Session, prepared: Prepared, caller: Caller, cache: CacheService, growth: Growth
) -> Merged | None:
    """Keep one image.

    Args:
        session: The unit of work.
        prepared: The image, with its files if they were needed.
        caller: Who imports it.
        cache: Serves the scenes that the image shows.
        growth: Bounds what one client adds in a day.

    Returns:
        What was done, or None if the row that was checked is not the one any more, so that
        the image must be prepared again.

    Raises:
        LibraryFullError: When the image is new, and the library as large as it may be.
        RateLimitError: When the image is new, and the client has added enough today.
    """
    candidate, stored, seen = prepared.candidate, prepared.stored, prepared.existing
    image = find_same(session, candidate, caller)
    if image is None:
        if stored is None:
            return None
        growth.take_picture(session, caller.adds_as, utc_now(), stored.file_size_bytes)
        image = _new_row(candidate, stored, caller.known_player)
        session.add(image)
        merged = Merged(image, "stored")
    elif seen is None or seen.id != image.id:
        return None  # nobody has checked whether this one's files are there
    else:
        merged = _merge_into(session, image, prepared)
        if caller.may_manage(image.player_hash):
            _add_facts(image, candidate)
    session.flush()
    if candidate.is_featured:
        _feature(session, image, candidate.starred_at, caller)
    _serve_scenes(session, candidate, image, cache, caller)
    return merged


def kept_style(image: ImageAsset | None, candidate: Candidate, caller: Caller) -> str | None:
    """The style that an image has after the import; ``image`` is its row, if it has one."""
    if image is None:
        return candidate.style
    may_manage = caller.may_manage(image.player_hash)
    return (image.custom_prompt or candidate.style) if may_manage else image.custom_prompt


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
            # Another tab healed the same image in between; its files stay.
            obsolete = prepared.paths
    if image.missing_since is not None:  # its files are there again
        image.is_featured = image.is_featured and _featured(session, image) is None
        image.missing_since = None
        outcome = "healed"
    if image.deleted_at is not None:
        image.is_featured = image.is_featured and _featured(session, image) is None
        image.deleted_at = None
        outcome = "restored"
    return Merged(image, outcome, obsolete)


def _add_facts(image: ImageAsset, candidate: Candidate) -> None:
    """Facts that only the operator and the image's owner may change."""
    if candidate.created_at is not None:
        image.created_at = min(image.created_at, candidate.created_at)
    image.custom_prompt = image.custom_prompt or candidate.style
    image.use_count = max(image.use_count, candidate.use_count)
    times = [time for time in (image.last_used, candidate.last_used) if time is not None]
    image.last_used = max(times, default=None)


def _new_row(candidate: Candidate, stored: StoredImage, player: str) -> ImageAsset:
    first = candidate.first
    is_scene = first.subject_type is SubjectType.SCENE
    image = ImageAsset(
        subject_type=first.subject_type,
        subject_name=first.subject_name,
        component="scene-viewer" if is_scene else "item-window",
        prompt_used=candidate.prompt
        or " ".join(filter(None, (first.subject_name, candidate.style))),
        custom_prompt=candidate.style,
        model_used=MODEL,
        aspect_ratio=AspectRatio.WIDE if is_scene else AspectRatio.SQUARE,
        alt_text=scene_alt_text(first.setting) if first.setting else first.subject_name,
        generation_time_ms=0,
        use_count=candidate.use_count,
        last_used=candidate.last_used,
        created_at=candidate.created_at or utc_now(),
        source_hash=candidate.source_hash,
        player_hash=player,
        origin=origin_of(stored.found),
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
    """The featured image of the same subject."""
    wanted = ImageFilter(
        subject_names=[image.subject_name],
        subject_type=SubjectType(image.subject_type),
        is_featured=True,
    )
    return session.scalar(select(ImageAsset).where(*wanted.conditions()))


def _feature(
    session: Session, image: ImageAsset, starred_at: datetime | None, caller: Caller
) -> None:
    """Of two featured images of the caller the newer one stays featured; other people's stay."""
    current = _featured(session, image)
    if current is not None and current is not image:
        if not _may_replace(current, starred_at, caller):
            return
        current.is_featured = False
        session.flush()
    image.is_featured = True


def _serve_scenes(
    session: Session, candidate: Candidate, image: ImageAsset, cache: CacheService, caller: Caller
) -> None:
    """Serve each scene with this image if it has no live one, or an older one of the caller."""
    now = utc_now()
    for setting, dated in candidate.scenes.items():
        entry = cache.find(session, setting, now)
        if entry is None or (entry.image is not image and _may_replace(entry.image, dated, caller)):
            cache.put(session, setting, image, now)


def _may_replace(current: ImageAsset, dated: datetime | None, caller: Caller) -> bool:
    """Whether an entry may take an image's place; one without a date is newer than nothing."""
    is_own = current.player_hash == caller.known_player
    return is_own and dated is not None and dated > current.created_at
