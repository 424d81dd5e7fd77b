"""The heartbeat: what a settlement that failed left behind is settled while its owner lives."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from app.database.engine import Database
from app.models import GenerationLease, LedgerEntry
from tests.support.generations import GenerationProcess, order_of
from tests.support.ledger import wait_until
from tests.support.registries import die


class Process(GenerationProcess):
    """What one server process has of this."""

    async def enter(self, key: str) -> None:
        await self.reserve(order_of(key))

    async def leave_over(self, key: str) -> None:
        """Reserve, and forget it without a settlement."""
        await self.enter(key)
        self.reservations.forget(order_of(key))

    @contextmanager
    def beating(self) -> Iterator[None]:
        beating = asyncio.ensure_future(self.heartbeat.keep_beating())
        try:
            yield
        finally:
            beating.cancel()


def kept(database: Database) -> tuple[dict[str, str], set[str]]:
    """Outcomes by key, and the keys that are leased."""
    with database.reading() as session:
        outcomes = {row.key: row.outcome for row in session.scalars(select(LedgerEntry))}
        return outcomes, set(session.scalars(select(GenerationLease.key)))


def test_settlement_that_failed_is_made_up_for(database: Database) -> None:
    async def case() -> None:
        process, neighbour = Process(database), Process(database)
        await process.enter("busy")
        await neighbour.enter("of a neighbour")
        await process.leave_over("left over")
        async with process.leases.hold("job|1") as is_ours:
            assert is_ours
            with process.beating():
                await asyncio.to_thread(
                    wait_until, lambda: "left over" not in kept(database)[1], seconds=20
                )
            assert kept(database) == (
                {"busy": "reserved", "of a neighbour": "reserved", "left over": "unknown"},
                {"busy", "of a neighbour", "job|1"},
            )
        await neighbour.enter("left over")

    asyncio.run(case())


def test_goes_on_whatever_goes_wrong(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def fail_first() -> None:
        tried.append(len(tried))
        if len(tried) == 1:
            raise RuntimeError("nobody thought of this")

    async def case() -> None:
        process = Process(database)
        await process.enter("busy")
        monkeypatch.setattr(process.registry, "renew", fail_first)
        with process.beating():
            await asyncio.to_thread(wait_until, lambda: len(tried) > 2, seconds=20)

    asyncio.run(case())


def test_work_that_another_process_holds(database: Database) -> None:
    async def case() -> None:
        process, neighbour = Process(database), Process(database)
        async with process.leases.hold("job|1"):
            with database.unit_of_work():  # whoever only looks takes no turn of those who write
                async with neighbour.leases.hold("job|1") as is_ours:
                    assert not is_ours
            assert neighbour.leases.held == set()
        async with neighbour.leases.hold("job|1") as is_ours:
            assert is_ours
        assert kept(database) == ({}, set())

    asyncio.run(case())


async def beat_until(process: Process, condition: Callable[[], bool]) -> None:
    with process.beating():
        await asyncio.to_thread(wait_until, condition)


class TestNeighbour:
    def test_that_died_gives_back_everything(self, database: Database) -> None:
        async def case() -> None:
            dead, tidy = Process(database), Process(database)
            await dead.enter("mill")
            die(dead.registry)
            await tidy.enter("busy")
            await beat_until(tidy, lambda: kept(database)[1] == {"busy"})
            assert kept(database)[0] == {"mill": "unknown", "busy": "reserved"}

        asyncio.run(case())

    def test_that_was_only_silent_keeps_it(self, database: Database) -> None:
        """Such as one that is stopped with its whole machine: it never beats here."""

        async def case() -> None:
            stopped, tidy = Process(database), Process(database)
            await stopped.enter("mill")
            await tidy.leave_over("left over")
            await beat_until(tidy, lambda: kept(database)[1] == {"mill"})
            assert kept(database)[0] == {"mill": "reserved", "left over": "unknown"}
            await tidy.is_refused_to(order_of("mill"))

        asyncio.run(case())

    def test_sees_one_whose_lock_somebody_removed(self, database: Database) -> None:
        async def case() -> None:
            process, neighbour = Process(database), Process(database)
            for path in (database.path or Path()).with_name("instances").iterdir():
                path.unlink()
            await beat_until(
                process, lambda: neighbour.leases.is_alive(process.registry.instance_id)
            )

        asyncio.run(case())
