"""Nobody is asked while the answer is known: each process remembers what its key may not do."""

import copy
import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from app.errors import AppError
from app.services.billing.outcome import outcome_of
from app.services.generation.errors import (
    NoImageQuotaError,
    PromptRefusedError,
    ProviderError,
    ProviderNotConfiguredError,
    QuotaExceededError,
    UnusableAnswersError,
)
from app.services.scenes.served_scene import reason_of

# Nothing changes by itself: the operator must change the key or the billing, and restart.
_CONFIGURATION_SECONDS = 3600.0
# So many failures of one kind without a picture between are no accident. The pause doubles with
# each further one.
_IN_A_ROW = 2
_NOT_ACCEPTED = "rejected_request"


@dataclass(frozen=True, slots=True)
class _Pause:
    first_seconds: float
    longest_seconds: float


# After paid answers that cannot be kept, and requests that are not accepted.
_USUAL_PAUSE = _Pause(600.0, 3600.0)
# What may be over soon. A time-out may be billed, and with too short a GEMINI_TIMEOUT_SECONDS each
# call is; an address that leads nowhere and a server's own error cost nothing, and let everybody
# wait.
_OTHER_PAUSES = {
    "timeout": _Pause(60.0, 3600.0),
    "connection_lost": _Pause(60.0, 3600.0),
    "gateway_failure": _Pause(60.0, 3600.0),
    "unreachable": _Pause(30.0, 300.0),
    "upstream_failure": _Pause(30.0, 300.0),
}
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

    Also after the second failure of one kind in a row; a picture closes it then.

    Args:
        standing: What everybody is told as long as the server runs, with these settings.
        clock: Tells the seconds of a clock that is never set back.
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

    def note(self, error: Exception) -> None:
        """Open after an error that the next call would get too, and write the wait into it.

        Of several calls that were under way together the one that waits longest counts: a
        quota of the minute says nothing about that of the day.
        """
        if isinstance(error, _OPENING):
            error.retry_after = error.retry_after or _CONFIGURATION_SECONDS
            self._open(error, error.retry_after)
        # What was under way when it opened says nothing new.
        elif self.state is None and (kind := _kind_of_failure(error)) is not None:
            self._failures[kind] += 1
            further = self._failures[kind] - _IN_A_ROW
            if further >= 0:
                pause = _OTHER_PAUSES.get(kind, _USUAL_PAUSE)
                seconds = min(pause.longest_seconds, pause.first_seconds * 2.0 ** min(further, 10))
                self._open(_unusable(kind, self._failures[kind], error), seconds)

    def succeeded(self) -> None:
        """Forget what failed: a picture was made and kept."""
        self._failures.clear()
        if isinstance(self._error, UnusableAnswersError):
            self._error, self._until = None, 0.0

    def _open(self, error: ProviderError, seconds: float) -> None:
        until = self._clock() + seconds
        if until > self._until:
            self._error, self._until = error, until


def _kind_of_failure(error: Exception) -> str | None:
    """What kind of failure may well come again; None if it is about one picture, or passes."""
    if not isinstance(error, AppError):
        return "crashed"
    if isinstance(error, PromptRefusedError):
        return None
    kind = reason_of(error)
    is_counted = kind in _OTHER_PAUSES or kind == _NOT_ACCEPTED or outcome_of(error) == "unknown"
    return kind if is_counted else None


def _unusable(kind: str, times: int, error: Exception) -> UnusableAnswersError:
    why = error.message if isinstance(error, AppError) else "The log says what went wrong."
    if kind == _NOT_ACCEPTED:
        message = (
            f"Gemini did not accept {times} requests in a row, so it is not asked just now. "
            "Check GEMINI_MODEL and GEMINI_IMAGE_SIZE."
        )
    elif kind in _OTHER_PAUSES:
        message = f"{times} calls in a row failed, so Gemini is not asked just now. {why}"
    else:
        message = (
            f"{times} paid answers in a row could not be kept, so none is asked for just now. {why}"
        )
    return UnusableAnswersError(message, detail={"reason": kind})
