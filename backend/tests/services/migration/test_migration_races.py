"""What happens between the look at a row and its commit."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import OperationalError

from app.clock import utc_now
from app.config import Settings
from app.database.engine import Database
from app.domain import SubjectType
from app.models import ImageAsset
from app.observability.metrics import Metrics
from app.services.container import Services
from app.services.migration import MigrationReport
from app.services.migration.merge import merge
from app.services.migration.offers import Offer
from app.services.migration.preparation import Preparation, group_offers
from app.services.players.identity import Caller
from app.services.storage import StorageService
from app.wiring import running_services
from tests.conftest import SettingsFactory
from tests.support.legacy_dumps import bare, image, library, picture
from tests.support.library import row_count, stored_files
from tests.support.roomy import ROOMY

PLAYER = Caller("127.0.0.1", "0" * 64, is_admin=False, request_id="")
Run = Callable[[Callable[[Services], Awaitable[Any]]], Any]


@pytest.fixture
def settings(make_settings: SettingsFactory) -> Settings:
    return make_settings()


@pytest.fixture
def run(settings: Settings) -> Run:
    """Run a coroutine on services of its own."""

    def run_it(work: Callable[[Services], Awaitable[Any]]) -> Any:
        async def inside() -> Any:
            async with running_services(settings, Metrics()) as services:
                return await work(services)

        return asyncio.run(inside())

    return run_it


def body(*seeds: int) -> bytearray:
    return bytearray(json.dumps(library(Rope=[image(seed) for seed in seeds])).encode())


async def move(services: Services, *seeds: int) -> MigrationReport:
    return await services.migration.import_dump(body(*seeds), PLAYER, dry_run=False)


@contextmanager
def before_each_write(
    database: Database, monkeypatch: pytest.MonkeyPatch, act: Callable[[int], None]
) -> Iterator[None]:
    """Let something happen each time just before the writer keeps an image."""
    write, calls = database.write, iter(range(1000))

    async def late(work: Any, *args: Any, **kwargs: Any) -> Any:
        if work is merge:  # other services write too
            await asyncio.to_thread(act, next(calls))
        return await write(work, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(database, "write", late)
        yield


def test_row_removed_for_good_meanwhile(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(services: Services) -> None:
        await move(services, 1)

        def purge(call: int) -> None:
            if call == 0:
                with services.migration._database.unit_of_work() as session:
                    session.execute(delete(ImageAsset))
                for path in stored_files(settings):
                    path.unlink()

        with before_each_write(services.migration._database, monkeypatch, purge):
            report = await move(services, 1)
        assert [result.outcome for result in report.results] == ["stored"]

    run(work)
    assert row_count(settings) == 1
    assert len(stored_files(settings)) == 2


def test_row_put_into_the_trash_by_another_meanwhile(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No files were written, because it was there; now it is nothing that the mover may restore."""

    async def work(services: Services) -> None:
        await move(services, 1)

        def take_down(call: int) -> None:
            if call == 0:
                with services.migration._database.unit_of_work() as session:
                    taken = {"player_hash": None, "deleted_at": utc_now()}
                    session.execute(update(ImageAsset).values(taken))

        with before_each_write(services.migration._database, monkeypatch, take_down):
            report = await move(services, 1)
        assert [result.outcome for result in report.results] == ["stored"]

    run(work)
    assert row_count(settings) == 2
    assert len(stored_files(settings)) == 4


