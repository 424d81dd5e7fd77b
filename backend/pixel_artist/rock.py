"""Rock: boulders, cliffs, and the walls of caves as openings within openings."""

import random
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw

from pixel_artist import gradient, noise
from pixel_artist.colour import Colour, mix, ramp, scale
from pixel_artist.dither import faded, ramped
from pixel_artist.mountains import broken
from pixel_artist.relief import blank, solid
from pixel_artist.stage import Plane, Stage

Point = tuple[float, float]
ROCK: Colour = (112, 102, 112)


def blob(
    rng: random.Random, x: float, y: float, wide: float, high: float, corners: int = 9
) -> list[Point]:
    """The outline of a rough stone: its middle, half its width and half its height."""
    points = []
    for i in range(corners):
        part = (i + rng.uniform(-0.25, 0.25)) / corners
        dx, dy = on_circle(part)
        reach = rng.uniform(0.82, 1.1)
        points.append((x + dx * wide * reach, y + dy * high * reach))
    return points


def _circle() -> list[Point]:
    """64 points of the unit circle, without trigonometry that differs between platforms."""
    points, x, y = [], 1.0, 0.0
    cos, sin = 0.9951847266721969, 0.0980171403295606
    for _ in range(64):
        points.append((x, y))
        x, y = x * cos - y * sin, x * sin + y * cos
    return points


_ROUND = _circle()


def on_circle(turn: float) -> Point:
    """A point of the unit circle; ``turn`` counts whole turns from the right, clockwise."""
    return _ROUND[int(turn * 64) % 64]


def boulder(
    plane: Plane,
    rng: random.Random,
    x: float,
    base: float,
    wide: float,
    high: float,
    colour: Colour = ROCK,
) -> None:
    """A boulder that stands on ``base``: middle ``x``, half width ``wide``, height ``high``."""
    draw = plane.draw
    tones = ramp(colour, 6, contrast=0.8)
    outline = blob(rng, x, base - high * 0.5, wide, high * 0.56)
    draw.polygon(outline, fill=tones[1])
    draw.polygon(
        [
            (px + (x - px) * 0.16 - wide * 0.1, py + (base - high * 0.6 - py) * 0.2 - high * 0.05)
            for px, py in outline
        ],
        fill=tones[2],
    )
    top = [
        (px, py)
        for px, py in blob(rng, x - wide * 0.2, base - high * 0.72, wide * 0.55, high * 0.24, 7)
    ]
    draw.polygon(top, fill=tones[3])
    draw.line(
        (x - wide * 0.5, base - high * 0.86, x - wide * 0.1, base - high * 0.94), fill=tones[4]
    )
    for _ in range(max(1, int(wide / 5))):
        cx, cy = x + rng.uniform(-0.6, 0.6) * wide, base - high * rng.uniform(0.15, 0.6)
        draw.line((cx, cy, cx + rng.uniform(-4, 4), cy + rng.uniform(2, high * 0.3)), fill=tones[0])


def cliff(
    stage: Stage,
    plane: Plane,
    outline: list[Point],
    colour: Colour = ROCK,
    chunk: float = 15,
    contrast: float = 0.8,
) -> None:
    """Fill an outline with hewn rock."""
    mask, pen = blank(stage.size)
    pen.polygon(outline, fill=255)
    grain = noise.facets(stage.rng, stage.size, chunk * stage.k, depth=48)
    solid(
        plane.image, mask, ramp(colour, 7, contrast=contrast), radius=7, grain=grain, strength=0.8
    )


def opening(
    rng: random.Random, x: float, base: float, half: float, high: float, rough: float = 0.08
) -> list[Point]:
    """The outline of a cave's mouth: an uneven arch over ``base``, ``half`` pixels to each side."""
    knots = [
        (x - half, base),
        (x - half * 1.02, base - high * 0.5),
        (x - half * 0.7, base - high * 0.86),
        (x, base - high),
        (x + half * 0.72, base - high * 0.84),
        (x + half * 1.04, base - high * 0.45),
        (x + half, base),
    ]
    points: list[Point] = []
    for one, other in pairwise(knots):
        points += broken(rng, one, other, rough, 3)
    return points


