"""Village houses: a gabled front with timber, and the long side of the roof behind it."""

from pixel_artist import masonry
from pixel_artist.colour import Colour, mix, ramp, scale
from pixel_artist.stage import Plane, Stage

ROOFS: tuple[Colour, ...] = (
    (150, 74, 54),
    (112, 82, 96),
    (96, 104, 120),
    (156, 104, 56),
    (86, 108, 92),
)
PLASTER: tuple[Colour, ...] = ((214, 190, 152), (202, 176, 156), (190, 184, 168), (206, 166, 124))
TIMBER: Colour = (88, 60, 44)


def house(
    stage: Stage,
    plane: Plane,
    x: float,
    base: float,
    wide: float,
    high: float,
    *,
    way: int = 1,
    shop: bool = False,
) -> None:
    """A house seen from its gable.

    Args:
        stage: The scene.
        plane: Layer to draw on.
        x: Left edge of the gabled front in pixels.
        base: Where it stands, in pixels from the top.
        wide: Width of the front.
        high: Height of the walls; the gable comes on top.
        way: 1 when the long side runs to the right of the front, -1 to the left.
        shop: Whether there is a wide shop window instead of a small one.
    """
    rng, draw = stage.rng, plane.draw
    roof, plaster = rng.choice(ROOFS), ramp(rng.choice(PLASTER), 6, contrast=0.5)
    depth, lift = wide * 0.7, high * 0.05
    eave, top = base - high, base - high - wide * 0.56
    near = x + wide if way > 0 else x
    far = near + way * depth
    _long_side(stage, plane, (near, eave, far, base), lift, plaster)
    middle = x + wide / 2
    _chimney(stage, plane, middle + way * depth * 0.55, top + wide * 0.1, wide * 0.12)
    lower = (near + way * 3, eave + 3, far + way * 3, eave + 3 - lift)
    masonry.shingles(
        stage, plane, ((middle, top, middle + way * depth, top - lift), lower), roof, 8
    )
    draw.polygon(
        [(x, base), (x, eave), (middle, top + 2), (x + wide, eave), (x + wide, base)],
        fill=plaster[3],
    )
    draw.rectangle((x, base - high * 0.16, x + wide, base), fill=scale(plaster[1], 0.8))
    masonry.bricks(
        draw, rng, (x, base - high * 0.16, x + wide, base), (120, 114, 118), wide=8, high=4
    )
    _timber(stage, plane, (x, eave, wide, high), top)
    _gable_edge(stage, plane, (x, eave, wide), (middle, top), roof)
    masonry.window(stage, plane, middle - wide * 0.09, eave - wide * 0.22, wide * 0.18, wide * 0.2)
    door_x = middle + wide * (0.2 if way > 0 else -0.2)
    left, wider, higher = (-0.36, 0.34, 0.32) if shop else (-way * 0.26 - 0.09, 0.19, 0.28)
    sill = base - high * (0.56 if shop else 0.62)
    masonry.window(stage, plane, middle + wide * left, sill, wide * wider, high * higher)
    masonry.door(plane, door_x, base, wide * 0.22, high * 0.56)


def _long_side(
    stage: Stage,
    plane: Plane,
    box: tuple[float, float, float, float],
    lift: float,
    plaster: list[Colour],
) -> None:
    near, eave, far, base = box
    side = [(near, eave), (far, eave - lift), (far, base - lift * 2), (near, base)]
    plane.draw.polygon(side, fill=plaster[1])
    for i in (1, 2):
        px = near + (far - near) * i / 3
        plane.draw.line((px, eave, px, base - lift), fill=scale(TIMBER, 0.6))
    high = base - eave
    masonry.window(stage, plane, (near + far) / 2 - 3, eave + high * 0.3, 6, high * 0.24)


def _timber(stage: Stage, plane: Plane, box: tuple[float, float, float, float], top: float) -> None:
    x, eave, wide, high = box
    draw, thick = plane.draw, max(1, round(wide * 0.045))
    dark, base = TIMBER, eave + high
    middle = x + wide / 2
    draw.line((x, eave, x + wide, eave), fill=dark, width=thick + 1)
    for px in (x + thick / 2, middle, x + wide - thick / 2):
        draw.line((px, eave, px, base - high * 0.16), fill=dark, width=thick)
    draw.line((middle, top + 4, middle, eave), fill=dark, width=thick)
    draw.line((x, eave + high * 0.42, x + wide, eave + high * 0.42), fill=dark, width=thick)
    if stage.rng.random() < 0.6:
        draw.line((x + 2, eave + high * 0.42, middle - 2, eave + 2), fill=dark, width=thick)
        draw.line((x + wide - 2, eave + high * 0.42, middle + 2, eave + 2), fill=dark, width=thick)
    draw.line((x + wide * 0.2, eave, middle, eave - wide * 0.3), fill=dark, width=thick)
    draw.line((x + wide * 0.8, eave, middle, eave - wide * 0.3), fill=dark, width=thick)


def _gable_edge(
    stage: Stage,
    plane: Plane,
    wall: tuple[float, float, float],
    tip: tuple[float, float],
    roof: Colour,
) -> None:
    x, eave, wide = wall
    white = stage.mood.snowy
    tones = ramp(mix(roof, (236, 243, 252), 0.9) if white else roof, 5, contrast=0.8)
    for ex, lit in ((x - 4, True), (x + wide + 4, False)):
        plane.draw.line((*tip, ex, eave + 4), fill=tones[3 if lit else 1], width=4)
        plane.draw.line((tip[0], tip[1] + 3, ex, eave + 7), fill=scale(roof, 0.4))


def _chimney(stage: Stage, plane: Plane, x: float, y: float, half: float) -> None:
    masonry.bricks(
        plane.draw,
        stage.rng,
        (x - half, y - half * 3.4, x + half, y + half * 2),
        (140, 96, 84),
        wide=5,
        high=3,
    )
    plane.draw.rectangle(
        (x - half - 1, y - half * 3.6, x + half + 1, y - half * 3), fill=(92, 70, 66)
    )
    drift = 1.5 if stage.sun_x < stage.w / 2 else -1.5
    for i in range(6):
        size = 2 + i * 0.9
        cx, cy = x + drift * i * (1 + i * 0.2), y - half * 4.4 - i * 5
        tone = mix((190, 188, 194), stage.mood.haze, 0.25 + i * 0.09)
        plane.draw.ellipse((cx - size, cy - size * 0.8, cx + size, cy + size * 0.8), fill=tone)


def spire(
    stage: Stage, plane: Plane, x: float, base: float, half: float, high: float, roof: Colour
) -> None:
    """A bell tower with a pointed roof."""
    rng, draw = stage.rng, plane.draw
    top = base - high
    masonry.bricks(draw, rng, (x - half, top, x + half, base), (156, 148, 146), wide=8, high=5)
    draw.polygon(
        [(x - half - 3, top), (x + half + 3, top), (x, top - half * 3)], fill=ramp(roof, 5)[1]
    )
    draw.polygon(
        [(x - half - 3, top), (x - half * 0.1, top), (x, top - half * 3)], fill=ramp(roof, 5)[3]
    )
    draw.line((x, top - half * 3, x, top - half * 3 - 6), fill=(214, 186, 96))
    draw.line((x - 2, top - half * 3 - 4, x + 2, top - half * 3 - 4), fill=(214, 186, 96))
    masonry.window(
        stage, plane, x - half * 0.3, top + half * 0.8, half * 0.6, half * 0.9, arch=True
    )
