"""The stand-in itself: it must refuse what Gemini refuses, or wrong requests would pass here."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.gemini_failures import NEVER_ANSWERS, OVERLOADED
from tests.support.gemini_standin import GeminiStandin
from tests.support.patience import PATIENCE_SECONDS

BACKEND = Path(__file__).parents[4]
GOOD: dict[str, Any] = {
    "contents": [{"role": "user", "parts": [{"text": "a tower"}]}],
    "generationConfig": {
        "responseModalities": ["IMAGE"],
        "imageConfig": {"aspectRatio": "16:9", "imageSize": "1K"},
    },
}


def post(
    base_url: str, body: object, *, key: str | None = "k", version: str = "v1beta"
) -> httpx2.Response:
    return httpx2.post(
        f"{base_url}/{version}/models/some-model:generateContent",
        content=json.dumps(body),
        headers={"x-goog-api-key": key} if key else {},
        timeout=PATIENCE_SECONDS,
        verify=False,
    )


def with_config(**fields: object) -> dict[str, Any]:
    return {**GOOD, "generationConfig": {**GOOD["generationConfig"], **fields}}


class TestRequests:
    @pytest.mark.parametrize("version", ["v1", "v1beta"])
    def test_good_one(self, version: str) -> None:
        with GeminiStandin() as gemini:
            assert post(gemini.base_url, GOOD, version=version).status_code == 200
            assert gemini.calls[0].model == "some-model"

    @pytest.mark.parametrize(
        "body",
        [
            "text",
            {},
            {**GOOD, "contents": []},
            {**GOOD, "contents": ["a tower"]},
            {**GOOD, "contents": [{"parts": [{"text": ""}]}]},
            {**GOOD, "prompt": "a tower"},
            {"contents": GOOD["contents"]},
            with_config(responseModalities=["TEXT"]),
            with_config(aspectRatio="16:9"),
            with_config(imageConfig={"aspectRatio": "17:3"}),
            with_config(imageConfig={"aspectRatio": "16:9", "imageSize": "8K"}),
            with_config(imageConfig={"aspectRatio": "16:9", "outputMimeType": "image/webp"}),
        ],
    )
    def test_wrong_one(self, body: object) -> None:
        with GeminiStandin() as gemini:
            gemini.answer_with(OVERLOADED)
            response = post(gemini.base_url, body)
            assert response.status_code == 400
            assert response.json()["error"]["status"] == "INVALID_ARGUMENT"
            assert gemini.calls[0].problem
            # A refused request uses up no scripted answer.
            assert post(gemini.base_url, GOOD).status_code == 503

    def test_keys(self) -> None:
        with GeminiStandin(api_key="right") as gemini:
            answers = [post(gemini.base_url, GOOD, key=key) for key in (None, "wrong", "right")]
        assert [answer.status_code for answer in answers] == [403, 400, 200]

    def test_unknown_path(self) -> None:
        with GeminiStandin() as gemini:
            assert httpx2.post(f"{gemini.base_url}/v1/models/m:countTokens").status_code == 404
            assert gemini.calls == []


class TestConversation:
    def test_many_at_once(self) -> None:
        with GeminiStandin(delay=0.2) as gemini, ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(lambda _: post(gemini.base_url, GOOD), range(40)))
            assert {answer.status_code for answer in answers} == {200}
            assert len({answer.content for answer in answers}) == 1
            assert gemini.max_in_flight > 1

    def test_closing_lets_go_of_held_calls(self) -> None:
        with ThreadPoolExecutor() as pool:
            with GeminiStandin(default=NEVER_ANSWERS) as gemini:
                held = pool.submit(post, gemini.base_url, GOOD)
                gemini.wait_for_calls(1)
                begun = time.monotonic()
            with pytest.raises(httpx2.TransportError):
                held.result()
            assert time.monotonic() - begun < 30  # it would never be answered

    def test_reset(self) -> None:
        with ThreadPoolExecutor() as pool, GeminiStandin(default=NEVER_ANSWERS) as gemini:
            held = pool.submit(post, gemini.base_url, GOOD)
            gemini.wait_for_calls(1)
            gemini.reset()
            with pytest.raises(httpx2.TransportError):
                held.result()
            assert gemini.calls == []
            assert post(gemini.base_url, GOOD).status_code == 200

    def test_waiting_in_vain(self) -> None:
        with GeminiStandin() as gemini, pytest.raises(TimeoutError, match="0 of 1 calls"):
            gemini.wait_for_calls(1, timeout=0.01)


class TestProgram:
    def test_started_scripted_and_ended(self) -> None:
        command = [sys.executable, "-m", "tests.support.gemini_standin", "--answer", "overloaded"]
        with subprocess.Popen(command, cwd=BACKEND, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout is not None
            url = program.stdout.readline().strip()
            statuses = [post(url, GOOD).status_code]
            script = {"answers": ["quota_per_day"], "default": "slow_picture:0.01"}
            assert httpx2.post(f"{url}/standin/script", json=script).status_code == 200
            statuses += [post(url, GOOD).status_code for _ in range(2)]
            unknown = httpx2.post(f"{url}/standin/script", json={"answers": ["no such"]})
            seen = httpx2.get(f"{url}/standin/calls").json()
            program.terminate()
            assert program.wait(60) == 0
        assert statuses == [503, 429, 200]
        assert unknown.status_code == 400
        assert [call["prompt"] for call in seen["calls"]] == ["a tower"] * 3
