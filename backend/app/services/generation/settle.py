"""Step 4: write the image's row and settle what was reserved, in one transaction."""

import asyncio
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from tenacity import AsyncRetrying, retry_if_exception, stop_after_delay, wait_fixed

from app.clock import utc_now
from app.database.engine import Database
from app.database.errors import trouble_of
from app.domain import GeneratedImage
from app.errors import DatabaseUnavailableError
from app.models import ImageAsset
from app.services.billing.ledger import Outcome
from app.services.generation.errors import PromptRefusedError, failure_to_json, may_be_billed
from app.services.generation.order import GenerationOrder, row_of
from app.services.generation.precheck import Bounds
from app.services.generation.reserve import Reservation
from app.services.storage import StorageService, StoredImage

log = structlog.get_logger()

# How long a paid image waits for a database that another program holds, and between two tries.
_KEEP_TRYING_SECONDS = 60.0
_PAUSE_SECONDS = 1.0


class Settlement:
    """Ends a reservation: with an image, or without."""

    def __init__(self, database: Database, storage: StorageService, bounds: Bounds) -> None:
        self._database = database
        self._storage = storage
        self._leases = bounds.leases
        self._ledger = bounds.ledger
        self._refused_prompts = bounds.refused_prompts
        self._growth = bounds.growth

    async def keep(
        self,
        order: GenerationOrder,
        reservation: Reservation,
        image: GeneratedImage,
        stored: StoredImage,
        created_at: datetime,
        milliseconds: int,
    ) -> ImageAsset:
        """Write an image's row; one that is paid for is worth several tries.

        Raises:
            SQLAlchemyError: When it cannot be written; then its files are in quarantine.
        """

        def write(session: Session) -> ImageAsset:
            # A row for each try: of one that was rolled back something is left.
            row = row_of(order, image, stored, milliseconds=milliseconds, created_at=created_at)
            session.add(row)
            session.flush()
            order.target.attach(session, row)
            self.settle_stored(session, order, reservation, image, row)
            return row

        tries = AsyncRetrying(
            stop=stop_after_delay(_KEEP_TRYING_SECONDS if self._ledger is not None else 0.0),
            wait=wait_fixed(_PAUSE_SECONDS),
            retry=retry_if_exception(_passes),
            before_sleep=lambda _: log.warning("a paid image waits to be written down"),
            reraise=True,
        )
        try:
            return await tries(self._database.write, write)
        except SQLAlchemyError:
            await asyncio.to_thread(self._quarantine, stored)
            raise

    def settle_stored(
        self,
        session: Session,
        order: GenerationOrder,
        reservation: Reservation,
        image: GeneratedImage,
        row: ImageAsset,
    ) -> None:
        """Settle in the unit of work that stores the image: both are kept, or neither."""
        now = utc_now()
        self._growth.add(session, order.client, now, row.file_size_bytes)
        if self._ledger is not None and reservation.ledger_id is not None:
            self._ledger.settle(
                session,
                reservation.ledger_id,
                "ok",
                now=now,
                milliseconds=row.generation_time_ms,
                image=image,
                image_id=row.id,
            )
        self._leases.release(session, order.key)

    async def give_up(
        self, order: GenerationOrder, reservation: Reservation, error: BaseException
    ) -> None:
        """Settle a call that brought no image, and let others try.

        If that fails too, the heartbeat or the next start does it.
        """
        try:
            await asyncio.shield(self._database.write(self._fail, order, reservation, error))
        except SQLAlchemyError:
            log.exception("a paid call could not be settled", ledger_id=reservation.ledger_id)

    def _fail(
        self,
        session: Session,
        order: GenerationOrder,
        reservation: Reservation,
        error: BaseException,
    ) -> None:
        now = utc_now()
        outcome: Outcome = "unknown" if may_be_billed(error) else "failed"
        if self._ledger is not None and reservation.ledger_id is not None:
            failure = failure_to_json(error)
            self._ledger.settle(session, reservation.ledger_id, outcome, now=now, failure=failure)
        if isinstance(error, PromptRefusedError):
            self._refused_prompts.remember(session, order.prompt, error, now)
        order.target.abandon(session)
        self._leases.release(session, order.key)

    def _quarantine(self, stored: StoredImage) -> None:
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


def _passes(error: BaseException) -> bool:
    """Whether the database may be usable again in a moment."""
    known = trouble_of(error) if isinstance(error, SQLAlchemyError) else None
    return isinstance(known, DatabaseUnavailableError)
