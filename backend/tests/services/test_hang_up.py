"""Waiting in somebody's place, for as long as they are there."""

import asyncio

import pytest

from app.errors import ClientGoneError, ConflictError
from app.services.hang_up import while_there


async def stays() -> None:
    await asyncio.Event().wait()


async def leaves() -> None:
    return


async def says_too_much() -> None:
    raise ConflictError("too much")


async def picture() -> str:
    await asyncio.sleep(0)
    return "picture"


def test_result_of_who_stays_and_of_who_has_no_connection() -> None:
    async def case() -> list[str]:
        return [await while_there(picture(), stays), await while_there(picture(), None)]

    assert asyncio.run(case()) == ["picture", "picture"]


def test_failure_of_the_work() -> None:
    with pytest.raises(ConflictError):
        asyncio.run(while_there(says_too_much_for_a_picture(), stays))


async def says_too_much_for_a_picture() -> str:
    await says_too_much()
    return "never"


def test_failure_of_listening() -> None:
    with pytest.raises(ConflictError):
        asyncio.run(while_there(asyncio.sleep(60), says_too_much))


def test_who_leaves_is_waited_for_no_more_and_the_work_is_cancelled() -> None:
    async def case() -> tuple[bool, bool]:
        shielded = asyncio.ensure_future(asyncio.sleep(60))
        own = asyncio.ensure_future(asyncio.sleep(60))
        for work in (asyncio.shield(shielded), own):
            with pytest.raises(ClientGoneError):
                await while_there(work, leaves)
        await asyncio.sleep(0)
        return shielded.cancelled(), own.cancelled()

    assert asyncio.run(case()) == (False, True)


def test_cancelled_while_waiting_leaves_nothing_behind() -> None:
    async def case() -> set[asyncio.Task[object]]:
        waiting = asyncio.ensure_future(while_there(asyncio.sleep(60), stays))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.sleep(0)
        return asyncio.all_tasks() - {asyncio.current_task()}

    assert asyncio.run(case()) == set()
