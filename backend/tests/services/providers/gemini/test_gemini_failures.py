"""Each way in which a call can fail: class, status, reason, Retry-After and number of calls."""

from dataclasses import dataclass

import httpx2
import pytest

from app.errors import AppError
from app.services.generation.errors import (
    ConnectionLostError,
    GatewayFailureError,
    GeminiError,
    GenerationTimeoutError,
    ImageRefusedError,
    NoImageQuotaError,
    PromptRefusedError,
    ProviderNotConfiguredError,
    ProviderOverloadedError,
    QuotaExceededError,
    RejectedRequestError,
    UnreachableError,
    UpstreamFailureError,
)
from app.services.providers.gemini.failures import translate
from tests.services.providers.gemini.conftest import Ask, Fail
from tests.support import gemini_answers as answers
from tests.support import gemini_failures as failures
from tests.support.gemini_standin import GeminiStandin

pytestmark = pytest.mark.anyio


@dataclass(frozen=True)
class Case:
    """A scripted answer that is given for ever, and what must come of it."""

    script: answers.Script
    error: type[AppError]
    status: int
    reason: str
    retry_after: float | None = None
    calls: int = 1


CASES = {
    "quota per minute": Case(
        failures.QUOTA_PER_MINUTE, QuotaExceededError, 429, "quota_minute", 34.07
    ),
    "quota without details": Case(
        failures.QUOTA_WITHOUT_DETAILS, QuotaExceededError, 429, "quota_minute", 60
    ),
    "no image quota": Case(failures.NO_IMAGE_QUOTA, NoImageQuotaError, 503, "no_image_quota"),
    "no image quota, by value": Case(
        failures.NO_IMAGE_QUOTA_VALUE, NoImageQuotaError, 503, "no_image_quota"
    ),
    "500": Case(failures.INTERNAL_ERROR, UpstreamFailureError, 502, "upstream_failure", calls=3),
    "503": Case(failures.OVERLOADED, ProviderOverloadedError, 503, "overloaded", 30, calls=3),
    "HTML 500": Case(failures.HTML_500, UpstreamFailureError, 502, "upstream_failure", calls=3),
    "HTML 502": Case(failures.HTML_502, GatewayFailureError, 502, "gateway_failure"),
    "HTML 503": Case(failures.HTML_503, ProviderOverloadedError, 503, "overloaded", 30, calls=3),
    "HTML 200": Case(failures.HTML_200, GeminiError, 502, "unreadable_answer"),
    "JSON list": Case(failures.JSON_LIST, GeminiError, 502, "no_picture"),
    "JSON number": Case(answers.as_json(5), GeminiError, 502, "unreadable_answer"),
    "JSON cut off": Case(answers.Answer(body=b'{"a":'), GeminiError, 502, "unreadable_answer"),
    "no body": Case(answers.Answer(), GeminiError, 502, "no_picture"),
    "wrong types": Case(
        answers.as_json({"candidates": [{"content": "none"}]}),
        GeminiError,
        502,
        "no_picture",
    ),
    "nested without end": Case(
        answers.Answer(body=b"[" * 10**5), GeminiError, 502, "unreadable_answer"
    ),
    "504": Case(failures.DEADLINE_EXCEEDED, GenerationTimeoutError, 504, "timeout"),
    "bad key": Case(failures.BAD_KEY, ProviderNotConfiguredError, 503, "bad_key"),
    "401": Case(failures.UNAUTHENTICATED, ProviderNotConfiguredError, 503, "bad_key"),
    "403": Case(failures.FORBIDDEN, ProviderNotConfiguredError, 503, "bad_key"),
    "unknown model": Case(failures.UNKNOWN_MODEL, ProviderNotConfiguredError, 503, "unknown_model"),
    "410": Case(failures.GONE, ProviderNotConfiguredError, 503, "unknown_model"),
    "failed precondition": Case(
        failures.FAILED_PRECONDITION, ProviderNotConfiguredError, 503, "failed_precondition"
    ),
    "400": Case(failures.BAD_REQUEST, RejectedRequestError, 502, "rejected_request"),
    "redirect": Case(failures.REDIRECT, ProviderNotConfiguredError, 503, "redirected"),
    "dropped": Case(failures.DROPPED, ConnectionLostError, 502, "connection_lost"),
    "dropped midway": Case(failures.DROPPED_MIDWAY, ConnectionLostError, 502, "connection_lost"),
    "blocked prompt": Case(
        answers.blocked_prompt("SAFETY"), PromptRefusedError, 422, "prompt_safety"
    ),
    "blocked image": Case(answers.blocked_image(), ImageRefusedError, 422, "image_safety"),
    "text only": Case(answers.TEXT_ONLY, GeminiError, 502, "no_picture"),
    "empty": Case(answers.EMPTY, GeminiError, 502, "no_picture"),
}


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_scripted_failure(case: Case, gemini: GeminiStandin, fail: Fail) -> None:
    gemini.answer_always(case.script)
    error = await fail()
    assert type(error) is case.error
    assert error.status == case.status
    assert error.detail is not None
    assert error.detail["reason"] == case.reason
    assert error.retry_after == case.retry_after
    assert len(gemini.calls) == case.calls


