"""Who may work at once, and who waits."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from app.concurrency.bulkhead import Bulkhead
from app.errors import AppError, OverloadedError, RateLimitError


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


class Guest:
    """Stays in a room until it is told to leave."""

    def __init__(self, bulkhead: Bulkhead, client: str) -> None:
        self.is_in = False
        self._leave = asyncio.Event()
        self.task = asyncio.ensure_future(self._stay(bulkhead, client))

    async def _stay(self, bulkhead: Bulkhead, client: str) -> None:
        async with bulkhead.enter(client):
            self.is_in = True
            await self._leave.wait()

    async def leave(self) -> None:
        self._leave.set()
        await self.task
        await settle()


def test_one_client_has_its_share_and_no_more() -> None:
    async def case() -> None:
        bulkhead = Bulkhead("visits", at_once=3, of_a_client=2, in_line=9, in_line_of_a_client=9)
        own = [Guest(bulkhead, "a") for _ in range(3)]
        await settle()
        other = Guest(bulkhead, "b")
        await settle()
        assert [guest.is_in for guest in (*own, other)] == [True, True, False, True]
        await own[0].leave()
        assert own[2].is_in
        for guest in (own[1], own[2], other):
            await guest.leave()

    asyncio.run(case())


@pytest.mark.parametrize(
    ("clients", "in_line", "refusal"), [("aaa", 9, RateLimitError), ("abc", 2, OverloadedError)]
)
def test_where_too_many_are_in_line_the_next_is_sent_away(
    clients: str, in_line: int, refusal: type[AppError]
) -> None:
    async def case() -> None:
        bulkhead = Bulkhead(
            "visits", at_once=1, of_a_client=1, in_line=in_line, in_line_of_a_client=2
        )
        guests = [Guest(bulkhead, client) for client in clients]
        await settle()
        assert [guest.is_in for guest in guests] == [True, False, False]
        with pytest.raises(refusal):
            await AsyncExitStack().enter_async_context(bulkhead.enter(clients[-1]))
        for guest in guests:
            await guest.leave()
        async with bulkhead.enter(clients[-1]):
            pass

    asyncio.run(case())


def test_who_is_cut_off_in_line_gives_up_the_place() -> None:
    async def case() -> None:
        bulkhead = Bulkhead("visits", at_once=1, of_a_client=1, in_line=1, in_line_of_a_client=1)
        first, second = Guest(bulkhead, "a"), Guest(bulkhead, "a")
        await settle()
        second.task.cancel()
        await settle()
        third = Guest(bulkhead, "a")
        await settle()
        await first.leave()
        assert third.is_in
        await third.leave()

    asyncio.run(case())
