"""What became of each entry."""

from dataclasses import dataclass, field
from typing import Literal

from app.services.migration.offer import BadEntry, Offer
from app.services.picture import SubjectType

Outcome = Literal["stored", "already_there", "restored", "healed"]


@dataclass(frozen=True, slots=True)
class EntryResult:
    """One entry whose picture the server has now.

    Attributes:
        key: Where the entry was found.
        outcome: New, there already, taken out of the trash, or its lost file replaced.
        source_hash: SHA-256 of the offered bytes, in hexadecimal; proves what is stored.
        image_id: Identity of the picture; None in a dry run that would store it.
    """

    key: str
    outcome: Outcome
    source_hash: str
    image_id: int | None


@dataclass(slots=True)
class MigrationReport:
    """What one call moved.

    Attributes:
        scenes: Scene pictures newly stored.
        items: Item pictures newly stored.
        stored_bytes: Size of the full files newly stored.
        results: Entries whose picture is on the server now.
        errors: Entries that could not be moved.
        notes: What a person should know besides.
        saved_game_slot: Where the old saved game went, where there was one.
    """

    scenes: int = 0
    items: int = 0
    stored_bytes: int = 0
    results: list[EntryResult] = field(default_factory=list)
    errors: list[BadEntry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    saved_game_slot: str | None = None

    @property
    def offered(self) -> int:
        """How many entries there were."""
        return len(self.results) + len(self.errors)

    @property
    def already_there(self) -> int:
        """How many entries brought nothing new."""
        return len(self.results) - self.scenes - self.items

    @property
    def status(self) -> Literal["success", "partial", "failed"]:
        """``success`` only where everything offered is on the server now."""
        if not self.errors:
            return "success"
        return "partial" if self.results else "failed"

    def count_new(self, offer: Offer, size: int) -> None:
        """Count one picture that was not here before."""
        self.stored_bytes += size
        if offer.subject_type is SubjectType.SCENE:
            self.scenes += 1
        else:
            self.items += 1
