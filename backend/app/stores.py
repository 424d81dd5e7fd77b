"""Where a library's three stores lie: its database, its image folder and its backups."""

import os
import re
from itertools import permutations
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

_LOOKS_LIKE = "such as sqlite:///./data/game.db"


def database_path(url: str) -> Path | None:
    """The file that ``DATABASE_URL`` means, as an absolute path; None for one in memory.

    Raises:
        ValueError: When it is no address of SQLite, or may be read in several ways.
    """
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError(f"must look like an address of SQLite, {_LOOKS_LIKE}") from None
    if parts.drivername not in {"sqlite", "sqlite+pysqlite"}:
        raise ValueError(f"must be a SQLite address {_LOOKS_LIKE}")
    if "?" in url:
        # SQLAlchemy hands some options on and drops others without a word.
        raise ValueError(f"must have no options, {_LOOKS_LIKE}; a ? in a name is written %3F")
    if (parts.host, parts.port, parts.username) != (None, None, None):
        raise ValueError(f"must have three slashes before the path, {_LOOKS_LIKE}")
    name = parts.database
    if name is None or name == ":memory:":
        return None
    if not name or name.startswith("file:") or "\0" in name:
        raise ValueError(f"must name a file, {_LOOKS_LIKE}")
    return folder_path(name).absolute()


def folder_path(text: str) -> Path:
    """A path as it is written in a setting, with ``~`` for the user's home.

    Raises:
        ValueError: When it has a ``~`` that nothing stands for.
    """
    if "\0" in text:
        raise ValueError("must be a path")
    # Two slashes at the start are kept by pathlib, and are a host in an address of SQLite.
    path = Path(re.sub(r"^//+", "/", text))
    try:
        path = path.expanduser()
    except RuntimeError:
        raise ValueError("must be a path; no home folder is known for its ~") from None
    if "~" in path.parts:
        raise ValueError("must have a ~ for the home folder at its beginning only")
    return path


def why_not_apart(database: Path | None, images: Path, backups: Path) -> str | None:
    """Why the stores cannot be used together: one lies inside another, links followed.

    What tidies one up would then touch the other: a self-check has moved a live database away.
    """
    stores = {"IMAGE_STORAGE_DIR": images, "BACKUP_DIR": backups}
    if database is not None:
        stores = {"DATABASE_URL": database, **stores}
    for (name, path), (other, folder) in permutations(stores.items(), 2):
        if _lies_in(path, folder):
            return (
                f"{name}={str(path)!r} lies inside {other}={str(folder)!r}, or is the same place: "
                "give each a place of its own"
            )
    return None


def _lies_in(path: Path, folder: Path) -> bool:
    # A link inside the folder would be tidied away, wherever it leads.
    places = Path(os.path.realpath(path)), Path(os.path.realpath(path.parent), path.name)
    return any(place.is_relative_to(os.path.realpath(folder)) for place in places)
