"""Images on disk: checked, encoded, written so that a crash loses nothing, swept at start."""

from app.services.storage.errors import StorageEmptyError, StorageUnavailableError
from app.services.storage.inspection import InvalidImageError
from app.services.storage.service import StorageService, StoredImage

__all__ = [
    "InvalidImageError",
    "StorageEmptyError",
    "StorageService",
    "StorageUnavailableError",
    "StoredImage",
]
