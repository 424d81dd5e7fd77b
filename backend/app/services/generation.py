"""From an order to a stored picture, whatever happens to the request that asked."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database import Database
from app.errors import DiskFullError
from app.models import ImageAsset
from app.services.generation_queue import GenerationQueue, Place
from app.services.image_provider import ImageProvider
from app.services.metrics import Metrics
from app.services.paid.admission import Admission, Ticket
from app.services.paid.billing import outcome_of
from app.services.paid.breaker import Breaker
from app.services.paid.ledger import Charge, Outcome
from app.services.paid.plan import Plan
from app.services.picture import GeneratedPicture, PictureRequest, SubjectType
from app.services.provider_errors import GeminiError, ProviderError
from app.services.rate_limits import LimitKind, RequestLimits
from app.services.storage import InvalidPictureError, StorageService, StoredPicture

log = structlog.get_logger()

# The largest picture with its thumbnail, and what the database needs to write it down.
_ROOM_BYTES = 10 * 2**20


@dataclass(frozen=True, slots=True)
class PictureOrder:
    """A picture to be made and kept.

    Attributes:
        request: What the provider is asked for.
        component: Part of the game that asked.
        alt_text: What the picture shows, for those who cannot see it.
        custom_prompt: The style alone, where there is one.
        player_hash: The player who causes it, where known.
        client: Address of the client that causes it.
        is_low_priority: Painted ahead of need, behind everyone else.
    """

    request: PictureRequest
    component: str
    alt_text: str
    custom_prompt: str | None = None
    player_hash: str | None = None
    client: str = "unknown"
    is_low_priority: bool = False


@dataclass(frozen=True, slots=True)
class Flight:
    """A generation under way; await the task through ``asyncio.shield``."""

    task: asyncio.Task[ImageAsset]
    place: Place


class GenerationService:
    """Owns every generation under way: a caller who hangs up cancels nothing.

    A generation is several short units of work around a model call that holds no connection.
    """

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        provider: ImageProvider,
        queue: GenerationQueue,
        admission: Admission,
        breaker: Breaker,
        limits: RequestLimits,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._storage = storage
        self._provider = provider
        self._queue = queue
        self._admission = admission
        self._breaker = breaker
        self._limits = limits
        self._metrics = metrics
        self._tasks: set[asyncio.Task[ImageAsset]] = set()
        self._under_way: Counter[tuple[SubjectType, str]] = Counter()

    @property
    def is_paid(self) -> bool:
        """Whether limits on paid pictures apply."""
        return self._provider.paid

    def under_way(self, subject_type: SubjectType, subject_name: str) -> int:
        """How many pictures of a subject are being made right now."""
        return self._under_way[subject_type, subject_name]

    def pictures_so_far(
        self, session: Session, subject_type: SubjectType, subject_name: str
    ) -> int:
        """How many pictures a subject ever had, those in the trash and under way included."""
        stored = session.scalar(
            select(func.count())
            .select_from(ImageAsset)
            .where(ImageAsset.subject_type == subject_type, ImageAsset.subject_name == subject_name)
        )
        return (stored or 0) + self.under_way(subject_type, subject_name)

    def start(self, order: PictureOrder, plan: Plan, kind: LimitKind) -> Flight:
        """Admit an order and begin with it.

        What is known to be refused is refused here, before it takes a place or waits for its
        turn. What holds is decided again when the money is reserved.

        Args:
            order: What to make.
            plan: Its key, and the rows that belong to it.
            kind: Which limit a minute it counts against.

        Raises:
            DiskFullError: When a picture that was paid for could not be kept.
            OverloadedError: When too many wait already.
            RateLimitError: When a limit is reached.
            ProviderError: When it is known that the provider would refuse.
        """
        self._breaker.check()
        if self.is_paid:
            self._check_room()
            charge = _charge(order, plan, is_low=order.is_low_priority)
            if self._admission.must_pay(plan, charge, order.request.prompt) and self._counts(order):
                self._limits.check(kind, order.client)
        place = self._queue.enter(is_low_priority=order.is_low_priority)
        task = asyncio.create_task(self._make(order, plan, kind, place))
        subject = (order.request.subject_type, order.request.subject_name)
        self._under_way[subject] += 1
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._finish(done, place, subject))
        return Flight(task, place)

    def hurry(self, flight: Flight) -> None:
        """Somebody waits for a picture that was to be painted ahead of need."""
        self._queue.promote(flight.place)

    async def close(self, patience_seconds: float) -> None:
        """Wait for the pictures under way, because they may be paid for; then give up."""
        if not self._tasks:
            return
        log.info("waiting for pictures under way", count=len(self._tasks))
        _, late = await asyncio.wait(self._tasks, timeout=patience_seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _finish(
        self, task: asyncio.Task[ImageAsset], place: Place, subject: tuple[SubjectType, str]
    ) -> None:
        self._tasks.discard(task)
        self._queue.leave(place)
        self._under_way[subject] -= 1
        if not self._under_way[subject]:
            del self._under_way[subject]
        if not task.cancelled():
            task.exception()  # looked at here, in case that everyone who waited has hung up

    def _counts(self, order: PictureOrder) -> bool:
        return self.is_paid and not order.is_low_priority

    def _check_room(self) -> None:
        if self._storage.free_bytes() < _ROOM_BYTES:
            raise DiskFullError("There is no room on the disk to keep another picture.")

    async def _make(
        self, order: PictureOrder, plan: Plan, kind: LimitKind, place: Place
    ) -> ImageAsset:
        """Reserve only when the turn has come: what a crash leaves open counts as paid."""

        def count() -> None:
            if self._counts(order):
                self._limits.charge(kind, order.client)

        while True:
            async with self._queue.turn(place):
                self._breaker.check()
                charge = _charge(order, plan, is_low=place.is_low)
                entered = await self._admission.enter(plan, charge, order.request.prompt, count)
                if isinstance(entered, Ticket):
                    return await self._use(order, plan, entered)
                if entered is not None:
                    return entered
            # Another process makes it. Whoever waits for that holds up nobody here.
            await self._admission.wait_for_the_other(plan)

    async def _use(self, order: PictureOrder, plan: Plan, ticket: Ticket) -> ImageAsset:
        outcome: Outcome = "ok"
        try:
            return await self._pay_and_store(order, plan, ticket)
        except BaseException as error:
            outcome = outcome_of(error)
            await self._give_back(order, plan, ticket, error)
            raise
        finally:
            self._admission.leave(ticket)
            if self.is_paid:
                self._metrics.paid_calls.labels(outcome).inc()

    async def _pay_and_store(self, order: PictureOrder, plan: Plan, ticket: Ticket) -> ImageAsset:
        picture, seconds = await self._call_provider(order.request)
        created_at = utc_now()
        try:
            stored = await self._storage.store(picture, order.request.subject_name, created_at)
        except InvalidPictureError as error:
            raise GeminiError(
                f"The model's answer is no usable picture. {error.message}",
                detail=error.detail,
            ) from error
        asset = _row(order, picture, stored, round(seconds * 1000))
        asset.created_at = created_at

        def keep(session: Session) -> None:
            session.add(asset)
            session.flush()
            plan.attach(session, asset)
            self._admission.settle_stored(session, ticket, asset, picture, asset.generation_time_ms)

        await self._database.write(keep)
        log.info(
            "picture stored",
            image_id=asset.id,
            model=picture.model,
            bytes=stored.file_size_bytes,
            provider_ms=asset.generation_time_ms,
        )
        return asset

    async def _give_back(
        self, order: PictureOrder, plan: Plan, ticket: Ticket, error: BaseException
    ) -> None:
        """Settle a call that brought no picture; where that fails too, the next start does it."""
        try:
            await asyncio.shield(
                self._admission.settle_failed(
                    ticket, plan, order.request.prompt, error, outcome_of(error)
                )
            )
        except SQLAlchemyError:
            log.exception("a paid call could not be settled", ledger_id=ticket.ledger_id)

    async def _call_provider(self, request: PictureRequest) -> tuple[GeneratedPicture, float]:
        name = self._provider.name
        began = time.perf_counter()
        outcome = "crashed"
        try:
            picture = await self._provider.generate(request)
            outcome = "ok"
        except ProviderError as error:
            outcome = error.outcome
            self._breaker.note(error)
            raise
        finally:
            seconds = time.perf_counter() - began
            self._metrics.generations.labels(name, outcome).inc()
            self._metrics.generation_seconds.labels(name).observe(seconds)
        return picture, seconds


def _charge(order: PictureOrder, plan: Plan, *, is_low: bool) -> Charge:
    return Charge(plan.key, order.client, order.player_hash, is_low)


def _row(
    order: PictureOrder, picture: GeneratedPicture, stored: StoredPicture, milliseconds: int
) -> ImageAsset:
    request = order.request
    return ImageAsset(
        subject_type=request.subject_type,
        subject_name=request.subject_name,
        component=order.component,
        prompt_used=request.prompt,
        custom_prompt=order.custom_prompt,
        model_used=picture.model,
        aspect_ratio=request.aspect_ratio,
        alt_text=order.alt_text,
        storage_path_full=stored.path_full,
        storage_path_thumbnail=stored.path_thumbnail,
        file_size_bytes=stored.file_size_bytes,
        width=stored.width,
        height=stored.height,
        content_hash=stored.content_hash,
        source_hash=stored.source_hash,
        preview=stored.preview,
        generation_time_ms=milliseconds,
        player_hash=order.player_hash,
        last_used=None,
        deleted_at=None,
    )
