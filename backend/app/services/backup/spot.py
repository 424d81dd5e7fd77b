"""One folder of pictures that is to be exchanged, and where a rename can reach."""

import errno
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from app.services.backup.errors import BackupError
from app.services.backup.journal import Move
from app.services.storage.atomic_write import is_temporary_name
from app.services.storage.layout import is_made_here, layout_of


@dataclass(frozen=True, slots=True)
class Spot:
    """Where the old files of a folder go, and where the new come from.

    A folder that holds pictures only, and lies in the file system of the image folder, is renamed
    as a whole. Where it is a link, a mount of its own, or holds somebody else's files, the
    pictures are renamed one by one and the folder stays.

    Attributes:
        name: ``full`` or ``thumbnails``.
        folder: Where the pictures really are.
        before: Where the old ones go.
        staged: Where the new ones are gathered.
        is_whole: Whether the folder itself is renamed.
        aside: The renames of the old ones.
    """

    STAGED_INSIDE: ClassVar[str] = ".restore-staged"

    name: str
    folder: Path
    before: Path
    staged: Path
    is_whole: bool
    aside: list[Move] = field(default_factory=list)

    @staticmethod
    def places_before(folder: Path, stamp: str) -> list[Path]:
        """Both places where the old files of a folder may be kept."""
        # Beside it, so that relative links in it lead where they led.
        return [
            folder.with_name(f"{folder.name}.before-{stamp}"),
            folder.resolve() / f"before-{stamp}",
        ]

    def new(self) -> list[Move]:
        """The renames of the new ones, once they are staged."""
        if self.is_whole:
            return [Move(source=self.staged, target=self.folder, aside=False)]
        return [
            Move(source=self.staged / name, target=self.folder / name, aside=False)
            for name in sorted(entry.name for entry in self.staged.iterdir())
        ]


def spot_for(folder: Path, stamp: str, coming: Collection[str]) -> Spot:
    """Find out how a folder can be exchanged.

    Args:
        folder: ``full`` or ``thumbnails`` of an image folder.
        stamp: What the old files are kept under.
        coming: Names of the new files; what has one of them now makes room.

    Raises:
        BackupError: When it is a link that leads nowhere.
        OSError: When nothing can be written there.
    """
    beside, inside = Spot.places_before(folder, stamp)
    real = real_folder(folder)
    entries = sorted(real.iterdir()) if real.is_dir() else []
    pictures = [
        path
        for path in entries
        if (is_made_here(path.name) or path.name in coming)
        and (path.is_symlink() or path.is_file())
    ]
    own = {path.name for path in pictures}
    if folder.is_symlink() or not can_be_renamed(folder):
        before, staged, is_whole = inside, real / Spot.STAGED_INSIDE, False
    else:
        before, staged = beside, layout_of(folder.parent).staged / folder.name
        is_whole = all(path.name in own or is_temporary_name(path.name) for path in entries)
    if is_whole:
        aside = [Move(source=real, target=before, aside=True)] if entries else []
    else:
        aside = [Move(source=path, target=before / path.name, aside=True) for path in pictures]
    return Spot(folder.name, real, before, _unused(staged), is_whole, aside)


def present_pictures(folder: Path) -> bool:
    """Whether there are pictures in a folder.

    Raises:
        BackupError: When it is a link that leads nowhere.
    """
    real = real_folder(folder)
    return real.is_dir() and any(is_made_here(entry.name) for entry in real.iterdir())


def real_folder(folder: Path) -> Path:
    """Where a folder that may be a link really is.

    Raises:
        BackupError: When it is a link that leads nowhere.
    """
    if not folder.is_symlink():
        return folder
    real = folder.resolve()
    if not real.is_dir():
        raise BackupError(f"{folder} is a link to {real}, which is no folder: is its disk mounted?")
    return real


def can_be_renamed(folder: Path) -> bool:
    """Whether a folder is in the file system of the one above it.

    A rename is tried, into itself, which never succeeds: two mounts of one disk have one device
    number, and still no rename leads from one to the other.
    """
    try:
        folder.rename(folder / "itself")
    except OSError as error:
        return error.errno != errno.EXDEV
    return True


def _unused(staged: Path) -> Path:
    """The path, or another where something that is not ours was left in it."""
    return staged.with_name(f"{staged.name}-{uuid.uuid4().hex[:8]}") if staged.exists() else staged
