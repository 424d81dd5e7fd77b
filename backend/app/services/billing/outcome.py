"""Whether a call that brought no picture may be on the bill."""

from app.services.billing.ledger import Outcome
from app.services.generation.errors import GenerationTimeoutError, ProviderError

# Gemini said no, or never got the request. Everything else may have been charged.
_NOT_CHARGED = {
    "upstream_failure",
    "unreachable",
    "rejected_request",
    "overloaded",
    "quota_minute",
    "quota_day",
    "no_image_quota",
    "bad_key",
    "failed_precondition",
    "unknown_model",
    "bad_base_url",
    "redirected",
    "not_configured",
}


def outcome_of(error: BaseException) -> Outcome:
    """Say how to settle a call: ``failed`` gives the money back, ``unknown`` does not."""
    if isinstance(error, GenerationTimeoutError) or not isinstance(error, ProviderError):
        return "unknown"
    reason = str((error.detail or {}).get("reason", ""))
    refused_before_work = reason.startswith("prompt_")
    return "failed" if reason in _NOT_CHARGED or refused_before_work else "unknown"
