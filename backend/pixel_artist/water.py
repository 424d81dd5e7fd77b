"""Water that mirrors what stands above it."""

import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw, ImageOps

from pixel_artist.colour import Colour, mix
from pixel_artist.stage import Stage


def mirror(
    stage: Stage,
    outline: Sequence[tuple[float, float]],
    y: int,
    colour: Colour,
    *,
    clear: float = 0.6,
    calm: float = 1.0,
) -> None:
    """Add a surface of water to a scene.

    Args:
        stage: The scene; what has been added so far is mirrored.
        outline: The surface, in pixels.
        y: The line that it mirrors at.
        colour: Colour of the water itself.
        clear: Share of the mirror image, 0.0-1.0.
        calm: 1.0 for ripples of a pixel or two, more for rougher water.
    """
    mask = Image.new("L", stage.size)
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    rng = random.Random(stage.air.random())  # noqa: S311 - paints, guards nothing

    def flow(picture: Image.Image, lightmap: Image.Image) -> None:
        _flow(stage, picture, lightmap, mask, y, colour, clear, calm, rng)

    stage.then(flow)


def _flow(
    stage: Stage,
    picture: Image.Image,
    lightmap: Image.Image,
    mask: Image.Image,
    y: int,
    colour: Colour,
    clear: float,
    calm: float,
    rng: random.Random,
) -> None:
    above = ImageOps.flip(picture.crop((0, max(0, 2 * y - stage.h), stage.w, y)))
    deep = ImageChops.multiply(Image.new("RGB", stage.size, colour), lightmap)
    surface = deep.copy()
    shown = Image.blend(deep.crop((0, y, stage.w, y + above.height)), above, clear)
    surface.paste(shown, (0, y))
    rows = surface.copy()
    for row in range(y, stage.h):
        shift = round(rng.uniform(-1, 1) * (0.6 + (row - y) / stage.h * 6) * calm)
        if shift:
            rows.paste(surface.crop((0, row, stage.w, row + 1)), (shift, row))
    picture.paste(rows, (0, 0), mask)
    glint = Image.new("L", stage.size)
    draw = ImageDraw.Draw(glint)
    for _ in range(int((stage.h - y) * 1.1)):
        gy = y + (stage.h - y) * rng.random()
        length = 2 + 12 * (gy - y) / max(1, stage.h - y) * rng.random()
        x = rng.randrange(stage.w)
        draw.line((x, gy, x + length, gy), fill=150)
    sparkle = (
        mix(stage.mood.sky[-1], colour, 0.35)
        if not stage.indoors
        else mix(colour, (230, 240, 255), 0.5)
    )
    picture.paste(sparkle, (0, 0), ImageChops.multiply(glint, mask))
