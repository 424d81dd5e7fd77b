"""Tells where an image came from, as completely as it is known."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database.engine import Database
from app.domain import AskedBy
from app.errors import NotFoundError
from app.models import ImageAsset, ImageOrigin, LedgerEntry
from app.services.billing.prices import MICRO
from app.services.players.identity import OPERATOR, Caller
from app.services.provenance.found_marks import FoundMarks, marks_in
from app.services.storage import StorageService

_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class SentRequest:
    """What was sent to the model, byte for byte."""

    path: str
    body: str


@dataclass(frozen=True, slots=True)
class PaidCall:
    """The line of the ledger that brought an image; ``usd`` is None if its price is not known."""

    id: int
    usd: float | None
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hashes:
    """SHA-256 of the stored file and of the bytes that were received, in hexadecimal."""

    file: str
    original: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """All that is known of an image's origin.

    Attributes:
        provider: Short name of who made it; None for an imported image and older ones.
        call: What was paid; only for the operator and the player who caused the image.
        asked_by: Whose request it was.
        number: Which image of its subject it is, for the painter.
        generation: What the tool that made an imported image wrote about it.
        original: Marks of the file that was received.
        marks: Marks of the file that is stored.
    """

    image_id: int
    provider: str | None
    model: str
    created_at: datetime
    asked_by: AskedBy
    subject_type: str
    subject_name: str
    prompt: str
    style: str | None
    aspect_ratio: str
    width: int
    height: int
    number: int | None
    request: SentRequest | None
    call: PaidCall | None
    hashes: Hashes
    generation: dict[str, Any] | None
    original: FoundMarks
    marks: FoundMarks


class ProvenanceService:
    """Every method is one unit of work."""

    def __init__(self, database: Database, storage: StorageService) -> None:
        self._database = database
        self._storage = storage

    async def get(self, image_id: int, caller: Caller) -> Provenance:
        """Collect what is known of an image; this does not count as a use.

        Raises:
            NotFoundError: When there is no such image.
            StorageUnavailableError: When its file cannot be read.
        """
        image, origin, call = await self._database.read(_find, image_id)
        data = await self._storage.disk.run(self._storage.read_path, image.storage_path_full)
        return Provenance(
            image_id=image.id,
            provider=origin.provider,
            model=image.model_used,
            created_at=image.created_at,
            asked_by=_asked_by(image, call, caller),
            subject_type=image.subject_type,
            subject_name=image.subject_name,
            prompt=image.prompt_used,
            style=image.custom_prompt,
            aspect_ratio=image.aspect_ratio,
            width=image.width,
            height=image.height,
            number=image.variation,
            request=_request_of(origin),
            generation=json.loads(origin.generation) if origin.generation else None,
            call=_paid(call) if call and caller.may_manage(image.player_hash) else None,
            hashes=Hashes(image.content_hash, image.source_hash),
            original=FoundMarks(origin.found_source_type, origin.found_software, origin.manifest),
            marks=marks_in(data),
        )


def _find(session: Session, image_id: int) -> tuple[ImageAsset, ImageOrigin, LedgerEntry | None]:
    # SQLite cannot even compare with a larger number.
    image = session.get(ImageAsset, image_id) if 0 < image_id <= _LARGEST_ID else None
    if image is None or image.deleted_at is not None:
        raise NotFoundError(f"There is no image {image_id}.")
    # Images of earlier versions have no row of origin.
    origin = session.get(ImageOrigin, image_id) or ImageOrigin()
    calls = select(LedgerEntry).where(LedgerEntry.image_id == image_id)
    return image, origin, session.scalar(calls)


def _request_of(origin: ImageOrigin) -> SentRequest | None:
    if origin.request_path is None or origin.request_body is None:
        return None
    return SentRequest(origin.request_path, origin.request_body)


def _paid(call: LedgerEntry) -> PaidCall:
    price = call.price_micro_usd
    return PaidCall(call.id, None if price is None else price / MICRO, call.settled_at)


def _asked_by(image: ImageAsset, call: LedgerEntry | None, caller: Caller) -> AskedBy:
    if call is not None and call.client == OPERATOR:
        return "operator"
    if image.player_hash is None:
        return "unknown"
    return "you" if image.player_hash == caller.player_hash else "another_player"