async def test_daily_quota_lasts_until_midnight(gemini: GeminiStandin, fail: Fail) -> None:
    gemini.answer_always(failures.QUOTA_PER_DAY)
    error = await fail()
    assert type(error) is QuotaExceededError
    assert error.detail == {"reason": "quota_day"}
    assert error.retry_after is not None
    assert 0 < error.retry_after <= 25 * 3600
    assert len(gemini.calls) == 1


async def test_unknown_model_is_named(gemini: GeminiStandin, fail: Fail) -> None:
    gemini.answer_always(failures.UNKNOWN_MODEL)
    error = await fail(model="gemini-of-last-year")
    assert "gemini-of-last-year" in error.message


class TestRedirects:
    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    async def test_says_where_to_and_never_goes_there(
        self, status: int, gemini: GeminiStandin, fail: Fail
    ) -> None:
        with GeminiStandin() as elsewhere:
            there = elsewhere.base_url.replace("http://", "http://user:secret@")
            gemini.answer_with(answers.Answer(status, location=f"{there}/login?code=secret#secret"))
            error = await fail()
            assert type(error) is ProviderNotConfiguredError
            assert error.detail == {
                "reason": "redirected",
                "location": f"{elsewhere.base_url}/login",
            }
            assert f"redirects to {elsewhere.base_url}/login" in error.message
            assert elsewhere.calls == []
        assert [call.headers["x-goog-api-key"] for call in gemini.calls] == ["secret-key"]

    @pytest.mark.parametrize("location", [None, "", "http://[", "http://a:b/"])
    async def test_to_no_address(
        self, location: str | None, gemini: GeminiStandin, fail: Fail
    ) -> None:
        gemini.answer_with(answers.Answer(302, location=location))
        error = await fail()
        assert error.detail == {"reason": "redirected", "location": None}


class TestTimeouts:
    @pytest.mark.thorough
    @pytest.mark.parametrize(
        "script", [failures.NEVER_ANSWERS, failures.drips(), answers.slow_picture(30)]
    )
    async def test_no_answer_in_time(
        self, script: answers.Script, gemini: GeminiStandin, fail: Fail
    ) -> None:
        gemini.answer_always(script)
        error = await fail(timeout_seconds=failures.HASTY_SECONDS)
        assert type(error) is GenerationTimeoutError
        assert error.status == 504
        assert len(gemini.calls) == 1

    async def test_slow_is_fine_within_the_time(self, gemini: GeminiStandin, ask: Ask) -> None:
        gemini.answer_always(answers.slow_picture(0.2))
        assert (await ask()).data


class TestAddress:
    async def test_connection_refused(self, fail: Fail, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level("INFO", logger="app.services.providers.gemini")
        with GeminiStandin() as gone:
            address = gone.base_url
        error = await fail(base_url=address)
        assert type(error) is UnreachableError
        assert error.detail == {"reason": "unreachable"}
        assert [record.message.partition(",")[0] for record in caplog.records] == [
            "gemini: unreachable"
        ] * 2

    @pytest.mark.parametrize("address", ["no address", "http://127.0.0.1:port", "ftp://127.0.0.1"])
    async def test_address_is_no_url(self, address: str, fail: Fail) -> None:
        error = await fail(base_url=address)
        assert type(error) is ProviderNotConfiguredError
        assert error.detail == {"reason": "bad_base_url"}

    async def test_connect_timeout_was_not_billed(self) -> None:
        error = translate(httpx2.ConnectTimeout("slow"), "gemini-nano-banana-2.1")
        assert type(error) is UnreachableError
        assert error.detail == {"reason": "unreachable"}


class TestMalformedErrors:
    """Error bodies that are not of the documented shape are told apart by their status."""

    @pytest.mark.parametrize(
        "body",
        [
            [],
            "text",
            {"error": "text"},
            {"error": {"details": "text"}},
            {"error": {"details": ["text", {"@type": 7, "reason": "API_KEY_INVALID"}]}},
            [{"error": {"code": 400, "details": None}}],
        ],
    )
    async def test_bad_request(self, body: object, gemini: GeminiStandin, fail: Fail) -> None:
        gemini.answer_always(answers.as_json(body, 400))
        error = await fail()
        assert type(error) is RejectedRequestError
        assert error.detail == {"reason": "rejected_request", "upstream_status": 400}
