"""One picture that a browser offers, and what came with it."""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain import SceneSetting, SubjectType


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry of the old storage, as it was found.

    Attributes:
        key: Where it was found; names the entry in the report.
        subject_type: Scene or item.
        subject_name: The scene's place, or the item's name exactly as it was.
        payload: Base64 or data URI, not yet decoded.
        setting: The scene's three words, where it is a scene.
        prompt: What the picture was made from, where that is known.
        custom_prompt: The style, where there was one.
        is_featured: Whether the player had starred it.
        created_at: When it was made; None where the entry does not tell.
        last_used: When it was last shown, where the entry tells.
        use_count: How often it was shown, where the entry tells.
    """

    key: str
    subject_type: SubjectType
    subject_name: str
    payload: str
    setting: SceneSetting | None = None
    prompt: str = ""
    custom_prompt: str = ""
    is_featured: bool = False
    created_at: datetime | None = None
    last_used: datetime | None = None
    use_count: int = 0


@dataclass(frozen=True, slots=True)
class BadEntry:
    """An entry that offers no picture, and why."""

    key: str
    error: str


@dataclass(slots=True)
class Dump:
    """Everything found in one body.

    Attributes:
        offers: Entries with a picture, in the order they were found.
        bad: Entries without one.
        saved_game: The old game's own saved game, where there is one.
        notes: What was left aside, for a person.
    """

    offers: list[Offer] = field(default_factory=list)
    bad: list[BadEntry] = field(default_factory=list)
    saved_game: dict[str, object] | None = None
    notes: list[str] = field(default_factory=list)
