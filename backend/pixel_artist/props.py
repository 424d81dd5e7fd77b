"""Things that stand about: lamps, fires, barrels, tents, carts, rails."""

import random

from PIL import ImageDraw

from pixel_artist.colour import EMBER, FLAME, INK, LAMP, Colour, mix, ramp, scale
from pixel_artist.stage import Light, Plane, Stage

WOOD: Colour = (122, 86, 54)
IRON: Colour = (104, 106, 118)


def flame(
    stage: Stage,
    plane: Plane,
    x: float,
    base: float,
    high: float,
    *,
    reach: float = 5.0,
    colour: Colour = EMBER,
) -> None:
    """A fire ``high`` pixels tall, and its light as far as ``reach`` times that."""
    rng, half = stage.air, high * 0.34
    core = mix(colour, (255, 250, 200), 0.72)
    for grow, tone in ((1.0, scale(colour, 0.86)), (0.72, mix(colour, FLAME, 0.7)), (0.42, core)):
        lean = rng.uniform(-0.25, 0.25) * half
        plane.shine.polygon(
            [
                (x - half * grow, base - high * 0.2 * grow),
                (x - half * 0.7 * grow, base - high * 0.55 * grow),
                (x - half * 0.25 * grow, base - high * 0.42 * grow),
                (x + lean, base - high * grow),
                (x + half * 0.4 * grow, base - high * 0.5 * grow),
                (x + half * 0.8 * grow, base - high * 0.66 * grow),
                (x + half * grow, base - high * 0.2 * grow),
                (x + half * 0.4, base),
                (x - half * 0.4, base),
            ],
            fill=tone,
        )
    stage.lamp(x, base - high * 0.4, high * reach, mix(colour, LAMP, 0.5))


def torch(
    stage: Stage, plane: Plane, x: float, y: float, high: float = 8, *, reach: float = 6.0
) -> None:
    """A torch on a wall; ``y`` is where the flame begins."""
    plane.draw.line((x, y, x, y + high), fill=(84, 58, 40), width=2)
    plane.draw.line((x - 2, y, x + 2, y), fill=IRON)
    flame(stage, plane, x, y, high, reach=reach)


def lantern(
    stage: Stage,
    plane: Plane,
    x: float,
    y: float,
    size: float = 4,
    *,
    reach: float = 34,
    lit: bool = True,
) -> None:
    """A hanging lantern; (x, y) is its upper end."""
    size = max(3, round(size))
    draw = plane.draw
    draw.rectangle((x - size / 2 - 1, y, x + size / 2 + 1, y + 1), fill=(58, 50, 52))
    box = (x - size / 2, y + 2, x + size / 2, y + 2 + size * 1.3)
    if lit:
        plane.shine.rectangle(box, fill=LAMP)
        plane.shine.rectangle(
            (x - size / 5, y + 3, x + size / 5, y + size * 1.3), fill=(255, 246, 204)
        )
        stage.lamp(x, y + size, reach)
    else:
        draw.rectangle(box, fill=(120, 130, 138))
    draw.rectangle(
        (x - size / 2 - 1, y + 3 + size * 1.3, x + size / 2 + 1, y + 4 + size * 1.3),
        fill=(58, 50, 52),
    )


def lamp_post(stage: Stage, plane: Plane, x: float, base: float, high: float) -> None:
    """A street lamp."""
    plane.draw.line((x, base, x, base - high), fill=(52, 48, 56), width=2)
    plane.draw.rectangle((x - 2, base - 2, x + 3, base), fill=(52, 48, 56))
    plane.draw.line((x, base - high, x + 5, base - high), fill=(52, 48, 56))
    lantern(stage, plane, x + 6, base - high, 5, reach=42, lit=stage.mood.dark)


def barrel(plane: Plane, x: float, base: float, high: float, colour: Colour = WOOD) -> None:
    """A barrel that stands at (x, base)."""
    tones = ramp(colour, 6, contrast=0.8)
    half, draw = high * 0.36, plane.draw
    for i, tone in enumerate((1, 3, 4, 3, 2, 1)):
        left = x - half + half * 2 * i / 6
        draw.rectangle(
            (left, base - high + (i in (0, 5)), left + half / 3, base - (i in (0, 5))),
            fill=tones[tone],
        )
    for share in (0.18, 0.78):
        y = base - high * share
        draw.line((x - half, y, x + half, y), fill=(64, 60, 68))
    draw.ellipse(
        (x - half, base - high - 1, x + half, base - high + 2), fill=tones[4], outline=tones[1]
    )


def crate(plane: Plane, x: float, base: float, size: float, colour: Colour = WOOD) -> None:
    """A wooden crate with its lower left corner at (x, base)."""
    tones = ramp(colour, 6, contrast=0.75)
    draw = plane.draw
    draw.rectangle((x, base - size, x + size, base), fill=tones[3], outline=tones[0])
    draw.polygon(
        [
            (x, base - size),
            (x + size * 0.25, base - size * 1.22),
            (x + size * 1.25, base - size * 1.22),
            (x + size, base - size),
        ],
        fill=tones[4],
    )
    draw.polygon(
        [
            (x + size, base - size),
            (x + size * 1.25, base - size * 1.22),
            (x + size * 1.25, base - size * 0.2),
            (x + size, base),
        ],
        fill=tones[1],
    )
    draw.line((x + 1, base - 1, x + size - 1, base - size + 1), fill=tones[1], width=2)
    draw.line((x + 1, base - size + 1, x + size - 1, base - size + 1), fill=tones[4])


