"""Trees: firs, leafy trees, bare ones, and the dark trunks that frame a picture."""

import random

from pixel_artist.colour import SNOW, Colour, mix, ramp
from pixel_artist.relief import blank, solid
from pixel_artist.rock import blob
from pixel_artist.stage import Plane, Stage

FIR: Colour = (46, 86, 66)
LEAF: Colour = (74, 116, 54)
BARK: Colour = (94, 70, 54)


def fir(
    stage: Stage,
    plane: Plane,
    x: float,
    base: float,
    high: float,
    colour: Colour = FIR,
    rng: random.Random | None = None,
) -> None:
    """A fir ``high`` pixels tall that stands at (x, base)."""
    rng = rng or stage.rng
    tones = ramp(colour, 5, contrast=0.75)
    draw = plane.draw
    draw.rectangle(
        (x - max(1, high * 0.03), base - high * 0.2, x + max(1, high * 0.03), base),
        fill=ramp(BARK)[1],
    )
    tiers = max(4, int(high / 9))
    for tier in range(tiers):
        share = tier / tiers
        y = base - high * 0.1 - high * 0.82 * share
        half = high * 0.26 * (1 - share * 0.86) * rng.uniform(0.88, 1.12)
        drop = high / tiers * 1.35
        droop = high * 0.035
        left, right = (x - half, y + droop), (x + half, y + droop * rng.uniform(0.6, 1.3))
        draw.polygon(
            [
                left,
                (x - half * 0.5, y - droop * 0.3),
                (x, y - drop),
                (x + half * 0.55, y - droop * 0.2),
                right,
                (x + half * 0.3, y - droop * 0.1),
                (x, y + droop),
                (x - half * 0.4, y),
            ],
            fill=tones[1],
        )
        draw.polygon(
            [left, (x - half * 0.5, y - droop * 0.3), (x, y - drop), (x - half * 0.06, y - droop)],
            fill=tones[3 if tier % 2 else 2],
        )
        if stage.mood.snowy and not stage.indoors:
            draw.line([left, (x - half * 0.45, y - drop * 0.4), (x, y - drop)], fill=SNOW)
            draw.line([(x, y - drop), right], fill=mix(SNOW, colour, 0.35))


def leafy(
    stage: Stage, plane: Plane, x: float, base: float, high: float, colour: Colour = LEAF
) -> None:
    """A broad tree ``high`` pixels tall that stands at (x, base)."""
    draw = plane.draw
    bark = ramp(BARK, 5)
    half = max(1.5, high * 0.05)
    fork = base - high * 0.45
    draw.polygon(
        [(x - half * 1.6, base), (x - half, fork), (x + half, fork), (x + half * 1.6, base)],
        fill=bark[1],
    )
    draw.polygon(
        [(x - half * 1.6, base), (x - half, fork), (x - half * 0.2, fork), (x - half * 0.3, base)],
        fill=bark[3],
    )
    for way in (-1, 1):
        draw.line(
            (x, fork + high * 0.1, x + way * high * 0.2, fork - high * 0.16),
            fill=bark[1],
            width=max(1, int(half)),
        )
    crown(stage, plane, x, base - high * 0.68, high * 0.36, high * 0.3, colour)


def crown(
    stage: Stage, plane: Plane, x: float, y: float, wide: float, high: float, colour: Colour
) -> None:
    """Foliage around (x, y), half ``wide`` and ``high``: clumps, dark below and bright above."""
    rng = stage.rng
    tones = ramp(
        mix(colour, SNOW, 0.6) if stage.mood.snowy and not stage.indoors else colour,
        6,
        contrast=0.8,
    )
    clumps = []
    for _ in range(16):
        place = rng.uniform(-1, 1)
        lift = rng.uniform(-1, 1) * (1 - place * place) ** 0.5
        clumps.append(
            (x + place * wide * 0.72, y + lift * high * 0.7, rng.uniform(0.26, 0.42) * high * 1.25)
        )
    clumps.sort(key=lambda clump: -clump[1])
    for dy, dx, grow, tone in ((0, 0, 1.08, 0), (-0.12, -0.1, 0.92, 2)):
        for cx, cy, size in clumps:
            plane.draw.polygon(
                blob(rng, cx + dx * size, cy + dy * size, size * grow * 1.1, size * grow, 8),
                fill=tones[tone],
            )
    for cx, cy, size in clumps:
        top = max(0.0, min(1.0, (y + high - cy) / (2 * high)))
        plane.draw.polygon(
            blob(rng, cx - size * 0.25, cy - size * 0.3, size * 0.6, size * 0.5, 8),
            fill=tones[3 if top > 0.35 else 2],
        )
        if top > 0.5:
            plane.draw.polygon(
                blob(rng, cx - size * 0.35, cy - size * 0.5, size * 0.3, size * 0.22, 6),
                fill=tones[4],
            )
    for _ in range(int(wide * 1.6)):
        cx, cy, size = rng.choice(clumps)
        px, py = cx + rng.uniform(-1, 1) * size, cy + rng.uniform(-1, 1) * size
        plane.draw.line((px, py, px + 1, py), fill=tones[rng.choice((1, 3, 4))])


