"""Bulkheads: bounds on heavy work that every client may ask for, in all and for each client."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.errors import OverloadedError, RateLimitError

_RETRY_SECONDS = 10.0


class Bulkhead:
    """Bounds how many do some heavy work at once. Others wait; if too many wait, they are refused.

    One client has a small share: eight slow uploads would keep all others out for as long as they
    last. Those in line cannot be asked whether they are still there without reading their dump.

    Args:
        what: The name of the work, as refusals say it.
        at_once: How many may be at work.
        of_a_client: How many of them may be of one client.
        in_line: How many may wait.
        in_line_of_a_client: How many of those may be of one client.
    """

    def __init__(
        self,
        what: str,
        *,
        at_once: int,
        of_a_client: int,
        in_line: int,
        in_line_of_a_client: int,
    ) -> None:
        self._what = what
        self._all = asyncio.Semaphore(at_once)
        self._of_a_client = of_a_client
        self._shares: dict[str, asyncio.Semaphore] = {}
        self._present: dict[str, int] = {}
        self._most = at_once + in_line
        self._most_of_a_client = of_a_client + in_line_of_a_client

    @asynccontextmanager
    async def enter(self, client: str) -> AsyncIterator[None]:
        """Take part until the end of the work.

        Raises:
            RateLimitError: When too many of the client's wait for one.
            OverloadedError: When too many of all do.
        """
        present = self._present.get(client, 0)
        if present >= self._most_of_a_client:
            raise RateLimitError(
                f"You may have {present} {self._what} under way; please try again soon.",
                detail={"reason": "rate_limit", "limit": present},
                retry_after=_RETRY_SECONDS,
            )
        if sum(self._present.values()) >= self._most:
            raise OverloadedError(
                f"Too many {self._what} are under way; please try again soon.",
                retry_after=_RETRY_SECONDS,
            )
        self._present[client] = present + 1
        share = self._shares.setdefault(client, asyncio.Semaphore(self._of_a_client))
        try:
            async with share, self._all:
                yield
        finally:
            self._leave(client)

    def _leave(self, client: str) -> None:
        self._present[client] -= 1
        if not self._present[client]:
            del self._present[client], self._shares[client]
