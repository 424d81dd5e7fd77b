"""What a client may do in a minute: new images, imports, wrong admin tokens.

Each process counts its own, and forgets it when it ends; what costs money is also bounded in the
database, for a day and a month.
"""

import threading
import time
from typing import Literal

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from slowapi import Limiter
from slowapi.util import get_remote_address

from app.errors import ClientLimitError, RateLimitError
from app.observability.metrics import Metrics

LimitKind = Literal["images", "scenes", "ahead", "migrations", "tokens"]

_MAY: dict[LimitKind, str] = {
    "images": "ask for {} new images",
    "scenes": "ask for {} new scenes",
    "ahead": "have {} scenes painted ahead of need",
    "migrations": "ask for {} calls of the migration",
    "tokens": "send {} wrong admin tokens",
}
# So many clients may be remembered of whom nothing counts any more; others for about two minutes.
_FEW_CLIENTS = 1000
_TIDY_SECONDS = 60.0
# Less is what a clock is corrected by all the time.
_SET_BACK_SECONDS = 5.0


class RequestLimits:
    """Charges a client when an image is begun, by any provider, and not before.

    slowapi's decorators count requests before anyone knows whether they make anything; here its
    limiter is asked directly. A refused request is not counted.
    """

    def __init__(self, per_minute: dict[LimitKind, int], metrics: Metrics) -> None:
        self._limits = {kind: RateLimitItemPerMinute(limit) for kind, limit in per_minute.items()}
        # A moving window: a fixed one lets almost twice the limit through around its edge.
        limiter = Limiter(
            key_func=get_remote_address, storage_uri="memory://", strategy="moving-window"
        )
        self._strategy = limiter.limiter
        self._metrics = metrics
        self._charging = threading.Lock()
        self._tidy_at = 0.0
        self._set_ahead = _set_ahead()

    def charge(self, kind: LimitKind, client: str) -> None:
        """Count one new image, one call of the migration, or one wrong token."""
        if not self.try_charge(kind, client):
            raise self.refusal(kind, client)

    def try_charge(self, kind: LimitKind, client: str) -> bool:
        """Do the same, but only say whether the allowance was left."""
        limit = self._limits[kind]
        if limit.amount == 0:
            return False
        with self._charging:
            self._mind_the_clock()
            charged = self._strategy.hit(limit, kind, client)
            self._forget_the_idle()
        return charged

    def check(self, kind: LimitKind, client: str) -> None:
        """Refuse at once what ``charge`` would refuse now; counts nothing."""
        if not self.has_left(kind, client):
            raise self.refusal(kind, client)

    def has_left(self, kind: LimitKind, client: str) -> bool:
        """Whether ``charge`` would let the client through now."""
        limit = self._limits[kind]
        with self._charging:
            self._mind_the_clock()
        return limit.amount > 0 and self._strategy.test(limit, kind, client)

    def refusal(self, kind: LimitKind, client: str) -> RateLimitError:
        """Make the answer for a client whose allowance is used up, and count the refusal."""
        limit = self._limits[kind]
        self._metrics.rate_limited.labels(kind).inc()
        wait = self._seconds_until_free(limit, kind, client)
        return ClientLimitError(
            f"You may {_MAY[kind].format(limit.amount)} a minute; "
            f"please try again in {wait:.0f} s.",
            detail={"reason": "rate_limit", "limit": limit.amount, "per_seconds": 60},
            retry_after=wait,
        )

    def _mind_the_clock(self) -> None:
        """Begin anew where the clock was set back: what was counted would count until it is there.

        The limiter knows no other clock than that of the wall.
        """
        now = _set_ahead()
        if now < self._set_ahead - _SET_BACK_SECONDS:
            self._strategy.storage.reset()
        self._set_ahead = now

    def _forget_the_idle(self) -> None:
        """Drop clients without a charge in the last minute, whom the storage keeps for ever.

        There are as many addresses as an attacker has, and each charge looks at all of them.
        """
        storage = self._strategy.storage
        now = time.monotonic()
        if not isinstance(storage, MemoryStorage) or now < self._tidy_at:
            return
        if len(storage.events) <= _FEW_CLIENTS:
            return
        self._tidy_at = now + _TIDY_SECONDS
        for known in [known for known, charges in storage.events.copy().items() if not charges]:
            storage.clear(known)

    def _seconds_until_free(
        self, limit: RateLimitItemPerMinute, kind: LimitKind, client: str
    ) -> float:
        if limit.amount == 0:
            return 60.0
        reset_at = self._strategy.get_window_stats(limit, kind, client).reset_time
        return min(60.0, max(1.0, reset_at - time.time()))


def _set_ahead() -> float:
    """By how much the clock of the wall is ahead of the one that nobody sets."""
    return time.time() - time.monotonic()
