"""Saved games and preferences: small JSON objects that two tabs may not overwrite unseen."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.entity_tags import EntityTags
from app.errors import ConflictError, NotFoundError, PreconditionError
from app.models import Preferences, SavedGame
from app.schemas.text import storable
from app.services.players.growth import Growth
from app.services.players.identity import Caller

MAX_SLOTS = 20
MOST_SAVE_BYTES = 256 * 1024
MOST_PREFERENCES_BYTES = 16 * 1024
_LABEL_LENGTH = 200
_EMPTY = "empty"
_STAMP = re.compile(r"[A-Za-z0-9:._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must hold before a write; None asks for nothing.

    Beside its ETag, a stored object answers to ``stamp:X`` if it says ``"stamp": "X"``, and a
    place where nothing is stored answers to ``empty``. A client can thus name a version that it
    has sent but whose ETag it does not know yet.
    """

    if_match: EntityTags | None = None
    if_none_match: EntityTags | None = None

    def check(self, stored: SavedGame | Preferences | None) -> None:
        """Compare with what is stored; None means that nothing is."""
        if self.if_match is not None and not _has_one(stored, self.if_match):
            raise _changed(stored)
        if self.if_none_match is not None and _has_one(stored, self.if_none_match):
            raise _changed(stored)


@dataclass(frozen=True, slots=True)
class SaveFacts:
    """One used slot; its content is ASCII, so that its characters are its bytes."""

    slot: str
    label: str | None
    updated_at: datetime
    size_bytes: int
    etag: str


class SaveService:
    """Every method is one unit of work on one player's rows.

    A new row counts as what it may grow to, so that a stored object can always be written again.
    """

    def __init__(self, database: Database, growth: Growth) -> None:
        self._database = database
        self._growth = growth

    async def list_saves(self, player: str) -> list[SaveFacts]:
        """All saved games of a player, the newest first, without the games: those are large."""
        return await self._database.read(_list_saves, player)

    async def get(self, player: str, slot: str) -> SavedGame:
        """One saved game."""
        with self._database.reading() as session:
            return _get(session, player, slot)

    async def put(
        self, caller: Caller, slot: str, game: dict[str, Any], when: Precondition
    ) -> SavedGame:
        """Store a game in a slot."""
        return await self._database.write(self._put, caller, slot, game, when)

    async def delete(self, player: str, slot: str, when: Precondition) -> None:
        """Empty a slot."""
        await self._database.write(_delete, player, slot, when)

    async def preferences(self, player: str) -> Preferences | None:
        """A player's preferences; None if nothing is stored yet."""
        with self._database.reading() as session:
            return session.get(Preferences, player)

    async def put_preferences(
        self, caller: Caller, values: dict[str, Any], when: Precondition
    ) -> Preferences:
        """Store a player's preferences."""
        return await self._database.write(self._put_preferences, caller, values, when)

    def _put(
        self, session: Session, caller: Caller, slot: str, game: dict[str, Any], when: Precondition
    ) -> SavedGame:
        player, now = caller.known_player, utc_now()
        saved = _find(session, player, slot)
        when.check(saved)
        if saved is None:
            _check_room(session, player)
            self._growth.take(session, caller.adds_as, now, MOST_SAVE_BYTES)
            saved = SavedGame(player_hash=player, slot=slot)
            session.add(saved)
        label = game.get("label")
        saved.label = storable(label[:_LABEL_LENGTH]) if isinstance(label, str) else None
        saved.content, saved.etag = _encoded(game)
        saved.updated_at = now
        return saved

    def _put_preferences(
        self, session: Session, caller: Caller, values: dict[str, Any], when: Precondition
    ) -> Preferences:
        player, now = caller.known_player, utc_now()
        found = session.get(Preferences, player)
        when.check(found)
        if found is None:
            self._growth.take(session, caller.adds_as, now, MOST_PREFERENCES_BYTES)
            found = Preferences(player_hash=player)
            session.add(found)
        found.content, found.etag = _encoded(values)
        found.updated_at = now
        return found


def _list_saves(session: Session, player: str) -> list[SaveFacts]:
    newest_first = (
        select(
            SavedGame.slot,
            SavedGame.label,
            SavedGame.updated_at,
            func.length(SavedGame.content),
            SavedGame.etag,
        )
        .where(SavedGame.player_hash == player)
        .order_by(SavedGame.updated_at.desc(), SavedGame.slot)
    )
    return [SaveFacts(*row) for row in session.execute(newest_first)]


def _find(session: Session, player: str, slot: str) -> SavedGame | None:
    return session.scalar(
        select(SavedGame).where(SavedGame.player_hash == player, SavedGame.slot == slot)
    )


def _get(session: Session, player: str, slot: str) -> SavedGame:
    saved = _find(session, player, slot)
    if saved is None:
        raise NotFoundError(f"Save slot {slot} is empty.")
    return saved


def _delete(session: Session, player: str, slot: str, when: Precondition) -> None:
    saved = _get(session, player, slot)
    when.check(saved)
    session.delete(saved)


def _check_room(session: Session, player: str) -> None:
    used = session.scalar(
        select(func.count()).select_from(SavedGame).where(SavedGame.player_hash == player)
    )
    if (used or 0) >= MAX_SLOTS:
        raise ConflictError(
            f"All {MAX_SLOTS} save slots are in use; delete one first.",
            detail={"reason": "slots_full", "limit": MAX_SLOTS},
        )


def _encoded(value: dict[str, Any]) -> tuple[str, str]:
    # In ASCII: the escapes of any text can be stored and sent.
    content = json.dumps(value, separators=(",", ":"))
    return content, hashlib.sha256(content.encode()).hexdigest()[:32]


def _has_one(stored: SavedGame | Preferences | None, tags: EntityTags) -> bool:
    if stored is None:
        return _EMPTY in tags.tags  # not "*", which takes any object that there is
    return tags.match(stored.etag, _stamp_tag(stored.content))


def _stamp_tag(content: str) -> str | None:
    stamp = json.loads(content).get("stamp")
    return f"stamp:{stamp}" if isinstance(stamp, str) and _STAMP.fullmatch(stamp) else None


def _changed(stored: SavedGame | Preferences | None) -> PreconditionError:
    return PreconditionError(
        "What is stored was changed meanwhile, perhaps in another tab.",
        detail={"reason": "changed_meanwhile", "etag": stored.etag if stored else None},
    )
