"""Random textures made of a few random bytes, enlarged and blended by Pillow."""

import random

from PIL import Image, ImageDraw

Size = tuple[int, int]


def cloudy(
    rng: random.Random, size: Size, cell: float, *, stretch: float = 1.0, octaves: int = 3
) -> Image.Image:
    """Make soft value noise.

    Args:
        rng: Source of randomness.
        size: Width and height in pixels.
        cell: Height of the largest blobs in pixels.
        stretch: How many times wider than high the blobs are.
        octaves: How many finer layers are mixed in, each at half the weight.

    Returns:
        Mode L, about 0-255.
    """
    result: Image.Image | None = None
    for octave in range(octaves):
        high = cell / 2**octave
        grid = (int(size[0] / (high * stretch)) + 3, int(size[1] / high) + 3)
        coarse = Image.frombytes("L", grid, rng.randbytes(grid[0] * grid[1]))
        smooth = Image.Resampling.BICUBIC if octave == 0 else Image.Resampling.BILINEAR
        layer = coarse.resize(size, smooth)
        result = layer if result is None else Image.blend(result, layer, 0.5 / octave * 0.7)
    # Mixing layers pulls everything to the middle; stretch it out again.
    widened = [max(0, min(255, round((value - 128) * 1.5 + 128))) for value in range(256)]
    return (result or Image.new("L", size, 128)).point(widened)


def facets(rng: random.Random, size: Size, chunk: float, *, depth: int = 70) -> Image.Image:
    """Make hewn rock: overlapping flat chips of different greys around 128.

    Args:
        rng: Source of randomness.
        size: Width and height in pixels.
        chunk: Typical size of a chip in pixels.
        depth: How far the greys stray from 128.

    Returns:
        Mode L.
    """
    width, height = size
    image = Image.new("L", size, 128)
    draw = ImageDraw.Draw(image)
    count = min(340, int(width * height / (chunk * chunk) * 2.0) + 4)
    for _ in range(count):
        x, y = rng.uniform(-chunk, width), rng.uniform(-chunk, height)
        wide, high = chunk * rng.uniform(0.5, 1.5), chunk * rng.uniform(0.4, 1.2)
        lean = chunk * rng.uniform(-0.5, 0.5)
        grey = 128 + rng.randint(-depth, depth)
        draw.polygon(
            [
                (x, y + high * 0.4),
                (x + wide * 0.5 + lean, y),
                (x + wide, y + high * 0.5),
                (x + wide * 0.5, y + high),
            ],
            fill=grey,
        )
        draw.line(
            [(x, y + high * 0.4), (x + wide * 0.5 + lean, y), (x + wide, y + high * 0.5)],
            fill=min(255, grey + 34),
        )
    return image
