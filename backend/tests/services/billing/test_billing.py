"""How a call that brought no picture is settled."""

import asyncio

import pytest

from app.errors import DiskFullError
from app.services.billing.outcome import outcome_of
from app.services.generation.errors import (
    GeminiError,
    GenerationTimeoutError,
    NoImageQuotaError,
    PromptRefusedError,
    ProviderError,
    ProviderNotConfiguredError,
    ProviderOverloadedError,
    QuotaExceededError,
)

FREE = [
    (QuotaExceededError, "quota_minute"),
    (QuotaExceededError, "quota_day"),
    (NoImageQuotaError, "no_image_quota"),
    (ProviderNotConfiguredError, "bad_key"),
    (ProviderNotConfiguredError, "failed_precondition"),
    (ProviderNotConfiguredError, "unknown_model"),
    (ProviderNotConfiguredError, "redirected"),
    (ProviderOverloadedError, "overloaded"),
    (GeminiError, "upstream_failure"),
    (GeminiError, "unreachable"),
    (GeminiError, "rejected_request"),
    (PromptRefusedError, "prompt_prohibited_content"),
]
MAY_BE_BILLED = [
    (GenerationTimeoutError, "timeout"),
    (GeminiError, "connection_lost"),
    (GeminiError, "gateway_failure"),
    (GeminiError, "unreadable_answer"),
    (GeminiError, "no_picture"),
    (GeminiError, "not_a_picture"),
    (GeminiError, "something new"),
    (PromptRefusedError, "image_safety"),
]


@pytest.mark.parametrize(("kind", "reason"), FREE)
def test_not_charged(kind: type[ProviderError], reason: str) -> None:
    assert outcome_of(kind("No.", detail={"reason": reason})) == "failed"


@pytest.mark.parametrize(("kind", "reason"), MAY_BE_BILLED)
def test_may_have_been_charged(kind: type[ProviderError], reason: str) -> None:
    assert outcome_of(kind("No.", detail={"reason": reason})) == "unknown"


@pytest.mark.parametrize(
    "error", [asyncio.CancelledError(), RuntimeError(), GeminiError("No."), DiskFullError("Full.")]
)
def test_without_a_reason(error: BaseException) -> None:
    assert outcome_of(error) == "unknown"
