"""Names that files of images had before they were marked."""

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class FormerName(Base):
    """A file name under which an image was known; its old addresses go on working."""

    __tablename__ = "former_names"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    image_id: Mapped[int] = mapped_column(ForeignKey("image_assets.id", ondelete="CASCADE"))

    __table_args__ = (Index("idx_former_image", "image_id"),)
