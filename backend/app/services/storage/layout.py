"""What lies in the image folder beside the pictures, so that a library is one folder."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Layout:
    """The places in one image folder.

    All of them are inside: the folder may be a volume whose parent belongs to root, and what lies
    beside a volume is lost with the container.

    Attributes:
        images: The image folder, as an absolute path.
    """

    images: Path

    @property
    def own(self) -> Path:
        """The hidden folder for locks and for what is being restored."""
        return self.images / ".emberpeak"

    @property
    def instances(self) -> Path:
        """Locks of running servers."""
        return self.own / "instances"

    @property
    def purge_lock(self) -> Path:
        """Keeps purges and backups apart."""
        return self.own / "purge-lock"

    @property
    def restore_lock(self) -> Path:
        """Keeps restores and starting servers apart."""
        return self.own / "restore-lock"

    @property
    def staged(self) -> Path:
        """Where a restore gathers the new files."""
        return self.own / "restore-staged"

    @property
    def quarantine(self) -> Path:
        """Pictures that no row knows, and damaged ones."""
        return self.images / "quarantine"

    # Up to 0.1 they lay beside the folder.

    @property
    def former_instances(self) -> Path:
        """Locks of running servers of 0.1."""
        return self._beside("instances")

    @property
    def former_purge_lock(self) -> Path:
        """The purge lock of 0.1."""
        return self._beside("purge-lock")

    @property
    def former_quarantine(self) -> Path:
        """The quarantine of 0.1."""
        return self._beside("lost+found")

    def _beside(self, kind: str) -> Path:
        return self.images.with_name(f"{self.images.name}.{kind}")

    def make_own(self) -> None:
        """Make the hidden folders, which then belong to whom the image folder belongs to.

        A backup by root may be the first to need them, and the server has to use them afterwards.

        Raises:
            FileNotFoundError: When there is no image folder.
            OSError: When they cannot be made.
        """
        owner = self.images.stat()
        for folder in (self.own, self.instances):
            if folder.is_dir():
                continue
            folder.mkdir(exist_ok=True)
            if os.geteuid() != owner.st_uid:
                with suppress(OSError):
                    os.chown(folder, owner.st_uid, owner.st_gid)


def layout_of(image_folder: Path) -> Layout:
    """The places in an image folder, whatever it is called from where."""
    return Layout(image_folder.absolute())
