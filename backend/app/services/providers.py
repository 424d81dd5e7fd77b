"""Which provider makes the pictures."""

from app.config import Settings
from app.services.image_provider import ImageProvider
from app.services.picture import GeneratedPicture, PictureRequest
from app.services.pixel_artist import PixelArtist
from app.services.provider_errors import ProviderNotConfiguredError


class UnconfiguredProvider:
    """Stands where Gemini was asked for without a key: says so, and makes nothing."""

    name = "gemini"
    paid = False

    async def generate(self, request: PictureRequest) -> GeneratedPicture:
        """Refuse.

        Raises:
            ProviderNotConfiguredError: Always.
        """
        raise ProviderNotConfiguredError(
            f"No picture of {request.subject_name} can be made: GEMINI_API_KEY is not set.",
            detail={"reason": "not_configured"},
        )

    async def close(self) -> None:
        """Nothing is open."""


def create_provider(settings: Settings, painter: PixelArtist) -> ImageProvider:
    """Choose by ``IMAGE_PROVIDER``, and by whether there is a key."""
    if not settings.uses_gemini:
        return painter
    if settings.gemini_api_key is None:
        return UnconfiguredProvider()
    # Imported here because it takes most of a second and 60 MB, which a painter does not need.
    from app.services.gemini import GeminiClient

    return GeminiClient(
        api_key=settings.gemini_api_key.get_secret_value(),
        model=settings.gemini_model,
        timeout_seconds=settings.gemini_timeout_seconds,
        api_version=settings.gemini_api_version,
        image_size=settings.gemini_image_size,
    )