def test_another_row_becomes_the_one_meanwhile(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That row's files were not looked at: they are lost, and would have been called there."""

    async def work(services: Services) -> None:
        await move(services, 1)
        (first, thumbnail) = stored_files(settings)
        with services.migration._database.unit_of_work() as session:
            taken = {"player_hash": None, "deleted_at": utc_now()}
            session.execute(update(ImageAsset).values(taken))
        await move(services, 1)
        first.unlink()
        thumbnail.unlink()

        def exchange(call: int) -> None:
            if call == 0:
                with services.migration._database.unit_of_work() as session:
                    own = session.get_one(ImageAsset, 2)
                    own.deleted_at, own.player_hash = utc_now(), "1" * 64
                    session.get_one(ImageAsset, 1).deleted_at = None

        with before_each_write(services.migration._database, monkeypatch, exchange):
            report = await move(services, 1)
        assert [result.outcome for result in report.results] == ["healed"]

    run(work)
    assert row_count(settings) == 2
    assert len(stored_files(settings)) == 4


def test_row_of_another_is_restored_meanwhile_and_its_files_are_lost(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files just written for a row of the mover's own were thrown away."""

    async def work(services: Services) -> None:
        await move(services, 1)
        with services.migration._database.unit_of_work() as session:
            taken = {"player_hash": None, "deleted_at": utc_now()}
            session.execute(update(ImageAsset).values(taken))
        for file in stored_files(settings):
            file.unlink()

        def restore(call: int) -> None:
            if call == 0:
                with services.migration._database.unit_of_work() as session:
                    session.get_one(ImageAsset, 1).deleted_at = None

        with before_each_write(services.migration._database, monkeypatch, restore):
            report = await move(services, 1)
        assert [result.outcome for result in report.results] == ["healed"]

    run(work)
    assert row_count(settings) == 1
    assert len(stored_files(settings)) == 2


def test_row_removed_and_disk_full_ends_in_an_error(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It went round for ever: no row, no files, and no way to write them."""

    async def work(services: Services) -> None:
        await move(services, 1)

        def purge(_call: int) -> None:
            with services.migration._database.unit_of_work() as session:
                session.execute(delete(ImageAsset))
            settings.image_storage_dir.joinpath("full").rename(settings.image_storage_dir / "gone")

        with before_each_write(services.migration._database, monkeypatch, purge):
            report = await asyncio.wait_for(move(services, 1), 60)
        settings.image_storage_dir.joinpath("gone").rename(settings.image_storage_dir / "full")
        assert report.status == "failed"
        assert "cannot be read or written" in report.errors[0].error

    run(work)


def test_database_that_fails_leaves_no_files(
    run: Run, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work(services: Services) -> None:
        def fail(call: int) -> None:
            if call == 1:
                raise OperationalError("COMMIT", None, Exception("disk I/O error"))

        with (
            before_each_write(services.migration._database, monkeypatch, fail),
            pytest.raises(OperationalError),
        ):
            await move(services, *range(30))
        assert row_count(settings) == 1
        assert len(stored_files(settings)) == 2
        assert (await move(services, *range(30))).items == 29

    run(work)


def test_healed_twice_at_once_keeps_the_first_files(run: Run, settings: Settings) -> None:
    """The address that the first one was told must not go away again."""

    async def work(services: Services) -> None:
        await move(services, 1)
        for path in stored_files(settings):
            path.unlink()
        reports = await asyncio.gather(move(services, 1), move(services, 1))
        outcomes = sorted(report.results[0].outcome for report in reports)
        assert outcomes == ["already_there", "healed"]

    run(work)
    assert len(stored_files(settings)) == 2


def test_encoder_that_chokes_stops_no_other(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    store_upload = StorageService.store_upload
    choke_on = picture(2)

    def store(self: StorageService, data: bytes, *args: Any) -> Any:
        if data == choke_on:
            raise OSError("encoding error 5")
        return store_upload(self, data, *args)

    monkeypatch.setattr(StorageService, "store_upload", store)

    async def work(services: Services) -> None:
        report = await move(services, 1, 2, 3)
        assert (report.items, report.status) == (2, "partial")
        assert [error.error for error in report.errors] == ["The picture cannot be stored."]

    run(work)


@asynccontextmanager
async def preparation_of(services: Services) -> AsyncIterator[Preparation]:
    executor = services.migration._storage._executor
    yield Preparation(services.migration._database, services.migration._storage, ROOMY, executor, 2)


def test_order_is_kept_and_what_is_not_taken_is_removed(run: Run, settings: Settings) -> None:
    sizes = [(400, 400), (8, 8), (300, 300), (8, 8), (8, 8)]
    offers = [
        Offer(str(index), SubjectType.ITEM, "Rope", bare(picture(index, size=size)))
        for index, size in enumerate(sizes)
    ]

    async def work(services: Services) -> None:
        async with preparation_of(services) as preparation:
            jobs, _ = group_offers(offers)
            pictures = preparation.in_order(jobs, PLAYER, dry_run=False)
            first = await anext(pictures)
            assert first.candidate.first.key == "0"
            await pictures.aclose()
            assert len(stored_files(settings)) == 2
            preparation.discard(first)
            again = [found async for found in preparation.in_order(jobs, PLAYER, dry_run=False)]
            assert [found.candidate.first.key for found in again] == list("01234")

    run(work)


def test_cut_off_while_preparing_leaves_no_files(run: Run, settings: Settings) -> None:
    async def work(services: Services) -> None:
        task = asyncio.create_task(move(services, *range(40)))
        while not stored_files(settings):  # noqa: ASYNC110 - files set no event
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run(work)
    # The one whose commit was under way may have its row, or wait for the sweep at the next start.
    assert len(stored_files(settings)) - 2 * row_count(settings) in {0, 2}
