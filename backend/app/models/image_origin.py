"""What is known of how an image came to be, beside what its own row says."""

from sqlalchemy import ForeignKey, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class ImageOrigin(Base):
    """The request that an image answers, and the marks that the original file carried.

    Images of earlier versions have none. ``request_path`` and ``request_body`` are what was sent
    to a model, byte for byte. ``manifest`` is the C2PA manifest store of the original, unchecked.
    ``generation`` is what the tool that made an imported image wrote about it, as JSON.
    """

    __tablename__ = "image_origins"

    image_id: Mapped[int] = mapped_column(
        ForeignKey("image_assets.id", ondelete="CASCADE"), primary_key=True
    )
    provider: Mapped[str | None] = mapped_column(Text)
    request_path: Mapped[str | None] = mapped_column(Text)
    request_body: Mapped[str | None] = mapped_column(Text)
    found_source_type: Mapped[str | None] = mapped_column(Text)
    found_software: Mapped[str | None] = mapped_column(Text)
    manifest: Mapped[bytes | None] = mapped_column(LargeBinary)
    generation: Mapped[str | None] = mapped_column(Text)