def cart(
    plane: Plane,
    x: float,
    base: float,
    wide: float,
    load: Colour | None = None,
    rng: random.Random | None = None,
) -> None:
    """A mine cart on small wheels, full of ore where a ``load`` colour is given."""
    draw, high = plane.draw, wide * 0.52
    tones = ramp((98, 92, 100), 6, contrast=0.85)
    if load is not None and rng is not None:
        lumps = ramp(load, 5)
        for _ in range(12):
            cx, cy = x + rng.uniform(0.12, 0.88) * wide, base - high - rng.uniform(0, 0.2) * wide
            size = wide * rng.uniform(0.05, 0.11)
            draw.polygon(
                [
                    (cx - size, cy + size),
                    (cx - size * 0.4, cy - size),
                    (cx + size, cy),
                    (cx + size * 0.6, cy + size),
                ],
                fill=rng.choice(lumps[1:]),
            )
    draw.polygon(
        [
            (x, base - high),
            (x + wide, base - high),
            (x + wide * 0.86, base - wide * 0.14),
            (x + wide * 0.14, base - wide * 0.14),
        ],
        fill=tones[2],
    )
    draw.polygon(
        [
            (x, base - high),
            (x + wide * 0.3, base - high),
            (x + wide * 0.34, base - wide * 0.14),
            (x + wide * 0.14, base - wide * 0.14),
        ],
        fill=tones[3],
    )
    draw.line((x - 1, base - high, x + wide + 1, base - high), fill=tones[4], width=2)
    for share in (0.3, 0.7):
        cx, size = x + wide * share, wide * 0.12
        draw.ellipse((cx - size, base - size * 2, cx + size, base), fill=tones[0], outline=tones[3])


def rails(
    plane: Plane,
    far: tuple[float, float],
    near: tuple[float, float],
    wide: float,
    *,
    start: float = 3,
) -> None:
    """Rails from a far point to a near one, ``wide`` pixels apart in front."""
    draw = plane.draw
    ties, steel = ramp((92, 66, 48), 5), ramp((150, 150, 164), 5)
    steps = 15
    for i in range(steps + 1):
        t = (i / steps) ** 1.8
        x, y = far[0] + (near[0] - far[0]) * t, far[1] + (near[1] - far[1]) * t
        half = (start + (wide - start) * t) * 0.72
        thick = max(1, round(4 * t))
        draw.line((x - half, y, x + half, y), fill=ties[2], width=thick)
        draw.line((x - half, y + thick / 2 + 1, x + half, y + thick / 2 + 1), fill=ties[0])
    for way in (-1, 1):
        one = (far[0] + way * start / 2, far[1])
        end = (near[0] + way * wide / 2, near[1])
        draw.line((*one, *end), fill=steel[1], width=3)
        draw.line((*one, *end), fill=steel[3])


def tent(
    stage: Stage,
    plane: Plane,
    x: float,
    base: float,
    wide: float,
    high: float,
    colour: Colour,
    *,
    lit: bool = False,
) -> None:
    """A tent with its open side to the viewer; ``x`` is its middle."""
    tones = ramp(colour, 6, contrast=0.8)
    draw, back = plane.draw, wide * 0.34
    draw.polygon(
        [
            (x, base - high),
            (x + back, base - high * 0.94),
            (x + wide * 0.5 + back, base - 3),
            (x + wide * 0.5, base),
        ],
        fill=tones[1],
    )
    draw.polygon([(x, base - high), (x - wide * 0.5, base), (x + wide * 0.5, base)], fill=tones[3])
    draw.polygon(
        [
            (x, base - high),
            (x + wide * 0.08, base - high * 0.5),
            (x + wide * 0.5, base),
            (x + wide * 0.2, base),
        ],
        fill=tones[2],
    )
    inside = mix(INK, colour, 0.12)
    flap = [(x, base - high * 0.78), (x + wide * 0.17, base), (x - wide * 0.15, base)]
    draw.polygon(flap, fill=inside)
    if lit:
        plane.shine.polygon(flap, fill=(226, 140, 64))
        plane.shine.polygon(
            [(x, base - high * 0.5), (x + wide * 0.08, base), (x - wide * 0.08, base)], fill=LAMP
        )
        stage.lamp(x, base - high * 0.3, wide * 0.8)
    draw.line((x, base - high - 3, x, base - high), fill=(84, 60, 40))
    draw.line((x - wide * 0.5, base, x - wide * 0.62, base + 2), fill=(150, 130, 100))
    for _ in range(3):
        px, py = x + stage.rng.uniform(-0.3, 0.1) * wide, base - high * stage.rng.uniform(0.1, 0.4)
        draw.rectangle((px, py, px + 3, py + 2), fill=tones[4])


