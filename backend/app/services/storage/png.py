"""What browsers forgive in a PNG, and Pillow does not."""

import struct
import zlib
from collections.abc import Iterator

from PIL import Image, PngImagePlugin

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_FRAME = 12  # length, kind and checksum around the data of a chunk
# Of what need not be there only this changes how pixels look; texts and times are dropped anyway.
_KEPT = {b"tRNS", b"iCCP", b"eXIf"}
_ANIMATION = {b"acTL", b"fcTL", b"fdAT"}
_GREY, _COLOUR, _PALETTE = 0, 2, 3
_CLEAR_BYTES = {_GREY: 2, _COLOUR: 6, _PALETTE: 1}


def without_extras(data: bytes, *, first_frame: bool) -> bytes:
    """Leave out what no pixel needs and what is damaged beside the pixels.

    Pillow refuses the whole picture for a text that unpacks to more than 1 MB or a wrong checksum
    in one, and browsers show it.

    Args:
        data: Any bytes; what is no PNG comes back as it is.
        first_frame: Leave out an animation too, so that a still is left.
    """
    if not data.startswith(_SIGNATURE):
        return data
    view = memoryview(data)
    kept = [view[: len(_SIGNATURE)]]
    end = len(_SIGNATURE)
    for start, end in _chunks(view):
        if _is_needed(view[start:end], view[25:26], first_frame=first_frame):
            kept.append(view[start:end])
    kept.append(view[end:])
    return data if sum(map(len, kept)) == len(data) else b"".join(kept)


def mend_transparency(picture: Image.Image, data: bytes) -> None:
    """Give the colour that stands for clear in the depth that Pillow gives the pixels.

    The file names it in its own depth: of 4 bits 15 is white, and Pillow makes 255 of that.
    """
    clear = picture.info.get("transparency")
    if clear is None or picture.format != "PNG":
        return
    depth, kind = data[24], data[25]
    if kind == _GREY and depth in {2, 4} and isinstance(clear, int):
        picture.info["transparency"] = clear * 255 // (2**depth - 1) & 0xFF
    elif kind == _COLOUR and depth == 16:
        picture.info["transparency"] = tuple(sample >> 8 for sample in clear)


def _chunks(view: memoryview) -> Iterator[tuple[int, int]]:
    """Begin and end of each whole chunk up to the last one, IEND."""
    start = len(_SIGNATURE)
    while start + _FRAME <= len(view):
        (length,) = struct.unpack(">I", view[start : start + 4])
        end = start + _FRAME + length
        if end > len(view):
            return
        yield start, end
        if bytes(view[start + 4 : start + 8]) == b"IEND":
            return
        start = end


def _is_needed(chunk: memoryview, colour: memoryview, *, first_frame: bool) -> bool:
    kind, data = bytes(chunk[4:8]), chunk[8:-4]
    if kind[:1].isupper():
        return True
    if kind not in _KEPT and (first_frame or kind not in _ANIMATION):
        return False
    if struct.unpack(">I", chunk[-4:])[0] != zlib.crc32(chunk[4:-4]):
        return False
    if kind == b"tRNS":
        return len(data) >= _CLEAR_BYTES.get(colour[0], 1)
    return kind != b"iCCP" or _unpacks(data)


def _unpacks(profile: memoryview) -> bool:
    _, found, packed = bytes(profile).partition(b"\0")
    if not found or packed[:1] != b"\0":
        return False
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(packed[1:], PngImagePlugin.MAX_TEXT_CHUNK)
    except zlib.error:
        return False
    return not unpacking.unconsumed_tail