def cavern(
    stage: Stage,
    rings: list[tuple[float, float, float, float]],
    *,
    colour: Colour = ROCK,
    deep: Colour = (16, 14, 26),
    floor: float | None = None,
) -> list[Plane]:
    """Walls of rock in several depths, each with a hole that shows the next.

    Args:
        stage: The scene; it goes below ground.
        rings: From far to near: middle, base, half width and height of the hole, as shares of
            the width (middle, half width) and of the height (base, height).
        colour: Colour of the nearest rock.
        deep: Colour of the distance, which the far walls fade into.
        floor: Where the floor begins in the far hole, as a share of the height.

    Returns:
        The layers of the walls, from far to near; things may be drawn on each.
    """
    size, rng = stage.size, stage.rng
    far = gradient.spot(
        size, stage.x(rings[0][0]), stage.y(rings[0][1] - rings[0][3] * 0.5), stage.w * 0.4
    )
    stage.backdrop = ramped(
        far, [scale(deep, 0.6), deep, mix(deep, colour, 0.12), mix(deep, colour, 0.22)]
    )
    planes = []
    for number, (x, base, half, high) in enumerate(rings):
        near = (number + 1) / len(rings)
        plane = stage.plane(snow=0)
        mask = Image.new("L", size, 255)
        hole = opening(rng, stage.x(x), stage.y(base), half * stage.w, high * stage.h)
        ImageDraw.Draw(mask).polygon(hole, fill=0)
        tone = mix(deep, colour, 0.35 + 0.65 * near * near)
        grain = noise.facets(rng, size, (9 + 13 * near) * stage.k, depth=44)
        shade = gradient.spot(
            size, stage.x(x), stage.y(base - high * 0.4), stage.w * (0.4 + half), 0.75
        )
        grain = ImageChops.add(grain, shade.point(faded(1 / 3)), offset=-52)
        solid(plane.image, mask, ramp(tone, 7, contrast=0.85), radius=5, grain=grain, light=(0, -1))
        plane.draw.line([(px, py - 1) for px, py in hole], fill=mix(tone, (255, 240, 214), 0.2))
        plane.draw.line(hole, fill=scale(tone, 0.3))
        planes.append(plane)
    if floor is not None:
        _floor(stage, planes[0], stage.y(floor), mix(deep, colour, 0.75))
    return planes


def _floor(stage: Stage, plane: Plane, y: int, colour: Colour) -> None:
    mask, pen = blank(stage.size)
    line = broken(stage.rng, (0, y), (stage.w, y), 0.02, 4)
    pen.polygon([*line, (stage.w, stage.h), (0, stage.h)], fill=255)
    grain = noise.facets(stage.rng, (stage.w, stage.h * 3), 15 * stage.k, depth=36)
    flat = grain.resize(stage.size, Image.Resampling.NEAREST)
    solid(plane.image, mask, ramp(colour, 6, contrast=0.7), radius=3, grain=flat)


def ground_of_rock(stage: Stage, plane: Plane, y: int, colour: Colour = ROCK) -> None:
    """A stony floor from ``y`` pixels down."""
    _floor(stage, plane, y, colour)


def teeth(
    plane: Plane,
    rng: random.Random,
    x0: float,
    x1: float,
    y: float,
    length: float,
    colour: Colour,
    *,
    up: bool = False,
    count: int = 8,
) -> None:
    """Stalactites from ``y`` down, or stalagmites up, between two places."""
    tones = ramp(colour, 5, contrast=0.8)
    way = -1 if up else 1
    for _ in range(count):
        x, reach = rng.uniform(x0, x1), length * rng.uniform(0.3, 1)
        half = max(2.0, reach * rng.uniform(0.1, 0.2))
        plane.draw.polygon(
            [(x - half, y - way * 3), (x + half, y - way * 3), (x, y + way * reach)], fill=tones[1]
        )
        plane.draw.polygon(
            [(x - half, y - way * 3), (x - half * 0.1, y - way * 3), (x, y + way * reach)],
            fill=tones[3],
        )
        plane.draw.line((x - half, y - way * 3, x - 1, y + way * reach * 0.8), fill=tones[4])


def rubble(
    plane: Plane,
    rng: random.Random,
    x0: float,
    x1: float,
    y: float,
    count: int,
    size: float,
    colour: Colour = ROCK,
) -> None:
    """Loose stones on the ground between two places, up to ``size`` pixels wide."""
    for _ in range(count):
        half = size * rng.uniform(0.2, 0.6)
        boulder(
            plane,
            rng,
            rng.uniform(x0, x1),
            y + rng.uniform(-1, 1) * size * 0.4,
            half,
            half * 1.3,
            colour,
        )
