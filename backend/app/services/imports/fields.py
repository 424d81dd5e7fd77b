"""The text that tools write into image files, by its name there."""

import zlib
from collections.abc import Iterator

from PIL import Image
from PIL.ExifTags import IFD, Base

from app.services.provenance.containers import metadata_in, png_chunks

# A graph of ComfyUI has 10 KB to 2 MB, and a character's card with its book as much.
_LONGEST = 8 * 2**20
_EXIF_NAMES = {
    Base.ImageDescription: "ImageDescription",
    Base.Make: "Make",
    Base.Model: "Model",
    Base.Software: "Software",
}
_PNG_SIGNATURE = b"\x89PNG"
_BIG_ENDIAN, _LITTLE_ENDIAN = "utf-16-be", "utf-16-le"


def fields_in(data: bytes) -> dict[str, str]:
    """Read the text chunks of a PNG, wherever they stand, and the EXIF of PNG, JPEG and WebP.

    Of two fields with one name the first counts, as in the tools themselves. What is damaged is
    left out: the image may be whole nevertheless.
    """
    found: dict[str, str] = {}
    if data.startswith(_PNG_SIGNATURE):
        for name, text in _png_texts(data):
            found.setdefault(name, text)
    for name, text in _exif_texts(metadata_in(data).exif):
        found.setdefault(name, text)
    return found


def _png_texts(data: bytes) -> Iterator[tuple[str, str]]:
    for start, end in png_chunks(data):
        kind, content = data[start + 4 : start + 8], data[start + 8 : end - 4]
        name, _, rest = content.partition(b"\0")
        text = b""
        if kind == b"tEXt":
            text = rest
        elif kind == b"zTXt":
            text = _inflated(rest[1:])
        elif kind == b"iTXt":
            text = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
            text = _inflated(text) if rest[:1] == b"\1" else text
        if text:
            yield name.decode("latin-1"), _decoded(text)


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _LONGEST)
    except zlib.error:
        return b""


def _decoded(text: bytes) -> str:
    """By the standard tEXt is Latin-1; most tools write UTF-8."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _exif_texts(tiff: bytes) -> Iterator[tuple[str, str]]:
    exif = Image.Exif()
    try:
        exif.load(tiff)
        values = {name: exif.get(tag) for tag, name in _EXIF_NAMES.items()}
        comment = exif.get_ifd(IFD.Exif).get(Base.UserComment)
    except Exception:  # noqa: BLE001 - Pillow raises many kinds for damaged EXIF
        return
    for name, value in values.items():
        if isinstance(value, str) and value:
            yield name, value.strip("\0")
    if isinstance(comment, bytes) and len(comment) > 8:
        yield "UserComment", _comment(comment)
    elif isinstance(comment, str) and comment:
        yield "UserComment", comment


def _comment(value: bytes) -> str:
    """EXIF 2.32, UserComment: eight bytes name the code; writers differ in the order of UTF-16."""
    code, text = value[:8], value[8:]
    if not code.startswith(b"UNICODE"):
        return _decoded(text).strip("\0")
    # Of Latin text every second byte is zero: the first of each pair if the high byte comes first.
    is_big = text[0::2].count(0) >= text[1::2].count(0)
    return text.decode(_BIG_ENDIAN if is_big else _LITTLE_ENDIAN, errors="replace").strip("\0")
