"""Why a provider gave no usable picture; each class is one answer of the HTTP contract."""

from typing import ClassVar

from app.errors import AppError


class ProviderError(AppError):
    """Base of everything that goes wrong between us and a picture.

    Attributes:
        outcome: Short word for logs and metric labels.
    """

    status = 502
    outcome: ClassVar[str] = "error"


class GeminiError(ProviderError):
    """Gemini failed, or answered with something that holds no usable picture."""


class PromptRefusedError(ProviderError):
    """The model's safety rules refused the prompt or the picture; ``detail.reason`` says which."""

    status = 422
    outcome = "refused"


class QuotaExceededError(ProviderError):
    """The key's quota is used up; ``detail.reason`` is ``quota_minute`` or ``quota_day``."""

    status = 429
    outcome = "quota"


class NoImageQuotaError(ProviderError):
    """The key's tier has no image quota at all, so that waiting does not help."""

    status = 503
    outcome = "no_image_quota"


class ProviderNotConfiguredError(ProviderError):
    """Key or model are wrong: a matter for the operator."""

    status = 503
    outcome = "not_configured"


class ProviderOverloadedError(ProviderError):
    """The provider is overloaded and stayed so over a few tries."""

    status = 503
    outcome = "overloaded"


class UnusableAnswersError(ProviderError):
    """Several calls in a row brought nothing that can be kept, so that none is made just now."""

    status = 503
    outcome = "unusable"


class GenerationTimeoutError(ProviderError):
    """No answer in time; the call may have been billed."""

    status = 504
    outcome = "timeout"
