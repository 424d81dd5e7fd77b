"""Pictures in all the forms that somebody might send."""

import random
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image


def encode(picture: Image.Image, image_format: str, **options: Any) -> bytes:
    """Encode a picture; options are Pillow's."""
    buffer = BytesIO()
    picture.save(buffer, image_format, **options)
    return buffer.getvalue()


def noise(width: int = 48, height: int = 32, mode: str = "RGB") -> Image.Image:
    """A picture of which no pixel follows from its neighbours; always the same one."""
    pixels = random.Random(7).randbytes(width * height * 3)
    return Image.frombytes("RGB", (width, height), pixels).convert(mode)


def quadrants(width: int = 40, height: int = 20) -> Image.Image:
    """Red, green / blue, white: turned or mirrored, each way looks different."""
    picture = Image.new("RGB", (width, height), (255, 255, 255))
    middle = (width // 2, height // 2)
    picture.paste((255, 0, 0), (0, 0, *middle))
    picture.paste((0, 255, 0), (middle[0], 0, width, middle[1]))
    picture.paste((0, 0, 255), (0, middle[1], middle[0], height))
    return picture


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Frame a PNG chunk (PNG specification, section 5.3)."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(png: bytes, kind: bytes, data: bytes) -> bytes:
    """Put one more chunk behind the header."""
    return png[:33] + png_chunk(kind, data) + png[33:]
