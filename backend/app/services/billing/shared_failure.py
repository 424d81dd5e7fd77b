"""How a paid call failed, so that other processes which waited for it can say the same."""

import json

from app.errors import AppError, DiskFullError
from app.services.generation.errors import (
    GeminiError,
    GenerationTimeoutError,
    NoImageQuotaError,
    PromptRefusedError,
    ProviderNotConfiguredError,
    ProviderOverloadedError,
    QuotaExceededError,
    UnusableAnswersError,
)
from app.services.storage import StorageUnavailableError

_KINDS: dict[str, type[AppError]] = {
    kind.__name__: kind
    for kind in (
        DiskFullError,
        GeminiError,
        GenerationTimeoutError,
        NoImageQuotaError,
        PromptRefusedError,
        ProviderNotConfiguredError,
        ProviderOverloadedError,
        QuotaExceededError,
        StorageUnavailableError,
        UnusableAnswersError,
    )
}


def written_failure(error: BaseException) -> str | None:
    """An error as text; None where the call was given up, so that another may try."""
    if not isinstance(error, Exception):
        return None
    if type(error).__name__ not in _KINDS or not isinstance(error, AppError):
        error = GeminiError(
            "Something went wrong while this picture was made.", detail={"reason": "crashed"}
        )
    return json.dumps(
        {
            "kind": type(error).__name__,
            "message": error.message,
            "detail": error.detail,
            "retry_after": error.retry_after,
        }
    )


def read_failure(text: str) -> AppError:
    """The error that ``written_failure`` wrote."""
    facts = json.loads(text)
    return _KINDS[facts["kind"]](
        facts["message"], detail=facts["detail"], retry_after=facts["retry_after"]
    )
