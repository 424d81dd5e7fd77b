"""What the tests of the Gemini client share: the stand-in, and a way to ask it."""

from collections.abc import Awaitable, Callable, Iterator

import pytest

from app.domain import AspectRatio, GeneratedImage, ImageRequest, SubjectType
from app.errors import AppError
from app.services.providers.gemini import GeminiClient
from tests.support.gemini_standin import GeminiStandin

Ask = Callable[..., Awaitable[GeneratedImage]]
Fail = Callable[..., Awaitable[AppError]]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def gemini(monkeypatch: pytest.MonkeyPatch) -> Iterator[GeminiStandin]:
    """The stand-in, with nothing in the environment that could lead elsewhere."""
    for name in (
        "GOOGLE_API_KEY",
        "GEMINI_API_KEY",
        "GOOGLE_GEMINI_BASE_URL",
        "GOOGLE_GENAI_USE_VERTEXAI",
        "GOOGLE_GENAI_USE_ENTERPRISE",
    ):
        monkeypatch.delenv(name, raising=False)
    with GeminiStandin() as standin:
        yield standin


@pytest.fixture
def ask(gemini: GeminiStandin) -> Ask:
    """Ask for one image with a client of its own, closed afterwards."""

    async def ask_once(
        prompt: str = "a lonely tower",
        *,
        aspect_ratio: AspectRatio = AspectRatio.WIDE,
        request_id: str | None = None,
        api_key: str = "secret-key",
        model: str = "gemini-nano-banana-2.1",
        timeout_seconds: float = 5.0,
        api_version: str = "v1beta",
        image_size: str | None = None,
        base_url: str | None = gemini.base_url,
    ) -> GeneratedImage:
        client = GeminiClient(
            api_key=api_key,
            model=model,
            timeout_seconds=timeout_seconds,
            api_version=api_version,
            image_size=image_size,
            base_url=base_url,
            retry_delays=(0.01, 0.02),
        )
        request = ImageRequest(
            SubjectType.SCENE, "Tower", prompt, aspect_ratio, request_id=request_id
        )
        try:
            return await client.generate(request)
        finally:
            await client.close()

    return ask_once


@pytest.fixture
def fail(ask: Ask) -> Fail:
    """Ask for one image that must not come, and give the error.

    Its message and detail are checked for what must never reach a person: the key, and text
    from upstream.
    """

    async def fail_once(**options: object) -> AppError:
        with pytest.raises(AppError) as caught:
            await ask(**options)
        error = caught.value
        shown = f"{error.message} {error.detail}"
        assert "secret" not in shown
        assert error.message.endswith(".")
        return error

    return fail_once
