"""Walls of stone and of planks, roofs, and windows with light in them."""

import random

from PIL import ImageDraw

from pixel_artist.colour import INK, LAMP, SNOW, Colour, mix, ramp, scale
from pixel_artist.stage import Plane, Stage

Box = tuple[float, float, float, float]


def bricks(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    box: Box,
    colour: Colour,
    *,
    wide: float = 11,
    high: float = 6,
    contrast: float = 0.6,
) -> None:
    """Fill a box with courses of stones ``wide`` x ``high`` pixels large."""
    x0, y0, x1, y1 = (round(part) for part in box)
    tones = ramp(colour, 7, contrast=contrast)
    draw.rectangle((x0, y0, x1, y1), fill=tones[1])
    y, odd = y0, False
    while y < y1:
        low = min(y1, y + round(high) - 2)
        x = x0 - (wide / 2 if odd else 0)
        while x < x1:
            right = min(x1, x + wide * rng.uniform(0.75, 1.2))
            tone = rng.choice((2, 3, 3, 3, 4))
            left = max(x0, x)
            if right - 1 > left:
                draw.rectangle((left, y, max(left, right - 2), low), fill=tones[tone])
                if low > y + 1:
                    draw.line((left, y, max(left, right - 2), y), fill=tones[tone + 1])
            x = right
        y, odd = y + round(high), not odd


def planks(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    box: Box,
    colour: Colour,
    *,
    wide: float = 8,
    level: bool = False,
) -> None:
    """Fill a box with upright boards, or level ones."""
    x0, y0, x1, y1 = (round(part) for part in box)
    tones = ramp(colour, 6, contrast=0.6)
    draw.rectangle((x0, y0, x1, y1), fill=tones[2])
    start, end = (y0, y1) if level else (x0, x1)
    at = float(start)
    while at < end:
        stop = min(end, at + wide * rng.uniform(0.85, 1.15))
        tone = tones[rng.choice((2, 3, 3))]
        part = (x0, at, x1, max(at, stop - 1)) if level else (at, y0, max(at, stop - 1), y1)
        draw.rectangle(part, fill=tone)
        seam = (x0, at, x1, at) if level else (at, y0, at, y1)
        draw.line(seam, fill=tones[1])
        for _ in range(2):
            aside, tone = at + wide * rng.uniform(0.3, 0.8), tones[rng.choice((1, 4))]
            if level and x1 - x0 > 14:
                left = rng.randint(x0, x1 - 10)
                draw.line((left, aside, min(x1, left + rng.randint(4, 16)), aside), fill=tone)
            elif not level and y1 - y0 > 14:
                top = rng.randint(y0, y1 - 10)
                draw.line((aside, top, aside, min(y1, top + rng.randint(4, 12))), fill=tone)
        at = stop


def shingles(
    stage: Stage, plane: Plane, corners: tuple[Box, Box], colour: Colour, rows: int = 7
) -> None:
    """A roof's slope between an upper and a lower edge, each (x0, y0, x1, y1)."""
    (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) = corners
    rng, draw = stage.fork(), plane.draw
    white = stage.mood.snowy and not stage.indoors
    tones = ramp(mix(colour, SNOW, 0.86) if white else colour, 6, contrast=0.5 if white else 0.75)
    draw.polygon([(ax0, ay0), (ax1, ay1), (bx1, by1), (bx0, by0)], fill=tones[3 if white else 2])
    for row in range(rows):
        t = row / rows
        x0, y0 = ax0 + (bx0 - ax0) * t, ay0 + (by0 - ay0) * t
        x1, y1 = ax1 + (bx1 - ax1) * t, ay1 + (by1 - ay1) * t
        draw.line((x0, y0, x1, y1), fill=tones[1 if not white else 2])
        count = max(2, int(abs(x1 - x0) / 5))
        for i in range(count):
            u = (i + (row % 2) * 0.5) / count
            x, y = x0 + (x1 - x0) * u, y0 + (y1 - y0) * u
            if u < 1 and rng.random() < (0.3 if white else 0.85):
                draw.line((x, y, x, y + (by0 - ay0) / rows), fill=tones[rng.choice((1, 3, 3))])
    draw.line((bx0, by0, bx1, by1), fill=tones[0])
    draw.line((ax0, ay0, ax1, ay1), fill=tones[4])


