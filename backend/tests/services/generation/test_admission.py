"""Admission: one order at a time for each key, and nothing kept for a call that was not made."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.clock import utc_now
from app.database.engine import Database
from app.errors import AppError, DiskFullError, LibraryFullError, RateLimitError
from app.models import GenerationLease, IdempotentRequest, LedgerEntry
from app.services.billing.charge import Charge
from app.services.billing.ledger import Ledger
from app.services.billing.limits import Allowance
from app.services.billing.refused_prompts import RefusalMemory
from app.services.coordination.heartbeat import Heartbeat
from app.services.coordination.room import InLine, Room
from app.services.generation.errors import GenerationTimeoutError
from app.services.generation.idempotency import CallersKey, idempotent_plan
from app.services.generation.plan import Plan
from app.services.generation.reservation import Admission
from app.services.generation.ticket import Occupied, Ticket
from app.services.players.growth import Growth
from app.services.players.identity import OPERATOR
from tests.support.patience import PATIENCE_SECONDS
from tests.support.registries import registry_beside
from tests.support.roomy import ROOMY
from tests.support.rows import image_row

MODEL = "gemini-nano-banana-2.1"
KEY = CallersKey("client:127.0.0.1|key", None, None)
MILL = Plan("scene|mill")
CHARGE = Charge("scene|mill", "10.0.0.1", "ann")


def admission(database: Database, at_once: int = 8, growth: Growth = ROOMY) -> Admission:
    """As one server process has it."""
    ledger = Ledger(Allowance(10, 10, None), MODEL, None)
    heartbeat = Heartbeat(database, registry_beside(database), ledger)
    room = Room(heartbeat.leases, at_once, timedelta(minutes=3))
    return Admission(database, heartbeat, room, ledger, RefusalMemory(MODEL), growth)


def not_counted() -> None:
    pass


def enter(
    at: Admission, plan: Plan = MILL, count: Callable[[], None] = not_counted
) -> Awaitable[Any]:
    return at.enter(plan, CHARGE, "a mill", count, InLine())


async def ticket_of(at: Admission, plan: Plan = MILL) -> Ticket:
    entered = await enter(at, plan)
    assert isinstance(entered, Ticket)
    return entered


async def occupied_of(at: Admission) -> Occupied:
    entered = await enter(at)
    assert isinstance(entered, Occupied)
    return entered


def run(case: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await case()

    asyncio.run(bounded())


def outcomes(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(LedgerEntry.outcome)))


def leases(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(GenerationLease.key)))


@contextmanager
def writer_held_up(database: Database) -> Iterator[threading.Event]:
    """Keep the one writer busy until the event is set."""
    go_on = threading.Event()

    def hold() -> None:
        with database.unit_of_work() as session:
            session.connection()  # until then nothing is begun
            held.set()
            go_on.wait(PATIENCE_SECONDS)

    held = threading.Event()
    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(PATIENCE_SECONDS)
    try:
        yield go_on
    finally:
        go_on.set()
        holder.join()


def add_bytes(database: Database, client: str, size: int) -> None:
    with database.unit_of_work() as session:
        ROOMY.add(session, client, utc_now(), size)


class TestWhatMayBeAdded:
    """Looked at where the picture is reserved: what others added since the first look counts."""

    def test_added_since_the_first_look(self, database: Database) -> None:
        async def case() -> None:
            at = admission(database, growth=Growth(1000, 10**9))
            add_bytes(database, CHARGE.client, 999)
            assert at.must_make(MILL, CHARGE, "a mill")
            add_bytes(database, CHARGE.client, 1)
            with pytest.raises(RateLimitError) as refused:
                await enter(at)
            assert refused.value.detail == {"reason": "client_bytes", "limit_bytes": 1000}
            assert (outcomes(database), leases(database)) == ([], [])

        run(case)

    def test_library_full_since_the_first_look(self, database: Database) -> None:
        async def case() -> None:
            at = admission(database, growth=Growth(10**9, 1000))
            assert at.must_make(MILL, CHARGE, "a mill")
            with database.unit_of_work() as session:
                session.add(image_row(file_size_bytes=1000))
            with pytest.raises(LibraryFullError):
                await enter(at)
            assert (outcomes(database), leases(database)) == ([], [])

        run(case)

    def test_neither_another_client_nor_the_operator_is_stopped(self, database: Database) -> None:
        async def case() -> None:
            at = admission(database, growth=Growth(1000, 10**9))
            add_bytes(database, "10.0.0.2", 1000)
            add_bytes(database, OPERATOR, 1000)
            await ticket_of(at)
            assert at.must_make(Plan("scene|ford"), Charge("scene|ford", OPERATOR, None), "a ford")

        run(case)


class TestCancelledBeforeTheCall:
    @pytest.mark.parametrize("plan", [MILL, idempotent_plan(KEY, "body", datetime.now(UTC))])
    def test_gives_everything_back(self, plan: Plan, database: Database) -> None:
        async def case() -> None:
            at = admission(database)
            with writer_held_up(database) as go_on:
                entering = asyncio.ensure_future(enter(at, plan))
                await asyncio.sleep(0.05)
                entering.cancel()
                await asyncio.sleep(0.05)
                go_on.set()
                with pytest.raises(asyncio.CancelledError):
                    await entering
            assert outcomes(database) == ["failed"]
            assert leases(database) == []
            with database.reading() as session:
                assert session.scalars(select(IdempotentRequest)).all() == []
            assert isinstance(await enter(at, plan), Ticket), "the next one is let in"

        run(case)

    def test_refused_at_the_last_moment(self, database: Database) -> None:
        def refuse() -> None:
            raise RateLimitError("Too many.")

        async def case() -> None:
            at = admission(database)
            with pytest.raises(RateLimitError):
                await enter(at, count=refuse)
            assert (outcomes(database), leases(database)) == ([], [])
            await ticket_of(at)

        run(case)


class TestWaiting:
    def test_hears_what_the_other_was_told(self, database: Database) -> None:
        async def case() -> None:
            first, second = admission(database), admission(database)
            ticket = await ticket_of(first)
            waiting = asyncio.ensure_future(
                second.wait_for_the_other(MILL, await occupied_of(second))
            )
            told = GenerationTimeoutError("No answer.", detail={"reason": "timeout"})
            await first.settle_failed(ticket, MILL, "a mill", told, "unknown")
            with pytest.raises(GenerationTimeoutError) as heard:
                await waiting
            assert (heard.value.message, heard.value.detail) == (told.message, told.detail)
            assert outcomes(database) == ["unknown"]

        run(case)

    @pytest.mark.parametrize(
        ("error", "status"), [(DiskFullError("Full."), 507), (RuntimeError("secret"), 502)]
    )
    def test_hears_of_what_went_wrong_after_the_call(
        self, error: Exception, status: int, database: Database
    ) -> None:
        async def case() -> None:
            first, second = admission(database), admission(database)
            ticket = await ticket_of(first)
            occupied = await occupied_of(second)
            await first.settle_failed(ticket, MILL, "a mill", error, "unknown")
            with pytest.raises(AppError) as heard:
                await second.wait_for_the_other(MILL, occupied)
            assert heard.value.status == status
            assert "secret" not in heard.value.message

        run(case)

    def test_tries_where_the_other_gave_up(self, database: Database) -> None:
        async def case() -> None:
            first, second = admission(database), admission(database)
            ticket = await ticket_of(first)
            occupied = await occupied_of(second)
            await first.settle_failed(ticket, MILL, "a mill", asyncio.CancelledError(), "unknown")
            await second.wait_for_the_other(MILL, occupied)
            await ticket_of(second)

        run(case)

    def test_who_comes_after_a_failure_may_try(self, database: Database) -> None:
        async def case() -> None:
            first, second = admission(database), admission(database)
            error = GenerationTimeoutError("No answer.", detail={"reason": "timeout"})
            await first.settle_failed(await ticket_of(first), MILL, "a mill", error, "unknown")
            await ticket_of(second)

        run(case)
