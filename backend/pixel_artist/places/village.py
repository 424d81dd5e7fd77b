"""The village: its square and its market street."""

import random

from PIL import ImageDraw

from pixel_artist import ground, masonry, props
from pixel_artist.colour import Colour, mix, ramp, scale
from pixel_artist.houses import ROOFS, house, spire
from pixel_artist.mountains import emberpeak
from pixel_artist.people import person
from pixel_artist.sky import paint_sky
from pixel_artist.stage import Plane, Stage

CLOTHS: tuple[Colour, ...] = (
    (176, 58, 56),
    (62, 104, 150),
    (188, 140, 54),
    (86, 132, 76),
    (136, 84, 146),
)


def square(stage: Stage) -> None:
    """A cobbled square with a fountain, houses around it and bunting over it."""
    rng, horizon = stage.rng, stage.y(0.6)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.0)
    _far_roofs(stage, horizon)
    back = stage.plane(haze=0.1)
    spot = stage.x(rng.choice((0.4, 0.6)))
    spire(stage, back, spot, horizon + stage.s(8), stage.s(9), stage.s(52), rng.choice(ROOFS))
    house(stage, back, stage.x(0.24), horizon + stage.s(6), stage.s(38), stage.s(28), way=1)
    house(stage, back, stage.x(0.66), horizon + stage.s(6), stage.s(36), stage.s(28), way=-1)
    floor = stage.plane(snow=0)
    ground.cobbles(stage, floor, horizon + stage.s(4))
    near = stage.plane()
    house(stage, near, stage.x(0.0) - stage.s(8), stage.y(0.8), stage.s(62), stage.s(54), way=1)
    house(
        stage,
        near,
        stage.x(1.0) - stage.s(56),
        stage.y(0.82),
        stage.s(66),
        stage.s(56),
        way=-1,
        shop=True,
    )
    front = stage.plane()
    fountain(stage, front, stage.x(0.5), stage.y(0.86), stage.s(42))
    stall(stage, front, stage.x(0.7), stage.y(0.79), stage.s(36), stage.s(30), rng.choice(CLOTHS))
    for share, y, role in (
        (0.33, 0.82, "guard"),
        (0.64, 0.9, ""),
        (0.37, 0.9, "child"),
        (0.27, 0.94, ""),
    ):
        person(front.draw, rng, stage.x(share) + rng.randint(-5, 5), stage.y(y), stage.s(27), role)
    props.lamp_post(stage, front, stage.x(0.255), stage.y(0.86), stage.s(44))
    props.barrel(front, stage.x(0.83), stage.y(0.9), stage.s(17))
    props.crate(front, stage.x(0.88), stage.y(0.93), stage.s(14))
    bunting(stage, front, (stage.x(0.16), stage.y(0.26)), (stage.x(0.86), stage.y(0.24)))


def _far_roofs(stage: Stage, horizon: int) -> None:
    """The roofs of the rest of the village, hazy against the mountain."""
    plane, rng = stage.plane(haze=0.34, snow=1), stage.rng
    x = -6.0
    while x < stage.w:
        wide, high = stage.s(rng.randint(16, 28)), stage.s(rng.randint(8, 18))
        top = horizon - high
        wall = scale(rng.choice(((196, 176, 146), (178, 160, 144))), 0.8)
        plane.draw.rectangle((x, top, x + wide, horizon + 12), fill=wall)
        roof = ramp(rng.choice(ROOFS), 5, contrast=0.6)
        plane.draw.polygon(
            [
                (x - 2, top),
                (x + wide * 0.3, top - wide * 0.4),
                (x + wide * 0.8, top - wide * 0.4),
                (x + wide + 2, top),
            ],
            fill=roof[2],
        )
        plane.draw.line((x - 2, top, x + wide + 2, top), fill=roof[0])
        if rng.random() < 0.7:
            masonry.window(stage, plane, x + wide * rng.uniform(0.2, 0.6), top + 4, 3, 4)
        x += wide * rng.uniform(0.8, 1.3)


