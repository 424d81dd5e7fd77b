"""The circuit breaker: no call is made while the answer is known."""

import copy
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import AppError
from app.services.generation.errors import (
    WASTED_ANSWERS,
    Pause,
    ProviderError,
    UnusableAnswersError,
)

# The operator must change the key or its billing, and restart.
_CONFIGURATION_SECONDS = 3600.0
# The second failure of one kind without an image between is no accident.
_IN_A_ROW = 2


@dataclass(frozen=True, slots=True)
class BreakerState:
    """Why no call is made.

    Attributes:
        reason: Short word, as in ``detail.reason`` of the answer.
        message: The message of the refusal.
        seconds_left: How long still; None where only another setting helps.
    """

    reason: str
    message: str
    seconds_left: float | None


class CircuitBreaker:
    """Open after an answer that waiting alone can change; a restart closes it.

    Also after the second failure of one kind in a row; an image closes it then.

    Args:
        standing: What everybody hears as long as the server runs, with these settings.
        clock: Gives the seconds of a clock that is never set back.
    """

    def __init__(
        self,
        standing: ProviderError | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._error = standing
        self._clock = clock
        self._until = math.inf if standing else 0.0
        self._failures: Counter[str] = Counter()

    @property
    def state(self) -> BreakerState | None:
        """The state while it is open, else None."""
        left = self._until - self._clock()
        if self._error is None or left <= 0:
            return None
        return BreakerState(
            self._error.reason,
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

    def note(self, error: Exception) -> None:
        """Open after an error that the next call would get too, and write the wait into it.

        Of several calls that were under way together the one that waits longest counts: a
        quota of the minute says nothing about that of the day.
        """
        if isinstance(error, ProviderError) and error.opens_breaker:
            error.retry_after = error.retry_after or _CONFIGURATION_SECONDS
            self._open(error, error.retry_after)
        # What was under way when it opened says nothing new.
        elif self.state is None and (pause := _pause_after(error)) is not None:
            self._count(error, pause)

    def succeeded(self) -> None:
        """Forget what failed: an image was made and kept."""
        self._failures.clear()
        if isinstance(self._error, UnusableAnswersError):
            self._error, self._until = None, 0.0

    def _count(self, error: Exception, pause: Pause) -> None:
        kind, why = "crashed", "The log says what went wrong."
        if isinstance(error, AppError):
            kind, why = error.reason, error.message
        self._failures[kind] += 1
        times = self._failures[kind]
        if times >= _IN_A_ROW:
            doubled = pause.first_seconds * 2.0 ** min(times - _IN_A_ROW, 10)
            message = pause.message.format(times=times, why=why)
            opened = UnusableAnswersError(message, detail={"reason": kind})
            self._open(opened, min(pause.longest_seconds, doubled))

    def _open(self, error: ProviderError, seconds: float) -> None:
        until = self._clock() + seconds
        if until > self._until:
            self._error, self._until = error, until


def _pause_after(error: Exception) -> Pause | None:
    """What the second failure of this kind leads to; None if it says nothing about the next.

    What fails after the answer has come is paid for, and brings nothing.
    """
    return error.pause if isinstance(error, ProviderError) else WASTED_ANSWERS
