"""Step 1: refuse at once what is known to be refused. Step 2 decides it again, for good."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from app.clock import utc_now
from app.database.engine import Database
from app.domain import ImageRequest
from app.errors import ConflictError, DiskFullError
from app.models import ImageAsset
from app.observability.metrics import Metrics
from app.services.billing.ledger import Ledger
from app.services.billing.refused_prompts import RefusedPrompts
from app.services.coordination.leases import Leases
from app.services.generation.make import ImageMaker
from app.services.generation.order import GenerationOrder
from app.services.players.growth import Growth
from app.services.players.rate_limits import RequestLimits
from app.services.storage import StorageEmptyError, StorageService

# The largest image with its thumbnail, and what the database needs to write it down.
_ROOM_BYTES = 10 * 2**20


class Bounds:
    """What an order is checked against, in a session that the caller opened.

    Args:
        leases: What is under way.
        ledger: The paid calls; None if calls cost nothing.
        refused_prompts: What the model refused before.
        growth: How large the library may become.
    """

    def __init__(
        self,
        leases: Leases,
        ledger: Ledger | None,
        refused_prompts: RefusedPrompts,
        growth: Growth,
    ) -> None:
        self.leases = leases
        self.ledger = ledger
        self.refused_prompts = refused_prompts
        self.growth = growth

    def check(self, session: Session, order: GenerationOrder, now: datetime) -> None:
        """Check everything but the ledger, which checks itself when it reserves.

        Raises:
            ConflictError: When the gallery is full.
            LibraryFullError: When the library is as large as it may be.
            RateLimitError: When the client has added as much as it may.
            PromptRefusedError: When the prompt was refused before.
        """
        self._check_gallery(session, order)
        self.growth.check_picture(session, order.client, now)
        if self.ledger is not None:
            self.refused_prompts.check(session, order.prompt, now, is_forced=order.is_forced)

    def _check_gallery(self, session: Session, order: GenerationOrder) -> None:
        if order.gallery_limit is None:
            return
        stored = session.scalar(
            select(func.count())
            .select_from(ImageAsset)
            .where(is_of(order), ImageAsset.is_visible())
        )
        if (stored or 0) + len(self.leases.under_way(session, order)) >= order.gallery_limit:
            raise ConflictError(
                f"The gallery of {order.subject_name} is full: "
                f"it holds {order.gallery_limit} images. Delete one to make room.",
                detail={"reason": "gallery_full", "limit": order.gallery_limit},
            )


class Precheck:
    """Checks provider, storage and limits before an order waits for its turn."""

    def __init__(
        self,
        database: Database,
        storage: StorageService,
        maker: ImageMaker,
        bounds: Bounds,
        limits: RequestLimits,
        metrics: Metrics,
    ) -> None:
        self._database = database
        self._storage = storage
        self._maker = maker
        self._bounds = bounds
        self._limits = limits
        self._metrics = metrics

    async def check(self, order: GenerationOrder) -> None:
        """Make sure that an order may be begun.

        Raises:
            ConflictError: When the gallery is full.
            DiskFullError: When an image that was paid for could not be kept.
            LibraryFullError: When the library is as large as it may be.
            RateLimitError: When a limit is reached.
            ProviderError: When it is known that the provider would refuse.
            StorageUnavailableError: When the image folder is gone, read-only or not mounted.
        """
        self._maker.check()
        with self._metrics.refusals():
            must_make = await self._storage.disk.run(self._must_make, order)
        if must_make and not order.is_operators:
            self._limits.check(order.limit_kind, order.client)

    def _must_make(self, order: GenerationOrder) -> bool:
        """Refuse what is known to be refused; False if somebody makes or made it already."""
        self._check_storage()
        with self._database.reading() as session:
            # In this order: whoever made it meanwhile has both an image and a spent limit.
            is_held = self._bounds.leases.is_held(session, order.key)
            if is_held or order.target.find(session) is not None:
                return False
            now = utc_now()
            self._bounds.check(session, order, now)
            if self._bounds.ledger is not None:
                self._bounds.ledger.limits.check(session, order, now)
        return True

    def _check_storage(self) -> None:
        self._storage.check_writable()
        if self._storage.trouble() is not None:
            raise StorageEmptyError  # what is stored now would vanish with the mount
        if self._maker.is_paid:
            free = self._storage.free_bytes()
            if free is not None and free < _ROOM_BYTES:
                raise DiskFullError(
                    "There is no room on the disk to keep another image.",
                    detail={"reason": "disk_full"},
                )


def is_of(image: ImageRequest) -> ColumnElement[bool]:
    """The images of the same subject, as a condition."""
    return and_(
        ImageAsset.subject_type == image.subject_type,
        ImageAsset.subject_name == image.subject_name,
    )
