"""What clients added in a day."""

from datetime import date

from sqlalchemy import Date, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class ClientUsage(Base):
    """Bytes that one client, as limits know it, added in one UTC day."""

    __tablename__ = "client_usage"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    client: Mapped[str] = mapped_column(Text, primary_key=True)
    bytes: Mapped[int]