def bare(
    plane: Plane,
    rng: random.Random,
    x: float,
    base: float,
    high: float,
    colour: Colour = (58, 46, 50),
) -> None:
    """A dead tree ``high`` pixels tall with crooked branches."""
    tones = ramp(colour, 4, contrast=0.7)
    _branch(
        plane,
        rng,
        (x, base),
        (rng.uniform(-0.1, 0.1), -1.0),
        high * 0.42,
        max(2.0, high * 0.07),
        tones[1],
    )
    plane.draw.line((x - 1, base, x - 1, base - high * 0.3), fill=tones[2])


def _branch(
    plane: Plane,
    rng: random.Random,
    start: tuple[float, float],
    way: tuple[float, float],
    length: float,
    thick: float,
    colour: Colour,
) -> None:
    x, y = start
    ex, ey = x + way[0] * length, y + way[1] * length
    plane.draw.line((x, y, ex, ey), fill=colour, width=max(1, round(thick)))
    if length < 5:
        return
    for _ in range(2 if thick < 2 else 3):
        turn = rng.uniform(-0.95, 0.95)
        dx, dy = way[0] + turn * -way[1] - 0.05, way[1] + turn * way[0] - 0.12
        norm = max(0.3, (dx * dx + dy * dy) ** 0.5)
        _branch(
            plane,
            rng,
            (ex, ey),
            (dx / norm, dy / norm),
            length * rng.uniform(0.5, 0.74),
            thick * 0.55,
            colour,
        )


def trunk(stage: Stage, plane: Plane, x: float, half: float, colour: Colour = BARK) -> None:
    """A huge trunk from the upper to the lower edge, half as wide as ``half`` says."""
    rng = stage.rng
    mask, pen = blank(stage.size)
    lean = rng.uniform(-0.3, 0.3) * half
    pen.polygon(
        [
            (x - half * 0.8 + lean, -2),
            (x + half * 0.8 + lean, -2),
            (x + half * 0.9, stage.h * 0.6),
            (x + half * 1.7, stage.h),
            (x + half * 0.5, stage.h * 0.97),
            (x, stage.h + 2),
            (x - half * 0.7, stage.h * 0.97),
            (x - half * 1.8, stage.h),
            (x - half, stage.h * 0.6),
        ],
        fill=255,
    )
    tones = ramp(colour, 6, contrast=0.85)
    solid(plane.image, mask, tones, radius=max(3, half * 0.5), light=(-1, 0), strength=0.9)
    for _ in range(int(half * 3)):
        px, y = x + rng.uniform(-0.85, 0.85) * half, rng.uniform(0, stage.h)
        plane.draw.line(
            [
                (px, y),
                (px + rng.uniform(-1, 1), y + 8),
                (px + rng.uniform(-2, 2), y + rng.uniform(12, 30)),
            ],
            fill=tones[rng.choice((0, 1, 3))],
        )


def wood(
    stage: Stage, y: float, high: float, haze: float, colour: Colour = FIR, gap: float = 9
) -> Plane:
    """A layer of firs from edge to edge, standing around ``y``; gives back the layer."""
    plane = stage.plane(haze=haze, snow=1)
    rng = stage.rng
    x = -gap
    while x < stage.w + gap:
        fir(stage, plane, x, y + rng.uniform(-2, 3), high * rng.uniform(0.65, 1.15), colour)
        x += gap * rng.uniform(0.6, 1.4)
    plane.draw.rectangle((0, y, stage.w, stage.h), fill=ramp(colour, 5)[1])
    return plane
