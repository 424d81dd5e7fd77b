"""Errors that carry their HTTP status; ``api/errors.py`` turns them into responses."""

import math
from typing import Any, ClassVar

# A longer wait, such as one that somebody else named, would leave the calendar.
_LONGEST_WAIT_SECONDS = 100 * 86400.0


class AppError(Exception):
    """An expected refusal: its message is meant for the person who asked.

    Attributes:
        status: HTTP status of the answer.
        default_reason: ``detail.reason`` of an error that is raised without one.
        is_transient: Nothing was paid and it passes: long work waits and goes on by itself.
        message: One sentence for a person.
        detail: Machine-readable facts, or None.
        retry_after: Seconds after which another try makes sense, at most a hundred days, or None.
    """

    status: ClassVar[int] = 500
    default_reason: ClassVar[str | None] = None
    is_transient: ClassVar[bool] = False
    message: str
    detail: dict[str, Any] | None
    retry_after: float | None

    def __init__(
        self,
        message: str,
        *,
        detail: dict[str, Any] | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        if self.default_reason is not None:
            detail = {"reason": self.default_reason, **(detail or {})}
        self.detail = detail
        self.retry_after = None if retry_after is None else min(retry_after, _LONGEST_WAIT_SECONDS)

    @property
    def reason(self) -> str:
        """Short word for what is wrong: ``detail.reason``, or else the status."""
        return str((self.detail or {}).get("reason") or f"status_{self.status}")

    @property
    def headers(self) -> dict[str, str]:
        """Response headers that belong to the error."""
        if self.retry_after is None:
            return {}
        return {"Retry-After": str(max(1, math.ceil(self.retry_after)))}


class UnauthorizedError(AppError):
    """The admin token is missing or wrong."""

    status = 401

    @property
    def headers(self) -> dict[str, str]:
        """Name the scheme, as RFC 9110 section 15.5.2 asks of every 401."""
        return {**super().headers, "WWW-Authenticate": "Bearer"}


class NotFoundError(AppError):
    """There is no such thing, or it is in the trash."""

    status = 404


class ConflictError(AppError):
    """The request is fine, but what is stored stands against it."""

    status = 409


class GoneError(AppError):
    """What the request stands for was there, and was deleted since."""

    status = 410


class PreconditionError(AppError):
    """What is stored changed since the client last saw it."""

    status = 412


class InvalidRequestError(AppError):
    """The request can be read, and asks for what is not done in this way."""

    status = 422


class RateLimitError(AppError):
    """The client asked for more than it may have for now."""

    status = 429
    is_transient = True


class ClientLimitError(RateLimitError):
    """A limit of this client alone, which says nothing about anybody else."""


class ClientGoneError(AppError):
    """The client has hung up; 499 is nginx's number for it, and nobody reads the answer."""

    status = 499


class DatabaseUnavailableError(AppError):
    """The database cannot be read or written just now."""

    status = 503


class OverloadedError(AppError):
    """Too many images are being made or wait to be made."""

    status = 503
    is_transient = True


class DiskFullError(AppError):
    """There is no room to store an image."""

    status = 507


class LibraryFullError(AppError):
    """The images together are as large as they may be."""

    status = 507
    is_transient = True
