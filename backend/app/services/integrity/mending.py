"""Changes that the self-check makes to rows; each is safe to make twice."""

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.models import ImageAsset


def hide(session: Session, image_ids: Collection[int]) -> None:
    """Mark rows whose files are missing or damaged; what is marked stays marked since when."""
    session.execute(
        update(ImageAsset)
        .where(ImageAsset.id.in_(image_ids), ImageAsset.missing_since.is_(None))
        .values(missing_since=utc_now())
    )


def show_again(session: Session, image_ids: Collection[int]) -> None:
    """Take the mark away; a star stays unless another picture of the subject has it now."""
    for image in session.scalars(select(ImageAsset).where(ImageAsset.id.in_(image_ids))):
        if image.is_featured and image.deleted_at is None and _has_star(session, image):
            image.is_featured = False
        image.missing_since = None
        session.flush()


def _has_star(session: Session, image: ImageAsset) -> bool:
    wanted = select(ImageAsset.id).where(
        ImageAsset.subject_type == image.subject_type,
        ImageAsset.subject_name == image.subject_name,
        ImageAsset.is_featured,
        ImageAsset.is_visible(),
    )
    return bool(session.scalar(select(wanted.exists())))
