"""The breaker: opened by what the next call would hear too, for as long as that lasts."""

import time

import pytest

from app.services.paid.breaker import Breaker
from app.services.provider_errors import (
    GeminiError,
    GenerationTimeoutError,
    NoImageQuotaError,
    PromptRefusedError,
    ProviderError,
    ProviderNotConfiguredError,
    ProviderOverloadedError,
    QuotaExceededError,
)


def quota(reason: str, seconds: float) -> QuotaExceededError:
    return QuotaExceededError("Used up.", detail={"reason": reason}, retry_after=seconds)


def test_closed_at_first() -> None:
    Breaker().check()
    assert Breaker().state is None


def test_everyone_hears_the_same_and_the_time_that_is_left() -> None:
    breaker = Breaker()
    breaker.note(quota("quota_minute", 300))
    time.sleep(0.05)
    heard = []
    for _ in range(2):
        with pytest.raises(QuotaExceededError) as caught:
            breaker.check()
        heard.append(caught.value)
    assert [error.detail for error in heard] == [{"reason": "quota_minute"}] * 2
    assert heard[0].retry_after is not None
    assert 200 < heard[0].retry_after <= 299.95
    assert breaker.state is not None
    assert breaker.state.reason == "quota_minute"


def test_closes_by_itself() -> None:
    breaker = Breaker()
    breaker.note(quota("quota_minute", 0.05))
    time.sleep(0.06)
    breaker.check()
    assert breaker.state is None


def test_shorter_wait_does_not_replace_a_longer_one() -> None:
    breaker = Breaker()
    breaker.note(quota("quota_day", 3600))
    breaker.note(quota("quota_minute", 30))
    assert breaker.state is not None
    assert breaker.state.reason == "quota_day"
    assert (breaker.state.seconds_left or 0) > 3000


@pytest.mark.parametrize("kind", [NoImageQuotaError, ProviderNotConfiguredError])
def test_what_the_operator_must_change(kind: type[ProviderError]) -> None:
    breaker = Breaker()
    breaker.note(kind("No.", detail={"reason": "bad_key"}))
    assert breaker.state is not None
    assert (breaker.state.seconds_left or 0) > 3000


def test_what_holds_as_long_as_the_server_runs() -> None:
    breaker = Breaker(ProviderNotConfiguredError("No.", detail={"reason": "unknown_price"}))
    breaker.note(quota("quota_day", 3600))
    with pytest.raises(ProviderNotConfiguredError) as caught:
        breaker.check()
    assert caught.value.retry_after == 3600
    assert breaker.state is not None
    assert (breaker.state.reason, breaker.state.seconds_left) == ("unknown_price", None)


@pytest.mark.parametrize(
    "kind", [GeminiError, PromptRefusedError, ProviderOverloadedError, GenerationTimeoutError]
)
def test_what_the_next_call_may_not_hear(kind: type[ProviderError]) -> None:
    breaker = Breaker()
    breaker.note(kind("No.", retry_after=30))
    breaker.check()
