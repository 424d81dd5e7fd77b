"""Which provider makes the images."""

import asyncio
from collections.abc import Callable
from functools import partial
from os import environ

import httpx2
from pydantic import SecretStr

from app.config import Settings
from app.domain import GeneratedImage, ImageRequest
from app.services.generation.errors import ProviderNotConfiguredError
from app.services.generation.provider import ImageProvider
from app.services.providers.pixel_artist import PixelArtist

_PROXIES = tuple(
    form for name in ("http", "https", "all") for form in (f"{name}_proxy", f"{name}_PROXY".upper())
)


class ProviderSetupError(Exception):
    """What the environment says about the way to the model cannot be used."""


class UnconfiguredProvider:
    """Stands where Gemini was asked for without a key: says so, and makes nothing."""

    name = "gemini"
    paid = False

    async def generate(self, request: ImageRequest) -> GeneratedImage:
        """Refuse.

        Raises:
            ProviderNotConfiguredError: Always.
        """
        raise ProviderNotConfiguredError(
            f"No image of {request.subject_name} can be made: GEMINI_API_KEY is not set."
        )

    async def close(self) -> None:
        """Nothing is open."""


class LateGemini:
    """Gemini, whose library is loaded when the first image is wanted.

    That takes a second and 30 MB, which a server that only shows images does not need.

    Args:
        make: Loads the library and makes the client; takes its time.
    """

    name = "gemini"
    paid = True

    def __init__(self, make: Callable[[], ImageProvider]) -> None:
        self._make = make
        self._loading: asyncio.Task[ImageProvider] | None = None

    async def generate(self, request: ImageRequest) -> GeneratedImage:
        """Ask for one image; see ``GeminiClient``."""
        if self._loading is None:
            self._loading = asyncio.create_task(asyncio.to_thread(self._make))
        client = await asyncio.shield(self._loading)
        return await client.generate(request)

    async def close(self) -> None:
        """Close the client, if there is one."""
        if self._loading is not None:
            await (await self._loading).close()


def create_provider(settings: Settings, painter: PixelArtist) -> ImageProvider:
    """Choose by ``IMAGE_PROVIDER``, and by whether there is a key.

    Raises:
        ProviderSetupError: When the environment names a proxy or certificates that do not work.
    """
    if not settings.uses_gemini:
        return painter
    if settings.gemini_api_key is None:
        return UnconfiguredProvider()
    _check_way_out()
    return LateGemini(partial(_create_gemini, settings, settings.gemini_api_key))


def _create_gemini(settings: Settings, key: SecretStr) -> ImageProvider:
    from app.services.providers.gemini import GeminiClient

    return GeminiClient(
        api_key=key.get_secret_value(),
        model=settings.gemini_model,
        timeout_seconds=settings.gemini_timeout_seconds,
        api_version=settings.gemini_api_version,
        image_size=settings.gemini_image_size,
    )


def _check_way_out() -> None:
    """Try what the libraries read from the environment by themselves: proxies, certificates.

    Raises:
        ProviderSetupError: When it does not work; the libraries' own words quote passwords.
    """
    try:
        httpx2.AsyncClient(verify=httpx2.create_ssl_context())
    except OSError as error:
        raise ProviderSetupError(
            "the certificates cannot be read that SSL_CERT_FILE or SSL_CERT_DIR name: "
            f"{error.strerror or 'they are damaged'}"
        ) from error
    except (ImportError, ValueError, httpx2.InvalidURL) as error:
        names = ", ".join(name for name in _PROXIES if environ.get(name))
        if not names:
            raise
        raise ProviderSetupError(
            f"a proxy in the environment cannot be used ({names}): name one like "
            "http://proxy.example:3128 in HTTPS_PROXY, or unset them; SOCKS is not supported"
        ) from error
