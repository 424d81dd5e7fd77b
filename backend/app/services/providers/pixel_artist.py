"""The painter as an image provider."""

import asyncio
from concurrent.futures import Executor

from app.domain import PIXEL_ARTIST_MODEL, GeneratedImage, ImageRequest
from app.services.generation.provider import LOCAL_PAINTER


class PixelArtist:
    """Paints images on this machine; costs nothing and cannot be refused.

    The painting runs in an executor, because it takes tens of milliseconds of processor time
    that the event loop needs for other requests.
    """

    name = LOCAL_PAINTER
    paid = False

    def __init__(self, executor: Executor) -> None:
        """Take the executor to paint in; its maker shuts it down."""
        self._executor = executor

    async def generate(self, request: ImageRequest) -> GeneratedImage:
        """Paint one image, as a PNG file of four times the canvas size."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, paint_file, request)

    async def close(self) -> None:
        """Release nothing: the executor is not ours."""


def paint_file(request: ImageRequest) -> GeneratedImage:
    """Paint, enlarge and encode; takes its time, so not to be called on the event loop."""
    from pixel_artist import enlarge, paint, to_png  # 60 modules, which a start does not need

    return GeneratedImage(
        data=to_png(enlarge(paint(request))),
        model=PIXEL_ARTIST_MODEL,
        lossless=True,
        source_type="algorithmicMedia",
        provider=PixelArtist.name,
    )
