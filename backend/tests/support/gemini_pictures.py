"""Pictures the stand-in answers with: good ones drawn from the prompt, and all kinds of bad."""

import hashlib
import random
import struct
import zlib
from functools import lru_cache

from PIL import Image, ImageDraw

from tests.support.pictures import encode, png_chunk

# Pixels at 1K by aspect ratio, of the gemini-3 family.
SIZES: dict[str, tuple[int, int]] = {
    "1:1": (1024, 1024),
    "16:9": (1376, 768),
    "9:16": (768, 1376),
    "4:3": (1200, 896),
    "3:4": (896, 1200),
    "3:2": (1264, 848),
    "2:3": (848, 1264),
    "21:9": (1584, 672),
    "5:4": (1136, 896),
    "4:5": (896, 1136),
}
SCALES: dict[str, float] = {"512": 0.5, "1K": 1, "2K": 2, "4K": 4}

# All sizes above are whole multiples of it, so a small canvas can be scaled up without a seam.
_BLOCK = 8


@lru_cache(maxsize=128)
def draw_png(prompt: str, aspect_ratio: str = "16:9", image_size: str = "1K") -> bytes:
    """Draw a picture in which every pixel follows from the words.

    It is drawn small and scaled up, so that hundreds of different ones cost a few
    milliseconds each.
    """
    return encode(_draw(prompt, aspect_ratio, image_size), "PNG", compress_level=1)


@lru_cache(maxsize=32)
def draw_jpeg(prompt: str, aspect_ratio: str = "16:9", image_size: str = "1K") -> bytes:
    """Draw the same picture as a JPEG, which Gemini may send without being asked."""
    return encode(_draw(prompt, aspect_ratio, image_size), "JPEG", quality=90)


def _draw(prompt: str, aspect_ratio: str, image_size: str) -> Image.Image:
    seed = hashlib.sha256(prompt.encode()).digest()
    dice = random.Random(seed)
    width, height = SIZES[aspect_ratio]
    small = Image.new("RGB", (width // _BLOCK, height // _BLOCK), _colour(dice))
    pen = ImageDraw.Draw(small)
    for _ in range(24):
        left, top = dice.randrange(small.width), dice.randrange(small.height)
        size = dice.randrange(6, 60)
        box = (left - size // 2, top - size // 2, left + size // 2, top + size // 2)
        shape = dice.choice((pen.rectangle, pen.ellipse))
        shape(box, fill=_colour(dice))
    scale = SCALES[image_size]
    return small.resize((int(width * scale), int(height * scale)), Image.Resampling.NEAREST)


def _colour(dice: random.Random) -> tuple[int, int, int]:
    return dice.randrange(256), dice.randrange(256), dice.randrange(256)


def cut_short(data: bytes) -> bytes:
    """Keep the first half: the header is whole, the pixels are not."""
    return data[: len(data) // 2]


@lru_cache(maxsize=1)
def huge_header_png(side: int = 30_000) -> bytes:
    """Make a PNG of some hundred bytes whose valid header claims ``side`` x ``side`` pixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(bytes(1 + 3 * side)))
        + png_chunk(b"IEND", b"")
    )


@lru_cache(maxsize=1)
def oversize_png() -> bytes:
    """Make a sound PNG of more than 5 MB: noise, which nothing compresses."""
    size = (1600, 1200)
    noise = random.Random(0).randbytes(size[0] * size[1] * 3)
    return encode(Image.frombytes("RGB", size, noise), "PNG", compress_level=0)
