"""The paid image provider: one model of Google's Gemini, asked over HTTP."""

import asyncio
import logging
import math
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import replace

import httpx2
from google import genai
from google.genai import types
from google.genai.errors import APIError
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    stop_any,
    wait_chain,
    wait_none,
    wait_random,
)
from tenacity.stop import stop_base

from app.domain import GeneratedImage, ImageRequest
from app.services.generation.errors import ProviderError
from app.services.providers.gemini.answers import read_image
from app.services.providers.gemini.failures import translate

# The transport distinguishes a connect timeout (nothing sent, nothing billed) from a read timeout
# (perhaps billed); the wall around it does not. So the transport's clock runs out first.
_WALL_GRACE_SECONDS = 0.25
# Each pause is so much longer or shorter, so that callers turned away together do not come back
# together.
_JITTER = 0.3

# What the call of this task has sent.
_requests: ContextVar[list[httpx2.Request]] = ContextVar("requests")

_logger = logging.getLogger(__name__)


class GeminiClient:
    """Asks Gemini for images and distinguishes everything that can go wrong.

    One client serves a whole process and belongs to the event loop that first uses it.

    Args:
        api_key: Key for the Gemini API.
        model: Id of the model.
        timeout_seconds: Longest wait for one answer.
        api_version: Version in the path. The SDK's own default, v1, has refused
            ``responseModalities`` (googleapis/js-genai#1322).
        image_size: Such as ``1K``. Sent only where set: some models refuse the field.
        base_url: Address of the service; None leaves it to the SDK, which reads
            ``GOOGLE_GEMINI_BASE_URL``.
        retry_delays: Seconds before each further try after a 500 or 503.

    Raises:
        ValueError: When the key is empty or cannot be sent in a header. For an empty one the
            SDK would quietly take another from the environment (``get_env_api_key`` in
            ``google/genai/_api_client.py``); for the other its errors would quote the key.
    """

    def __init__(
        self,
        api_key: str,
        model: str,
        timeout_seconds: float,
        api_version: str = "v1beta",
        image_size: str | None = None,
        base_url: str | None = None,
        retry_delays: Sequence[float] = (0.5, 1.5),
    ) -> None:
        api_key = api_key.strip()
        if not api_key or not api_key.isascii() or not api_key.isprintable():
            raise ValueError("the Gemini API key is empty, or holds characters that no key has")
        self._model = model
        self._timeout_seconds = timeout_seconds
        self._image_size = image_size
        self._retry_delays = tuple(retry_delays)
        # A transport of our own, because the SDK's follows redirects with the key in the
        # headers, and changes to aiohttp where that is installed, which sends a request a
        # second time when a connection breaks: perhaps a second image on the bill.
        tls = httpx2.create_ssl_context()
        self._transport = httpx2.AsyncClient(
            verify=tls, follow_redirects=False, event_hooks={"request": [_note_request]}
        )
        # Said out loud: vertexai=False, or GOOGLE_GENAI_USE_VERTEXAI in the environment would
        # change the backend; a timeout, or the SDK waits for ever. Without retry_options the
        # SDK asks once, and each try is decided here.
        self._client = genai.Client(
            vertexai=False,
            api_key=api_key,
            http_options=types.HttpOptions(
                base_url=base_url,
                api_version=api_version,
                timeout=math.ceil(timeout_seconds * 1000),
                httpx_async_client=self._transport,
                # For its clients without async and of websockets, unused here: else it loads the
                # certificates again.
                client_args={"verify": tls},
                async_client_args={"ssl": tls},
            ),
        )

    @property
    def name(self) -> str:
        """Short name for logs and metric labels."""
        return "gemini"

    @property
    def paid(self) -> bool:
        """Every call costs money or quota."""
        return True

    async def generate(self, request: ImageRequest) -> GeneratedImage:
        """Ask for one image.

        Raises:
            ProviderError: When no usable image came back; its class and ``detail.reason``
                say why.
        """
        return await tries(self._retry_delays, self._timeout_seconds)(
            self._try, request.prompt, self._config_for(request)
        )

    async def close(self) -> None:
        """Give back the connections; the client is not used afterwards."""
        await self._transport.aclose()
        await self._client.aio.aclose()
        self._client.close()

    async def _try(self, prompt: str, config: types.GenerateContentConfig) -> GeneratedImage:
        sent: list[httpx2.Request] = []
        _requests.set(sent)
        try:
            answer = await self._ask(prompt, config)
            image = await asyncio.to_thread(read_image, answer, self._model)
        # AttributeError and TypeError: what the SDK raises for an error's body that is JSON but
        # not of the documented shape. RecursionError: JSON that is nested without end.
        except (
            APIError,
            httpx2.HTTPError,
            httpx2.InvalidURL,
            TimeoutError,
            ValueError,
            AttributeError,
            TypeError,
            RecursionError,
        ) as error:
            raise translate(error, self._model) from error
        return replace(
            image,
            provider=self.name,
            request_path=sent[-1].url.path,
            request_body=sent[-1].content.decode(),
        )

    async def _ask(self, prompt: str, config: types.GenerateContentConfig) -> str:
        """Send the request once, and give the body of the answer.

        The SDK's timeout is one for each read, so a server that drips bytes never trips it;
        the wall around the whole call does.
        """
        async with asyncio.timeout(self._timeout_seconds + _WALL_GRACE_SECONDS):
            answer = await self._client.aio.models.generate_content(
                model=self._model, contents=prompt, config=config
            )
        raw = answer.sdk_http_response
        return (raw.body if raw else None) or ""

    def _config_for(self, request: ImageRequest) -> types.GenerateContentConfig:
        headers = {"X-Request-ID": request.request_id} if request.request_id else None
        return types.GenerateContentConfig(
            response_modalities=["IMAGE"],
            image_config=types.ImageConfig(
                aspect_ratio=request.aspect_ratio.value, image_size=self._image_size
            ),
            should_return_http_response=True,
            # Both make further calls by themselves, each of them paid.
            automatic_continuation=False,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            http_options=types.HttpOptions(headers=headers),
        )


async def _note_request(request: httpx2.Request) -> None:
    """Keep what is sent: the SDK builds it, and does not show it."""
    _requests.get().append(request)


def tries(delays: Sequence[float], patience: float) -> AsyncRetrying:
    """Try again after each delay, as long as another try cannot be billed twice.

    Args:
        delays: Seconds before each further try; their number limits the tries.
        patience: Seconds spent in tries, pauses left out, after which there is no other: an
            overloaded server may take long to say so, and somebody is waiting.
    """
    pauses = [wait_random(delay * (1 - _JITTER), delay * (1 + _JITTER)) for delay in delays]

    return AsyncRetrying(
        stop=stop_any(stop_after_attempt(len(delays) + 1), _StopAfterPatience(patience)),
        wait=wait_chain(*pauses) if pauses else wait_none(),
        retry=retry_if_exception(_is_retryable),
        before_sleep=_log_retry,
        reraise=True,
    )


class _StopAfterPatience(stop_base):
    """Counts the tries alone: tenacity's own ``stop_after_delay`` counts the pauses too."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __call__(self, state: RetryCallState) -> bool:
        return (state.seconds_since_start or 0.0) - state.idle_for >= self._seconds


def _is_retryable(error: BaseException) -> bool:
    return isinstance(error, ProviderError) and error.is_retryable


def _log_retry(state: RetryCallState) -> None:
    failed = state.outcome.exception() if state.outcome else None
    reason = failed.reason if isinstance(failed, ProviderError) else ""
    _logger.info("gemini: %s, next try in %.1f s", reason, state.upcoming_sleep)
