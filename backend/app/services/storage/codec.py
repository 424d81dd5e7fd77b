"""From pixels to the three forms that are kept: full image, thumbnail and tiny preview."""

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BytesIO

import structlog
from PIL import Image

from app.services.provenance.mark import Mark
from app.services.storage.inspection import InvalidImageError

log = structlog.get_logger()

_PREVIEW_SIDE = 16
# Of the simpler forms: little enough for every encoder, and still good enough for the eye.
_SIMPLE_QUALITY = 75

Save = Callable[..., bytes]
# Pixels. Each takes 4 bytes while it is decoded and up to 8 more while it is encoded: 600 MB at
# worst, however many cores there are. Fifty usual images of 1K still fit side by side.
MOST_AT_ONCE = 50_000_000


@dataclass(frozen=True, slots=True)
class EncodedImage:
    """The bytes that are stored for one image; ``preview`` is a tiny WebP as a data URI."""

    full: bytes
    thumbnail: bytes
    preview: str
    width: int
    height: int


def webp(image: Image.Image, *, quality: int, method: int, lossless: bool = False) -> bytes:
    """Encode an image as WebP."""
    buffer = BytesIO()
    image.save(buffer, "WEBP", quality=quality, method=method, lossless=lossless)
    return buffer.getvalue()


def encode_image(
    image: Image.Image,
    *,
    quality: int,
    thumbnail_side: int,
    lossless: bool,
    mark: Mark,
    save: Save = webp,
) -> EncodedImage:
    """Encode and mark all three forms; the full one in a simpler way if the encoder fails.

    With ``lossless`` every pixel of the full image is kept: lossy WebP smears pixel art.
    """
    small = _fitted(image, thumbnail_side)
    tiny = small.copy()
    tiny.thumbnail((_PREVIEW_SIDE, _PREVIEW_SIDE), Image.Resampling.BOX)
    full, (width, height) = _encode_full(image, quality, save, lossless=lossless)
    preview = mark.short_on(webp(tiny, quality=40, method=4))
    encoded = base64.b64encode(preview).decode("ascii")
    return EncodedImage(
        full=mark.on(full),
        thumbnail=mark.on(webp(small, quality=quality, method=4)),
        preview=f"data:image/webp;base64,{encoded}",
        width=width,
        height=height,
    )


def encode_thumbnail(image: Image.Image, *, quality: int, side: int) -> bytes:
    """Encode the thumbnail alone, the same as ``encode_image`` makes it."""
    return webp(_fitted(image, side), quality=quality, method=4)


def _encode_full(
    image: Image.Image, quality: int, save: Save, *, lossless: bool
) -> tuple[bytes, tuple[int, int]]:
    cause: Exception | None = None
    for size, attempt in _ways(image, quality, save, lossless=lossless):
        try:
            return attempt(), size
        except (OSError, ValueError, MemoryError) as error:
            log.warning("an image could not be encoded", size=size, reason=repr(error))
            cause = error
    raise InvalidImageError("The image cannot be encoded as WebP.", "not_encoded") from cause


def _ways(
    image: Image.Image, quality: int, save: Save, *, lossless: bool
) -> Iterator[tuple[tuple[int, int], Callable[[], bytes]]]:
    # For flat blocks of colour: 24 ms; methods above take twice that for the same size.
    best = {"quality": 0, "method": 2} if lossless else {"quality": quality, "method": 4}
    yield image.size, partial(save, image, lossless=lossless, **best)
    simple = partial(save, quality=min(quality, _SIMPLE_QUALITY), method=0)
    yield image.size, partial(simple, image)
    half = max(1, image.width // 2), max(1, image.height // 2)
    yield half, lambda: simple(image.resize(half, Image.Resampling.BOX))


def _fitted(image: Image.Image, side: int) -> Image.Image:
    """Scale down to fit into a square; a copy of the whole image is never made."""
    scale = min(1.0, side / max(image.size))
    if scale == 1.0:
        return image
    size = max(1, int(image.width * scale + 0.5)), max(1, int(image.height * scale + 0.5))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


# Bytes. Pieces of Pillow's usual 16 MB come from heaps that each thread keeps for itself when the
# image is gone; larger ones go back to the system, so that threads do not add up.
Image.core.set_block_size(2**27)  # type: ignore[attr-defined]


class PixelsInFlight:
    """Lets threads in for as long as there is room for their images.

    Args:
        limit: Pixels at once; one larger image alone is let in nevertheless.
    """

    def __init__(self, limit: int = MOST_AT_ONCE) -> None:
        self._limit = limit
        self._used = 0
        self._changed = threading.Condition()
        # The next one waits alone, so that no large image is passed by small ones for ever.
        self._door = threading.Lock()

    @contextmanager
    def held(self, pixels: int) -> Iterator[None]:
        """Wait for room, and take it for the time of the block; blocks the thread."""
        with self._door, self._changed:
            self._changed.wait_for(lambda: self._used == 0 or self._used + pixels <= self._limit)
            self._used += pixels
        try:
            yield
        finally:
            with self._changed:
                self._used -= pixels
                self._changed.notify_all()
