"""Waiting in somebody's place, for as long as they are there."""

import asyncio

import pytest

from app.concurrency.disconnect import while_there
from app.errors import ClientGoneError, ConflictError


async def stays() -> None:
    await asyncio.Event().wait()


async def leaves() -> None:
    return


async def says_too_much() -> None:
    raise ConflictError("too much")


async def picture() -> str:
    for _ in range(5):
        await asyncio.sleep(0)
    return "image"


def test_result_of_who_stays_and_of_who_has_no_connection() -> None:
    async def case() -> list[str]:
        return [
            await while_there(asyncio.create_task(picture()), stays),
            await while_there(asyncio.create_task(picture()), None),
        ]

    assert asyncio.run(case()) == ["image", "image"]


def test_failure_of_the_work() -> None:
    async def case() -> None:
        await while_there(asyncio.create_task(says_too_much()), stays)

    with pytest.raises(ConflictError):
        asyncio.run(case())


def test_failure_of_listening() -> None:
    async def case() -> None:
        await while_there(asyncio.create_task(stays()), says_too_much)

    with pytest.raises(ConflictError):
        asyncio.run(case())


def test_who_leaves_is_waited_for_no_more_and_the_work_goes_on() -> None:
    async def case() -> str:
        work = asyncio.create_task(picture())
        with pytest.raises(ClientGoneError):
            await while_there(work, leaves)
        return await work

    assert asyncio.run(case()) == "image"


def test_failure_after_the_client_left_is_told_to_nobody() -> None:
    async def case() -> list[object]:
        told: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        fail = asyncio.Event()

        async def fails() -> None:
            await fail.wait()
            await says_too_much()

        work = asyncio.create_task(fails())
        with pytest.raises(ClientGoneError):
            await while_there(work, leaves)
        fail.set()
        await asyncio.wait([work])
        assert isinstance(work.exception(), ConflictError)
        return told

    assert asyncio.run(case()) == []


def test_cancelled_while_waiting_leaves_nothing_behind_but_the_work() -> None:
    async def case() -> bool:
        work = asyncio.create_task(stays())
        waiting = asyncio.create_task(while_there(work, stays))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await asyncio.sleep(0)
        return asyncio.all_tasks() - {asyncio.current_task()} == {work}

    assert asyncio.run(case())
