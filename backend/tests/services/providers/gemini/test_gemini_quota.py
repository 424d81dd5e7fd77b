"""Quota bodies: which quota it is, and how long to wait."""

import zoneinfo
from datetime import UTC, datetime

import pytest

from app.services.generation.errors import NoImageQuotaError, ProviderError, QuotaExceededError
from app.services.providers.gemini import quota
from tests.support.gemini_failures import PER_DAY_ID, PER_MINUTE_ID, violation

NOON = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)  # 12:00 in Los Angeles


def retry_info(delay: object) -> dict[str, object]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


def quota_failure(*violations: object) -> dict[str, object]:
    return {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": list(violations),
    }


def reason(error: ProviderError) -> object:
    return (error.detail or {})["reason"]


class TestDuration:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [
            *(("34.07s", 34.07), ("900ms", 0.9), ("51s", 51.0), ("20.04466179s", 20.04466179)),
            # No quota lasts longer than a day; a date cannot hold the others.
            *(("315576000000s", 86400), (f"{'9' * 400}s", 86400), (f"{'9' * 400}.5ms", 86400)),
        ],
    )
    def test_read(self, text: str, seconds: float) -> None:
        assert quota.parse_duration(text) == pytest.approx(seconds)

    @pytest.mark.parametrize(
        "text", ["", "s", "34", "34.s", "-3s", "1e3s", "1 s", "3m", "٣s", "0s", None, 34, {}]
    )
    def test_none(self, text: object) -> None:
        assert quota.parse_duration(text) is None


class TestWhichQuota:
    @pytest.mark.parametrize("order", [1, -1])
    def test_day_wins_over_minute_and_delay(self, order: int) -> None:
        violations = [violation(PER_MINUTE_ID, "10"), violation(PER_DAY_ID, "70")][::order]
        error = quota.quota_error([retry_info("34s"), quota_failure(*violations)], None, NOON)
        assert reason(error) == "quota_day"
        assert error.retry_after == 12 * 3600

    def test_daily_spelled_out(self) -> None:
        error = quota.quota_error([quota_failure(violation("DailyLimit", "70"))], None, NOON)
        assert reason(error) == "quota_day"

    def test_day_without_values(self) -> None:
        """The body of gemini-cli#8437, whose message names no limit."""
        violations = [violation(PER_MINUTE_ID, None), violation(PER_DAY_ID, None)]
        error = quota.quota_error([quota_failure(*violations)], "You exceeded your quota.", NOON)
        assert reason(error) == "quota_day"

    def test_minute_without_delay(self) -> None:
        error = quota.quota_error([quota_failure(violation(PER_MINUTE_ID, "10"))], None)
        assert (reason(error), error.retry_after) == ("quota_minute", 60)

    def test_delay_alone(self) -> None:
        error = quota.quota_error([retry_info("900ms")], None)
        assert (reason(error), error.retry_after) == ("quota_minute", 0.9)

    def test_long_delay_is_no_minute(self) -> None:
        details = [quota_failure(violation(PER_MINUTE_ID, "10")), retry_info("3600s")]
        error = quota.quota_error(details, None)
        assert isinstance(error, QuotaExceededError)
        assert (reason(error), error.retry_after) == ("quota_day", 3600)

    @pytest.mark.parametrize(
        "details", [None, "text", {}, [], ["text"], [{"@type": None}], [quota_failure("text")]]
    )
    def test_malformed_details(self, details: object) -> None:
        error = quota.quota_error(details, None)
        assert (reason(error), error.retry_after) == ("quota_minute", 60)


class TestNoQuota:
    LINE = "* Quota exceeded for metric: a.googleapis.com/b_free_tier_requests, limit: "

    def test_value(self) -> None:
        error = quota.quota_error([quota_failure(violation(PER_DAY_ID, "0"))], None)
        assert isinstance(error, NoImageQuotaError)
        assert error.retry_after is None

    @pytest.mark.parametrize("details", [None, [quota_failure(violation(PER_DAY_ID, None))]])
    def test_line_where_no_value_is_given(self, details: object) -> None:
        error = quota.quota_error(details, f"{self.LINE}0, model: gemini")
        assert isinstance(error, NoImageQuotaError)

    @pytest.mark.parametrize("limit", ["07", "0.5", "20", ""])
    def test_line_with_another_limit(self, limit: str) -> None:
        error = quota.quota_error(None, f"{self.LINE}{limit}, model: gemini")
        assert reason(error) == "quota_minute"

    def test_value_beats_line(self) -> None:
        details = [quota_failure(violation(PER_MINUTE_ID, "10"))]
        error = quota.quota_error(details, f"{self.LINE}0, model: gemini")
        assert reason(error) == "quota_minute"


class TestReset:
    @pytest.mark.parametrize(
        ("now", "hours"),
        [
            (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), 1 / 60),
            (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), 24),
            (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), 24),
            (datetime(2026, 3, 8, 8, 0, tzinfo=UTC), 23),
            (datetime(2026, 11, 1, 7, 0, tzinfo=UTC), 25),
        ],
        ids=["a minute before", "just after", "in summer", "short day", "long day"],
    )
    def test_midnight_in_los_angeles(self, now: datetime, hours: float) -> None:
        assert quota.seconds_until_reset(now) == pytest.approx(hours * 3600)

    def test_without_zone_data(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(key: str) -> zoneinfo.ZoneInfo:
            raise zoneinfo.ZoneInfoNotFoundError(key)

        monkeypatch.setattr(quota, "ZoneInfo", missing)
        assert quota.seconds_until_reset(NOON) == 12 * 3600
