"""Where PNG, JPEG and WebP files keep metadata: XMP, EXIF and C2PA manifests.

The bytes are read as they came. Pillow is no help: metadata that is damaged or too large makes it
refuse the whole image, so that PNG files lose theirs before it sees them.
"""

import contextlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from app.services.provenance.webp import chunks_of

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Length, name and checksum around the data of a PNG's chunk.
PNG_FRAME = 12
_STARTS = {PNG_SIGNATURE: "image/png", b"RIFF": "image/webp", b"\xff\xd8": "image/jpeg"}
_APP1, _APP11, _START_OF_SCAN = 0xE1, 0xEB, 0xDA
_EXIF_HEADER = b"Exif\0\0"
_JPEG_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_PNG_XMP = b"XML:com.adobe.xmp"
# Bytes. The manifests of known services have 5 to 100 KB.
_LARGEST_MANIFEST = 2**20
LARGEST_XMP = 2**18


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a file holds beside its pixels, unchecked; empty if there is none.

    Attributes:
        xmp: The XMP packet.
        exif: A TIFF structure.
        manifest: The C2PA manifest store (JUMBF).
    """

    xmp: bytes = b""
    exif: bytes = b""
    manifest: bytes = b""


def media_type_of(data: bytes) -> str:
    """The media type of an image that may carry metadata, by its first bytes; else empty."""
    return next((kind for start, kind in _STARTS.items() if data.startswith(start)), "")


def metadata_in(data: bytes) -> Metadata:
    """Take the metadata out of a file; of a damaged file, what stands before the damage.

    Places: PNG specification (third edition), 11.3; Adobe's XMP specification, part 3; C2PA
    specification 2.2, appendix A. An XMP packet beyond 256 KB and a manifest beyond 1 MB are left
    out.
    """
    readers = {"image/png": _of_png, "image/webp": _of_webp, "image/jpeg": _of_jpeg}
    reader = readers.get(media_type_of(data))
    found = reader(data) if reader else Metadata()
    return Metadata(
        xmp=found.xmp if len(found.xmp) <= LARGEST_XMP else b"",
        exif=found.exif.removeprefix(_EXIF_HEADER),
        manifest=found.manifest if len(found.manifest) <= _LARGEST_MANIFEST else b"",
    )


def png_chunks(data: bytes | memoryview) -> Iterator[tuple[int, int]]:
    """Begin and end of each whole chunk of a PNG, up to the last one, IEND."""
    start = len(PNG_SIGNATURE)
    while start + PNG_FRAME <= len(data):
        end = start + PNG_FRAME + int.from_bytes(data[start : start + 4], "big")
        if end > len(data):
            return
        yield start, end
        if bytes(data[start + 4 : start + 8]) == b"IEND":
            return
        start = end


def _of_png(data: bytes) -> Metadata:
    xmp = exif = manifest = b""
    for start, end in png_chunks(data):
        name, content = data[start + 4 : start + 8], data[start + 8 : end - 4]
        if name == b"caBX":
            manifest += content
        elif name == b"eXIf":
            exif = content
        elif name in {b"iTXt", b"zTXt"} and content.startswith(_PNG_XMP + b"\0"):
            xmp = _png_text(name, content[len(_PNG_XMP) + 1 :])
    return Metadata(xmp, exif, manifest)


def _png_text(name: bytes, rest: bytes) -> bytes:
    """The text of a chunk behind its keyword; libvips and sharp compress it."""
    if name == b"zTXt":
        return _inflated(rest[1:])
    text = rest[2:].partition(b"\0")[2].partition(b"\0")[2]  # behind language and translation
    return _inflated(text) if rest[:1] == b"\1" else text


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, LARGEST_XMP + 1)
    except zlib.error:
        return b""


def _of_webp(data: bytes) -> Metadata:
    found: dict[bytes, bytes] = {}
    with contextlib.suppress(ValueError):
        found.update(chunks_of(data))
    return Metadata(found.get(b"XMP ", b""), found.get(b"EXIF", b""), found.get(b"C2PA", b""))


def _of_jpeg(data: bytes) -> Metadata:
    xmp = exif = b""
    # A manifest may be spread over segments. Each begins with "JP", the number of its box, its
    # place in the box and (repeated in each) the eight bytes of the box's length and type.
    parts: dict[int, bytes] = {}
    for marker, content in _jpeg_segments(data):
        if marker == _APP1 and content.startswith(_JPEG_XMP):
            xmp = content[len(_JPEG_XMP) :]
        elif marker == _APP1 and content.startswith(_EXIF_HEADER):
            exif = content
        elif marker == _APP11 and (content[:2], content[12:16]) == (b"JP", b"jumb"):
            parts[int.from_bytes(content[4:8], "big")] = content[16 if parts else 8 :]
    return Metadata(xmp, exif, b"".join(parts[place] for place in sorted(parts)))


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != _START_OF_SCAN:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end > len(data) or end < at + 4:
            return
        yield data[at + 1], data[at + 4 : end]
        at = end
