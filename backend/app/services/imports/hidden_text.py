"""Text that NovelAI hides in an image's transparency, and how to remove it.

The lowest bit of each alpha value, column by column: a signature of 15 letters, the number of bits
in 32 bits, then JSON, packed by gzip after ``stealth_pngcomp``. It survives where metadata is lost.
"""

import zlib
from io import BytesIO

from PIL import Image

from app.services.imports.generation import read_object

_SIGNATURES = {b"stealth_pnginfo": False, b"stealth_pngcomp": True}
_SIGNATURE_BITS = 8 * 15
_LENGTH_BITS = 32
_LONGEST_BITS = 8 * 2**20
_GZIP = 31  # of zlib's window bits: with a header of gzip


def hidden_fields(image: Image.Image) -> dict[str, str]:
    """The fields that an image hides; empty if there are none, or they are damaged.

    Text that is no JSON is A1111's line, which an extension of it hides in the same way.
    """
    columns = _columns(image)
    signature = _bytes_of(columns, 0, _SIGNATURE_BITS)
    if signature not in _SIGNATURES:
        return {}
    start = _SIGNATURE_BITS
    length = int.from_bytes(_bytes_of(columns, start, _LENGTH_BITS), "big")
    if not 0 < length <= min(_LONGEST_BITS, len(columns)):
        return {}
    data = _bytes_of(columns, start + _LENGTH_BITS, length)
    if _SIGNATURES[signature]:
        try:
            data = zlib.decompressobj(_GZIP).decompress(data, _LONGEST_BITS)
        except zlib.error:
            return {}
    text = data.decode(errors="replace")
    found = read_object(text)
    if found is None:
        return {"parameters": text}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def hides_text(image: Image.Image) -> bool:
    """Whether an image hides text, be it readable or not."""
    return _bytes_of(_columns(image), 0, _SIGNATURE_BITS) in _SIGNATURES


def without_hidden_text(image: Image.Image) -> bytes:
    """The image as a PNG whose transparency hides nothing; what was opaque has none any more."""
    alpha = image.getchannel("A").point([value | 1 for value in range(256)])
    if alpha.getextrema() == (255, 255):
        image = image.convert("RGB")
    else:
        image = image.copy()
        image.putalpha(alpha)
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _columns(image: Image.Image) -> bytes:
    """The alpha values in the order of columns, as text is written there."""
    if image.mode != "RGBA":
        return b""
    return image.getchannel("A").transpose(Image.Transpose.TRANSPOSE).tobytes()


def _bytes_of(columns: bytes, start: int, bits: int) -> bytes:
    digits = "".join("1" if value & 1 else "0" for value in columns[start : start + bits])
    whole = len(digits) // 8 * 8
    return int(digits[:whole] or "0", 2).to_bytes(whole // 8, "big")
