"""The chunks of a WebP file: metadata goes in and comes out, and the pixels stay as they are.

The container is described at https://developers.google.com/speed/webp/docs/riff_container.
Pillow writes metadata only together with newly encoded pixels.
"""

import struct
from collections.abc import Iterator
from io import BytesIO

from PIL import Image

_HAS_EXIF, _HAS_XMP, _HAS_ALPHA = 0x08, 0x04, 0x10
_EXIF, _XMP, _EXTENDED, _MANIFEST = b"EXIF", b"XMP ", b"VP8X", b"C2PA"
_HEADER = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")

Chunk = tuple[bytes, bytes]


def chunks_of(webp: bytes) -> Iterator[Chunk]:
    """The name and the content of each chunk.

    Raises:
        ValueError: When the bytes are no whole WebP file.
    """
    if len(webp) < _HEADER.size or (webp[:4], webp[8:12]) != (b"RIFF", b"WEBP"):
        raise ValueError("not a WebP file")
    end = 8 + int.from_bytes(webp[4:8], "little")
    at = _HEADER.size
    while at + _CHUNK.size <= min(end, len(webp)):
        name, length = _CHUNK.unpack_from(webp, at)
        content = webp[at + _CHUNK.size : at + _CHUNK.size + length]
        if len(content) != length:
            raise ValueError("the WebP file is cut off")
        yield name, content
        at += _CHUNK.size + length + length % 2


def with_metadata(webp: bytes, *, exif: bytes, xmp: bytes) -> bytes:
    """The same still image with this metadata instead of all that it has.

    A signature (C2PA) goes as well, since it would no longer be valid.

    Args:
        webp: The file.
        exif: A TIFF structure; the "Exif" header before it, if any, is left out.
        xmp: An XMP packet.

    Raises:
        ValueError: When the bytes are no WebP file.
    """
    chunks = [c for c in chunks_of(webp) if c[0] not in {_EXIF, _XMP, _MANIFEST}]
    flags = next((c[1][0] for c in chunks if c[0] == _EXTENDED), None)
    if flags is None:
        with Image.open(BytesIO(webp), formats=["WEBP"]) as image:
            size, flags = image.size, _HAS_ALPHA if image.mode == "RGBA" else 0
        chunks.insert(0, (_EXTENDED, _extended_header(flags, size)))
    name, header = chunks[0]
    chunks[0] = name, bytes([flags | _HAS_EXIF | _HAS_XMP]) + header[1:]
    chunks += [(_EXIF, exif.removeprefix(b"Exif\0\0")), (_XMP, xmp)]
    body = b"".join(_packed(*chunk) for chunk in chunks)
    return _HEADER.pack(b"RIFF", 4 + len(body), b"WEBP") + body


def _extended_header(flags: int, size: tuple[int, int]) -> bytes:
    width, height = ((side - 1).to_bytes(3, "little") for side in size)
    return bytes([flags, 0, 0, 0]) + width + height


def _packed(name: bytes, content: bytes) -> bytes:
    return _CHUNK.pack(name, len(content)) + content + b"\0" * (len(content) % 2)
