"""Byte-identical offers of one subject are one picture."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain import SceneSetting, SubjectType
from app.services.migration.offer import BadEntry, Offer
from app.services.migration.payload import decode_payload
from app.services.storage import InvalidImageError


@dataclass(frozen=True, slots=True)
class Job:
    """One picture to be kept, and every entry that offers it.

    What one twin lacks another may have: the earliest date, any star, the first style.

    Attributes:
        source_hash: SHA-256 of the bytes offered, in hexadecimal.
        source_bytes: How many bytes were offered.
        offers: The entries, in the order they were found.
    """

    source_hash: str
    source_bytes: int
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
        """The largest count that any twin tells: added up, each rerun would count again."""
        return max(offer.use_count for offer in self.offers)

    @property
    def is_featured(self) -> bool:
        """Whether any twin was starred."""
        return any(offer.is_featured for offer in self.offers)

    @property
    def starred_at(self) -> datetime | None:
        """The newest date of a starred twin: what its star is weighed with."""
        return _newest(offer for offer in self.offers if offer.is_featured)

    @property
    def scenes(self) -> dict[SceneSetting, datetime | None]:
        """The scenes that the picture shows, each with the newest date told for it."""
        settings = dict.fromkeys(offer.setting for offer in self.offers if offer.setting)
        return {
            setting: _newest(offer for offer in self.offers if offer.setting == setting)
            for setting in settings
        }

    @property
    def style(self) -> str | None:
        """The first style that is not empty."""
        return next((offer.custom_prompt for offer in self.offers if offer.custom_prompt), None)

    @property
    def prompt(self) -> str:
        """The first prompt that any twin tells."""
        return next((offer.prompt for offer in self.offers if offer.prompt), "")


def sort_into_jobs(offers: Iterable[Offer]) -> tuple[list[Job], list[BadEntry]]:
    """Group the offers by subject and content; gives those that cannot be decoded apart.

    Each payload is decoded and let go of again, so that only one is held at a time.
    """
    groups: dict[tuple[SubjectType, str, str, int], list[Offer]] = {}
    bad = []
    for offer in offers:
        try:
            data = decode_payload(offer.payload)
        except InvalidImageError as error:
            bad.append(BadEntry(offer.key, error.message))
        else:
            digest = hashlib.sha256(data).hexdigest()
            key = (offer.subject_type, offer.subject_name, digest, len(data))
            groups.setdefault(key, []).append(offer)
    return [Job(key[2], key[3], tuple(group)) for key, group in groups.items()], bad


def _newest(offers: Iterable[Offer]) -> datetime | None:
    return max((offer.created_at for offer in offers if offer.created_at), default=None)
