"""What happens between the check of a row and its commit."""

import asyncio
import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.config import Settings
from app.database.engine import Database
from app.domain import SubjectType
from app.models import ImageAsset
from app.services.migration import MigrationReport, MigrationService
from app.services.migration.merge import merge
from app.services.migration.offers import Offer
from app.services.migration.preparation import Preparation, group_offers
from app.services.players.identity import Caller
from app.services.players.saves import SaveService
from app.services.scenes.cache import CacheService
from app.services.storage import StorageService
from tests.conftest import SettingsFactory
from tests.support.legacy_dumps import bare, image, library, picture
from tests.support.library import row_count, stored_files
from tests.support.roomy import ROOMY

PLAYER = Caller("127.0.0.1", "0" * 64, is_admin=False, request_id="")


class Late(Database):
    """Lets something happen each time just before the writer keeps an image."""

    act: Callable[[int], None] | None = None
    kept = 0

    async def write(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        if work is merge and self.act is not None:  # saves are written too
            self.kept += 1
            await asyncio.to_thread(self.act, self.kept)
        return await super().write(work, *args, **kwargs)


@dataclass
class Rig:
    """The service on a library of its own."""

    settings: Settings
    database: Late
    storage: StorageService
    executor: Executor
    service: MigrationService

    async def move(self, *seeds: int) -> MigrationReport:
        dump = library(Rope=[image(seed) for seed in seeds])

        async def body() -> bytearray:
            return bytearray(json.dumps(dump).encode())

        return await self.service.import_dump(body, PLAYER, dry_run=False)

    async def outcomes(self, *seeds: int, late: Callable[[Session], None]) -> list[str]:
        """Move images, the first of which meets what is done just before it is kept."""

        def act(number: int) -> None:
            if number == 1:
                with self.database.unit_of_work() as session:
                    late(session)

        self.database.act, self.database.kept = act, 0
        return [result.outcome for result in (await self.move(*seeds)).results]

    @staticmethod
    def take_down(session: Session) -> None:
        """Put everything into the trash, as somebody else's."""
        session.execute(update(ImageAsset).values(player_hash=None, deleted_at=utc_now()))

    def remove_files(self) -> None:
        for path in stored_files(self.settings):
            path.unlink()

    def counts(self) -> tuple[int, int]:
        """Rows and files."""
        return row_count(self.settings), len(stored_files(self.settings))


@pytest.fixture
def rig(make_settings: SettingsFactory) -> Iterator[Rig]:
    settings = make_settings()
    with ThreadPoolExecutor(2) as executor:
        database = Late(settings.database_url)
        storage = StorageService(
            settings.image_storage_dir, executor, quality=85, thumbnail_side=200, max_bytes=2**20
        )
        cache = CacheService(timedelta(days=7), has_model=False)
        saves = SaveService(database, ROOMY)
        service = MigrationService(database, storage, cache, saves, ROOMY, executor, at_once=2)
        yield Rig(settings, database, storage, executor, service)
        storage.close()
        database.close()


def test_row_removed_for_good_meanwhile(rig: Rig) -> None:
    def purge(session: Session) -> None:
        session.execute(delete(ImageAsset))
        rig.remove_files()

    async def work() -> None:
        await rig.move(1)
        assert await rig.outcomes(1, late=purge) == ["stored"]

    asyncio.run(work())
    assert rig.counts() == (1, 2)


def test_row_put_into_the_trash_by_another_meanwhile(rig: Rig) -> None:
    """No files were written, because it was there; now the caller may not restore it."""

    async def work() -> None:
        await rig.move(1)
        assert await rig.outcomes(1, late=rig.take_down) == ["stored"]

    asyncio.run(work())
    assert rig.counts() == (2, 4)


def test_another_row_becomes_the_one_meanwhile(rig: Rig) -> None:
    """That row's files were not checked: they are lost, and the row must not count as whole."""

    def exchange(session: Session) -> None:
        own = session.get_one(ImageAsset, 2)
        own.deleted_at, own.player_hash = utc_now(), "1" * 64
        session.get_one(ImageAsset, 1).deleted_at = None

    async def work() -> None:
        await rig.move(1)
        first, thumbnail = stored_files(rig.settings)
        assert await rig.outcomes(1, late=rig.take_down) == ["stored"]
        first.unlink()
        thumbnail.unlink()
        assert await rig.outcomes(1, late=exchange) == ["healed"]

    asyncio.run(work())
    assert rig.counts() == (2, 4)


def test_row_of_another_is_restored_meanwhile_and_its_files_are_lost(rig: Rig) -> None:
    """The files just written for a row of the caller's own are thrown away."""

    def restore(session: Session) -> None:
        session.get_one(ImageAsset, 1).deleted_at = None

    async def work() -> None:
        await rig.move(1)
        with rig.database.unit_of_work() as session:
            rig.take_down(session)
        rig.remove_files()
        assert await rig.outcomes(1, late=restore) == ["healed"]

    asyncio.run(work())
    assert rig.counts() == (1, 2)


def test_row_removed_and_disk_full_ends_in_an_error(rig: Rig) -> None:
    """No row, no files, and no way to write them: it must not go round for ever."""
    full = rig.settings.image_storage_dir / "full"

    def purge(session: Session) -> None:
        session.execute(delete(ImageAsset))
        full.rename(full.with_name("gone"))

    async def work() -> None:
        await rig.move(1)
        assert await rig.outcomes(1, late=purge) == []

    asyncio.run(work())


def test_database_that_fails_leaves_no_files(rig: Rig) -> None:
    def fail(number: int) -> None:
        if number == 2:
            raise OperationalError("COMMIT", None, Exception("disk I/O error"))

    async def work() -> None:
        rig.database.act = fail
        with pytest.raises(OperationalError):
            await rig.move(*range(10))
        assert rig.counts() == (1, 2)
        assert (await rig.move(*range(10))).items == 9

    asyncio.run(work())


def test_healed_twice_at_once_keeps_the_first_files(rig: Rig) -> None:
    """The address in the first report must not go away again."""

    async def work() -> None:
        await rig.move(1)
        rig.remove_files()
        reports = await asyncio.gather(rig.move(1), rig.move(1))
        outcomes = sorted(report.results[0].outcome for report in reports)
        assert outcomes == ["already_there", "healed"]

    asyncio.run(work())
    assert rig.counts() == (1, 2)


def test_encoder_that_chokes_stops_no_other(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    store_upload = StorageService.store_upload
    choke_on = picture(2)

    def store(self: StorageService, data: bytes, *args: Any) -> Any:
        if data == choke_on:
            raise OSError("encoding error 5")
        return store_upload(self, data, *args)

    monkeypatch.setattr(StorageService, "store_upload", store)

    report = asyncio.run(rig.move(1, 2, 3))
    assert (report.items, report.status) == (2, "partial")
    assert [error.error for error in report.errors] == ["The image cannot be stored."]


def test_order_iskept_and_what_is_not_taken_is_removed(rig: Rig) -> None:
    sizes = [(400, 400), (8, 8), (300, 300), (8, 8), (8, 8)]
    offers = [
        Offer(str(index), SubjectType.ITEM, "Rope", bare(picture(index, size=size)))
        for index, size in enumerate(sizes)
    ]
    jobs, _ = group_offers(offers)

    async def work() -> None:
        preparation = Preparation(rig.database, rig.storage, ROOMY, rig.executor, 2)
        images = preparation.in_order(jobs, PLAYER, dry_run=False)
        first = await anext(images)
        assert first.candidate.first.key == "0"
        await images.aclose()
        assert rig.counts() == (0, 2)
        await preparation.discard(first.paths)
        again = [found async for found in preparation.in_order(jobs, PLAYER, dry_run=False)]
        assert [found.candidate.first.key for found in again] == list("01234")

    asyncio.run(work())


def test_cut_off_while_preparing_leaves_no_files(rig: Rig) -> None:
    async def work() -> None:
        task = asyncio.create_task(rig.move(*range(40)))
        while not stored_files(rig.settings):  # noqa: ASYNC110 - files set no event
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(work())
    rows, files = rig.counts()
    # The one whose commit was under way may have its row, or wait for the sweep at the next start.
    assert files - 2 * rows in {0, 2}
