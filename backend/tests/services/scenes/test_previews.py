"""Few stand-ins are painted at once, and one client has only a share of them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from app.concurrency.bulkhead import Bulkhead
from app.domain import AspectRatio, SceneSetting
from app.errors import OverloadedError, RateLimitError
from app.services.scenes.preview import PreviewService
from tests.support.patience import PATIENCE_SECONDS


def test_no_more_wait_than_may() -> None:
    go_on = Event()

    async def case(executor: ThreadPoolExecutor) -> None:
        executor.submit(go_on.wait, PATIENCE_SECONDS)  # every painting waits behind this
        bulkhead = Bulkhead("previews", at_once=1, of_a_client=1, in_line=2, in_line_of_a_client=1)
        previews = PreviewService(executor, bulkhead)

        def paint(location: str, client: str) -> asyncio.Task[bytes]:
            setting = SceneSetting(location, "day", "clear")
            return asyncio.create_task(previews.paint(setting, AspectRatio.WIDE, client))

        waiting = [paint("Mill", "one"), paint("Market", "one")]
        with pytest.raises(RateLimitError):
            await paint("Temple", "one")
        waiting.append(paint("Temple", "two"))
        with pytest.raises(OverloadedError):
            await paint("Ford", "three")
        go_on.set()
        painted = await asyncio.gather(*waiting)
        assert len(set(painted)) == 3
        assert await paint("Mill", "one") == painted[0]

    with ThreadPoolExecutor(1) as executor:
        asyncio.run(case(executor))
