"""The chunks of a WebP file: metadata goes in and comes out, and the pixels stay as they are.

The container is described at https://developers.google.com/speed/webp/docs/riff_container.
Pillow writes metadata only together with newly encoded pixels.
"""

import struct
from collections.abc import Iterator

_HAS_EXIF, _HAS_XMP, _HAS_ALPHA = 0x08, 0x04, 0x10
_EXIF, _XMP, _EXTENDED, _MANIFEST = b"EXIF", b"XMP ", b"VP8X", b"C2PA"
_LOSSY, _LOSSLESS = b"VP8 ", b"VP8L"
# Sides have 14 bits.
_SIDE = 0x3FFF
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


def metadata_of(webp: bytes) -> dict[str, bytes]:
    """The arguments that give another image the same metadata, see ``with_metadata``.

    Raises:
        ValueError: When the bytes are no WebP file.
    """
    chunks = dict(chunks_of(webp))
    return {"exif": chunks.get(_EXIF, b""), "xmp": chunks.get(_XMP, b"")}


def with_metadata(webp: bytes, *, exif: bytes = b"", xmp: bytes = b"") -> bytes:
    """The same still image with this metadata instead of all that it has.

    A signature (C2PA) goes as well, since it would no longer be valid.

    Args:
        webp: The file.
        exif: A TIFF structure; the "Exif" header before it, if any, is left out. Empty is none.
        xmp: An XMP packet. Empty is none.

    Raises:
        ValueError: When the bytes are no WebP file.
    """
    chunks = [c for c in chunks_of(webp) if c[0] not in {_EXIF, _XMP, _MANIFEST}]
    if not chunks:
        raise ValueError("the WebP file is empty")
    if not exif and not xmp and chunks[0][0] != _EXTENDED:
        return webp
    flags = next((c[1][0] for c in chunks if c[0] == _EXTENDED), None)
    if flags is None:
        flags, sides = _described(*chunks[0])
        chunks.insert(0, (_EXTENDED, bytes([flags, 0, 0, 0]) + sides))
    name, header = chunks[0]
    flags &= ~(_HAS_EXIF | _HAS_XMP)
    flags |= (_HAS_EXIF if exif else 0) | (_HAS_XMP if xmp else 0)
    chunks[0] = name, bytes([flags]) + header[1:]
    metadata = (_EXIF, exif.removeprefix(b"Exif\0\0")), (_XMP, xmp)
    chunks += [(name, content) for name, content in metadata if content]
    body = b"".join(_packed(*chunk) for chunk in chunks)
    return _HEADER.pack(b"RIFF", 4 + len(body), b"WEBP") + body


def _described(name: bytes, pixels: bytes) -> tuple[int, bytes]:
    """The flags and sides of an image, as the header of an extended file gives them."""
    if name == _LOSSLESS:
        bits = int.from_bytes(pixels[1:5], "little")
        width, height, flags = bits & _SIDE, bits >> 14 & _SIDE, bits >> 28 & 1 and _HAS_ALPHA
    elif name == _LOSSY:
        bits = int.from_bytes(pixels[6:10], "little")
        width, height, flags = (bits & _SIDE) - 1, (bits >> 16 & _SIDE) - 1, 0
    else:
        raise ValueError("the WebP file has no pixels")
    return flags, width.to_bytes(3, "little") + height.to_bytes(3, "little")


def _packed(name: bytes, content: bytes) -> bytes:
    return _CHUNK.pack(name, len(content)) + content + b"\0" * (len(content) % 2)
