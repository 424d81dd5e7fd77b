"""From an order to a stored image, also if the request that asked is gone."""

import asyncio
from collections.abc import Collection
from dataclasses import replace

import structlog

from app.clock import utc_now
from app.errors import AppError
from app.models import ImageAsset
from app.services.generation.make import ImageMaker
from app.services.generation.order import GenerationOrder
from app.services.generation.precheck import Precheck
from app.services.generation.queue import Generation, GenerationQueue
from app.services.generation.reserve import Reservation, Reservations
from app.services.generation.settle import Settlement
from app.services.players.rate_limits import RequestLimits

log = structlog.get_logger()


class GenerationService:
    """Makes images in four steps: precheck, reserve, make, settle.

    It owns every generation under way: a caller who hangs up cancels nothing. Each step is a
    short unit of work; the model call between them holds no connection.
    """

    def __init__(
        self,
        precheck: Precheck,
        reservations: Reservations,
        maker: ImageMaker,
        settlement: Settlement,
        queue: GenerationQueue,
        limits: RequestLimits,
    ) -> None:
        self._precheck = precheck
        self._reservations = reservations
        self._maker = maker
        self._settlement = settlement
        self._queue = queue
        self._limits = limits
        self._running: dict[tuple[str, str], Generation] = {}

    @property
    def paints_here(self) -> bool:
        """Whether the local painter makes the images, so that a stand-in is the same one."""
        return self._maker.paints_here

    async def generate(self, order: GenerationOrder) -> tuple[Generation, bool]:
        """Begin with an order, or join the same one that is under way in this process.

        Returns:
            The generation, and whether it was joined.

        Raises:
            ConflictError: When the gallery is full.
            DiskFullError: When an image that was paid for could not be kept.
            LibraryFullError: When the library is as large as it may be.
            OverloadedError: When too many wait already.
            RateLimitError: When a limit is reached.
            ProviderError: When it is known that the provider would refuse.
            StorageUnavailableError: When the image folder is gone, read-only or not mounted.
        """
        known = (order.key, order.target.body_hash)
        if known not in self._running:
            try:
                await self._precheck.check(order)
            except AppError:
                if known not in self._running:  # else somebody was quicker, and can be joined
                    raise
        # From here to the start nothing is awaited: one key never has two generations.
        generation = self._running.get(known)
        if generation is not None:
            if not order.is_low_priority:
                self._hurry(generation, order)
            return generation, True
        generation = self._queue.enter(is_low_priority=order.is_low_priority)
        self._running[known] = generation
        generation.task = asyncio.create_task(self._run(order, generation))
        generation.task.add_done_callback(lambda task: self._end(known, generation, task))
        return generation, False

    async def close(self, patience_seconds: float) -> None:
        """Wait for the images under way, because they may be paid for; then give up.

        Those whose turn has not come are given up at once: begun now, they would be cut off in
        the middle of a paid call when the patience ends.
        """
        running = [one for one in self._running.values() if one.task is not None]
        await _cancel({one.task for one in running if one.task and not one.has_begun})
        begun = {one.task for one in self._running.values() if one.task is not None}
        if begun:
            log.info("waiting for images under way", count=len(begun))
            _, late = await asyncio.wait(begun, timeout=patience_seconds)
            await _cancel(late)

    def _hurry(self, generation: Generation, order: GenerationOrder) -> None:
        """Somebody waits for an image that was to be made ahead of need.

        Before its turn it counts in the minute of whoever waits; who has none left waits until
        it is made, since asking twice must get nobody more than the limit allows.
        """
        if not generation.is_low:
            return
        if not generation.has_begun:
            generation.is_charged = self._limits.try_charge(order.limit, order.client)
        if generation.has_begun or generation.is_charged:
            self._queue.promote(generation)

    async def _run(self, order: GenerationOrder, generation: Generation) -> ImageAsset:
        """Reserve only when the turn has come: what a crash leaves open counts as paid."""

        def count() -> None:
            self._maker.check()  # again: another call may have failed meanwhile
            if not order.is_operators and not generation.is_charged:
                self._limits.charge(order.limit_kind, order.client)

        async with self._queue.lane(generation):
            while True:
                async with self._queue.turn(generation):
                    self._maker.check()
                    reserved = await self._reservations.reserve(order, generation, count)
                    if not isinstance(reserved, Reservation):
                        return reserved
                    if reserved.state == "ours":
                        return await self._make_and_settle(order, reserved)
                # Another process makes it; waiting for that holds up nobody here.
                try:
                    await self._reservations.wait_for_the_other(order, reserved)
                except AppError as error:
                    self._maker.learn(error)
                    raise

    async def _make_and_settle(
        self, order: GenerationOrder, reservation: Reservation
    ) -> ImageAsset:
        order = replace(order, variation=reservation.variation)
        try:
            with self._maker.counted():
                image, milliseconds = await self._maker.make(order)
                created_at = utc_now()
                stored = await self._maker.store(image, order, created_at)
                row = await self._settlement.keep(
                    order, reservation, image, stored, created_at, milliseconds
                )
        except BaseException as error:
            await self._settlement.give_up(order, reservation, error)
            raise
        finally:
            self._reservations.forget(order)
        log.info(
            "image stored",
            image_id=row.id,
            model=image.model,
            bytes=stored.file_size_bytes,
            provider_ms=milliseconds,
        )
        return row

    def _end(
        self, known: tuple[str, str], generation: Generation, task: asyncio.Task[ImageAsset]
    ) -> None:
        del self._running[known]
        self._queue.leave(generation)
        if not task.cancelled():
            task.exception()  # read here, in case that everyone who waited has hung up


async def _cancel(tasks: Collection[asyncio.Task[ImageAsset]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
