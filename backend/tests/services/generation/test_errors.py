"""What each kind of failure means: one row per class, so that a new one is a decision."""

import asyncio

import pytest

from app.errors import DiskFullError
from app.services.generation import errors
from app.services.generation.errors import ProviderError, may_be_billed

FREE = {
    errors.UnreachableError: "unreachable",
    errors.UpstreamFailureError: "upstream_failure",
    errors.RejectedRequestError: "rejected_request",
    errors.PromptRefusedError: "refused",
    errors.QuotaExceededError: "quota",
    errors.NoImageQuotaError: "no_image_quota",
    errors.ProviderNotConfiguredError: "not_configured",
    errors.ProviderOverloadedError: "overloaded",
    errors.UnusableAnswersError: "status_503",
}
MAY_BE_BILLED = {
    errors.ProviderError: "status_502",
    errors.GeminiError: "status_502",
    errors.ConnectionLostError: "connection_lost",
    errors.GatewayFailureError: "gateway_failure",
    errors.GenerationTimeoutError: "timeout",
    errors.ImageRefusedError: "refused",
}


def test_every_kind_is_listed() -> None:
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type)}
    assert {kind for kind in kinds if issubclass(kind, ProviderError)} == {*FREE, *MAY_BE_BILLED}


@pytest.mark.parametrize("kind", [*FREE, *MAY_BE_BILLED])
def test_bill_and_reason(kind: type[ProviderError]) -> None:
    error = kind("No.")
    assert may_be_billed(error) is (kind in MAY_BE_BILLED)
    assert error.reason == {**FREE, **MAY_BE_BILLED}[kind]
    assert kind("No.", detail={"reason": "of its own"}).reason == "of its own"


@pytest.mark.parametrize("kind", [*FREE, *MAY_BE_BILLED])
def test_nothing_paid_is_tried_again(kind: type[ProviderError]) -> None:
    assert not (kind.billed and (kind.is_retryable or kind.is_transient))


@pytest.mark.parametrize(
    "error", [asyncio.CancelledError(), RuntimeError(), DiskFullError("Full.")]
)
def test_what_is_not_the_providers_may_be_billed(error: BaseException) -> None:
    assert may_be_billed(error)
