"""Names of stored files: readable, unique, and never a way out of the folder."""

import hashlib
import re
import uuid
from datetime import datetime

ORIGINALS = "full"
FOLDERS = (ORIGINALS, "thumbnails")
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,199}\.webp")
_MADE_HERE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_]{0,59}_\d{8}_\d{6}_[0-9a-f]{16}\.webp", re.ASCII)
_MAX_SUBJECT = 60


def new_file_name(subject: str, created_at: datetime, content: bytes) -> str:
    """Make ``<Subject>_<YYYYMMDD_HHMMSS>_<hash>.webp``.

    The hash covers a random part too: the same picture stored twice gets two names, so that
    removing one never takes the other's file away.
    """
    readable = re.sub(r"[^A-Za-z0-9]+", "_", subject).strip("_")[:_MAX_SUBJECT].strip("_")
    unique = hashlib.sha256(content + uuid.uuid4().bytes).hexdigest()[:16]
    return f"{readable or 'Picture'}_{created_at:%Y%m%d_%H%M%S}_{unique}.webp"


def is_file_name(name: str) -> bool:
    """Whether a row may name a file so; says no to anything with a path in it."""
    return _FILE_NAME.fullmatch(name) is not None


def is_made_here(name: str) -> bool:
    """Whether ``new_file_name`` can have made a name.

    What no row knows is moved or deleted only then: ``photo.webp`` is somebody else's.
    """
    return _MADE_HERE.fullmatch(name) is not None


def storage_path(folder: str, name: str) -> str:
    """The path under the server's root address, which is also how rows name the file."""
    return f"images/{folder}/{name}"
