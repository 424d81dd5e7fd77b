"""Reserving: one order at a time for each key, and nothing kept for a call that was not made."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.clock import utc_now
from app.database.engine import Database
from app.errors import AppError, DiskFullError, LibraryFullError, RateLimitError
from app.models import GenerationLease, IdempotentRequest, LedgerEntry
from app.services.generation.errors import GenerationTimeoutError
from app.services.generation.idempotency import CallersKey, IdempotentTarget
from app.services.generation.order import GenerationOrder
from app.services.players.growth import Growth
from app.services.players.identity import OPERATOR
from tests.support.generations import GenerationProcess, order_of, run
from tests.support.patience import PATIENCE_SECONDS
from tests.support.roomy import ROOMY
from tests.support.rows import image_row

TARGET = IdempotentTarget(CallersKey("client:127.0.0.1|key", None, None), "body", datetime.now(UTC))
MILL = order_of("mill")


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
    """Looked at where the image is reserved: what others added since the first look counts."""

    def test_added_since_the_first_look(self, database: Database) -> None:
        async def case() -> None:
            at = GenerationProcess(database, growth=Growth(1000, 10**9))
            add_bytes(database, MILL.client, 999)
            at.check(MILL)
            add_bytes(database, MILL.client, 1)
            with pytest.raises(RateLimitError) as refused:
                await at.ask(MILL)
            assert refused.value.detail == {"reason": "client_bytes", "limit_bytes": 1000}
            assert (outcomes(database), leases(database)) == ([], [])

        run(case)

    def test_library_full_since_the_first_look(self, database: Database) -> None:
        async def case() -> None:
            at = GenerationProcess(database, growth=Growth(10**9, 1000))
            at.check(MILL)
            with database.unit_of_work() as session:
                session.add(image_row(file_size_bytes=1000))
            with pytest.raises(LibraryFullError):
                await at.ask(MILL)
            assert (outcomes(database), leases(database)) == ([], [])

        run(case)

    def test_neither_another_client_nor_the_operator_is_stopped(self, database: Database) -> None:
        async def case() -> None:
            at = GenerationProcess(database, growth=Growth(1000, 10**9))
            add_bytes(database, "10.0.0.2", 1000)
            add_bytes(database, OPERATOR, 1000)
            await at.reserve(MILL)
            at.check(order_of("ford", client=OPERATOR))

        run(case)


class TestCancelledBeforeTheCall:
    @pytest.mark.parametrize("order", [MILL, order_of("mill", target=TARGET)])
    def test_gives_everything_back(self, order: GenerationOrder, database: Database) -> None:
        async def case() -> None:
            at = GenerationProcess(database)
            with writer_held_up(database) as go_on:
                entering = asyncio.ensure_future(at.ask(order))
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
            await at.reserve(order)  # the next one is let in

        run(case)

    def test_refused_at_the_last_moment(self, database: Database) -> None:
        def refuse() -> None:
            raise RateLimitError("Too many.")

        async def case() -> None:
            at = GenerationProcess(database)
            with pytest.raises(RateLimitError):
                await at.ask(MILL, refuse)
            assert (outcomes(database), leases(database)) == ([], [])
            await at.reserve(MILL)

        run(case)


class TestWaiting:
    def test_hears_what_the_other_was_told(self, database: Database) -> None:
        async def case() -> None:
            first, second = GenerationProcess(database), GenerationProcess(database)
            reserved = await first.reserve(MILL)
            waiting = asyncio.ensure_future(
                second.reservations.wait_for_the_other(MILL, await second.is_refused_to(MILL))
            )
            told = GenerationTimeoutError("No answer.", detail={"reason": "timeout"})
            await first.settlement.give_up(MILL, reserved, told)
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
            first, second = GenerationProcess(database), GenerationProcess(database)
            reserved = await first.reserve(MILL)
            theirs = await second.is_refused_to(MILL)
            await first.settlement.give_up(MILL, reserved, error)
            with pytest.raises(AppError) as heard:
                await second.reservations.wait_for_the_other(MILL, theirs)
            assert heard.value.status == status
            assert "secret" not in heard.value.message

        run(case)

    def test_tries_where_the_other_gave_up(self, database: Database) -> None:
        async def case() -> None:
            first, second = GenerationProcess(database), GenerationProcess(database)
            reserved = await first.reserve(MILL)
            theirs = await second.is_refused_to(MILL)
            await first.settlement.give_up(MILL, reserved, asyncio.CancelledError())
            await second.reservations.wait_for_the_other(MILL, theirs)
            await second.reserve(MILL)

        run(case)

    def test_who_comes_after_a_failure_may_try(self, database: Database) -> None:
        async def case() -> None:
            first, second = GenerationProcess(database), GenerationProcess(database)
            error = GenerationTimeoutError("No answer.", detail={"reason": "timeout"})
            await first.settlement.give_up(MILL, await first.reserve(MILL), error)
            await second.reserve(MILL)

        run(case)
