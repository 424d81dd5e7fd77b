"""Which row of the library a moved picture is."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.models import ImageAsset
from app.services.migration.job import Job
from app.services.players.identity import Caller


def find_same(session: Session, job: Job, mover: Caller) -> ImageAsset | None:
    """Get the row of the same bytes for the same subject, from the trash only what may be restored.

    For everyone else what lies there is as if it were gone, or whoever kept a copy could undo
    what the operator took down. A live one comes first, then the mover's own.
    """
    is_live = ImageAsset.deleted_at.is_(None)
    is_own = ImageAsset.player_hash == mover.known_player
    found = select(ImageAsset).where(
        ImageAsset.subject_name == job.first.subject_name,
        ImageAsset.subject_type == job.first.subject_type,
        ImageAsset.source_hash == job.source_hash,
    )
    if not mover.is_admin:
        found = found.where(or_(is_live, is_own))
    order = (is_live.desc(), is_own.desc().nulls_last(), ImageAsset.id)
    return session.scalar(found.order_by(*order).limit(1))
