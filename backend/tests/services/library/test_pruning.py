"""What is too old goes once a day, by a clock that can be believed, and nothing else does."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.database.engine import Database
from app.models import (
    Base,
    ClientUsage,
    IdempotentRequest,
    ImageAsset,
    LedgerEntry,
    Preferences,
    RefusedPrompt,
    SavedGame,
    WarmItem,
    WarmJob,
)
from app.services.coordination.leases import Leases
from app.services.library.cleanup import Pruning
from app.services.library.trash import PurgeService
from app.services.players.identity import OPERATOR
from app.services.storage import StorageService
from tests.support.registries import close_registries, registry_beside
from tests.support.rows import image_row

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
PLAYER = "a" * 64


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def job(name: str, finished: datetime | None, state: str = "done") -> WarmJob:
    scene = WarmItem(position=0, location="Mill", time_of_day="day", weather="clear", state="x")
    return WarmJob(
        id=name,
        state=state,
        client="192.0.2.1",
        created_at=ago(400),
        finished_at=finished,
        items=[scene],
    )


def refused(reason: str, days: float) -> RefusedPrompt:
    name = f"{reason} {days}"
    return RefusedPrompt(
        prompt_hash=name, model="m", reason=reason, message="No.", refused_at=ago(days)
    )


def save(slot: str, days: float) -> SavedGame:
    return SavedGame(player_hash=PLAYER, slot=slot, content="{}", etag="e", updated_at=ago(days))


def call(days: float, **facts: Any) -> LedgerEntry:
    """One paid call of an address and a player."""
    values = {
        "created_at": ago(days),
        "day": ago(days).date(),
        "owner": "gone",
        "model": "m",
        "key": "scene|mill",
        "client": "192.0.2.1",
        "player_hash": PLAYER,
        "outcome": "ok",
        "price_micro_usd": 39_000,
        **facts,
    }
    return LedgerEntry(**values)


@dataclass
class Library:
    """A library of years, which somebody plays with every day."""

    database: Database
    purge: PurgeService
    leases: Leases
    images: Path
    now: datetime = NOW

    def add(self, *rows: Base) -> None:
        with self.database.unit_of_work() as session:
            session.add_all(rows)

    def pruning(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> Pruning:
        return Pruning(self.database, self.purge, self.leases, now=lambda: self.now, pause=pause)

    def prune(self) -> dict[str, int]:
        return asyncio.run(self.pruning().prune())

    def left(self, column: Any) -> set[Any]:
        with self.database.reading() as session:
            return set(session.scalars(select(column)))


@pytest.fixture
def library(tmp_path: Path, empty_database: Path) -> Iterator[Library]:
    shutil.copy(empty_database, tmp_path / "game.db")
    database = Database(f"sqlite:///{tmp_path / 'game.db'}")
    with ThreadPoolExecutor(1) as executor:
        storage = StorageService(
            tmp_path / "images", executor, quality=85, thumbnail_side=200, max_bytes=2**20
        )
        purge = PurgeService(database, storage, timedelta(days=20), lambda: years.now)
        leases = Leases(database, registry_beside(database))
        years = Library(database, purge, leases, storage.folder)
        years.add(*(save(f"day {day}", day) for day in range(0, 100, 5)))
        yield years
        storage.close()
    close_registries()
    database.close()


def pictures(library: Library, *deleted: float | None) -> None:
    rows = [image_row(deleted_at=None if days is None else ago(days)) for days in deleted]
    for row in rows:
        name = row.storage_path_full.removeprefix("images/")
        (library.images / name).write_bytes(b"x")
    library.add(*rows)


def keyed(days: float) -> IdempotentRequest:
    return IdempotentRequest(key=f"{days}", body_hash="b", created_at=ago(days))


def added(days: float) -> ClientUsage:
    return ClientUsage(day=ago(days).date(), client="192.0.2.1", bytes=1)


def preferences(days: float) -> Preferences:
    return Preferences(player_hash=f"{days}", content="{}", etag="e", updated_at=ago(days))


def test_what_is_too_old_goes_and_nothing_else(library: Library) -> None:
    pictures(library, None, None, None, 19.9, 20.1)
    library.add(
        *(job("old", ago(30.1)), job("cancelled", ago(30.1), "cancelled")),
        *(job("new", ago(29.9)), job("open", None, "paused")),
        *(refused("image_safety", 1.1 + number) for number in range(450)),  # several batches
        *(refused("image_safety", 0.9), refused("prompt_blocklist", 364)),
        refused("prompt_blocklist", 366),
        *map(keyed, (29.9, 30.1)),
        *map(added, (0, 30, 31)),
        *(save("old", 801), save("new", 799), save("newer", 400)),
        *map(preferences, (801, 799)),
    )
    counts = library.prune()
    assert counts == {
        "trash": 1,
        "jobs": 2,
        "refused_prompts": 451,
        "idempotency_keys": 1,
        "client_days": 1,
        "saves": 1,
        "preferences": 1,
        "ledger_clients": 0,
    }
    assert library.left(ImageAsset.deleted_at) == {None, ago(19.9)}
    assert library.left(WarmJob.id) == library.left(WarmItem.job_id) == {"new", "open"}
    assert library.left(RefusedPrompt.prompt_hash) == {"image_safety 0.9", "prompt_blocklist 364"}
    assert library.left(IdempotentRequest.key) == {"29.9"}
    assert library.left(ClientUsage.day) == {ago(0).date(), ago(30).date()}
    assert "old" not in library.left(SavedGame.slot)
    assert {"new", "newer"} < library.left(SavedGame.slot)
    assert library.left(Preferences.player_hash) == {"799"}


def test_trash_that_looks_like_a_mistake_stays_and_the_rest_goes(library: Library) -> None:
    pictures(library, None, 21, 21)
    shutil.rmtree(library.images)
    library.add(job("old", ago(31)))
    counts = library.prune()
    assert (counts["trash"], counts["jobs"]) == (0, 1)
    assert len(library.left(ImageAsset.id)) == 3


class TestLedger:
    """What was spent stays; who caused it does not."""

    def test_old_calls_lose_address_and_player(self, library: Library) -> None:
        library.add(
            call(29, key="new"),
            call(31, key="old"),
            call(31, key="idempotent|client:192.0.2.1|k"),
            call(31, key="operators", client=OPERATOR, player_hash=None),
            call(31, key="open", outcome="reserved"),
        )
        before = self.spent(library)
        assert library.prune()["ledger_clients"] == 2
        with library.database.reading() as session:
            rows = session.execute(
                select(LedgerEntry.key, LedgerEntry.client, LedgerEntry.player_hash)
            )
            assert {tuple(row) for row in rows} == {
                ("new", "192.0.2.1", PLAYER),
                ("old", "forgotten", None),
                ("idempotent|forgotten", "forgotten", None),
                ("operators", OPERATOR, None),
                ("open", "192.0.2.1", PLAYER),
            }
        assert self.spent(library) == before

    def spent(self, library: Library) -> list[Any]:
        with library.database.reading() as session:
            of_days = select(
                LedgerEntry.day, func.count(), func.sum(LedgerEntry.price_micro_usd)
            ).group_by(LedgerEntry.day)
            return [tuple(row) for row in session.execute(of_days)]


class TestClock:
    @pytest.mark.parametrize("years", [1, 10])
    def test_one_that_jumped_takes_nothing(self, years: int, library: Library) -> None:
        pictures(library, None, None, None, 5)
        library.add(job("done", ago(5)), refused("image_safety", 0.5), call(5))
        library.add(ClientUsage(day=NOW.date(), client="192.0.2.1", bytes=1))
        saves = library.left(SavedGame.slot)
        library.now = NOW + timedelta(days=365 * years)
        assert library.prune() == {}
        assert library.left(SavedGame.slot) == saves
        assert library.left(LedgerEntry.client) == {"192.0.2.1"}
        assert len(library.left(ImageAsset.id)) == 4
        for table in (WarmJob, RefusedPrompt, ClientUsage):
            with library.database.reading() as session:
                assert session.scalar(select(func.count()).select_from(table)) == 1

    def test_one_that_jumped_and_is_used_since_takes_no_save(self, library: Library) -> None:
        """What is kept for years is not gone by a month of traces under the wrong date."""
        before = library.left(SavedGame.slot)
        library.add(refused("prompt_blocklist", 1))
        library.now = NOW + timedelta(days=5 * 365)
        library.add(*(save(f"since {day}", day - 5 * 365) for day in range(0, 60, 5)))
        assert not any(library.prune().values())
        assert library.left(SavedGame.slot) >= before

    def test_one_set_back_takes_nothing(self, library: Library) -> None:
        library.add(job("done", ago(31)), refused("image_safety", 1.5))
        library.now = NOW - timedelta(days=365)
        assert not any(library.prune().values())


def ending(pauses: list[float], times: int) -> Callable[[float], Awaitable[None]]:
    """Pauses that take no time, and end the work after so many."""

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) > times:
            raise asyncio.CancelledError

    return pause


class TestEachDay:
    def run(self, library: Library, times: int) -> list[float]:
        pauses: list[float] = []
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(library.pruning(ending(pauses, times)).keep_pruning())
        return pauses

    def test_first_some_minutes_after_the_start(self, library: Library) -> None:
        library.add(save("old", 801))
        assert self.run(library, 0) == [300]
        assert "old" in library.left(SavedGame.slot)
        assert self.run(library, 2) == [300, 86400, 86400]
        assert "old" not in library.left(SavedGame.slot)

    def test_one_process_at_a_time(self, library: Library) -> None:
        library.add(save("old", 801))
        other = Leases(library.database, registry_beside(library.database))

        async def case() -> None:
            async with other.hold("pruning") as is_theirs:
                assert is_theirs
                with pytest.raises(asyncio.CancelledError):
                    await library.pruning(ending([], 1)).keep_pruning()

        asyncio.run(case())
        assert "old" in library.left(SavedGame.slot)

    def test_database_that_fails_is_tried_again_tomorrow(self, library: Library) -> None:
        with library.database.unit_of_work() as session:
            session.execute(text("ALTER TABLE warm_jobs RENAME TO put_aside"))
        assert self.run(library, 1) == [300, 86400]
