"""Forms of a pack: what it holds beside the images for one game engine."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Literal, Protocol

from app.services.packs.archive import PackFile
from app.services.packs.manifest import ImageEntry

FormName = Literal["plain"]


class Form(Protocol):
    """What one form of a pack adds to it."""

    def add(self, entry: ImageEntry, full: bytes) -> Iterable[PackFile]:
        """The files that go with one image; ``full`` is its WebP file."""

    def finish(self) -> Iterable[PackFile]:
        """The files that come after all images."""


class Plain:
    """Nothing but the images and their manifest."""

    def __init__(self, stack: ExitStack) -> None:
        del stack

    def add(self, entry: ImageEntry, full: bytes) -> Iterable[PackFile]:  # noqa: ARG002
        """Nothing."""
        return ()

    def finish(self) -> Iterable[PackFile]:
        """Nothing."""
        return ()


FORMS: dict[FormName, Callable[[ExitStack], Form]] = {"plain": Plain}
