"""What became of each entry."""

from dataclasses import dataclass, field
from typing import Literal

from app.domain import SubjectType
from app.services.migration.offers import BadEntry, Outcome
from app.services.migration.preparation import Candidate


@dataclass(frozen=True, slots=True)
class EntryResult:
    """One entry whose image the server has now.

    Attributes:
        key: Where the entry was found.
        outcome: New, there already, taken out of the trash, or its lost file replaced.
        source_hash: SHA-256 of the offered bytes, in hexadecimal; proves what is stored.
        image_id: Identity of the image; None in a dry run that would store it.
    """

    key: str
    outcome: Outcome
    source_hash: str
    image_id: int | None


@dataclass(slots=True)
class MigrationReport:
    """What one call imported.

    Attributes:
        scenes: Scene images newly stored.
        items: Item images newly stored.
        stored_bytes: Size of the full files newly stored.
        results: Entries whose image is on the server now.
        errors: Entries that could not be imported.
        notes: What a person should know besides.
        saved_game_slot: Where the old saved game went, if there was one.
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
        """``success`` only if everything offered is on the server now."""
        if not self.errors:
            return "success"
        return "partial" if self.results else "failed"

    def add(
        self,
        candidate: Candidate,
        outcome: Outcome,
        *,
        image_id: int | None,
        style: str | None,
        size: int,
    ) -> None:
        """Add an image that the server has now.

        Args:
            candidate: The image and its entries.
            outcome: What was done; of new twins the first is new, the others are there already.
            image_id: Identity of the image.
            style: The style that is kept with it; any other is named in a note.
            size: Bytes that are counted if it is new.
        """
        if outcome == "stored":
            self.stored_bytes += size
            if candidate.first.subject_type is SubjectType.SCENE:
                self.scenes += 1
            else:
                self.items += 1
        for offer in candidate.offers:
            self.results.append(EntryResult(offer.key, outcome, candidate.source_hash, image_id))
            if outcome == "stored":
                outcome = "already_there"
        self.notes.extend(
            f"{offer.key}: the same picture is kept with another style; "
            f"this one was: {offer.custom_prompt}"
            for offer in candidate.offers
            if offer.custom_prompt and offer.custom_prompt != style
        )

    def add_failed(self, candidate: Candidate, error: str) -> None:
        """Add an image that could not be kept, under every entry that offers it."""
        self.errors.extend(BadEntry(offer.key, error) for offer in candidate.offers)
