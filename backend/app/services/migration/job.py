"""Byte-identical offers of one subject are one picture."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.services.migration.offer import BadEntry, Offer
from app.services.migration.payload import decode_payload
from app.services.picture import SubjectType
from app.services.storage import InvalidPictureError


@dataclass(frozen=True, slots=True)
class Job:
    """One picture to be kept, and every entry that offers it.

    What one twin lacks another may have: the earliest date, any star, the first style.
    """

    source_hash: str
    offers: tuple[Offer, ...]

    @property
    def first(self) -> Offer:
        """The entry found first; it gives the subject."""
        return self.offers[0]

    @property
    def created_at(self) -> datetime | None:
        """The earliest date that any twin tells."""
        return min((offer.created_at for offer in self.offers if offer.created_at), default=None)

    @property
    def last_used(self) -> datetime | None:
        """The latest use that any twin tells."""
        return max((offer.last_used for offer in self.offers if offer.last_used), default=None)

    @property
    def use_count(self) -> int:
        """The largest count that any twin tells."""
        return max(offer.use_count for offer in self.offers)

    @property
    def is_featured(self) -> bool:
        """Whether any twin was starred."""
        return any(offer.is_featured for offer in self.offers)

    @property
    def styles(self) -> list[str]:
        """The different styles, in the order found; the first one is kept."""
        return list(
            dict.fromkeys(offer.custom_prompt for offer in self.offers if offer.custom_prompt)
        )

    @property
    def prompt(self) -> str:
        """The first prompt that any twin tells."""
        return next((offer.prompt for offer in self.offers if offer.prompt), "")


def sort_into_jobs(offers: Iterable[Offer]) -> tuple[list[Job], list[BadEntry]]:
    """Group the offers by subject and content; gives those that cannot be decoded apart.

    Each payload is decoded and let go of again, so that only one is held at a time.
    """
    groups: dict[tuple[SubjectType, str, str], list[Offer]] = {}
    bad = []
    for offer in offers:
        try:
            digest = hashlib.sha256(decode_payload(offer.payload)).hexdigest()
        except InvalidPictureError as error:
            bad.append(BadEntry(offer.key, error.message))
        else:
            key = (offer.subject_type, offer.subject_name, digest)
            groups.setdefault(key, []).append(offer)
    return [Job(key[2], tuple(group)) for key, group in groups.items()], bad
