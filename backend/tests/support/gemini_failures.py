"""Failures in Gemini's wire format: quota, keys, overload, and connections that go wrong.

The quota bodies follow those shown in google-gemini/gemini-cli#8437 and
itcon-pty-au/stremio-ai-search#170: ``quotaValue`` is left out where the limit is 0, as proto3's
JSON form does with every zero, and ``limit: 0`` stands in the message only.
"""

from typing import Any

from tests.support.gemini_answers import Answer, as_json, failure

_MODEL = "gemini-nano-banana-2.1"
_TYPES = "type.googleapis.com/google.rpc."
_METRIC = "generativelanguage.googleapis.com/generate_requests_per_model"
_FREE_METRIC = "generativelanguage.googleapis.com/generate_content_free_tier_requests"
_HELP = {
    "@type": f"{_TYPES}Help",
    "links": [
        {
            "description": "Learn more about Gemini API quotas",
            "url": "https://ai.google.dev/gemini-api/docs/rate-limits",
        }
    ],
}

PER_MINUTE_ID = "GenerateRequestsPerMinutePerProjectPerModel"
PER_DAY_ID = "GenerateRequestsPerDayPerProjectPerModel"


def violation(quota_id: str, value: str | None, metric: str = _METRIC) -> dict[str, Any]:
    """Name one quota that was exceeded."""
    found: dict[str, Any] = {
        "quotaMetric": metric,
        "quotaId": quota_id,
        "quotaDimensions": {"location": "global", "model": _MODEL},
    }
    return found if value is None else {**found, "quotaValue": value}


def quota_failure(
    violations: list[dict[str, Any]], retry_delay: str | None, limits: tuple[int, ...] = ()
) -> Answer:
    """Refuse for quota; the message has one line for each of ``limits``."""
    lines = [
        f"* Quota exceeded for metric: {_FREE_METRIC}, limit: {limit}, model: {_MODEL}"
        for limit in limits
    ]
    message = "You exceeded your current quota, please check your plan and billing details. "
    details: list[dict[str, Any]] = [
        _HELP,
        {"@type": f"{_TYPES}QuotaFailure", "violations": violations},
    ]
    if retry_delay is not None:
        details.append({"@type": f"{_TYPES}RetryInfo", "retryDelay": retry_delay})
        lines.append(f"Please retry in {retry_delay}.")
    return failure(429, "RESOURCE_EXHAUSTED", "\n".join([message, *lines]), details)


QUOTA_PER_MINUTE = quota_failure([violation(PER_MINUTE_ID, "10")], "34.07s", (10,))
QUOTA_PER_DAY = quota_failure(
    [violation(PER_MINUTE_ID, "10"), violation(PER_DAY_ID, "70")], "34.07s", (10, 70)
)
NO_IMAGE_QUOTA = quota_failure(
    [
        violation(f"{PER_MINUTE_ID}-FreeTier", None, _FREE_METRIC),
        violation(f"{PER_DAY_ID}-FreeTier", None, _FREE_METRIC),
    ],
    "34.07s",
    (0, 0),
)
NO_IMAGE_QUOTA_VALUE = quota_failure(
    [violation(f"{PER_DAY_ID}-FreeTier", "0", _FREE_METRIC)], "34.07s", (0,)
)
# googleapis/python-genai#2065: no details at all.
QUOTA_WITHOUT_DETAILS = failure(
    429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."
)

INTERNAL_ERROR = failure(
    500, "INTERNAL", "An internal error has occurred. Please retry. secret-upstream-text"
)
OVERLOADED = failure(
    503, "UNAVAILABLE", "This model is currently experiencing high demand. secret-upstream-text"
)
DEADLINE_EXCEEDED = failure(
    504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."
)
BAD_KEY = failure(
    400,
    "INVALID_ARGUMENT",
    "API key not valid. Please pass a valid API key.",
    [
        {
            "@type": f"{_TYPES}ErrorInfo",
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
            "metadata": {"service": "generativelanguage.googleapis.com"},
        },
        {
            "@type": f"{_TYPES}LocalizedMessage",
            "locale": "en-US",
            "message": "API key not valid. Please pass a valid API key.",
        },
    ],
)
UNAUTHENTICATED = failure(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
FORBIDDEN = failure(
    403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key."
)
UNREGISTERED = failure(
    403,
    "PERMISSION_DENIED",
    "Method doesn't allow unregistered callers (callers without established identity).",
)
FAILED_PRECONDITION = failure(
    400, "FAILED_PRECONDITION", "User location is not supported for the API use."
)
GONE = failure(410, "GONE", "The model is no longer available. secret-upstream-text")
UNKNOWN_MODEL = failure(
    404, "NOT_FOUND", "models/secret-upstream-text is not found for API version v1beta."
)
BAD_REQUEST = failure(
    400, "INVALID_ARGUMENT", "Request contains an invalid argument. secret-upstream-text"
)

_PAGE = b"<!DOCTYPE html><html><title>Error</title><p>secret-upstream-text</html>"
HTML_500 = Answer(500, _PAGE, "text/html; charset=UTF-8")
HTML_502 = Answer(502, _PAGE, "text/html; charset=UTF-8")
HTML_503 = Answer(503, _PAGE, "text/html; charset=UTF-8")
HTML_200 = Answer(200, _PAGE, "text/html; charset=UTF-8")
JSON_LIST = as_json(["no", "object"])
REDIRECT = Answer(307, location="/v1beta/models/elsewhere:generateContent")

# A timeout to run into on purpose. A busy machine was seen to need 0.4 s to connect only, and
# a call that never connected is another failure than one that was never answered.
HASTY_SECONDS = 2.0

NEVER_ANSWERS = Answer(held=True)
DROPPED = Answer(body=b'{"candidates": [', cut_after=0)
DROPPED_MIDWAY = Answer(body=b'{"candidates": [', cut_after=7)


def drips(seconds: float = 0.05) -> Answer:
    """Send an answer byte by byte, so slowly that it never ends and no read ever times out."""
    return Answer(body=b'{"candidates": [' + b" " * 100_000, drip=seconds)
