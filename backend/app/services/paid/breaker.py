"""Nobody is asked while the answer is known: each process remembers what its key may not do."""

import copy
import math
import time
from dataclasses import dataclass

from app.services.provider_errors import (
    NoImageQuotaError,
    ProviderError,
    ProviderNotConfiguredError,
    QuotaExceededError,
)

# Nothing changes by itself: the operator must change the key or the billing, and restart.
_CONFIGURATION_SECONDS = 3600.0
_OPENING = (QuotaExceededError, NoImageQuotaError, ProviderNotConfiguredError)


@dataclass(frozen=True, slots=True)
class BreakerState:
    """Why no call is made.

    Attributes:
        reason: Short word, as in ``detail.reason`` of the answer.
        message: What everybody who asks is told.
        seconds_left: How long still; None where only another setting helps.
    """

    reason: str
    message: str
    seconds_left: float | None


class Breaker:
    """Open after an answer that waiting alone can change; a restart closes it.

    Args:
        standing: What everybody is told as long as the server runs, with these settings.
    """

    def __init__(self, standing: ProviderError | None = None) -> None:
        self._error = standing
        self._until = math.inf if standing else 0.0

    @property
    def state(self) -> BreakerState | None:
        """The state while it is open, else None."""
        left = self._until - time.monotonic()
        if self._error is None or left <= 0:
            return None
        return BreakerState(
            str((self._error.detail or {}).get("reason", "quota")),
            self._error.message,
            None if math.isinf(left) else left,
        )

    def check(self) -> None:
        """Let a call through, or give everybody the answer that the first one got.

        Raises:
            ProviderError: While it is open, with the time that is left.
        """
        state = self.state
        if state is not None and self._error is not None:
            error = copy.copy(self._error)
            error.retry_after = state.seconds_left or _CONFIGURATION_SECONDS
            raise error

    def note(self, error: ProviderError) -> None:
        """Open after an error that the next call would get too, and write the wait into it.

        Of several calls that were under way together the one that waits longest counts: a
        quota of the minute says nothing about that of the day.
        """
        if isinstance(error, _OPENING):
            error.retry_after = error.retry_after or _CONFIGURATION_SECONDS
            until = time.monotonic() + error.retry_after
            if until > self._until:
                self._error, self._until = error, until
