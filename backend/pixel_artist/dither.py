"""Ordered dithering: smooth greys in, few flat steps out, all in Pillow's C code."""

from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageChops

from pixel_artist.colour import Colour

_BAYER = (0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5)


@lru_cache(maxsize=64)
def _thresholds(size: tuple[int, int], step: float, spread: float) -> Image.Image:
    """Tile the 4 x 4 Bayer matrix; values lie within one ``step``, narrowed by ``spread``."""
    width, height = size
    values = [round((0.5 + ((rank + 0.5) / 16 - 0.5) * spread) * step) for rank in _BAYER]
    rows = [(bytes(values[y * 4 : y * 4 + 4]) * (width // 4 + 1))[:width] for y in range(4)]
    return Image.frombytes("L", size, b"".join(rows[y % 4] for y in range(height)))


@lru_cache(maxsize=32)
def _tables(levels: int) -> tuple[list[int], list[int]]:
    """Make room for the threshold that is added, and cut the sum into levels."""
    step = 255 / levels
    room = (255 - step) / 255
    lower = [round(value * room) for value in range(256)]
    return lower, [min(levels - 1, int(value / step)) for value in range(256)]


@lru_cache(maxsize=64)
def faded(share: float) -> list[int]:
    """Table for ``Image.point`` that multiplies every grey by a share."""
    return [round(value * share) for value in range(256)]


def posterise(grey: Image.Image, levels: int, spread: float = 1.0) -> Image.Image:
    """Reduce a smooth grey image to a few levels, dithered in between.

    Args:
        grey: Mode L, 0-255.
        levels: How many levels, 2-64.
        spread: Width of the dithered zone between two levels: 0.0 none, 1.0 all the way.

    Returns:
        Mode L, of the same size, with values from 0 to ``levels - 1``.
    """
    lower, split = _tables(levels)
    nudged = ImageChops.add(grey.point(lower), _thresholds(grey.size, 255 / levels, spread))
    return nudged.point(split)


def colourise(index: Image.Image, colours: Sequence[Colour]) -> Image.Image:
    """Give each level of a posterised image its colour; mode RGB."""
    paletted = index.copy()
    paletted.putpalette([channel for colour in colours for channel in colour])
    return paletted.convert("RGB")


def ramped(grey: Image.Image, colours: Sequence[Colour], spread: float = 1.0) -> Image.Image:
    """Paint a smooth grey image with a ramp of colours, dithered; mode RGB."""
    return colourise(posterise(grey, len(colours), spread), colours)


def stepped(grey: Image.Image, levels: int = 5, spread: float = 1.0) -> Image.Image:
    """Reduce a smooth grey image to a few levels that still reach from 0 to 255; mode L."""
    top = levels - 1
    index = posterise(grey, levels, spread)
    return index.point([min(255, value * 255 // top) for value in range(256)])


def speckle(grey: Image.Image) -> Image.Image:
    """Turn a smooth grey image into a mask of black and white dots; mode L, 0 or 255."""
    return stepped(grey, 2)
