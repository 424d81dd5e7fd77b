"""What Google says about a used-up quota, read from the structured part of a 429.

A live body is shown in
google-gemini/gemini-cli#8437, the rules are those of that project's
``packages/core/src/utils/googleQuotaErrors.ts``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.services.generation.errors import NoImageQuotaError, ProviderError, QuotaExceededError

DEFAULT_MINUTE_WAIT = 60.0
# A longer delay is no per-minute quota any more.
_LONGEST_MINUTE_WAIT = 300.0
# No quota lasts longer; asking once a day costs nothing, and any number may stand there.
_LONGEST_WAIT = 86400.0

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|s)", re.ASCII)
# Written by a machine, a line for each exceeded quota. It is read only where the structured
# part holds no quota value at all, see ``_is_zero``.
_ZERO_LIMIT_LINE = re.compile(r"Quota exceeded for metric: \S+, limit: 0(?![\d.])")


@dataclass(frozen=True, slots=True)
class QuotaReport:
    """The quota part of an error body.

    Attributes:
        ids: Names of the exceeded quotas, such as
            ``GenerateRequestsPerDayPerProjectPerModel-FreeTier``.
        values: Their limits, where given.
        retry_delay: Seconds after which Google would like to be asked again.
    """

    ids: tuple[str, ...]
    values: tuple[str, ...]
    retry_delay: float | None


def quota_error(details: object, message: str | None, now: datetime | None = None) -> ProviderError:
    """Turn a 429 into the error that says how long it lasts.

    Args:
        details: The list ``error.details`` of the body; it may be of any type.
        message: The message of the body.
        now: The present time, for tests.
    """
    report = read_report(details)
    if _is_zero(report, message):
        return NoImageQuotaError(
            "The Gemini key has no quota for images at all (its limit is 0): its project needs "
            "billing. Waiting does not help."
        )
    delay = report.retry_delay
    # Every name is checked before the delay: one body may name both kinds of quota, and
    # carries a short delay even then.
    if any("PerDay" in name or "Daily" in name for name in report.ids):
        return _long_error(
            "Gemini's quota for today is used up. It starts again at midnight in California.",
            seconds_until_reset(now or datetime.now(UTC)),
        )
    if delay is not None and delay > _LONGEST_MINUTE_WAIT:
        return _long_error("Gemini's quota is used up for some time.", delay)
    return QuotaExceededError(
        "Gemini's quota for this minute is used up. Please try again a little later.",
        detail={"reason": "quota_minute"},
        retry_after=DEFAULT_MINUTE_WAIT if delay is None else delay,
    )


def read_report(details: object) -> QuotaReport:
    """Collect quota names, limits and delay; what is missing or malformed is left out."""
    ids: list[str] = []
    values: list[str] = []
    delay: float | None = None
    for detail in dicts_in(details):
        kind = str(detail.get("@type", "")).rpartition(".")[2]
        if kind == "RetryInfo":
            delay = parse_duration(detail.get("retryDelay"))
        elif kind == "QuotaFailure":
            for violation in dicts_in(detail.get("violations")):
                ids.append(str(violation.get("quotaId", "")))
                if "quotaValue" in violation:
                    values.append(str(violation["quotaValue"]))
    return QuotaReport(tuple(ids), tuple(values), delay)


def parse_duration(text: object) -> float | None:
    """Read a duration such as ``34.07s`` or ``900ms``; None when it is none, or not positive.

    More than a day is read as a day.
    The first form is that of protobuf's JSON (google.protobuf.Duration), the second one has
    been seen in gemini-cli.
    """
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        return None
    seconds = float(found[1]) / (1000 if found[2] == "ms" else 1)
    return min(seconds, _LONGEST_WAIT) or None


def seconds_until_reset(now: datetime) -> float:
    """Count the seconds until daily quotas start again: at midnight in Los Angeles.

    Source: https://ai.google.dev/gemini-api/docs/rate-limits, "Requests per day (RPD) quotas
    reset at midnight Pacific time".
    """
    zone = _pacific()
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    # By way of UTC: the difference of two times in one zone is that of their wall clocks,
    # an hour wrong on the two days a year when the clocks change.
    reset = datetime.combine(tomorrow, time.min, tzinfo=zone).astimezone(UTC)
    return (reset - now).total_seconds()


def dicts_in(value: object) -> Iterator[dict[str, Any]]:
    """Give the objects in a list from outside, and nothing where it is no list."""
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _pacific() -> tzinfo:
    """Find the zone; where the machine has no zone data, Pacific standard time must do.

    That is an hour late in summer, never early: an early call would be refused once more.
    """
    try:
        return ZoneInfo("America/Los_Angeles")
    except ZoneInfoNotFoundError:
        return timezone(timedelta(hours=-8))


def _is_zero(report: QuotaReport, message: str | None) -> bool:
    """Whether the key has a quota of nothing.

    Other limits come with their ``quotaValue`` (itcon-pty-au/stremio-ai-search#170), a limit of
    0 comes without (google-gemini/gemini-cli#8437, a free key and an image model): proto3's
    JSON form leaves zeros out. Its absence alone proves nothing, so then the message must have
    the line too.
    """
    if report.values:
        return "0" in report.values
    return _ZERO_LIMIT_LINE.search(message or "") is not None


def _long_error(message: str, retry_after: float) -> QuotaExceededError:
    return QuotaExceededError(message, detail={"reason": "quota_day"}, retry_after=retry_after)
