"""Many clients at once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx

from tests.support.patience import PATIENCE_SECONDS

Visit = Callable[[httpx.AsyncClient, int], Awaitable[httpx.Response]]


def hammer(url: str, visit: Visit, *, clients: int, rounds: int) -> Counter[int]:
    """Let each client visit again and again; gives how often which status came.

    A client forgets its cookies after each visit. ``visit`` is told the number of the client.
    """
    statuses: Counter[int] = Counter()

    async def behave(number: int) -> None:
        limits = httpx.Limits(max_connections=1)
        async with httpx.AsyncClient(
            base_url=url, timeout=PATIENCE_SECONDS, verify=False, limits=limits
        ) as client:
            for _ in range(rounds):
                answer = await visit(client, number)
                statuses[answer.status_code] += 1
                client.cookies.clear()

    async def run() -> None:
        await asyncio.gather(*(behave(number) for number in range(clients)))

    asyncio.run(run())
    return statuses
