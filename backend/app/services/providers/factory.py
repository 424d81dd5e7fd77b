"""Which provider makes the images."""

from os import environ

import httpx2

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
            f"No picture of {request.subject_name} can be made: GEMINI_API_KEY is not set."
        )

    async def close(self) -> None:
        """Nothing is open."""


def create_provider(settings: Settings, painter: PixelArtist) -> ImageProvider:
    """Choose by ``IMAGE_PROVIDER``, and by whether there is a key.

    Raises:
        ProviderSetupError: When the environment names a proxy or certificates that do not work.
    """
    if not settings.uses_gemini:
        return painter
    if settings.gemini_api_key is None:
        return UnconfiguredProvider()
    # Imported here because it takes most of a second and 60 MB, which a painter does not need.
    from app.services.providers.gemini import GeminiClient

    try:
        return GeminiClient(
            api_key=settings.gemini_api_key.get_secret_value(),
            model=settings.gemini_model,
            timeout_seconds=settings.gemini_timeout_seconds,
            api_version=settings.gemini_api_version,
            image_size=settings.gemini_image_size,
        )
    # What the libraries read from the environment by themselves; their words quote passwords.
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
