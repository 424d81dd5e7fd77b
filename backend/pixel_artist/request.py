"""What the painter needs to know: any object with these attributes will do."""

from typing import Protocol


class SceneSetting(Protocol):
    """Where and when a scene is, each in words such as ``dusk`` or ``light rain``."""

    @property
    def location(self) -> str: ...
    @property
    def time_of_day(self) -> str: ...
    @property
    def weather(self) -> str: ...


class PaintRequest(Protocol):
    """One image to be painted.

    ``subject_type`` is ``scene``, ``item`` or ``character``; ``aspect_ratio`` is ``1:1``,
    ``16:9``, ``4:3`` or ``9:16``; each ``variation`` of the same words is another image.
    """

    @property
    def subject_type(self) -> str: ...
    @property
    def subject_name(self) -> str: ...
    @property
    def prompt(self) -> str: ...
    @property
    def aspect_ratio(self) -> str: ...
    @property
    def setting(self) -> SceneSetting | None: ...
    @property
    def variation(self) -> int: ...
