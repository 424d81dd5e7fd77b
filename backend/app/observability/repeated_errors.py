"""Reports a failure that repeats in one line, and once."""

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.database.errors import trouble_of

log = structlog.get_logger()


class RepeatedTrouble:
    """Logs why work that is repeated every few seconds fails.

    A file that is gone for a night would otherwise fill the disk with tracebacks.
    """

    def __init__(self, event: str) -> None:
        self._event = event
        self._told: str | None = None

    def tell(self, error: Exception) -> None:
        """One line for each new reason; a traceback each time where the mistake is ours."""
        if not isinstance(error, SQLAlchemyError) or trouble_of(error) is None:
            log.error(self._event, exc_info=error)
            return
        reason = str(getattr(error, "orig", None) or error)
        if reason != self._told:
            log.warning(self._event, reason=reason)
            self._told = reason

    def is_over(self) -> None:
        """It worked: the next trouble is a new one."""
        self._told = None
