"""Step 3: call the provider and write the files, and learn from how that went."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.database.errors import trouble_of
from app.domain import GeneratedImage
from app.errors import AppError
from app.observability.metrics import Metrics
from app.services.billing.circuit_breaker import CircuitBreaker
from app.services.generation.errors import (
    OUTCOMES,
    GeminiError,
    ProviderError,
    ProviderNotConfiguredError,
)
from app.services.generation.order import GenerationOrder
from app.services.generation.provider import LOCAL_PAINTER, ImageProvider
from app.services.storage import InvalidImageError, StorageService, StoredImage

log = structlog.get_logger()


class ImageMaker:
    """Calls the provider, and reports to circuit breaker and metrics how it went."""

    def __init__(
        self,
        provider: ImageProvider,
        storage: StorageService,
        breaker: CircuitBreaker,
        metrics: Metrics,
    ) -> None:
        self._provider = provider
        self._storage = storage
        self._breaker = breaker
        self._metrics = metrics
        metrics.expect_provider(provider.name, OUTCOMES)
        metrics.show_breaker(breaker.state)

    @property
    def is_paid(self) -> bool:
        """Whether a call costs money or quota."""
        return self._provider.paid

    @property
    def paints_here(self) -> bool:
        """Whether the local painter makes the images, so that a stand-in is the same one."""
        return self._provider.name == LOCAL_PAINTER

    def check(self) -> None:
        """Refuse at once what is known to be refused.

        Raises:
            ProviderError: While the circuit breaker is open.
        """
        self._breaker.check()

    def learn(self, error: AppError) -> None:
        """Learn from how another process failed."""
        if isinstance(error, ProviderError):
            self._note(error)
            self._metrics.show_breaker(self._breaker.state)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count the call made inside, whose image is checked, stored and written down inside.

        Bytes that are no image are paid for each time: counted as ``ok`` when they arrive, no
        alert would see that. Whoever gets a stand-in is answered 200, so that only here is the
        reason logged.
        """
        outcome = "crashed"
        try:
            yield
            outcome = "ok"
            self._breaker.succeeded()
        except Exception as error:
            known = trouble_of(error) if isinstance(error, SQLAlchemyError) else error
            if isinstance(known, AppError):
                # What cannot be stored is no fault of the provider's, and paid for all the same.
                outcome = known.outcome if isinstance(known, ProviderError) else "not_stored"
                log.warning("a call brought no image", outcome=outcome, reason=known.reason)
            self._note(known or error)
            raise
        finally:
            self._metrics.show_breaker(self._breaker.state)
            self._metrics.generations.labels(self._provider.name, outcome).inc()

    async def make(self, order: GenerationOrder) -> tuple[GeneratedImage, int]:
        """Get what should be an image, and the milliseconds that it took; call it ``counted``.

        Raises:
            ProviderError: When the provider gave none.
        """
        began = time.perf_counter()
        try:
            image = await self._provider.generate(order)
        finally:
            seconds = time.perf_counter() - began
            self._metrics.generation_seconds.labels(self._provider.name).observe(seconds)
        return image, round(seconds * 1000)

    async def store(
        self, image: GeneratedImage, order: GenerationOrder, created_at: datetime
    ) -> StoredImage:
        """Check an image and write its files; call it ``counted``.

        Raises:
            GeminiError: When it is no image that can be kept.
            StorageUnavailableError: When the files cannot be written.
        """
        try:
            return await self._storage.store(image, order.subject_name, created_at, order.prompt)
        except InvalidImageError as error:
            raise GeminiError(
                f"The model's answer is no usable image. {error.message}",
                detail=error.detail,
            ) from error

    def _note(self, error: Exception) -> None:
        # What costs nothing may fail as often as it likes.
        if self.is_paid or isinstance(error, ProviderNotConfiguredError):
            self._breaker.note(error)
