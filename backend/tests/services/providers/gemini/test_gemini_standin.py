"""The stand-in itself: it must refuse what Gemini refuses, or wrong requests would pass here."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx2
import pytest

from tests.support.gemini_failures import NEVER_ANSWERS, OVERLOADED
from tests.support.gemini_standin import GeminiStandin
from tests.support.patience import PATIENCE_SECONDS

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
    def test_held_calls_are_let_go(self) -> None:
        with ThreadPoolExecutor() as pool:
            with GeminiStandin(default=NEVER_ANSWERS) as gemini:
                held = pool.submit(post, gemini.base_url, GOOD)
                gemini.wait_for_calls(1)
                gemini.reset()
                with pytest.raises(httpx2.TransportError):
                    held.result()
                assert gemini.calls == []
                assert post(gemini.base_url, GOOD).status_code == 200
                gemini.answer_always(NEVER_ANSWERS)
                held = pool.submit(post, gemini.base_url, GOOD)
                gemini.wait_for_calls(2)
            with pytest.raises(httpx2.TransportError):
                held.result()

    def test_waiting_in_vain(self) -> None:
        with GeminiStandin() as gemini, pytest.raises(TimeoutError, match="0 of 1 calls"):
            gemini.wait_for_calls(1, timeout=0.01)
