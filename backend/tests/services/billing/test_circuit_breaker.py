"""The breaker: opened by what the next call would hear too, for as long as that lasts."""

import math
from itertools import pairwise

import pytest

from app.errors import AppError, DiskFullError
from app.services.billing.circuit_breaker import CircuitBreaker
from app.services.generation.errors import (
    ConnectionLostError,
    GatewayFailureError,
    GeminiError,
    GenerationTimeoutError,
    ImageRefusedError,
    NoImageQuotaError,
    PromptRefusedError,
    ProviderError,
    ProviderNotConfiguredError,
    ProviderOverloadedError,
    QuotaExceededError,
    RejectedRequestError,
    UnreachableError,
    UnusableAnswersError,
    UpstreamFailureError,
)
from app.services.storage import StorageUnavailableError


class Clock:
    """A clock that only the test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def quota(reason: str, seconds: float) -> QuotaExceededError:
    return QuotaExceededError("Used up.", detail={"reason": reason}, retry_after=seconds)


def test_closed_at_first() -> None:
    CircuitBreaker().check()
    assert CircuitBreaker().state is None


def test_everyone_hears_the_same_and_the_time_that_is_left() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock=clock)
    breaker.note(quota("quota_minute", 300))
    clock.now += 100
    heard = []
    for _ in range(2):
        with pytest.raises(QuotaExceededError) as caught:
            breaker.check()
        heard.append(caught.value)
    assert [error.detail for error in heard] == [{"reason": "quota_minute"}] * 2
    assert heard[0].retry_after == 200
    assert breaker.state is not None
    assert breaker.state.reason == "quota_minute"


def test_closes_by_itself() -> None:
    clock = Clock()
    breaker = CircuitBreaker(clock=clock)
    breaker.note(quota("quota_minute", 30))
    clock.now += 30
    breaker.check()
    assert breaker.state is None


def test_shorter_wait_does_not_replace_a_longer_one() -> None:
    breaker = CircuitBreaker()
    breaker.note(quota("quota_day", 3600))
    breaker.note(quota("quota_minute", 30))
    assert breaker.state is not None
    assert breaker.state.reason == "quota_day"
    assert (breaker.state.seconds_left or 0) > 3000


@pytest.mark.parametrize("kind", [NoImageQuotaError, ProviderNotConfiguredError])
def test_what_the_operator_must_change(kind: type[ProviderError]) -> None:
    breaker = CircuitBreaker()
    breaker.note(kind("No.", detail={"reason": "bad_key"}))
    assert breaker.state is not None
    assert (breaker.state.seconds_left or 0) > 3000


def test_what_holds_as_long_as_the_server_runs() -> None:
    breaker = CircuitBreaker(ProviderNotConfiguredError("No.", detail={"reason": "unknown_price"}))
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
    breaker = CircuitBreaker()
    breaker.note(kind("No.", retry_after=30))
    breaker.check()


def unusable(reason: str) -> GeminiError:
    return GeminiError("It is no image.", detail={"reason": reason})


WASTED: dict[str, Exception] = {
    "not_a_picture": unusable("not_a_picture"),
    "too_many_pixels": unusable("too_many_pixels"),
    "not_encoded": unusable("not_encoded"),
    "no_picture": unusable("no_picture"),
    "unreadable_answer": unusable("unreadable_answer"),
    "disk_full": DiskFullError("Full.", detail={"reason": "disk_full"}),
    "storage_unavailable": StorageUnavailableError(),
    "crashed": RuntimeError("a bug"),
}


class TestWhatCannotBeKept:
    """Paid answers that bring nothing: the second of a kind is no accident."""

    @pytest.mark.parametrize("kind", WASTED)
    def test_second_of_a_kind_opens(self, kind: str) -> None:
        breaker = CircuitBreaker()
        breaker.note(WASTED[kind])
        breaker.check()
        breaker.note(WASTED[kind])
        with pytest.raises(UnusableAnswersError) as caught:
            breaker.check()
        assert caught.value.detail == {"reason": kind}
        assert (caught.value.status, breaker.state is not None) == (503, True)
        if isinstance(WASTED[kind], AppError):
            assert str(WASTED[kind]) in caught.value.message

    def test_of_two_kinds_each_is_counted(self) -> None:
        breaker = CircuitBreaker()
        for kind in ("no_picture", "not_a_picture"):
            breaker.note(unusable(kind))
        breaker.check()
        breaker.note(unusable("no_picture"))
        assert breaker.state is not None
        assert breaker.state.reason == "no_picture"

    def test_a_picture_in_between_forgets(self) -> None:
        breaker = CircuitBreaker()
        for _ in range(3):
            breaker.note(unusable("no_picture"))
            breaker.succeeded()
        breaker.check()

    def test_a_picture_closes_it(self) -> None:
        breaker = CircuitBreaker()
        for _ in range(2):
            breaker.note(unusable("no_picture"))
        breaker.succeeded()
        breaker.check()
        breaker.note(unusable("no_picture"))
        breaker.check()

    def test_a_picture_does_not_end_the_wait_for_a_quota(self) -> None:
        breaker = CircuitBreaker()
        breaker.note(quota("quota_day", 3600))
        breaker.succeeded()
        assert breaker.state is not None

    def test_time_closes_it_and_the_next_one_opens_it_for_longer(self) -> None:
        clock = Clock()
        breaker = CircuitBreaker(clock=clock)
        breaker.note(unusable("no_picture"))
        pauses = []
        for _ in range(40):
            breaker.check()
            breaker.note(unusable("no_picture"))
            assert breaker.state is not None
            pauses.append(breaker.state.seconds_left or math.inf)
            clock.now += pauses[-1]
        assert pauses[:4] == [600, 1200, 2400, 3600]
        assert all(later >= earlier for earlier, later in pairwise(pauses))
        assert pauses[-1] == 3600

    def test_what_was_under_way_when_it_opened_makes_it_no_longer(self) -> None:
        breaker = CircuitBreaker(clock=Clock())
        for _ in range(8):
            breaker.note(unusable("no_picture"))
        assert breaker.state is not None
        assert breaker.state.seconds_left == 600

    @pytest.mark.parametrize(
        ("error", "first", "longest"),
        [
            (GenerationTimeoutError("Late.", detail={"reason": "timeout"}), 60, 3600),
            (ConnectionLostError("Lost."), 60, 3600),
            (GatewayFailureError("Failed."), 60, 3600),
            (UnreachableError("Gone."), 30, 300),
            (UpstreamFailureError("Failed."), 30, 300),
        ],
        ids=lambda value: str(value.detail) if isinstance(value, AppError) else "",
    )
    def test_what_may_be_over_soon(self, error: AppError, first: int, longest: int) -> None:
        clock = Clock()
        breaker = CircuitBreaker(clock=clock)
        breaker.note(error)
        pauses = []
        for _ in range(12):
            breaker.check()
            breaker.note(error)
            assert breaker.state is not None
            assert breaker.state.message.endswith(error.message)
            pauses.append(breaker.state.seconds_left)
            clock.now += breaker.state.seconds_left or math.inf
        assert (pauses[0], pauses[-1]) == (first, longest)

    @pytest.mark.parametrize(
        "error",
        [
            ImageRefusedError("No.", detail={"reason": "image_safety"}),
            ProviderOverloadedError("Busy.", detail={"reason": "overloaded"}),
        ],
        ids=lambda error: str(error.detail["reason"]),
    )
    def test_what_says_nothing_about_the_next_call(self, error: ProviderError) -> None:
        breaker = CircuitBreaker()
        for _ in range(5):
            breaker.note(error)
        breaker.check()


def test_requests_that_are_not_accepted() -> None:
    """Such as for a size that the model does not make: each request would hear the same."""
    breaker = CircuitBreaker()
    refused = RejectedRequestError("Not accepted.")
    breaker.note(refused)
    breaker.check()
    breaker.note(refused)
    with pytest.raises(UnusableAnswersError, match="GEMINI_IMAGE_SIZE"):
        breaker.check()
