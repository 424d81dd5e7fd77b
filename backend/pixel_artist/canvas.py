"""Size of the small canvas, and the way from it to the picture that is sent."""

import io

from PIL import Image

SCALE = 4

_SIZES = {
    "16:9": (336, 189),
    "1:1": (256, 256),
    "4:3": (256, 192),
    "9:16": (189, 336),
}


def canvas_size(ratio: str) -> tuple[int, int]:
    """Width and height of the small canvas in its own, large pixels."""
    return _SIZES[ratio]


def enlarge(image: Image.Image) -> Image.Image:
    """Make every pixel a square of 4 x 4, in the same mode."""
    size = (image.width * SCALE, image.height * SCALE)
    return image.resize(size, Image.Resampling.NEAREST)


def to_png(image: Image.Image) -> bytes:
    """Encode losslessly and fast; the storage makes a WebP of it anyway."""
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=1)
    return out.getvalue()
