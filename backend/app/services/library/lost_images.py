"""Pictures in quarantine that rows know after all."""

from collections.abc import Collection

from sqlalchemy import func, select

from app.database.engine import Database
from app.models import ImageAsset
from app.services.library.known_files import content_hashes
from app.services.storage import StorageService


def take_back_lost(database: Database, storage: StorageService) -> int:
    """Put them back, see ``StorageService.restore_quarantined``; gives their number.

    Raises:
        DiskFullError: When there is no room; what was not put back stays where it is.
        StorageUnavailableError: When a file cannot be read or written.
    """

    def hashes(names: Collection[str]) -> dict[str, str]:
        with database.reading() as session:
            return content_hashes(session, names)

    with database.reading() as session:
        rows = session.scalar(select(func.count()).select_from(ImageAsset)) or 0
    return storage.restore_quarantined(hashes, rows)