def fountain(stage: Stage, plane: Plane, x: float, base: float, wide: float) -> None:
    """A round fountain with two basins, ``wide`` pixels across."""
    draw, half = plane.draw, wide / 2
    tones = ramp((150, 148, 156), 6, contrast=0.75)
    water = ramp((86, 146, 190), 5, contrast=0.7)
    rim_y, depth = base - half * 0.42, half * 0.3
    draw.ellipse((x - half - 3, base - depth - 2, x + half + 3, base + depth), fill=tones[1])
    draw.rectangle((x - half, rim_y, x + half, base - 2), fill=tones[2])
    draw.ellipse((x - half, base - depth - 2, x + half, base + depth - 3), fill=tones[2])
    for i in range(9):
        px = x - half + wide * i / 9
        draw.line((px, rim_y + 2, px, base + depth * (1 - abs(i - 4.5) / 4.5) * 0.6), fill=tones[1])
    draw.ellipse((x - half, rim_y - depth, x + half, rim_y + depth), fill=tones[4])
    draw.ellipse((x - half + 3, rim_y - depth + 2, x + half - 3, rim_y + depth - 2), fill=water[1])
    for i in range(6):
        px, py = (
            x + stage.air.uniform(-0.7, 0.5) * half,
            rim_y + stage.air.uniform(-0.5, 0.6) * depth,
        )
        draw.line((px, py, px + 5, py), fill=water[3 + i % 2])
    draw.rectangle((x - 3, rim_y - half * 0.9, x + 3, rim_y + 1), fill=tones[3])
    draw.line((x + 3, rim_y - half * 0.9, x + 3, rim_y), fill=tones[1])
    bowl = rim_y - half * 0.8
    draw.polygon(
        [
            (x - half * 0.42, bowl),
            (x + half * 0.42, bowl),
            (x + half * 0.14, bowl + 6),
            (x - half * 0.14, bowl + 6),
        ],
        fill=tones[2],
    )
    draw.ellipse((x - half * 0.42, bowl - 3, x + half * 0.42, bowl + 2), fill=tones[4])
    draw.polygon([(x - 3, bowl), (x, bowl - half * 0.6), (x + 3, bowl)], fill=tones[3])
    for way in (-1, 1):
        for i in range(2):
            px = x + way * half * (0.36 - 0.1 * i)
            draw.line((px, bowl, px + way * 3, rim_y - 1), fill=water[4 - i])
    draw.line((x - 1, bowl - half * 0.6, x - 1, bowl - half * 0.9), fill=water[4])


def stall(
    stage: Stage, plane: Plane, x: float, base: float, wide: float, high: float, cloth: Colour
) -> None:
    """A market stall with a striped awning, its lower left corner at (x, base)."""
    rng, draw = stage.rng, plane.draw
    top = base - high
    for px in (x + 1, x + wide - 1):
        draw.line((px, base, px, top), fill=(86, 60, 42), width=2)
    draw.rectangle((x + 1, top + high * 0.3, x + wide - 1, base - high * 0.36), fill=(62, 48, 46))
    masonry.planks(
        draw, rng, (x - 1, base - high * 0.36, x + wide + 1, base - 1), (134, 94, 58), wide=5
    )
    draw.rectangle(
        (x - 2, base - high * 0.4, x + wide + 2, base - high * 0.35), fill=(176, 128, 78)
    )
    goods(draw, rng, x + 1, base - high * 0.4, wide - 2, max(2, round(high * 0.07)))
    stripes = 7
    white = mix((240, 230, 208), cloth, 0.06)
    drop = high * 0.32
    for i in range(stripes):
        tones = ramp(cloth if i % 2 == 0 else white, 5, contrast=0.5)
        ax, bx = (
            x + wide * (0.12 + 0.76 * i / stripes),
            x + wide * (0.12 + 0.76 * (i + 1) / stripes),
        )
        cx, dx = x - 3 + (wide + 6) * i / stripes, x - 3 + (wide + 6) * (i + 1) / stripes
        draw.polygon(
            [
                (ax, top - drop * 0.3),
                (bx, top - drop * 0.3),
                (dx, top + drop * 0.7),
                (cx, top + drop * 0.7),
            ],
            fill=tones[3 if i < 4 else 2],
        )
        draw.pieslice((cx, top + drop * 0.45, dx, top + drop * 1.05), 0, 180, fill=tones[1])
    if stage.mood.dark:
        props.lantern(stage, plane, x + wide * 0.5, top + drop * 0.6, 4, reach=wide * 1.1)