def campfire(
    stage: Stage, plane: Plane, x: float, base: float, size: float, *, burning: bool = True
) -> None:
    """Logs in a ring of stones, burning or cold."""
    draw = plane.draw
    if burning:
        flame(stage, plane, x, base - 1, size * 1.3, reach=5.5)
        for _ in range(9):
            sx, sy = (
                x + stage.air.uniform(-0.8, 0.8) * size,
                base - stage.air.uniform(1.2, 3.2) * size,
            )
            plane.shine.point((sx, sy), fill=FLAME)
    for way in (-1, 1):
        draw.line(
            (x - way * size * 0.6, base, x + way * size * 0.5, base - size * 0.35),
            fill=(74, 48, 34),
            width=max(2, round(size * 0.18)),
        )
    for i in range(7):
        px = x - size * 0.8 + size * 1.6 * i / 6
        py = base + size * 0.16 * (1 - abs(i - 3) / 3) + 1
        draw.ellipse(
            (px - size * 0.15, py - size * 0.12, px + size * 0.15, py + size * 0.12),
            fill=ramp((118, 110, 112), 5)[1 + i % 3],
        )


def banner(
    draw: ImageDraw.ImageDraw,
    x: float,
    y: float,
    wide: float,
    high: float,
    colour: Colour,
    mark: Colour = (230, 200, 112),
) -> None:
    """A hanging banner with its upper left corner at (x, y)."""
    tones = ramp(colour, 5, contrast=0.75)
    draw.polygon(
        [
            (x, y),
            (x + wide, y),
            (x + wide, y + high),
            (x + wide / 2, y + high * 0.82),
            (x, y + high),
        ],
        fill=tones[2],
    )
    draw.polygon(
        [
            (x + wide * 0.66, y),
            (x + wide, y),
            (x + wide, y + high),
            (x + wide * 0.66, y + high * 0.88),
        ],
        fill=tones[1],
    )
    draw.line((x - 1, y, x + wide + 1, y), fill=(92, 70, 50), width=2)
    cx, cy, size = x + wide / 2, y + high * 0.42, wide * 0.26
    draw.polygon([(cx, cy - size * 1.4), (cx + size, cy + size), (cx - size, cy + size)], fill=mark)
    draw.polygon(
        [(cx, cy - size * 0.4), (cx + size * 0.4, cy + size), (cx - size * 0.4, cy + size)],
        fill=tones[2],
    )


def sign(plane: Plane, x: float, y: float, wide: float, high: float, mark: str) -> None:
    """A sign on an arm, with its upper left corner at (x, y): a mug, a blade, or lines."""
    draw = plane.draw
    draw.line((x - 3, y - 3, x + wide + 1, y - 3), fill=(50, 44, 48))
    for px in (x + 2, x + wide - 2):
        draw.line((px, y - 3, px, y), fill=(50, 44, 48))
    draw.rectangle((x, y, x + wide, y + high), fill=(134, 92, 54), outline=(70, 46, 32))
    cx, cy, pale = x + wide / 2, y + high / 2, (238, 208, 132)
    if mark == "mug":
        draw.rectangle((cx - 3, cy - 2, cx + 1, cy + 3), fill=pale)
        draw.arc((cx, cy - 2, cx + 4, cy + 3), 270, 90, fill=pale)
        draw.line((cx - 3, cy - 3, cx + 1, cy - 3), fill=(255, 252, 236))
    elif mark == "blade":
        draw.line((cx - 3, cy + 3, cx + 3, cy - 3), fill=(220, 226, 236))
        draw.line((cx - 3, cy, cx, cy + 3), fill=pale)
    else:
        for i in range(2):
            draw.line((x + 2, y + 3 + i * 3, x + wide - 3, y + 3 + i * 3), fill=pale)


def fence(
    plane: Plane, x0: float, x1: float, base: float, high: float, *, iron: bool = False
) -> None:
    """A fence between two places, of wood or of iron spikes."""
    tones = ramp((62, 60, 74) if iron else (112, 84, 58), 5)
    x, gap = x0, 5 if iron else 13
    for share in (0.3, 0.8) if iron else (0.45, 0.8):
        plane.draw.line(
            (x0, base - high * share, x1, base - high * share),
            fill=tones[2],
            width=1 if iron else 2,
        )
    while x < x1:
        plane.draw.line((x, base, x, base - high), fill=tones[2], width=1 if iron else 3)
        if iron:
            plane.draw.point(
                [(x, base - high - 1), (x - 1, base - high + 1), (x + 1, base - high + 1)],
                fill=tones[3],
            )
        x += gap


def gleam(
    stage: Stage,
    x: float,
    y: float,
    radius: float,
    colour: Colour,
    *,
    halo: float = 0.5,
    squash: float = 1.0,
) -> None:
    """Light of a magical thing: it does not care what hour it is."""
    stage.light(Light(x, y, radius, colour, 0.9, halo, squash))
