"""Once a day, removes what is no longer needed, so that a server of years stays small."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import (
    ColumnElement,
    and_,
    case,
    delete,
    inspect,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.errors import AppError
from app.models import (
    Base,
    ClientUsage,
    IdempotentRequest,
    LedgerEntry,
    Preferences,
    RefusedPrompt,
    SavedGame,
    WarmJob,
)
from app.services.coordination.leases import Leases
from app.services.generation.errors import PromptRefusedError
from app.services.generation.idempotency import IDEMPOTENT
from app.services.library.clock_check import clock_may_be_ahead
from app.services.library.trash import PurgeService
from app.services.players.identity import OPERATOR

log = structlog.get_logger()

_FIRST_PAUSE_SECONDS = 300.0
_PAUSE_SECONDS = 86400.0
# How many rows go in one transaction: players wait for it.
_BATCH = 200
_FORGOTTEN = "forgotten"

# Limits look at a day; a month leaves time to find out who caused a bill. A client that repeats a
# request does so soon.
MONTH = timedelta(days=30)
PASSING_REFUSALS = timedelta(days=1)
LASTING_REFUSALS = timedelta(days=365)
# Twice as long as a browser keeps the cookie without which nobody can read them.
PLAYER_DATA = timedelta(days=800)


class Pruning:
    """Runs in every process; a lease sees to it that one prunes at a time.

    Nothing is removed while the clock ``now`` may be ahead.
    """

    def __init__(
        self,
        database: Database,
        purge: PurgeService,
        leases: Leases,
        *,
        now: Callable[[], datetime] = utc_now,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._database = database
        self._purge = purge
        self._leases = leases
        self._now = now
        self._pause = pause

    async def keep_pruning(self) -> None:
        """Prune some minutes after the start, and each day from then on, until cancelled."""
        await self._pause(_FIRST_PAUSE_SECONDS)
        while True:
            try:
                async with self._leases.hold("pruning") as is_ours:
                    if is_ours:
                        await self.prune()
            except (AppError, SQLAlchemyError) as error:
                log.warning("what is too old stays until tomorrow", reason=str(error))
            await self._pause(_PAUSE_SECONDS)

    async def prune(self) -> dict[str, int]:
        """Remove what is too old; gives how much of each kind, and nothing where it may not.

        Raises:
            SQLAlchemyError: When the database cannot be written.
        """
        now = self._now()
        if not await self._is_believed(now, MONTH):
            log.warning(
                "nothing has happened here for so long that the clock may be wrong: what seems "
                "too old is kept"
            )
            return {}
        counts = {"trash": await self._empty_trash()}
        for name, table, kept_for, is_old in _too_old(now):
            remove = partial(_delete, table=table, is_old=is_old)
            is_sure = await self._is_believed(now, kept_for)
            counts[name] = await self._in_batches(remove) if is_sure else 0
        counts["ledger_clients"] = await self._in_batches(
            partial(_forget_clients, before=now - MONTH)
        )
        log.info("pruned what is too old", **counts)
        return counts

    async def _is_believed(self, now: datetime, kept_for: timedelta) -> bool:
        return not await self._database.read(clock_may_be_ahead, now, kept_for)

    async def _empty_trash(self) -> int:
        try:
            return await asyncio.to_thread(self._purge_due)
        except AppError as error:
            log.warning("the trash was not emptied", reason=error.message)
            return 0

    def _purge_due(self) -> int:
        if self._purge.plan().count == 0:
            return 0  # without holding up a backup
        return self._purge.run(force=False).count

    async def _in_batches(self, work: Callable[[Session], int]) -> int:
        total = 0
        while count := await self._database.write(work):
            total += count
        return total


def _too_old(now: datetime) -> list[tuple[str, type[Base], timedelta, ColumnElement[bool]]]:
    """Of each kind: its table, the longest that it is kept, and what is too old."""
    refused_at = RefusedPrompt.refused_at
    is_lasting = RefusedPrompt.reason.in_(PromptRefusedError.lasting_reasons)
    refused = or_(
        refused_at < now - LASTING_REFUSALS,
        and_(refused_at < now - PASSING_REFUSALS, not_(is_lasting)),
    )
    month_ago = now - MONTH
    return [
        ("jobs", WarmJob, MONTH, WarmJob.finished_at < month_ago),
        ("refused_prompts", RefusedPrompt, LASTING_REFUSALS, refused),
        ("idempotency_keys", IdempotentRequest, MONTH, IdempotentRequest.created_at < month_ago),
        ("client_days", ClientUsage, MONTH, ClientUsage.day < _day(month_ago)),
        ("saves", SavedGame, PLAYER_DATA, SavedGame.updated_at < now - PLAYER_DATA),
        ("preferences", Preferences, PLAYER_DATA, Preferences.updated_at < now - PLAYER_DATA),
    ]


def _delete(session: Session, table: type[Base], is_old: ColumnElement[bool]) -> int:
    key = inspect(table).primary_key
    some = select(*key).where(is_old).limit(_BATCH)
    gone = session.execute(
        delete(table)
        .where(tuple_(*key).in_(some))
        .returning(*key)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


def _forget_clients(session: Session, before: datetime) -> int:
    """Take the address and the player from calls; keys of requests without a cookie hold both."""
    tells = or_(
        LedgerEntry.client.not_in((_FORGOTTEN, OPERATOR)), LedgerEntry.player_hash.is_not(None)
    )
    is_old = and_(LedgerEntry.day < _day(before), LedgerEntry.outcome != "reserved", tells)
    key = LedgerEntry.key
    changed = session.execute(
        update(LedgerEntry)
        .where(LedgerEntry.id.in_(select(LedgerEntry.id).where(is_old).limit(_BATCH)))
        .values(
            client=case((LedgerEntry.client == OPERATOR, OPERATOR), else_=_FORGOTTEN),
            player_hash=None,
            key=case((key.startswith(IDEMPOTENT), IDEMPOTENT + _FORGOTTEN), else_=key),
        )
        .returning(LedgerEntry.id)
        .execution_options(synchronize_session=False)
    )
    return len(changed.all())


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