def goods(
    draw: ImageDraw.ImageDraw, rng: random.Random, x: float, y: float, wide: float, size: int
) -> None:
    """Rows of fruit, bread and pots on a counter whose top is at ``y``."""
    kinds = (
        (206, 62, 54),
        (232, 156, 52),
        (112, 158, 62),
        (214, 186, 116),
        (146, 96, 62),
        (126, 92, 160),
    )
    tone = rng.choice(kinds)
    at = x
    while at < x + wide - size * 2:
        if rng.random() < 0.25:
            tone = rng.choice(kinds)
        shades = ramp(tone, 5)
        draw.ellipse((at, y - size * 2, at + size * 2, y), fill=shades[2])
        draw.point((at + size * 0.6, y - size * 1.4), fill=shades[4])
        at += size * 2 + 1


def bunting(
    stage: Stage, plane: Plane, start: tuple[float, float], end: tuple[float, float]
) -> None:
    """A sagging line of small flags between two places."""
    count = 17
    last = start
    for i in range(1, count + 1):
        t = i / count
        x = start[0] + (end[0] - start[0]) * t
        y = start[1] + (end[1] - start[1]) * t + stage.s(22) * (1 - (2 * t - 1) ** 2)
        plane.draw.line((*last, x, y), fill=(70, 56, 52))
        tone = ramp(CLOTHS[i % len(CLOTHS)], 5)
        plane.draw.polygon(
            [last, (x, y), ((last[0] + x) / 2, y + stage.s(8))], fill=tone[3 if i % 2 else 2]
        )
        last = (x, y)


def market(stage: Stage) -> None:
    """A street of stalls under signs, running to a gate far away."""
    rng, horizon = stage.rng, stage.y(0.56)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.05, where=0.5 + rng.uniform(-0.06, 0.06))
    _far_roofs(stage, horizon)
    floor = stage.plane(snow=0)
    ground.cobbles(stage, floor, horizon, (140, 126, 112))
    rows = (
        (0.08, ((0.3, 10, 32, 1), (0.575, 10, 32, -1))),
        (0.0, ((0.1, 22, 46, 1), (0.9 - 46 / 336, 22, 46, -1))),
    )
    for haze, houses in rows:
        plane = stage.plane(haze=haze)
        for share, low, wide, way in houses:
            size, high = stage.s(wide), stage.s(wide + 3)
            house(
                stage,
                plane,
                stage.x(share),
                horizon + stage.s(low),
                size,
                high,
                way=way,
                shop=way > 0,
            )
    middle = stage.plane()
    cloths = rng.sample(CLOTHS, 5)
    stall(stage, middle, stage.x(0.28), stage.y(0.72), stage.s(40), stage.s(32), cloths[0])
    stall(stage, middle, stage.x(0.62), stage.y(0.72), stage.s(40), stage.s(32), cloths[1])
    for share, role in ((0.45, ""), (0.52, "hood"), (0.56, ""), (0.48, "child")):
        person(
            middle.draw, rng, stage.x(share) + rng.randint(-3, 3), stage.y(0.74), stage.s(22), role
        )
    front = stage.plane()
    stall(stage, front, stage.x(0.03), stage.y(0.92), stage.s(74), stage.s(60), cloths[2])
    stall(
        stage,
        front,
        stage.x(0.97) - stage.s(76),
        stage.y(0.93),
        stage.s(76),
        stage.s(62),
        cloths[3],
    )
    for share, y, size, role in (
        (0.34, 0.93, 34, ""),
        (0.63, 0.96, 35, ""),
        (0.5, 0.89, 31, "hood"),
    ):
        person(front.draw, rng, stage.x(share), stage.y(y), stage.s(size), role)
    props.crate(front, stage.x(0.26), stage.y(0.96), stage.s(17))
    props.barrel(front, stage.x(0.72), stage.y(0.97), stage.s(20))
    props.sign(front, stage.x(0.25), stage.y(0.36), stage.s(17), stage.s(13), "blade")
    props.sign(front, stage.x(0.7), stage.y(0.35), stage.s(17), stage.s(13), "mug")
    bunting(stage, front, (stage.x(0.2), stage.y(0.2)), (stage.x(0.8), stage.y(0.22)))
