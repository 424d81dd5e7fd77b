"""Names of backups: the time in UTC, so that they sort."""

import re
from datetime import UTC, datetime

_FORMAT = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"\d{8}T\d{6}Z")


def set_name(moment: datetime) -> str:
    """Name of the backup that is made at a moment, such as ``20261123T031500Z``."""
    return moment.astimezone(UTC).strftime(_FORMAT)


def made_at(name: str) -> datetime | None:
    """When the backup of that name was made; None where it is no such name."""
    if _NAME.fullmatch(name) is None:
        return None
    try:
        return datetime.strptime(name, _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None
