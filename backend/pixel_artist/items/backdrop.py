"""What stands behind and below an item: a glow in the dark, and a plinth, a table or a cushion."""

import random

from PIL import Image, ImageChops, ImageDraw

from pixel_artist import gradient, masonry, noise
from pixel_artist.colour import Colour, mix, ramp, scale
from pixel_artist.dither import faded, ramped, stepped
from pixel_artist.relief import blank, solid
from pixel_artist.rock import on_circle

THEMES: tuple[Colour, ...] = (
    (72, 60, 128),
    (44, 84, 120),
    (104, 52, 84),
    (52, 96, 84),
    (112, 74, 48),
    (86, 52, 116),
    (60, 72, 88),
    (116, 56, 52),
    (40, 92, 104),
)


def backdrop(
    rng: random.Random, size: tuple[int, int], theme: Colour, glow: Colour | None
) -> Image.Image:
    """Paint the space behind an item, mode RGB, in a colour; ``glow`` is its light."""
    width, height = size
    light = gradient.spot(size, width / 2, height * 0.45, width * 0.62, max(0.75, height / width))
    haze = noise.cloudy(rng, size, height * 0.3, stretch=1.6)
    tone = ImageChops.add(light.point(faded(0.75)), haze.point(faded(1 / 4)))
    centre = glow or mix(theme, (255, 226, 170), 0.3)
    colours = [
        mix(theme, (10, 8, 22), 0.88),
        mix(theme, (10, 8, 22), 0.74),
        mix(theme, (10, 8, 22), 0.52),
        mix(theme, (14, 10, 28), 0.25),
        mix(theme, centre, 0.3),
        mix(theme, centre, 0.55),
    ]
    picture = ramped(tone, colours)
    _rays(rng, picture, centre, strong=glow is not None)
    foot = round(height * 0.86)
    {"stone": _plinth, "table": _table, "cushion": _cushion}[
        rng.choice(("stone", "table", "cushion"))
    ](rng, picture, foot, theme)
    lit = stepped(gradient.spot(size, width / 2, foot + 3, width * 0.3, 0.14), 5)
    picture.paste(scale(theme, 0.16), (0, 0), lit.point(faded(0.6)))
    return picture


def _rays(rng: random.Random, picture: Image.Image, colour: Colour, *, strong: bool) -> None:
    """Faint rays from the middle, more of them around a thing that glows."""
    width, height = picture.size
    mask = Image.new("L", picture.size)
    draw = ImageDraw.Draw(mask)
    cx, cy, reach = width / 2, height * 0.45, width
    start = rng.random()
    count = 12 if strong else 7
    for i in range(count):
        one, other = on_circle(start + i / count), on_circle(start + (i + 0.4) / count)
        draw.polygon(
            [
                (cx, cy),
                (cx + one[0] * reach, cy + one[1] * reach),
                (cx + other[0] * reach, cy + other[1] * reach),
            ],
            fill=150 if strong else 80,
        )
    fade = gradient.spot(picture.size, cx, cy, height * 0.72)
    grey = stepped(ImageChops.multiply(mask, fade), 5)
    picture.paste(colour, (0, 0), grey.point(faded(0.4)))


def _plinth(rng: random.Random, picture: Image.Image, y: int, theme: Colour) -> None:
    width, height = picture.size
    half = width * 0.25
    draw = ImageDraw.Draw(picture)
    stone = mix((104, 100, 116), theme, 0.3)
    tones = ramp(stone, 6)
    masonry.bricks(
        draw,
        rng,
        (width / 2 - half * 0.86, y + 9, width / 2 + half * 0.86, height),
        stone,
        wide=22,
        high=10,
    )
    mask, pen = blank(picture.size)
    pen.rectangle((width / 2 - half, y + 2, width / 2 + half, y + 12), fill=255)
    solid(picture, mask, tones, radius=4)
    draw.polygon(
        [
            (width / 2 - half, y + 2),
            (width / 2 - half * 0.86, y - 7),
            (width / 2 + half * 0.86, y - 7),
            (width / 2 + half, y + 2),
        ],
        fill=tones[4],
    )
    draw.line((width / 2 - half, y + 2, width / 2 + half, y + 2), fill=tones[5])


def _table(rng: random.Random, picture: Image.Image, y: int, theme: Colour) -> None:
    width, height = picture.size
    draw = ImageDraw.Draw(picture)
    wood = mix((116, 78, 50), theme, 0.14)
    masonry.planks(draw, rng, (0, y - 8, width, height), wood, wide=9, level=True)
    draw.line((0, y - 8, width, y - 8), fill=ramp(wood, 6)[5])


def _cushion(rng: random.Random, picture: Image.Image, y: int, theme: Colour) -> None:
    width, height = picture.size
    cloth = rng.choice(((140, 40, 54), (56, 62, 130), (92, 48, 112), (44, 94, 76)))
    mask, pen = blank(picture.size)
    half = width * 0.34
    pen.polygon(
        [
            (width / 2 - half, y - 3),
            (width / 2 - half * 0.7, y - 8),
            (width / 2 + half * 0.7, y - 8),
            (width / 2 + half, y - 3),
            (width / 2 + half * 0.96, height - 8),
            (width / 2 + half * 0.6, height - 2),
            (width / 2 - half * 0.6, height - 2),
            (width / 2 - half * 0.96, height - 8),
        ],
        fill=255,
    )
    solid(picture, mask, ramp(mix(cloth, theme, 0.1), 7), radius=10, light=(0, -1), strength=1.3)
    draw = ImageDraw.Draw(picture)
    for way in (-1, 1):
        x = width / 2 + way * half
        draw.line((x, y - 2, x + way * 7, y + 8), fill=(226, 186, 92), width=3)
        draw.ellipse((x + way * 7 - 3, y + 6, x + way * 7 + 3, y + 13), fill=(206, 160, 70))
