"""Every number at its end: dates and sizes that are computed with it are still dates and sizes."""

from typing import Any

import annotated_types
import httpx
import pytest

from app.config import Settings
from tests.conftest import ServerFactory
from tests.support.gemini_answers import SMALL
from tests.support.gemini_failures import PER_MINUTE_ID, quota_failure, violation
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import IMAGES, SCENES, make_image
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough

# Where it listens, and how often: the test decides that.
_NOT_DRIVEN = {"port", "workers"}


def upper_bounds() -> dict[str, Any]:
    """The largest value of every number that is a setting."""
    found = {}
    for name, field in Settings.model_fields.items():
        ends = [rule.le for rule in field.metadata if isinstance(rule, annotated_types.Le)]
        if ends and name not in _NOT_DRIVEN:
            found[name] = ends[0]
    assert {"cache_expiry_days", "max_image_size_mb", "gemini_timeout_seconds"} <= set(found)
    return found


def expect(answer: httpx.Response, *statuses: int) -> Any:
    assert answer.status_code in (statuses or (200,)), answer.text
    return answer.json()


@pytest.mark.parametrize("painter", ["gemini", "pixel"])
def test_everything_works_at_the_upper_end(
    painter: str, make_gemini_server: ServerFactory, gemini: GeminiStandin
) -> None:
    gemini.answer_always(SMALL)
    client = make_gemini_server(**upper_bounds(), image_provider=painter).client
    scene = expect(client.post(f"{SCENES}/generate", params={"location": "Mill"}))
    assert scene["expires_at"] > "2100"
    image = make_image(client)
    expect(client.delete(f"{IMAGES}/{image['id']}"))
    trash = expect(client.get(f"{IMAGES}/search", params={"deleted": "true"}))
    assert trash["items"][0]["purge_at"] > "2100"
    cleanup = "/api/v1/maintenance/cleanup"
    assert expect(client.post(f"{cleanup}/expired-cache"))["deleted"] == 0
    expect(client.post(f"{cleanup}/orphaned-images", params={"dry_run": "true"}))
    expect(client.post(f"{cleanup}/orphaned-images"))
    expect(client.get(f"{SCENES}/cache/stats"))
    expect(client.post(f"{SCENES}/warm", json={"scenes": [{"location": "Tower"}]}), 202)
    expect(client.post("/api/v1/migrate/from-localstorage", json={}))
    for path in ("/health", "/api/v1/maintenance/stats", "/api/v1/maintenance/spending"):
        expect(client.get(path))
    assert client.get("/metrics").status_code == 200
    assert expect(client.delete(f"{SCENES}/cache/clear"))["deleted"] >= 1


@pytest.mark.parametrize("delay", ["315576000000s", "9" * 400 + "s"])
def test_a_provider_that_names_any_delay(
    delay: str, gemini_server: RunningServer, gemini: GeminiStandin
) -> None:
    gemini.answer_always(quota_failure([violation(PER_MINUTE_ID, "10")], delay, (10,)))
    client = gemini_server.client
    for _ in range(2):
        answer = client.post(f"{SCENES}/generate", params={"location": "Mill"})
        assert expect(answer, 429)["detail"]["reason"] == "quota_day"
        assert 0 < int(answer.headers["Retry-After"]) <= 86400
    expect(client.get("/health"), 200, 503)
    assert client.get("/metrics").status_code == 200
    assert len(gemini.calls) == 1
