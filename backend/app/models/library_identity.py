"""Which library this is."""

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class LibraryIdentity(Base):
    """The id that the marker file in the image folder must hold; one row, made at the first start.

    See ``app.services.library.identity``.
    """

    __tablename__ = "library_identity"

    id: Mapped[int] = mapped_column(primary_key=True)
    library_id: Mapped[str] = mapped_column(Text)

    __table_args__ = (CheckConstraint("id = 1", name="single_row"),)
