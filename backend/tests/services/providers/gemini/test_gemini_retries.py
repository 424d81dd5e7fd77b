"""Which failures are tried again, how often, and after how long."""

import asyncio
import time

import pytest

from app.services.generation.errors import (
    ConnectionLostError,
    GenerationTimeoutError,
    ProviderError,
    QuotaExceededError,
    UnreachableError,
)
from app.services.providers.gemini.client import tries
from tests.services.providers.gemini.conftest import Ask, Fail
from tests.support.gemini_answers import picture
from tests.support.gemini_failures import (
    DROPPED,
    HASTY_SECONDS,
    HTML_503,
    INTERNAL_ERROR,
    NEVER_ANSWERS,
    OVERLOADED,
    QUOTA_PER_MINUTE,
)
from tests.support.gemini_standin import GeminiStandin

pytestmark = pytest.mark.anyio


class TestOverTheWire:
    async def test_overloaded_then_fine(self, gemini: GeminiStandin, ask: Ask) -> None:
        gemini.answer_with(OVERLOADED)
        assert (await ask()).data
        assert len(gemini.calls) == 2

    async def test_fine_at_the_last_try(self, gemini: GeminiStandin, ask: Ask) -> None:
        gemini.answer_with(INTERNAL_ERROR, HTML_503, picture)
        assert (await ask()).data
        assert len(gemini.calls) == 3

    async def test_timeout_after_overload_ends_it(self, gemini: GeminiStandin, fail: Fail) -> None:
        gemini.answer_with(OVERLOADED, NEVER_ANSWERS)
        assert type(await fail(timeout_seconds=HASTY_SECONDS)) is GenerationTimeoutError
        assert len(gemini.calls) == 2

    async def test_broken_connection_after_overload_ends_it(
        self, gemini: GeminiStandin, fail: Fail
    ) -> None:
        gemini.answer_with(OVERLOADED, DROPPED)
        assert type(await fail()) is ConnectionLostError
        assert len(gemini.calls) == 2

    async def test_quota_after_overload_ends_it(self, gemini: GeminiStandin, fail: Fail) -> None:
        gemini.answer_with(OVERLOADED, QUOTA_PER_MINUTE)
        assert type(await fail()) is QuotaExceededError
        assert len(gemini.calls) == 2

    async def test_cancelling_stops_it(self, gemini: GeminiStandin, ask: Ask) -> None:
        gemini.answer_always(NEVER_ANSWERS)
        task = asyncio.ensure_future(ask())
        await asyncio.to_thread(gemini.wait_for_calls, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(gemini.calls) == 1


class Failing:
    """A call that fails for ever, takes its time, and remembers when it was made."""

    def __init__(self, error: ProviderError, seconds: float = 0.0) -> None:
        self.error = error
        self.seconds = seconds
        self.times: list[float] = []

    async def __call__(self) -> None:
        self.times.append(time.monotonic())
        await asyncio.sleep(self.seconds)
        raise self.error


async def calls_made(call: Failing, delays: tuple[float, ...], patience: float = 9) -> list[float]:
    with pytest.raises(type(call.error)):
        await tries(delays, patience)(call)
    return call.times


class TestPolicy:
    async def test_one_try_for_each_delay_and_one_more(self) -> None:
        first, second, third = await calls_made(Failing(UnreachableError("No.")), (0.05, 0.1))
        assert second - first >= 0.03
        assert third - second >= 0.06

    @pytest.mark.parametrize(
        ("error", "delays"),
        [(ConnectionLostError("Lost."), (0.01,)), (UnreachableError("No."), ())],
        ids=["may be billed", "no delays"],
    )
    async def test_the_first_is_the_last(
        self, error: ProviderError, delays: tuple[float, ...]
    ) -> None:
        assert len(await calls_made(Failing(error), delays)) == 1

    async def test_patience_ends_slow_tries(self) -> None:
        call = Failing(UnreachableError("No."), seconds=0.06)
        assert len(await calls_made(call, (0, 0, 0, 0), patience=0.1)) == 2

    async def test_pauses_do_not_count_as_slow(self) -> None:
        call = Failing(UnreachableError("No."))
        assert len(await calls_made(call, (0.1, 0.1, 0.1), patience=0.2)) == 4
