"""Why a provider gave no usable image.

What a failure means is said here and nowhere else: each class carries its HTTP status and
everything that billing, the circuit breaker, the jobs and the metrics derive from it. A new kind
of failure is a new class in this file.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from app.errors import AppError, DiskFullError
from app.services.storage.errors import StorageUnavailableError


@dataclass(frozen=True, slots=True)
class Pause:
    """How long the circuit breaker stays open; it doubles with each further failure.

    Attributes:
        first_seconds: The first pause.
        longest_seconds: The longest one.
        message: What everybody hears, with ``times`` and ``why``.
    """

    first_seconds: float
    longest_seconds: float
    message: str


_CALLS_FAILED = "{times} calls in a row failed, so Gemini is not asked just now. {why}"
WASTED_ANSWERS = Pause(
    600.0,
    3600.0,
    "{times} paid answers in a row could not be kept, so none is asked for just now. {why}",
)
_REJECTED_REQUESTS = Pause(
    600.0,
    3600.0,
    "Gemini did not accept {times} requests in a row, so it is not asked just now. "
    "Check GEMINI_MODEL and GEMINI_IMAGE_SIZE.",
)
# With too short a GEMINI_TIMEOUT_SECONDS each call fails like this, and each may be billed.
_PERHAPS_BILLED = Pause(60.0, 3600.0, _CALLS_FAILED)
# Costs nothing, but everybody waits for it.
_FREE_OF_CHARGE = Pause(30.0, 300.0, _CALLS_FAILED)


class ProviderError(AppError):
    """Base of everything that goes wrong between us and an image.

    Attributes:
        outcome: Short word for logs and metric labels.
        billed: Whether the call may be on the bill.
        opens_breaker: Whether the next call would certainly fail too, so that none is made.
        pause: How long the breaker opens after the second failure in a row; None if such a
            failure says nothing about the next call.
        is_retryable: Whether another try cannot be billed twice and may succeed.
    """

    status = 502
    outcome: ClassVar[str] = "error"
    billed: ClassVar[bool] = True
    opens_breaker: ClassVar[bool] = False
    pause: ClassVar[Pause | None] = WASTED_ANSWERS
    is_retryable: ClassVar[bool] = False


class GeminiError(ProviderError):
    """Gemini answered with something that holds no usable image."""


class UnreachableError(GeminiError):
    """No connection: nothing was sent."""

    default_reason = "unreachable"
    billed = False
    pause = _FREE_OF_CHARGE
    is_retryable = True


class UpstreamFailureError(GeminiError):
    """Gemini itself says that it failed, and made nothing."""

    default_reason = "upstream_failure"
    billed = False
    pause = _FREE_OF_CHARGE
    is_retryable = True


class RejectedRequestError(GeminiError):
    """Gemini does not accept the request, such as an image size that the model does not make."""

    default_reason = "rejected_request"
    billed = False
    pause = _REJECTED_REQUESTS


class ConnectionLostError(GeminiError):
    """The connection broke after the request was sent."""

    default_reason = "connection_lost"
    pause = _PERHAPS_BILLED


class GatewayFailureError(GeminiError):
    """Something in front of Gemini failed; what lies behind may have gone on."""

    default_reason = "gateway_failure"
    pause = _PERHAPS_BILLED


class GenerationTimeoutError(ProviderError):
    """No answer in time."""

    status = 504
    default_reason = "timeout"
    outcome = "timeout"
    pause = _PERHAPS_BILLED


class PromptRefusedError(ProviderError):
    """The model's safety rules refused the prompt before any work; ``detail.reason`` says which.

    Attributes:
        lasting_reasons: Verdicts about the words themselves: the model gives the same one every
            time.
    """

    status = 422
    default_reason = "refused"
    outcome = "refused"
    billed = False
    pause = None
    lasting_reasons: ClassVar[frozenset[str]] = frozenset(
        {"prompt_prohibited_content", "prompt_blocklist"}
    )


class ImageRefusedError(PromptRefusedError):
    """The model made an image and withheld it; another try may bring one."""

    billed = True


class QuotaExceededError(ProviderError):
    """The key's quota is used up; ``detail.reason`` is ``quota_minute`` or ``quota_day``."""

    status = 429
    default_reason = "quota"
    outcome = "quota"
    billed = False
    opens_breaker = True
    is_transient = True


class NoImageQuotaError(ProviderError):
    """The key's tier has no image quota at all: waiting does not help."""

    status = 503
    default_reason = "no_image_quota"
    outcome = "no_image_quota"
    billed = False
    opens_breaker = True
    is_transient = True


class ProviderNotConfiguredError(ProviderError):
    """The key or the model is wrong: the operator must change a setting."""

    status = 503
    default_reason = "not_configured"
    outcome = "not_configured"
    billed = False
    opens_breaker = True
    is_transient = True


class ProviderOverloadedError(ProviderError):
    """The provider is overloaded, and was so in each of a few tries."""

    status = 503
    default_reason = "overloaded"
    outcome = "overloaded"
    billed = False
    pause = None
    is_transient = True
    is_retryable = True


class UnusableAnswersError(ProviderError):
    """Several calls in a row brought nothing that can be kept, so that none is made just now."""

    status = 503
    outcome = "unusable"
    billed = False
    pause = None
    is_transient = True


def may_be_billed(error: BaseException) -> bool:
    """Whether a call that ended so may be on the bill; what is not known counts as paid."""
    return error.billed if isinstance(error, ProviderError) else True


def _family(kind: type[ProviderError] = ProviderError) -> Iterator[type[ProviderError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)


OUTCOMES = ("ok", "not_stored", "crashed", *sorted({kind.outcome for kind in _family()}))
"""Every ``outcome`` that a call can have in the metrics."""

# A failure travels from one process to another as JSON in the ledger.
_SHARED: dict[str, type[AppError]] = {
    kind.__name__: kind for kind in (DiskFullError, StorageUnavailableError, *_family())
}


def failure_to_json(error: BaseException) -> str | None:
    """Write an error down for those who wait in other processes.

    None if the call was given up: then another process may try.
    """
    if not isinstance(error, Exception):
        return None
    if type(error).__name__ not in _SHARED or not isinstance(error, AppError):
        error = GeminiError(
            "Something went wrong while this image was made.", detail={"reason": "crashed"}
        )
    return json.dumps(
        {
            "kind": type(error).__name__,
            "message": error.message,
            "detail": error.detail,
            "retry_after": error.retry_after,
        }
    )


def failure_from_json(text: str) -> AppError:
    """Read the error that ``failure_to_json`` wrote."""
    facts = json.loads(text)
    kind = _SHARED.get(facts["kind"], GeminiError)
    return kind(facts["message"], detail=facts["detail"], retry_after=facts["retry_after"])
