"""One call of the provider: timed, counted, and noted by the breaker."""

import time

from app.services.image_provider import ImageProvider
from app.services.metrics import Metrics
from app.services.paid.breaker import Breaker
from app.services.picture import GeneratedPicture, PictureRequest
from app.services.provider_errors import ProviderError


class ProviderCall:
    """Calls the provider, and tells breaker and metrics how it went."""

    def __init__(self, provider: ImageProvider, breaker: Breaker, metrics: Metrics) -> None:
        self._provider = provider
        self._breaker = breaker
        self._metrics = metrics
        metrics.expect_provider(provider.name)

    @property
    def is_paid(self) -> bool:
        """Whether a call costs money or quota."""
        return self._provider.paid

    def check(self) -> None:
        """Refuse at once what is known to be refused.

        Raises:
            ProviderError: While the breaker is open.
        """
        self._breaker.check()

    def heard(self, error: ProviderError) -> None:
        """Learn from what another process was told."""
        self._note(error)

    async def make(self, request: PictureRequest) -> tuple[GeneratedPicture, int]:
        """Get one picture, and the milliseconds that it took.

        Raises:
            ProviderError: When no usable picture came back.
        """
        name = self._provider.name
        began = time.perf_counter()
        outcome = "crashed"
        try:
            picture = await self._provider.generate(request)
            outcome = "ok"
        except ProviderError as error:
            outcome = error.outcome
            self._note(error)
            raise
        finally:
            seconds = time.perf_counter() - began
            self._metrics.generations.labels(name, outcome).inc()
            self._metrics.generation_seconds.labels(name).observe(seconds)
        return picture, round(seconds * 1000)

    def _note(self, error: ProviderError) -> None:
        self._breaker.note(error)
        self._metrics.show_breaker(self._breaker.state)
