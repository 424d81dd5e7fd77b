"""A request that is sent twice with one key is done once."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.errors import ConflictError
from app.models import IdempotentRequest, ImageAsset
from app.services.paid.plan import Plan

# A client that repeats a request does so soon; keys are then free again.
_KEPT = timedelta(days=30)


def idempotent_plan(key: str, body: str, now: datetime) -> Plan:
    """Plan a generation that the same key and body lead to only once.

    The key is kept from before the call, so that another body is refused also while the first
    one is under way, in whatever process.

    Raises (when the plan is used):
        ConflictError: When the key was used for another body.
    """
    body_hash = hashlib.sha256(body.encode()).hexdigest()

    def find(session: Session) -> ImageAsset | None:
        known = session.get(IdempotentRequest, key)
        if known is None:
            return None
        if known.body_hash != body_hash:
            raise ConflictError(
                "This Idempotency-Key was used for another request.",
                detail={"reason": "idempotency_key_reused"},
            )
        image = session.get(ImageAsset, known.image_id) if known.image_id else None
        return None if image is None or image.missing_since is not None else image

    def reserve(session: Session) -> None:
        session.execute(delete(IdempotentRequest).where(IdempotentRequest.created_at < now - _KEPT))
        if session.get(IdempotentRequest, key) is None:
            session.add(IdempotentRequest(key=key, body_hash=body_hash, created_at=now))
            session.flush()

    def attach(session: Session, image: ImageAsset) -> None:
        known = session.get(IdempotentRequest, key)
        if known is not None:
            known.image_id = image.id

    def abandon(session: Session) -> None:
        session.execute(
            delete(IdempotentRequest).where(
                IdempotentRequest.key == key,
                # Another process may have made it after this one was thought dead.
                IdempotentRequest.image_id.is_(None),
            )
        )

    return Plan(f"idempotent|{key}", find, reserve, attach, abandon)
