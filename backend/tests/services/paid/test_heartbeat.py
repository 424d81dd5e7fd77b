"""The heartbeat: what a settlement that failed left behind is settled while its owner lives."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread, Timer, current_thread
from typing import Any

import pytest
from sqlalchemy import select

from app.database import Database
from app.models import GenerationLease, LedgerEntry
from app.services.paid import instances
from app.services.paid.admission import Admission
from app.services.paid.allowance import Allowance
from app.services.paid.charge import Charge
from app.services.paid.exclusive_work import ExclusiveWork
from app.services.paid.heartbeat import Heartbeat
from app.services.paid.ledger import Ledger
from app.services.paid.plan import Plan
from app.services.paid.refusals import RefusalMemory
from app.services.paid.ticket import Ticket
from tests.support.ledger import wait_until

MODEL = "gemini-nano-banana-2.1"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instances, "HEARTBEAT_SECONDS", 0.02)


class Process:
    """What one server process has of this."""

    def __init__(self, database: Database) -> None:
        ledger = Ledger(Allowance(10, 10, None), MODEL, None)
        self.heartbeat = Heartbeat(database, ledger)
        self.admission = Admission(database, self.heartbeat, ledger, RefusalMemory(MODEL))
        self.exclusive = ExclusiveWork(database, self.heartbeat)

    async def enter(self, key: str) -> Ticket:
        charge = Charge(key, "10.0.0.1", None)
        ticket = await self.admission.enter(Plan(key), charge, key, lambda: None)
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
    beat, tried = instances.beat, []

    def fail_first(*told: Any) -> None:
        tried.append(told)
        if len(tried) == 1:
            raise RuntimeError("nobody thought of this")
        beat(*told)

    async def case() -> None:
        process = Process(database)
        await process.enter("busy")
        monkeypatch.setattr(instances, "beat", fail_first)
        with process.beating():
            await asyncio.to_thread(wait_until, lambda: len(tried) > 2, seconds=20)

    asyncio.run(case())


def test_cancelled_twice_it_still_ends_before_the_database_is_closed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, threads = Event(), Event(), list[Thread]()

    def beat_slowly(*_told: Any) -> None:
        threads.append(current_thread())
        begun.set()
        go_on.wait(60)

    async def case() -> None:
        process = Process(database)
        await process.enter("busy")
        monkeypatch.setattr(instances, "beat", beat_slowly)
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
