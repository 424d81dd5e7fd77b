"""Which files the database knows."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import ImageAsset, PurgedFiles
from app.services.storage.layout import storage_path


def known_names(session: Session, names: Collection[str]) -> set[str]:
    """Those of some file names that a picture has, or one whose files are about to be deleted.

    Both files of a picture have the same name.
    """
    paths = [storage_path("full", name) for name in names]
    return {
        path.rpartition("/")[2]
        for column in (ImageAsset.storage_path_full, PurgedFiles.storage_path_full)
        for path in session.scalars(select(column).where(column.in_(paths)))
    }


def content_hashes(session: Session, names: Collection[str]) -> dict[str, str]:
    """The content hash of those of some file names that a picture has."""
    paths = [storage_path("full", name) for name in names]
    rows = session.execute(
        select(ImageAsset.storage_path_full, ImageAsset.content_hash).where(
            ImageAsset.storage_path_full.in_(paths)
        )
    )
    return {path.rpartition("/")[2]: digest for path, digest in rows}
