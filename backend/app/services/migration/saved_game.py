"""The old game's own saved game: which ones the new game can take up, and where they go."""

import json
from typing import Any

from sqlalchemy.orm import Session

from app.entity_tags import ANYTHING
from app.errors import ConflictError, NotFoundError, RateLimitError
from app.services.migration.fields import take_value
from app.services.migration.offer import Dump
from app.services.players.identity import Caller
from app.services.players.saves import MOST_SAVE_BYTES, Precondition, SaveService

KEY = "aidnd_savegame"
SAVE_SLOT = "old-game"
_LABEL = "Adventure of the old game"


def read_saved_game(body: dict[str, Any], dump: Dump) -> None:
    """Add the saved game; one that fits nothing is only a note, because no picture is lost."""
    try:
        value = take_value(body, KEY)
    except ValueError:
        value = False
    if value is None:
        return
    if _fits(value):
        dump.saved_game = value
    else:
        dump.notes.append(f"{KEY}: this saved game cannot be read, and stays where it is.")


def keep_saved_game(
    session: Session, saves: SaveService, mover: Caller, game: dict[str, Any], *, dry_run: bool
) -> tuple[str | None, str | None]:
    """Put the game into a slot of its own, unless one was put there before.

    Returns:
        The slot that holds it now, and a note where something should be said.
    """
    content = {"label": _LABEL, "state": game}
    try:
        before = saves.get(session, mover.known_player, SAVE_SLOT)
    except NotFoundError:
        pass
    else:
        if json.loads(before.content) == content:
            return SAVE_SLOT, None
        return None, f"{KEY}: slot {SAVE_SLOT} is in use, and stays as it is."
    if dry_run:
        return SAVE_SLOT, None
    try:
        saves.put(session, mover, SAVE_SLOT, content, Precondition(if_none_match=ANYTHING))
    except (ConflictError, RateLimitError) as error:
        return None, f"{KEY}: {error.message}"
    return SAVE_SLOT, None


def _fits(value: Any) -> bool:
    """Whether the new game can revive it (its ``rules/legacy-save.js``), and a slot can hold it."""
    if not isinstance(value, dict) or not isinstance(value.get("version"), str):
        return False
    state = value.get("state")
    if not isinstance(state, dict) or not isinstance(state.get("character"), dict):
        return False
    try:
        # Python reads NaN and Infinity, but no browser could read the object back.
        written = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return False
    # A larger one than a slot takes over HTTP could be loaded, and never be saved again.
    return len(written.encode("utf-8", "replace")) + len(_LABEL) + 100 <= MOST_SAVE_BYTES
