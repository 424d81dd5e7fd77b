"""Ground under open sky: grass, earth, cobbles, roads."""

import random

from PIL import ImageChops, ImageDraw

from pixel_artist import gradient, noise
from pixel_artist.colour import SNOW, Colour, mix, ramp, scale
from pixel_artist.dither import faded, ramped
from pixel_artist.relief import blank
from pixel_artist.stage import Plane, Stage

GRASS: Colour = (88, 122, 58)
EARTH: Colour = (126, 98, 70)
STONE: Colour = (128, 122, 126)
MOSS: Colour = (72, 98, 62)


def bed(colour: Colour, stage: Stage, thick: float = 0.82) -> Colour:
    """The colour of a surface in this weather: white in snow, deeper when wet."""
    if stage.mood.snowy and not stage.indoors:
        return mix(colour, SNOW, thick)
    return scale(colour, 0.8) if stage.mood.wet and not stage.indoors else colour


def land(stage: Stage, plane: Plane, y: int, colour: Colour, *, rough: float = 3.0) -> None:
    """Fill from ``y`` down with mottled ground that darkens towards the viewer."""
    base = bed(colour, stage)
    size = (stage.w, stage.h)
    mask, pen = blank(size)
    knots = [(x, y + stage.rng.uniform(-rough, rough)) for x in range(0, stage.w + 24, 24)]
    pen.polygon([*knots, (stage.w, stage.h), (0, stage.h)], fill=255)
    grain = noise.cloudy(stage.rng, size, 16, stretch=3.2, octaves=3)
    depth = gradient.vertical((stage.w, max(2, stage.h - y)), 200, 60)
    tone = grain.point(faded(1 / 2))
    slope = tone.copy()
    slope.paste(depth, (0, y))
    mixed = ImageChops.add(tone, slope, scale=1.35)
    plane.image.paste(ramped(mixed, ramp(base, 6, contrast=0.55), 0.8), (0, 0), mask)


def tufts(
    stage: Stage, plane: Plane, y: int, count: int, colour: Colour, rng: random.Random | None = None
) -> None:
    """Scatter blades of grass from ``y`` down, larger towards the viewer."""
    rng = rng or stage.rng
    tones = ramp(bed(colour, stage, 0.5), 5, contrast=0.8)
    for _ in range(int(count * stage.w / 336)):
        share = rng.random()
        x, base = rng.randrange(stage.w), y + (stage.h - y) * share
        high = 1 + 5 * share * stage.k
        tone = rng.choice(tones)
        for lean in (-1, 0, 1):
            plane.draw.line((x + lean, base, x + lean * (1 + high * 0.4), base - high), fill=tone)


def flowers(stage: Stage, plane: Plane, y: int, count: int) -> None:
    """Scatter small flowers; none in snow."""
    rng = stage.fork()
    if stage.mood.snowy:
        return
    hues = ((236, 214, 92), (226, 112, 124), (214, 214, 240), (178, 132, 220))
    tone = rng.choice(hues)
    for _ in range(count):
        x, fy = rng.randrange(stage.w), rng.randint(y, stage.h - 3)
        plane.draw.line((x, fy, x, fy + 2), fill=(64, 98, 50))
        plane.draw.point([(x, fy), (x + 1, fy)], fill=tone)


def path(
    stage: Stage,
    plane: Plane,
    start: tuple[float, float],
    end_x: float,
    near: float,
    colour: Colour = EARTH,
    far: float = 3,
) -> list[tuple[float, float]]:
    """A winding path from a far point down to the lower edge.

    Args:
        stage: The scene.
        plane: Layer to draw on.
        start: Where it comes out of the distance, in pixels.
        end_x: Where it leaves the lower edge.
        near: Its width there.
        colour: Its colour in dry weather.
        far: Its width at the far end.

    Returns:
        Points along its middle, from far to near.
    """
    rng = stage.rng
    sway = rng.choice((-1, 1)) * stage.w * rng.uniform(0.05, 0.1)
    middle: list[tuple[float, float]] = []
    left: list[tuple[float, float]] = []
    right: list[tuple[float, float]] = []
    steps = 12
    for i in range(steps + 1):
        t = i / steps
        ease = t * t
        bend = sway * (1 if i % 12 < 6 else -1) * abs((t * 2) % 1 - 0.5) * (0.3 + t) * 1.2
        x = start[0] + (end_x - start[0]) * ease + bend
        y = start[1] + (stage.h + 2 - start[1]) * t**1.35
        half = (far + (near - far) * ease) / 2
        middle.append((x, y))
        left.append((x - half + rng.uniform(-0.06, 0.06) * near * t, y))
        right.append((x + half + rng.uniform(-0.06, 0.06) * near * t, y))
    tones = ramp(bed(colour, stage, 0.62), 6, contrast=0.6)
    plane.draw.polygon([*left, *right[::-1]], fill=tones[3])
    plane.draw.line(left, fill=tones[1])
    plane.draw.line(right, fill=tones[1])
    for _ in range(70):
        i = rng.randrange(1, steps)
        t = i / steps
        half = (far + (near - far) * t * t) / 2
        x, y = middle[i][0] + rng.uniform(-0.85, 0.85) * half, middle[i][1] + rng.uniform(-4, 4)
        size = 1 + 3 * t
        plane.draw.line((x, y, x + size, y), fill=rng.choice((tones[1], tones[2], tones[4])))
    return middle


def cobbles(stage: Stage, plane: Plane, y: int, colour: Colour = STONE) -> None:
    """Paving stones from ``y`` down, in rows that grow towards the viewer."""
    rng = stage.rng
    tones = ramp(bed(colour, stage, 0.7), 7, contrast=0.46)
    plane.draw.rectangle((0, y, stage.w, stage.h), fill=tones[1])
    top, high, row = float(y), 2.0, 0
    while top < stage.h:
        wide = high * 2.2
        offset = -rng.random() * wide
        while offset < stage.w:
            stretch = wide * rng.uniform(0.75, 1.25)
            _stone(plane.draw, rng, (offset, top, stretch, high), tones)
            offset += stretch
        top += high
        high = min(8.5, high * 1.17)
        row += 1
    if stage.mood.wet and not stage.indoors:
        puddles(stage, plane, y, 12)


def _stone(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    box: tuple[float, float, float, float],
    tones: list[Colour],
) -> None:
    x, y, wide, high = box
    tone = rng.choice((2, 3, 3, 3, 4))
    right, low = x + wide - 1 - (high > 4), y + high - 1
    draw.rectangle((x, y, max(x, right), max(y, low)), fill=tones[tone])
    if high > 3:
        draw.line((x + 1, y, right - 1, y), fill=tones[tone + 1])
        draw.line((x + 1, low, right, low), fill=tones[tone - 1])
        draw.point([(x, y), (right, y), (x, low), (right, low)], fill=tones[1])


def puddles(stage: Stage, plane: Plane, y: int, count: int) -> None:
    """Pools of rain that show the sky."""
    rng, mood = stage.air, stage.mood
    for _ in range(count):
        t = rng.random()
        cx, cy = rng.randrange(stage.w), y + 6 + (stage.h - y - 8) * t
        half = (5 + 22 * t) * stage.k
        plane.draw.ellipse(
            (cx - half, cy - half * 0.22, cx + half, cy + half * 0.22),
            fill=mix(mood.sky[-2], mood.sky[0], 0.35),
        )
        plane.draw.line((cx - half * 0.5, cy, cx + half * 0.2, cy), fill=mood.sky[-1])
