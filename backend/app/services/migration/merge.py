"""How a moved picture meets what is here already."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.models import ImageAsset
from app.services.cache import CacheService
from app.services.images import ImageFilter
from app.services.migration.job import Job
from app.services.migration.report import Outcome
from app.services.picture import AspectRatio, SubjectType
from app.services.scene_prompt import scene_alt_text
from app.services.storage import StoredPicture

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


def find_same(session: Session, job: Job) -> ImageAsset | None:
    """Get the row of the same bytes for the same subject, also from the trash."""
    return session.scalar(
        select(ImageAsset)
        .where(
            ImageAsset.subject_name == job.first.subject_name,
            ImageAsset.subject_type == job.first.subject_type,
            ImageAsset.source_hash == job.source_hash,
        )
        .order_by(ImageAsset.id)
        .limit(1)
    )


def merge(
    session: Session,
    job: Job,
    stored: StoredPicture | None,
    lost_files_of: int | None,
    cache: CacheService,
) -> Merged | None:
    """Keep one picture.

    Args:
        session: The unit of work.
        job: The picture and its entries.
        stored: Files written for it, where they were needed.
        lost_files_of: Row whose files were found to be gone.
        cache: Serves the scenes that the picture shows.

    Returns:
        What was done, or None where the row went away meanwhile and files are needed after all.
    """
    image = find_same(session, job)
    if image is None:
        if stored is None:
            return None
        image = _new_row(job, stored)
        session.add(image)
        merged = Merged(image, "stored")
    else:
        merged = _merge_into(image, job, stored, lost_files_of)
    session.flush()
    if job.is_featured:
        _feature(session, image)
    _serve_scenes(session, job, image, cache)
    return merged


def _merge_into(
    image: ImageAsset, job: Job, stored: StoredPicture | None, lost_files_of: int | None
) -> Merged:
    outcome: Outcome = "already_there"
    obsolete: list[str] = []
    if stored is not None:
        written = [stored.path_full, stored.path_thumbnail]
        if image.id == lost_files_of:
            obsolete = [image.storage_path_full, image.storage_path_thumbnail]
            _take_files(image, stored)
            outcome = "healed"
        else:
            obsolete = written  # another tab stored the same picture in between
    if image.deleted_at is not None:
        # Its old star may belong to another picture by now.
        image.deleted_at, image.is_featured = None, False
        outcome = "restored"
    if job.created_at is not None:
        image.created_at = min(image.created_at, job.created_at)
    image.custom_prompt = image.custom_prompt or next(iter(job.styles), None)
    image.use_count = max(image.use_count, job.use_count)
    times = [time for time in (image.last_used, job.last_used) if time is not None]
    image.last_used = max(times, default=None)
    return Merged(image, outcome, obsolete)


def _new_row(job: Job, stored: StoredPicture) -> ImageAsset:
    first = job.first
    style = next(iter(job.styles), None)
    is_scene = first.subject_type is SubjectType.SCENE
    image = ImageAsset(
        subject_type=first.subject_type,
        subject_name=first.subject_name,
        component="scene-viewer" if is_scene else "item-window",
        prompt_used=job.prompt or " ".join(filter(None, (first.subject_name, style))),
        custom_prompt=style,
        model_used=MODEL,
        aspect_ratio=AspectRatio.WIDE if is_scene else AspectRatio.SQUARE,
        alt_text=scene_alt_text(first.setting) if first.setting else first.subject_name,
        generation_time_ms=0,
        use_count=job.use_count,
        last_used=job.last_used,
        created_at=job.created_at or utc_now(),
        source_hash=job.source_hash,
    )
    _take_files(image, stored)
    return image


def _take_files(image: ImageAsset, stored: StoredPicture) -> None:
    image.storage_path_full = stored.path_full
    image.storage_path_thumbnail = stored.path_thumbnail
    image.file_size_bytes = stored.file_size_bytes
    image.width = stored.width
    image.height = stored.height
    image.content_hash = stored.content_hash
    image.preview = stored.preview


def _feature(session: Session, image: ImageAsset) -> None:
    """Of two featured pictures of a subject the newer one stays featured."""
    wanted = ImageFilter(
        subject_name=image.subject_name,
        subject_type=SubjectType(image.subject_type),
        is_featured=True,
    )
    current = session.scalar(select(ImageAsset).where(*wanted.conditions()))
    if current is not None and current is not image:
        if current.created_at >= image.created_at:
            return
        current.is_featured = False
        session.flush()
    image.is_featured = True


def _serve_scenes(session: Session, job: Job, image: ImageAsset, cache: CacheService) -> None:
    """Serve each scene with this picture, unless it has a live one that is newer."""
    now = utc_now()
    for setting in dict.fromkeys(offer.setting for offer in job.offers if offer.setting):
        entry = cache.find(session, setting, now)
        is_newer = entry is None or entry.image.created_at < image.created_at
        if is_newer and (entry is None or entry.image is not image):
            cache.put(session, setting, image, now)
