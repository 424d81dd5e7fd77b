"""A request that its caller sends twice with one key is done once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.errors import ConflictError, GoneError
from app.models import IdempotentRequest, ImageAsset
from app.services.generation.order import GenerationTarget
from app.services.players.identity import OPERATOR, Caller

IDEMPOTENT = "idempotent|"
"""What the key of an order with an ``Idempotency-Key`` begins with; whose it is follows."""


@dataclass(frozen=True, slots=True)
class CallersKey:
    """An ``Idempotency-Key`` together with whose it is.

    Two clients may choose the same key. Neither may get the other's image, or be refused for it.

    Attributes:
        stored: What the row is found by.
        before_cookie: What it is found by where the caller's first request, without a cookie,
            wrote it; None where that cannot be.
        player_hash: The player of the request.
    """

    stored: str
    before_cookie: str | None
    player_hash: str | None

    def find(self, session: Session) -> IdempotentRequest | None:
        """The caller's row for this key."""
        known = session.get(IdempotentRequest, self.stored)
        if known is None and self.before_cookie is not None:
            # Others at this address have rows there too; its player says which is the caller's.
            known = session.get(IdempotentRequest, self.before_cookie)
            if known is not None and known.player_hash != self.player_hash:
                return None
        return known


def key_of(caller: Caller, key: str) -> CallersKey:
    """Whose key it is: the operator's, else the player's, else that of everyone at the address."""
    by_address = f"client:{caller.client}|{key}"
    if caller.sent_token:
        return CallersKey(f"{OPERATOR}|{key}", None, caller.player_hash)
    if caller.sent_cookie:
        return CallersKey(f"player:{caller.player_hash}|{key}", by_address, caller.player_hash)
    return CallersKey(by_address, None, caller.player_hash)


class IdempotentTarget(GenerationTarget):
    """Keeps the key of a generation that the same key and body lead to only once.

    The key is kept from before the call, so that another body is refused also while the first
    one is under way in any process.
    """

    def __init__(self, key: CallersKey, body: str, now: datetime) -> None:
        self.body_hash = hashlib.sha256(body.encode()).hexdigest()
        self._key = key
        self._now = now

    def find(self, session: Session) -> ImageAsset | None:
        """The image that the key made.

        Raises:
            ConflictError: When the caller used the key for another body.
            GoneError: When the image was deleted.
        """
        known = self._key.find(session)
        if known is None:
            return None
        if known.body_hash != self.body_hash:
            raise ConflictError(
                "This Idempotency-Key was used for another request.",
                detail={"reason": "idempotency_key_reused"},
            )
        image = session.get(ImageAsset, known.image_id) if known.image_id else None
        if known.made_at is not None and (image is None or image.deleted_at is not None):
            raise _gone(image)
        return None if image is None or image.missing_since is not None else image

    def reserve(self, session: Session) -> None:
        """Keep the key."""
        if self._key.find(session) is None:
            session.add(
                IdempotentRequest(
                    key=self._key.stored,
                    body_hash=self.body_hash,
                    created_at=self._now,
                    player_hash=self._key.player_hash,
                )
            )
            session.flush()

    def attach(self, session: Session, image: ImageAsset) -> None:
        """Note the image that the key made."""
        known = self._key.find(session)
        if known is not None:
            known.image_id, known.made_at = image.id, image.created_at

    def abandon(self, session: Session) -> None:
        """Free the key for another try."""
        session.execute(
            delete(IdempotentRequest).where(
                IdempotentRequest.key == self._key.stored,
                # Another process may have made it after this one was thought dead.
                IdempotentRequest.made_at.is_(None),
            )
        )


def _gone(image: ImageAsset | None) -> GoneError:
    if image is None:
        return GoneError(
            "The image that this Idempotency-Key made was deleted for good. Send a new key to "
            "have another made.",
            detail={"reason": "picture_deleted", "image_id": None},
        )
    return GoneError(
        f"The image that this Idempotency-Key made is in the trash. Restore image {image.id}, "
        "or send a new key to have another made.",
        detail={"reason": "picture_deleted", "image_id": image.id},
    )
