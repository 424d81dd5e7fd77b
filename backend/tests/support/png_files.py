"""PNG files written by hand: each depth and kind of colour, and what stands beside the pixels."""

import struct
import zlib
from collections.abc import Sequence

from tests.support.pictures import png_chunk

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, COLOUR, PALETTE, GREY_ALPHA, COLOUR_ALPHA = 0, 2, 3, 4, 6
DEPTHS = {
    GREY: (1, 2, 4, 8, 16),
    COLOUR: (8, 16),
    PALETTE: (1, 2, 4, 8),
    GREY_ALPHA: (8, 16),
    COLOUR_ALPHA: (8, 16),
}
FORMS = [(kind, depth) for kind, depths in DEPTHS.items() for depth in depths]
_SAMPLES = {GREY: 1, COLOUR: 3, PALETTE: 1, GREY_ALPHA: 2, COLOUR_ALPHA: 4}


def png(
    kind: int,
    depth: int,
    pixels: Sequence[Sequence[int]],
    *before_pixels: bytes,
    is_interlaced: bool = False,
) -> bytes:
    """One row of pixels, each of samples in the file's own depth.

    An interlaced one has a single pixel: the first pass holds it, and the others nothing.
    """
    assert not is_interlaced or len(pixels) == 1
    samples = [sample for pixel in pixels for sample in pixel]
    assert len(samples) == len(pixels) * _SAMPLES[kind]
    bits = "".join(f"{sample:0{depth}b}" for sample in samples)
    bits += "0" * (-len(bits) % 8)
    row = b"\0" + int(bits, 2).to_bytes(len(bits) // 8, "big")
    header = struct.pack(">IIBBBBB", len(pixels), 1, depth, kind, 0, 0, is_interlaced)
    return b"".join(
        (
            SIGNATURE,
            png_chunk(b"IHDR", header),
            *before_pixels,
            png_chunk(b"IDAT", zlib.compress(row)),
            png_chunk(b"IEND", b""),
        )
    )


def sample_png(kind: int, depth: int, *, is_interlaced: bool = False) -> bytes:
    """One pixel as bright as it can be, opaque."""
    before = [png_chunk(b"PLTE", bytes((255, 255, 255)) * 2)] if kind == PALETTE else []
    brightest = 1 if kind == PALETTE else 2**depth - 1
    pixel = [brightest] * _SAMPLES[kind]
    return png(kind, depth, [pixel], *before, is_interlaced=is_interlaced)


def long_text(compressed: bool = True) -> list[bytes]:
    """Text chunks of each kind, of 3 MB unpacked."""
    text = b"prompt " * 450_000
    return [
        png_chunk(b"zTXt", b"workflow\0\0" + zlib.compress(text)),
        png_chunk(b"iTXt", b"workflow\0\1\0\0\0" + zlib.compress(text)),
        *([] if compressed else [png_chunk(b"tEXt", b"workflow\0" + text)]),
    ]


def wrong_checksum(kind: bytes, data: bytes) -> bytes:
    """A chunk that was damaged on its way."""
    return png_chunk(kind, data)[:-4] + b"\0\0\0\0"
