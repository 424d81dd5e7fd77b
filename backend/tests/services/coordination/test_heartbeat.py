"""The heartbeat: what a settlement that failed left behind is settled while its owner lives."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread, Timer, current_thread

import pytest
from sqlalchemy import select

from app.database.engine import Database
from app.models import GenerationLease, LedgerEntry
from app.services.billing.charge import Charge
from app.services.billing.ledger import Ledger
from app.services.billing.limits import Allowance
from app.services.billing.refused_prompts import RefusalMemory
from app.services.coordination.exclusive_work import ExclusiveWork
from app.services.coordination.heartbeat import Heartbeat
from app.services.coordination.room import InLine, Room
from app.services.generation.plan import Plan
from app.services.generation.reservation import Admission
from app.services.generation.ticket import Occupied, Ticket
from tests.support.ledger import wait_until
from tests.support.registries import die, registry_beside
from tests.support.roomy import ROOMY

MODEL = "gemini-nano-banana-2.1"


class Process:
    """What one server process has of this."""

    def __init__(self, database: Database) -> None:
        ledger = Ledger(Allowance(10, 10, None), MODEL, None)
        self.registry = registry_beside(database)
        self.heartbeat = Heartbeat(database, self.registry, ledger, seconds=0.02)
        room = Room(self.heartbeat.leases, 8, timedelta(minutes=3))
        self.admission = Admission(
            database, self.heartbeat, room, ledger, RefusalMemory(MODEL), ROOMY
        )
        self.exclusive = ExclusiveWork(database, self.heartbeat)

    async def enter(self, key: str) -> Ticket:
        charge = Charge(key, "10.0.0.1", None)
        ticket = await self.admission.enter(Plan(key), charge, key, lambda: None, InLine())
        assert isinstance(ticket, Ticket)
        return ticket

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
        process.admission.leave(await process.enter("left over"))
        async with process.exclusive.hold("job|1") as is_ours:
            assert is_ours
            with process.beating():
                await asyncio.to_thread(
                    wait_until, lambda: "left over" not in kept(database)[1], seconds=20
                )
            assert kept(database) == (
                {"busy": "reserved", "of a neighbour": "reserved", "left over": "unknown"},
                {"busy", "of a neighbour", "job|1"},
            )
        assert (await neighbour.enter("left over")).key == "left over"

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


def test_cancelled_twice_it_still_ends_before_the_database_is_closed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, threads = Event(), Event(), list[Thread]()

    def beat_slowly() -> None:
        threads.append(current_thread())
        begun.set()
        go_on.wait(60)

    async def case() -> None:
        process = Process(database)
        await process.enter("busy")
        monkeypatch.setattr(process.registry, "renew", beat_slowly)
        beating = asyncio.ensure_future(process.heartbeat.keep_beating())
        await asyncio.to_thread(begun.wait, 60)
        beating.cancel()
        await asyncio.sleep(0.05)
        beating.cancel()
        Timer(0.2, go_on.set).start()
        with pytest.raises(asyncio.CancelledError):
            await beating
        assert not any(thread.is_alive() for thread in threads)

    asyncio.run(case())


def test_work_that_another_process_holds(database: Database) -> None:
    async def case() -> None:
        process, neighbour = Process(database), Process(database)
        async with process.exclusive.hold("job|1"):
            with database.unit_of_work():  # whoever only looks takes no turn of those who write
                async with neighbour.exclusive.hold("job|1") as is_ours:
                    assert not is_ours
            assert neighbour.heartbeat.held == set()
        async with neighbour.exclusive.hold("job|1") as is_ours:
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
            tidy.admission.leave(await tidy.enter("left over"))
            await beat_until(tidy, lambda: kept(database)[1] == {"mill"})
            assert kept(database)[0] == {"mill": "reserved", "left over": "unknown"}
            charge = Charge("mill", "10.0.0.1", None)
            entered = await tidy.admission.enter(
                Plan("mill"), charge, "mill", lambda: None, InLine()
            )
            assert isinstance(entered, Occupied)

        asyncio.run(case())

    def test_sees_one_whose_lock_somebody_removed(self, database: Database) -> None:
        async def case() -> None:
            process, neighbour = Process(database), Process(database)
            for path in (database.path or Path()).with_name("instances").iterdir():
                path.unlink()
            await beat_until(
                process, lambda: neighbour.heartbeat.leases.is_alive(process.registry.instance_id)
            )

        asyncio.run(case())
