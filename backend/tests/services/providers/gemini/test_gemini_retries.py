"""Which failures are tried again, how often, and after how long."""

import asyncio
import time

import pytest

from app.services.generation.errors import GeminiError, GenerationTimeoutError, QuotaExceededError
from app.services.providers.gemini.retries import jittered, try_again
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
        assert type(await fail()) is GeminiError
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
    """A call that fails for ever, at times it remembers, and takes seconds of its own clock."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.spent = 0.0
        self.times: list[float] = []

    async def __call__(self) -> None:
        self.times.append(time.monotonic())
        self.spent += self.seconds
        raise ConnectionError

    def clock(self) -> float:
        return self.spent


class TestPolicy:
    async def test_one_try_for_each_delay_and_one_more(self) -> None:
        call = Failing()
        with pytest.raises(ConnectionError):
            await try_again(call, delays=(0.05, 0.1), is_safe=lambda _: True, patience=9)
        first, second, third = call.times
        assert second - first >= 0.03
        assert third - second >= 0.06

    async def test_unsafe_failure_is_the_last(self) -> None:
        call = Failing()
        with pytest.raises(ConnectionError):
            await try_again(call, delays=(0.01,), is_safe=lambda _: False, patience=9)
        assert len(call.times) == 1

    async def test_patience_ends_slow_tries(self) -> None:
        call = Failing(seconds=3)
        with pytest.raises(ConnectionError):
            await try_again(
                call, delays=(0, 0, 0, 0), is_safe=lambda _: True, patience=5, clock=call.clock
            )
        assert len(call.times) == 2

    async def test_no_delays_no_further_try(self) -> None:
        call = Failing()
        with pytest.raises(ConnectionError):
            await try_again(call, delays=(), is_safe=lambda _: True, patience=9)
        assert len(call.times) == 1

    async def test_jitter(self) -> None:
        pauses = {jittered(10) for _ in range(200)}
        assert len(pauses) > 100
        assert 7 <= min(pauses) < 8
        assert 12 < max(pauses) <= 13
