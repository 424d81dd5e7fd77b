"""Smooth grey gradients: the raw material that is dithered later."""

from functools import lru_cache

from PIL import Image

Size = tuple[int, int]
_SMALL = 100 * 100


@lru_cache(maxsize=1)
def _disc() -> Image.Image:
    """Bright in the middle, falling off to black at the rim of a 256 x 256 square."""
    fall = [round(255 * max(0.0, 1 - value / 180) ** 1.35) for value in range(256)]
    return Image.radial_gradient("L").point(fall)


def _resized(size: Size) -> Image.Image:
    return _disc().resize(size, Image.Resampling.BILINEAR)


@lru_cache(maxsize=128)
def _small_disc(size: Size) -> Image.Image:
    """Lamps and sparks come in the same few sizes; large ones would fill the memory."""
    return _resized(size)


def vertical(size: Size, top: int, bottom: int) -> Image.Image:
    """Grey from ``top`` (0-255) at the upper edge to ``bottom`` at the lower one; mode L."""
    column = Image.frombytes(
        "L",
        (1, size[1]),
        bytes(
            max(0, min(255, round(top + (bottom - top) * y / max(1, size[1] - 1))))
            for y in range(size[1])
        ),
    )
    return column.resize(size, Image.Resampling.NEAREST)


def horizontal(size: Size, left: int, right: int) -> Image.Image:
    """Grey from ``left`` (0-255) at the left edge to ``right`` at the right one; mode L."""
    return vertical((size[1], size[0]), left, right).transpose(Image.Transpose.TRANSPOSE)


def disc(size: Size) -> Image.Image:
    """A soft ellipse that fills ``size``: 255 in the middle, 0 at the rim; mode L, read only."""
    size = (max(1, size[0]), max(1, size[1]))
    return _small_disc(size) if size[0] * size[1] <= _SMALL else _resized(size)


def spot(size: Size, x: float, y: float, radius: float, squash: float = 1.0) -> Image.Image:
    """A soft ellipse somewhere on a black canvas.

    Args:
        size: Width and height of the canvas in pixels.
        x: Middle, from the left.
        y: Middle, from the top.
        radius: Half the width in pixels.
        squash: Height divided by width.
    """
    canvas = Image.new("L", size)
    half = (max(1, round(radius)), max(1, round(radius * squash)))
    canvas.paste(disc((half[0] * 2, half[1] * 2)), (round(x) - half[0], round(y) - half[1]))
    return canvas
