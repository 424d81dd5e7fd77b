"""Why a server cannot start, in a line for the person who starts it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import DBAPIError

from app.database.schema import SchemaError
from app.errors import AppError
from app.services.backup.errors import BackupError, in_words
from app.services.providers.factory import ProviderSetupError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from app.config import Settings

log = structlog.get_logger()


def why_not_started(error: BaseException, settings: Settings) -> str | None:
    """Say it for what an operator can mend; None where the mistake is ours, and a crash."""
    if isinstance(error, (SchemaError, BackupError, ProviderSetupError, AppError)):
        return str(error)
    if isinstance(error, OSError):
        return f"{in_words(error)}; is its disk mounted, can it be written, and is it this user's?"
    if isinstance(error, DBAPIError):
        return (
            f"the database {settings.database_url} cannot be used: {error.orig}; free it "
            "where another program holds it, give it to this user where it is read-only, or "
            "restore a backup where it is damaged"
        )
    return None


class StartTrouble:
    """Whether a start failed for a reason that was reported.

    Args:
        settings: What it starts with.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.is_reported = False

    @contextmanager
    def reported_in_one_line(self) -> Iterator[None]:
        """Log why what happens within cannot go on, where that is known."""
        try:
            yield
        except Exception as error:
            reason = why_not_started(error, self._settings)
            if reason is not None:
                log.error("cannot start", reason=reason)  # noqa: TRY400 - no traceback
                self.is_reported = True
            raise


class StartTroubleMiddleware:
    """Keeps Starlette's traceback of a start that failed out of the log where a line says why."""

    def __init__(self, app: ASGIApp, start: StartTrouble) -> None:
        self._app = app
        self._start = start

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on but the text of that report."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def send_shortened(message: Message) -> None:
            if message["type"] == "lifespan.startup.failed" and self._start.is_reported:
                message = {"type": message["type"], "message": ""}
            await send(message)

        await self._app(scope, receive, send_shortened)
