"""Each recorded answer: how many calls it leads to, how long they wait, what is said and counted.

Three requests are sent: for one place, for the same once more, and for another.
"""

import time
from dataclasses import dataclass

import pytest

from tests.support import gemini_answers, gemini_failures
from tests.support.errors import assert_error
from tests.support.gemini_answers import Answer
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import outcomes
from tests.support.library import SCENES, row_count
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough

DAY = 25 * 3600
# Two pauses of 0.5 and 1.5 s, each as much as 30 % shorter.
THREE_TRIES_SECONDS = 1.4


@dataclass(frozen=True)
class Recording:
    """What is to come of an answer.

    Attributes:
        answer: What the stand-in says, always.
        status: Status of our answer.
        reason: Its ``detail.reason``.
        says: Words of its message.
        label: How ``emberpeak_generations_total`` names it.
        outcome: How the ledger settles it.
        asked: Orders that reached the provider, of three.
        calls: Calls that came in at the stand-in.
        waits: Smallest and largest Retry-After, in seconds, where there is one.
        least_seconds: Shortest time that the three requests take.
        is_open: Whether the breaker is open afterwards.
    """

    answer: Answer
    status: int
    reason: str
    says: str
    label: str
    outcome: str = "failed"
    asked: int = 1
    calls: int = 1
    waits: tuple[int, int] | None = None
    least_seconds: float = 0.0
    is_open: bool = True


RECORDINGS = {
    "minute": Recording(
        gemini_failures.QUOTA_PER_MINUTE,
        429,
        "quota_minute",
        "this minute",
        "quota",
        waits=(15, 35),
    ),
    "day": Recording(
        gemini_failures.QUOTA_PER_DAY,
        *(429, "quota_day", "midnight in California", "quota"),
        waits=(1, DAY),
    ),
    "no details": Recording(
        gemini_failures.QUOTA_WITHOUT_DETAILS,
        *(429, "quota_minute", "this minute", "quota"),
        waits=(40, 60),
    ),
    "no quota at all": Recording(
        gemini_failures.NO_IMAGE_QUOTA,
        *(503, "no_image_quota", "needs billing", "no_image_quota"),
        waits=(3000, 3600),
    ),
    "no quota at all, with a value": Recording(
        gemini_failures.NO_IMAGE_QUOTA_VALUE,
        *(503, "no_image_quota", "needs billing", "no_image_quota"),
        waits=(3000, 3600),
    ),
    "prompt refused": Recording(
        gemini_answers.blocked_prompt(),
        *(422, "prompt_prohibited_content", "refused the prompt", "refused"),
        asked=2,
        calls=2,
        is_open=False,
    ),
    "image refused": Recording(
        gemini_answers.blocked_image(),
        *(422, "image_safety", "refused the image", "refused"),
        outcome="unknown",
        asked=2,
        calls=2,
        is_open=False,
    ),
    "overload": Recording(
        gemini_failures.OVERLOADED,
        *(503, "overloaded", "overloaded at the moment", "overloaded"),
        asked=3,
        calls=9,
        waits=(30, 30),
        least_seconds=3 * THREE_TRIES_SECONDS,
        is_open=False,
    ),
}


@pytest.mark.parametrize("name", RECORDINGS)
def test_recording(name: str, gemini_server: RunningServer, gemini: GeminiStandin) -> None:
    expected = RECORDINGS[name]
    gemini.answer_always(expected.answer)
    client = gemini_server.client
    began = time.monotonic()
    for place in ("Old Mill", "Old Mill", "Ford"):
        answer = client.post(f"{SCENES}/generate", params={"location": place})
        body = assert_error(answer, expected.status, expected.reason)
        assert expected.says in body["message"]
        if (body["detail"] or {}).get("remembered"):
            continue  # for how long, test_quota.py says
        if expected.waits is None:
            assert "Retry-After" not in answer.headers
        else:
            least, most = expected.waits
            assert least <= int(answer.headers["Retry-After"]) <= most
    assert time.monotonic() - began >= expected.least_seconds
    assert len(gemini.calls) == expected.calls
    assert outcomes(gemini_server.settings) == {expected.outcome: expected.asked}
    assert row_count(gemini_server.settings) == 0

    metrics = client.get("/metrics").text
    labels = f'outcome="{expected.label}",provider="gemini"'
    assert f"emberpeak_generations_total{{{labels}}} {expected.asked}.0" in metrics
    settled = f'emberpeak_ledger_outcomes{{outcome="{expected.outcome}",period="day"}}'
    assert f"{settled} {expected.asked}.0" in metrics
    is_open = f'emberpeak_breaker_open{{reason="{expected.reason}"}} 1.0' in metrics
    assert is_open is expected.is_open
    provider = client.get("/health").json()["checks"]["provider"]
    assert (provider["reason"], provider["until"] is not None) == (
        (expected.reason, True) if expected.is_open else (None, False)
    )
