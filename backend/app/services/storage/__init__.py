"""Pictures on disk: checked, encoded, written so that a crash loses nothing, swept at start."""

from app.services.storage.errors import StorageEmptyError, StorageUnavailableError
from app.services.storage.inspection import InvalidPictureError
from app.services.storage.service import StorageService, StoredPicture

__all__ = [
    "InvalidPictureError",
    "StorageEmptyError",
    "StorageService",
    "StorageUnavailableError",
    "StoredPicture",
]
