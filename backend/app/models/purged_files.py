"""Files that are to go, although nothing names them any more."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class PurgedFiles(Base):
    """Both files of an image whose row is gone for good, until they are off the disk.

    Written in the transaction that removes the image's row, so that a crash between rows and
    files leaves either both or a note of what is still to be done.
    """

    __tablename__ = "purged_files"

    storage_path_full: Mapped[str] = mapped_column(Text, primary_key=True)
    storage_path_thumbnail: Mapped[str] = mapped_column(Text)
    purged_at: Mapped[datetime]
