"""From an order to a stored picture, whatever happens to the request that asked."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.database.errors import trouble_of
from app.domain import GeneratedImage
from app.errors import DatabaseUnavailableError, DiskFullError
from app.models import ImageAsset
from app.observability.metrics import Metrics
from app.services.billing.charge import Charge
from app.services.billing.ledger import Outcome
from app.services.coordination.ahead_of_need import AheadOfNeed
from app.services.coordination.room import InLine
from app.services.generation.call import ProviderCall
from app.services.generation.errors import GeminiError, ProviderError, may_be_billed
from app.services.generation.flights import Flight, Flights
from app.services.generation.order import PictureOrder, row_of
from app.services.generation.plan import Plan
from app.services.generation.queue import GenerationQueue, Place
from app.services.generation.reservation import Admission
from app.services.generation.ticket import Full, Occupied, Ticket
from app.services.players.identity import OPERATOR
from app.services.players.rate_limits import LimitKind, RequestLimits
from app.services.storage import (
    InvalidImageError,
    StorageEmptyError,
    StorageService,
    StoredImage,
)

log = structlog.get_logger()

# The largest picture with its thumbnail, and what the database needs to write it down.
_ROOM_BYTES = 10 * 2**20
# How long a paid picture waits for a database that another program holds, and between two tries.
_KEEP_TRYING_SECONDS = 60.0
_PAUSE_SECONDS = 1.0


class GenerationService:
    """Owns every generation under way: a caller who hangs up cancels nothing.

    A generation is several short units of work around a model call that holds no connection.
    """

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        provider: ProviderCall,
        queue: GenerationQueue,
        admission: Admission,
        ahead_of_need: AheadOfNeed,
        limits: RequestLimits,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._storage = storage
        self._provider = provider
        self._queue = queue
        self._admission = admission
        self._ahead_of_need = ahead_of_need
        self._limits = limits
        self._metrics = metrics
        self._flights = Flights(queue)

    @property
    def paints_here(self) -> bool:
        """Whether the local painter makes the pictures, so that a stand-in is the same one."""
        return self._provider.paints_here

    async def admit(self, order: PictureOrder, plan: Plan, kind: LimitKind) -> None:
        """Make sure that an order may be begun with.

        What is known to be refused is refused here, before it takes a place or waits for its
        turn. What holds is decided again when the money is reserved.

        Args:
            order: What to make.
            plan: Its key, and the rows that belong to it.
            kind: Which limit a minute it counts against.

        Raises:
            ConflictError: When the gallery is full.
            DiskFullError: When a picture that was paid for could not be kept.
            LibraryFullError: When the library is as large as it may be.
            RateLimitError: When a limit is reached.
            ProviderError: When it is known that the provider would refuse.
            StorageUnavailableError: When the image folder is gone, read-only or not mounted.
        """
        self._provider.check()
        charge = _charge(order, plan, is_low=order.is_low_priority)

        def must_make() -> bool:
            self._check_storage()
            return self._admission.must_make(plan, charge, order.request.prompt)

        with self._metrics.refusals():
            is_charged = await self._storage.disk.run(must_make)
        if is_charged and order.client != OPERATOR:
            self._limits.check("ahead" if order.is_low_priority else kind, order.client)

    def start(self, order: PictureOrder, plan: Plan, kind: LimitKind) -> Flight:
        """Begin with an order that was admitted.

        Raises:
            OverloadedError: When too many wait already.
        """
        place = self._queue.enter(is_low_priority=order.is_low_priority)
        return self._flights.launch(self._make(order, plan, kind, place), place)

    def hurry(self, flight: Flight, kind: LimitKind, client: str) -> None:
        """Somebody waits for a picture that was to be painted ahead of need.

        Before its turn it counts in the minute of whoever waits; who has none left waits until
        it is painted, since asking twice must get nobody more than the limit allows.
        """
        place = flight.place
        if not place.is_low:
            return
        if not place.has_begun:
            place.is_charged = self._limits.try_charge(kind, client)
        if place.has_begun or place.is_charged:
            self._queue.promote(place)

    async def close(self, patience_seconds: float) -> None:
        """Wait for the pictures under way, because they may be paid for; then give up."""
        await self._flights.close(patience_seconds)

    def _check_storage(self) -> None:
        self._storage.check_writable()
        if self._storage.trouble() is not None:
            with self._database.reading() as session:
                if session.scalar(
                    select(select(ImageAsset).where(ImageAsset.is_visible()).exists())
                ):
                    raise StorageEmptyError  # what is stored now would vanish with the mount
        if self._provider.is_paid:
            free = self._storage.free_bytes()
            if free is not None and free < _ROOM_BYTES:
                raise DiskFullError(
                    "There is no room on the disk to keep another picture.",
                    detail={"reason": "disk_full"},
                )

    async def _make(
        self, order: PictureOrder, plan: Plan, kind: LimitKind, place: Place
    ) -> ImageAsset:
        async with self._ahead_of_need.lane(place):
            return await self._make_in_turn(order, plan, kind, place)

    async def _make_in_turn(
        self, order: PictureOrder, plan: Plan, kind: LimitKind, place: Place
    ) -> ImageAsset:
        """Reserve only when the turn has come: what a crash leaves open counts as paid."""

        def count() -> None:
            self._provider.check()  # again: another call may have failed meanwhile
            self._count(order, kind, place)

        while True:
            async with self._queue.turn(place), self._admission.in_line() as line:
                while isinstance(
                    entered := await self._enter(order, plan, place, count, line), Full
                ):
                    await self._admission.wait_for_room(line)
                if isinstance(entered, Ticket):
                    return await self._use(order, plan, entered)
                if not isinstance(entered, Occupied):
                    return entered
            # Another process makes it. Whoever waits for that holds up nobody here.
            try:
                await self._admission.wait_for_the_other(plan, entered)
            except ProviderError as error:
                self._provider.heard(error)
                raise

    async def _enter(
        self,
        order: PictureOrder,
        plan: Plan,
        place: Place,
        count: Callable[[], None],
        line: InLine,
    ) -> ImageAsset | Ticket | Occupied | Full:
        self._provider.check()
        charge = _charge(order, plan, is_low=place.is_low)
        with self._metrics.refusals():
            return await self._admission.enter(plan, charge, order.request.prompt, count, line)

    def _count(self, order: PictureOrder, kind: LimitKind, place: Place) -> None:
        """Count a picture in its client's minute, whoever makes it; the operator's jobs in none."""
        if order.client != OPERATOR and not place.is_charged:
            self._limits.charge("ahead" if order.is_low_priority else kind, order.client)

    async def _use(self, order: PictureOrder, plan: Plan, ticket: Ticket) -> ImageAsset:
        request = replace(order.request, variation=ticket.variation)
        try:
            return await self._pay_and_store(replace(order, request=request), plan, ticket)
        except BaseException as error:
            await self._give_back(order, plan, ticket, error)
            raise
        finally:
            self._admission.leave(ticket)

    async def _pay_and_store(self, order: PictureOrder, plan: Plan, ticket: Ticket) -> ImageAsset:
        with self._provider.counted():
            picture, milliseconds = await self._provider.make(order.request)
            created_at = utc_now()
            stored = await self._store(picture, order, created_at)

            def keep(session: Session) -> ImageAsset:
                # A row for each try: of one that was rolled back something is left.
                asset = row_of(
                    order, picture, stored, milliseconds=milliseconds, created_at=created_at
                )
                session.add(asset)
                session.flush()
                plan.attach(session, asset)
                self._admission.settle_stored(session, ticket, asset, picture, milliseconds)
                return asset

            try:
                asset = await self._write_down(keep)
            except SQLAlchemyError:
                await asyncio.to_thread(self._put_aside, stored)
                raise
        log.info(
            "picture stored",
            image_id=asset.id,
            model=picture.model,
            bytes=stored.file_size_bytes,
            provider_ms=milliseconds,
        )
        return asset

    async def _store(
        self, picture: GeneratedImage, order: PictureOrder, created_at: datetime
    ) -> StoredImage:
        try:
            return await self._storage.store(picture, order.request.subject_name, created_at)
        except InvalidImageError as error:
            raise GeminiError(
                f"The model's answer is no usable picture. {error.message}",
                detail=error.detail,
            ) from error

    async def _write_down(self, keep: Callable[[Session], ImageAsset]) -> ImageAsset:
        """Write a picture's row; one that is paid for is worth several tries."""
        until = time.monotonic() + (_KEEP_TRYING_SECONDS if self._provider.is_paid else 0.0)
        while True:
            try:
                return await self._database.write(keep)
            except SQLAlchemyError as error:
                passes = isinstance(trouble_of(error), DatabaseUnavailableError)
                if not passes or time.monotonic() >= until:
                    raise
                log.warning("a paid picture waits to be written down", reason=str(error))
            await asyncio.sleep(_PAUSE_SECONDS)

    def _put_aside(self, stored: StoredImage) -> None:
        """Keep files whose row could not be written: they may be paid for, and are nobody's."""
        try:
            with self._database.reading() as session:
                row = select(ImageAsset.id).where(ImageAsset.storage_path_full == stored.path_full)
                if session.scalar(row) is not None:
                    return
            self._storage.quarantine_image(stored)
        except (SQLAlchemyError, OSError) as error:
            # Then the next start does it, or the self-check.
            log.warning("files without a row", path=stored.path_full, reason=str(error))

    async def _give_back(
        self, order: PictureOrder, plan: Plan, ticket: Ticket, error: BaseException
    ) -> None:
        """Settle a call that brought no picture; where that fails too, the next start does it."""
        try:
            outcome: Outcome = "unknown" if may_be_billed(error) else "failed"
            await asyncio.shield(
                self._admission.settle_failed(ticket, plan, order.request.prompt, error, outcome)
            )
        except SQLAlchemyError:
            log.exception("a paid call could not be settled", ledger_id=ticket.ledger_id)


def _charge(order: PictureOrder, plan: Plan, *, is_low: bool) -> Charge:
    # The browser that began the operator's job owns the pictures, and is charged for none.
    player = None if order.client == OPERATOR else order.player_hash
    return Charge(plan.key, order.client, player, is_low, order.is_forced)
