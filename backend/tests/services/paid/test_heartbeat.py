"""The heartbeat: what a settlement that failed left behind is settled while its owner lives."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread, Timer, current_thread
from typing import Any

import pytest
from sqlalchemy import select

from app.clock import utc_now
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
from app.services.paid.ticket import Occupied, Ticket
from tests.support.ledger import wait_until

MODEL = "gemini-nano-banana-2.1"
LONG = timedelta(days=1)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instances, "HEARTBEAT_SECONDS", 0.02)


class Process:
    """What one server process has of this."""

    def __init__(self, database: Database, longest_call_seconds: float = 60) -> None:
        ledger = Ledger(Allowance(10, 10, None), MODEL, None)
        self.heartbeat = Heartbeat(database, ledger, longest_call_seconds)
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


async def beat_until(process: Process, condition: Callable[[], bool]) -> None:
    with process.beating():
        await asyncio.to_thread(wait_until, condition)


def silent_for_a_day(database: Database, process: Process) -> None:
    """As after a jump of the clock: it may live, and only have to beat anew."""
    with database.unit_of_work() as session:
        instances.beat(session, process.heartbeat.instance, utc_now() - LONG)


class TestLeasesOfTheDead:
    def test_are_taken_away(self, database: Database) -> None:
        async def case() -> None:
            dead, tidy = Process(database), Process(database, longest_call_seconds=0.1)
            await dead.enter("mill")
            silent_for_a_day(database, dead)
            await tidy.enter("busy")
            await beat_until(tidy, lambda: kept(database)[1] == {"busy"})
            assert kept(database)[0] == {"mill": "unknown", "busy": "reserved"}

        asyncio.run(case())

    def test_stay_as_long_as_a_call_may_be_under_way(self, database: Database) -> None:
        """Who was only slow works on, and nobody else pays for the same picture."""

        async def case() -> None:
            slow, tidy = Process(database), Process(database)
            await slow.enter("mill")
            silent_for_a_day(database, slow)
            await beat_until(tidy, lambda: kept(database)[0] == {"mill": "unknown"})
            assert kept(database)[1] == {"mill"}
            with database.unit_of_work() as session:
                instances.beat(session, slow.heartbeat.instance, utc_now())
            charge = Charge("mill", "10.0.0.1", None)
            entered = await tidy.admission.enter(Plan("mill"), charge, "mill", lambda: None)
            assert isinstance(entered, Occupied)

        asyncio.run(case())

    def test_of_one_that_beat_again_stay_as_long_anew(self, database: Database) -> None:
        async def case() -> None:
            slow, tidy = Process(database), Process(database, longest_call_seconds=0)

            def leases_after_a_look() -> set[str]:
                with database.unit_of_work() as session:
                    tidy.heartbeat._tidy(session)
                return kept(database)[1]

            await slow.enter("mill")
            for _ in range(2):
                silent_for_a_day(database, slow)
                assert leases_after_a_look() == {"mill"}
                with database.unit_of_work() as session:
                    instances.beat(session, slow.heartbeat.instance, utc_now())
                assert leases_after_a_look() == {"mill"}
            silent_for_a_day(database, slow)
            assert leases_after_a_look() == {"mill"}
            assert leases_after_a_look() == set()

        asyncio.run(case())