def window(
    stage: Stage,
    plane: Plane,
    x: float,
    y: float,
    wide: float,
    high: float,
    *,
    arch: bool = False,
    lit: bool | None = None,
    colour: Colour = LAMP,
) -> None:
    """A window with its upper left corner at (x, y); lit in the dark hours."""
    x, y, wide, high = round(x), round(y), round(wide), round(high)
    by_day = stage.rng.random() < 0.2
    glowing = (stage.mood.dark or by_day) if lit is None else lit
    frame = scale((96, 68, 48), 0.7)
    pens = plane.shine if glowing else plane.draw
    plane.draw.rectangle((x - 1, y - 1, x + wide, y + high), fill=frame)
    if arch:
        plane.draw.pieslice((x - 1, y - wide / 2 - 1, x + wide, y + wide / 2), 180, 360, fill=frame)
    panes = mix(stage.mood.sky[1], (38, 44, 62), 0.66) if not glowing else colour
    pens.rectangle((x, y, x + wide - 1, y + high - 1), fill=panes)
    if arch:
        pens.pieslice((x, y - wide / 2, x + wide - 1, y + wide / 2), 180, 360, fill=panes)
    if glowing:
        pens.rectangle((x, y + high * 0.55, x + wide - 1, y + high - 1), fill=scale(colour, 0.82))
        stage.lamp(x + wide / 2, y + high / 2, max(9, (wide + high) * 1.25), colour)
    else:
        pens.line((x, y + high - 2, x + wide - 2, y), fill=mix(panes, (220, 236, 246), 0.5))
    pens.line(
        (x + wide // 2, y - (wide // 2 if arch else 0), x + wide // 2, y + high - 1), fill=frame
    )
    pens.line((x, y + high // 2, x + wide - 1, y + high // 2), fill=frame)
    plane.draw.line((x - 2, y + high, x + wide + 1, y + high), fill=scale(frame, 1.5))


def door(
    plane: Plane, x: float, base: float, wide: float, high: float, colour: Colour = (104, 70, 44)
) -> None:
    """An arched door around ``x``, standing on ``base``."""
    tones = ramp(colour, 5, contrast=0.7)
    half = wide / 2
    plane.draw.rectangle((x - half - 1, base - high + half, x + half + 1, base), fill=tones[0])
    plane.draw.pieslice(
        (x - half - 1, base - high - 1, x + half + 1, base - high + wide), 180, 360, fill=tones[0]
    )
    plane.draw.rectangle((x - half, base - high + half, x + half, base), fill=tones[2])
    plane.draw.pieslice(
        (x - half, base - high, x + half, base - high + wide), 180, 360, fill=tones[2]
    )
    for i in range(1, 4):
        px = x - half + wide * i / 4
        plane.draw.line((px, base - high + half * 0.6, px, base), fill=tones[1])
    plane.draw.point((x + half * 0.6, base - high * 0.42), fill=(222, 186, 96))


def arch_stones(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    x: float,
    base: float,
    half: float,
    high: float,
    colour: Colour,
    thick: float = 5,
) -> None:
    """A ring of wedge stones around an arched gate."""
    tones = ramp(colour, 6, contrast=0.6)
    top = base - high
    box = (x - half - thick, top - thick, x + half + thick, top + 2 * half + thick)
    step = 15
    for start in range(180, 360, step):
        tone = tones[rng.choice((2, 3, 4))]
        draw.arc(box, start, start + step - 1, fill=tone, width=round(thick) + 1)
    for way in (-1, 1):
        y = top + half
        while y < base:
            x0, x1 = sorted((x + way * half, x + way * (half + thick)))
            draw.rectangle((x0, y, x1, min(base, y + 6)), fill=tones[rng.choice((2, 3, 4))])
            draw.line((x0, y, x1, y), fill=tones[1])
            y += 7


def arch_hole(
    draw: ImageDraw.ImageDraw, x: float, base: float, half: float, high: float, fill: Colour = INK
) -> None:
    """The opening of an arched gate, as a flat colour."""
    top = base - high
    draw.pieslice((x - half, top, x + half, top + 2 * half), 180, 360, fill=fill)
    draw.rectangle((x - half, top + half, x + half, base), fill=fill)


def battlements(
    draw: ImageDraw.ImageDraw, x0: float, x1: float, y: float, colour: Colour, size: float = 7
) -> None:
    """Merlons on top of a wall between two places; ``y`` is the top of the wall."""
    tones = ramp(colour, 6, contrast=0.6)
    x = x0
    while x < x1:
        draw.rectangle((x, y - size, min(x1, x + size), y), fill=tones[3])
        draw.line((x, y - size, min(x1, x + size), y - size), fill=tones[4])
        draw.line((min(x1, x + size), y - size, min(x1, x + size), y), fill=tones[1])
        x += size * 1.7
    draw.rectangle((x0 - 1, y, x1 + 1, y + 3), fill=tones[3])
    draw.line((x0 - 1, y + 4, x1 + 1, y + 4), fill=tones[0])
