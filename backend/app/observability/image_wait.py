"""Whether the current request waited for an image to be made."""

from contextvars import ContextVar

_waited: ContextVar[bool] = ContextVar("waited_for_picture", default=False)


def begin_without_wait() -> None:
    """Begin a request: one that was sent ahead starts in the context of the one before it."""
    _waited.set(False)


def note_wait() -> None:
    """Say that from here on it takes as long as the picture takes."""
    _waited.set(True)


def has_waited() -> bool:
    """Whether it did, until now."""
    return _waited.get()
