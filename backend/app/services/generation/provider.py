"""The interface between the services and a provider of images."""

from typing import Protocol

from app.domain import GeneratedImage, ImageRequest

LOCAL_PAINTER = "pixel"
"""The name of the provider that paints here, and for nothing."""


class ImageProvider(Protocol):
    """Makes images: Gemini over the network, or the local painter."""

    @property
    def name(self) -> str:
        """Short name for logs and metric labels: ``gemini`` or ``LOCAL_PAINTER``."""
        ...

    @property
    def paid(self) -> bool:
        """Whether a call costs money or quota, so that limits apply to it."""
        ...

    async def generate(self, request: ImageRequest) -> GeneratedImage:
        """Make one image.

        Raises:
            ProviderError: When no usable image came back; its class says why.
        """
        ...

    async def close(self) -> None:
        """Give back connections and threads; the provider is not used afterwards."""
        ...
