"""Turns everything that the SDK raises into the errors of ``generation/errors.py``.

Distinguished by class, HTTP code and structured details; the words of a message mean nothing
here, and none of them reach the person who asked. ``google/genai/errors.py`` shows how the SDK
reports what.
"""

from urllib.parse import urlsplit

import httpx2
from google.genai.errors import APIError

from app.services.generation.errors import (
    ConnectionLostError,
    GatewayFailureError,
    GeminiError,
    GenerationTimeoutError,
    ProviderError,
    ProviderNotConfiguredError,
    ProviderOverloadedError,
    RejectedRequestError,
    UnreachableError,
    UpstreamFailureError,
)
from app.services.providers.gemini.quota import dicts_in, quota_error

_OVERLOAD_WAIT = 30.0
# Raised before a byte of the request has left.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout)


def translate(error: Exception, model: str) -> ProviderError:
    """Say in the project's terms why there is no answer.

    Args:
        error: What the SDK or its transport raised.
        model: Id of the model that was asked.
    """
    if isinstance(error, APIError):
        return _translate_status(error, model)
    if isinstance(error, (httpx2.InvalidURL, httpx2.UnsupportedProtocol)):
        return ProviderNotConfiguredError(
            "The address of Gemini is no valid URL. Check GOOGLE_GEMINI_BASE_URL.",
            detail={"reason": "bad_base_url"},
        )
    if isinstance(error, _NOT_SENT):
        return UnreachableError("Gemini cannot be reached.")
    if isinstance(error, (TimeoutError, httpx2.TimeoutException)):
        return _timeout()
    if isinstance(error, httpx2.HTTPError):
        return ConnectionLostError("The connection to Gemini broke before the image was here.")
    return GeminiError(
        "Gemini sent an answer that cannot be read.", detail={"reason": "unreadable_answer"}
    )


def _translate_status(error: APIError, model: str) -> ProviderError:
    details = _details_of(error)
    standing = _for_the_operator(error, details, model)
    if standing is not None:
        return standing
    match error.code:
        case 429:
            return quota_error(details, error.message)
        case 503:
            return ProviderOverloadedError(
                "Gemini is overloaded at the moment. Please try again a little later.",
                retry_after=_OVERLOAD_WAIT,
            )
        case 504:
            return _timeout()
        case code if 400 <= code < 500:
            return RejectedRequestError(
                "Gemini did not accept the request.", detail={"upstream_status": code}
            )
        case code if code > 500:
            return GatewayFailureError(
                "Gemini's gateway failed. The image may have been made and billed nevertheless.",
                detail={"upstream_status": code},
            )
        case code:
            return UpstreamFailureError(
                "Gemini failed while making the image.", detail={"upstream_status": code}
            )


def _for_the_operator(
    error: APIError, details: object, model: str
) -> ProviderNotConfiguredError | None:
    """What stays as it is until a setting, the key or its billing is changed."""
    match error.code:
        case code if 300 <= code < 400:
            return _redirected(error)
        case 401 | 403:
            return _bad_key()
        case 400 if _names_bad_key(details):
            return _bad_key()
        case 400 if error.status == "FAILED_PRECONDITION":
            return ProviderNotConfiguredError(
                "Gemini does not serve this key: its country is not supported, or its project "
                "needs billing.",
                detail={"reason": "failed_precondition"},
            )
        case 404 | 410:
            return ProviderNotConfiguredError(
                f"Gemini does not know the model {model}. Check GEMINI_MODEL.",
                detail={"reason": "unknown_model", "model": model},
            )
        case _:
            return None


def _details_of(error: APIError) -> object:
    """Dig out ``error.details`` of the body, which is HTML at times and then has none."""
    body = error.details
    inner = body.get("error") if isinstance(body, dict) else None
    return inner.get("details") if isinstance(inner, dict) else None


def _names_bad_key(details: object) -> bool:
    """Whether an ErrorInfo (https://google.aip.dev/193) says that the key is invalid."""
    return any(
        str(detail.get("@type", "")).endswith(".ErrorInfo")
        and detail.get("reason") == "API_KEY_INVALID"
        for detail in dicts_in(details)
    )


def _bad_key() -> ProviderNotConfiguredError:
    return ProviderNotConfiguredError(
        "Gemini does not accept the API key. Check GEMINI_API_KEY.", detail={"reason": "bad_key"}
    )


def _redirected(error: APIError) -> ProviderNotConfiguredError:
    """Say where to; the key was not sent there, and no query or password is shown."""
    headers = getattr(error.response, "headers", None) or {}
    try:
        parts = urlsplit(str(headers.get("location", "")))
        host = f"{parts.scheme}://{parts.hostname}" if parts.hostname else ""
        where = f"{host}{f':{parts.port}' if parts.port else ''}{parts.path}"[:200]
    except ValueError:
        where = ""
    return ProviderNotConfiguredError(
        f"The address of Gemini redirects{f' to {where}' if where else ''}. "
        "Check GOOGLE_GEMINI_BASE_URL.",
        detail={"reason": "redirected", "location": where or None},
    )


def _timeout() -> GenerationTimeoutError:
    return GenerationTimeoutError(
        "Gemini did not answer in time. The image may have been made and billed nevertheless."
    )
