"""The client against a real HTTP server: what it sends, and what it makes of a good answer."""

import asyncio
import io
from types import SimpleNamespace

import pytest
from PIL import Image

from app.domain import AspectRatio, ImageRequest, SubjectType
from app.services.generation.errors import ProviderNotConfiguredError
from app.services.generation.provider import ImageProvider
from app.services.providers.gemini import GeminiClient
from tests.services.providers.gemini.conftest import Ask, Fail
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_standin import GeminiStandin

pytestmark = pytest.mark.anyio


class TestWhatIsSent:
    async def test_prompt_model_ratio_and_key(self, gemini: GeminiStandin, ask: Ask) -> None:
        await ask("a lonely tower at dusk", aspect_ratio=AspectRatio.TALL)
        (call,) = gemini.calls
        assert call.problem is None
        assert call.prompt == "a lonely tower at dusk"
        assert call.model == "gemini-nano-banana-2.1"
        assert call.api_version == "v1beta"
        assert call.headers["x-goog-api-key"] == "secret-key"
        assert call.body["generationConfig"] == {
            "responseModalities": ["IMAGE"],
            "imageConfig": {"aspectRatio": "9:16"},
        }

    @pytest.mark.parametrize("ratio", AspectRatio)
    async def test_every_ratio_is_known_to_gemini(
        self, ratio: AspectRatio, gemini: GeminiStandin, ask: Ask
    ) -> None:
        await ask(aspect_ratio=ratio)
        assert gemini.calls[0].aspect_ratio == ratio.value

    async def test_size_only_where_set(self, gemini: GeminiStandin, ask: Ask) -> None:
        await ask(image_size="2K")
        await ask()
        sizes = [call.body["generationConfig"]["imageConfig"] for call in gemini.calls]
        assert sizes == [{"aspectRatio": "16:9", "imageSize": "2K"}, {"aspectRatio": "16:9"}]

    async def test_api_version(self, gemini: GeminiStandin, ask: Ask) -> None:
        await ask(api_version="v1")
        assert gemini.calls[0].path == "/v1/models/gemini-nano-banana-2.1:generateContent"

    async def test_request_id_is_handed_on(self, gemini: GeminiStandin, ask: Ask) -> None:
        await ask(request_id="abc-123")
        await ask()
        assert [call.headers.get("x-request-id") for call in gemini.calls] == ["abc-123", None]

    async def test_request_id_is_not_kept_for_the_next_call(self, gemini: GeminiStandin) -> None:
        client = GeminiClient("k", "gemini-nano-banana-2.1", 5, base_url=gemini.base_url)
        for request_id in ("abc-123", None):
            await client.generate(
                ImageRequest(SubjectType.ITEM, "Key", "a rusty key", request_id=request_id)
            )
        await client.close()
        assert [call.headers.get("x-request-id") for call in gemini.calls] == ["abc-123", None]

    async def test_time_out_is_told(self, gemini: GeminiStandin, ask: Ask) -> None:
        await ask(timeout_seconds=2.5)
        assert gemini.calls[0].headers["x-server-timeout"] == "3"


class TestEnvironment:
    async def test_base_url(
        self, gemini: GeminiStandin, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini.base_url)
        await ask(base_url=None)
        assert len(gemini.calls) == 1

    @pytest.mark.parametrize("name", ["GOOGLE_GENAI_USE_VERTEXAI", "GOOGLE_GENAI_USE_ENTERPRISE"])
    async def test_vertex_cannot_take_over(
        self, name: str, gemini: GeminiStandin, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name, "true")
        await ask()
        assert gemini.calls[0].path.startswith("/v1beta/models/")

    async def test_another_key_does_not_beat_ours(
        self, gemini: GeminiStandin, ask: Ask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GOOGLE_API_KEY", "somebody-else")
        await ask()
        assert gemini.calls[0].headers["x-goog-api-key"] == "secret-key"

    @pytest.mark.parametrize("key", ["", "  ", "secret-ké", "secret\nkey"])
    async def test_a_key_that_cannot_be_sent_is_refused(
        self, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GOOGLE_API_KEY", "somebody-else")
        with pytest.raises(ValueError, match="API key") as caught:
            GeminiClient(key, "gemini-nano-banana-2.1", 5)
        assert "secret" not in str(caught.value)


class TestPicture:
    async def test_bytes_model_and_tokens(self, ask: Ask) -> None:
        made = await ask("a lonely tower")
        assert Image.open(io.BytesIO(made.data)).size == (1376, 768)
        assert made.model == "gemini-nano-banana-2.1"
        assert (made.prompt_tokens, made.output_tokens) == (3, 1120)
        assert not made.lossless

    async def test_other_words_other_picture(self, ask: Ask) -> None:
        assert (await ask("a tower")).data != (await ask("a well")).data

    async def test_jpeg(self, gemini: GeminiStandin, ask: Ask) -> None:
        gemini.answer_with(gemini_answers.jpeg_picture)
        assert Image.open(io.BytesIO((await ask()).data)).format == "JPEG"

    @pytest.mark.parametrize(
        "script",
        [
            gemini_answers.no_image_bytes,
            gemini_answers.truncated_picture,
            gemini_answers.huge_picture,
            gemini_answers.oversize_picture,
        ],
    )
    async def test_bytes_are_handed_on_unchecked(
        self, script: gemini_answers.AnswerMaker, gemini: GeminiStandin, ask: Ask
    ) -> None:
        gemini.answer_with(script)
        assert (await ask()).data

    async def test_client_is_an_image_provider(self) -> None:
        client = GeminiClient("k", "gemini-nano-banana-2.1", 5)
        provider: ImageProvider = client
        assert (provider.name, provider.paid) == ("gemini", True)
        await provider.close()

    async def test_calls_run_side_by_side(self, gemini: GeminiStandin) -> None:
        gemini.answer_always(gemini_answers.slow_picture(0.2))
        client = GeminiClient("k", "gemini-nano-banana-2.1", 5, base_url=gemini.base_url)
        requests = [ImageRequest(SubjectType.ITEM, "Key", f"key {n}") for n in range(8)]
        await asyncio.gather(*(client.generate(request) for request in requests))
        await client.close()
        assert gemini.max_in_flight == 8


class TestOneCallOnly:
    """Everything in the SDK and its transport that sends a request again is off."""

    async def test_redirects_are_not_followed(self, gemini: GeminiStandin, fail: Fail) -> None:
        gemini.answer_with(gemini_failures.REDIRECT)
        error = await fail()
        assert type(error) is ProviderNotConfiguredError
        assert len(gemini.calls) == 1

    async def test_no_automatic_continuation(self, gemini: GeminiStandin, fail: Fail) -> None:
        gemini.answer_always(
            gemini_answers.as_json(
                {
                    "candidates": [
                        {
                            "content": {"parts": [{"text": "and"}], "role": "model"},
                            "finishReason": "CONTINUATION",
                            "continuationToken": "AAAA",
                        }
                    ]
                }
            )
        )
        error = await fail()
        assert error.detail == {"reason": "no_picture", "finish_reason": "continuation"}
        assert len(gemini.calls) == 1

    async def test_aiohttp_is_never_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from google.genai import _api_client

        monkeypatch.setattr(_api_client, "has_aiohttp", True)
        monkeypatch.setattr(_api_client, "aiohttp", SimpleNamespace(), raising=False)
        client = GeminiClient("k", "gemini-nano-banana-2.1", 5)
        assert not client._client._api_client._use_aiohttp()
        await client.close()
