"""Great walls: the city gates and the castle."""

from pixel_artist import ground, masonry, props
from pixel_artist.colour import Colour, mix, ramp
from pixel_artist.houses import spire
from pixel_artist.mountains import emberpeak
from pixel_artist.people import person
from pixel_artist.places.village import CLOTHS
from pixel_artist.sky import paint_sky
from pixel_artist.stage import Plane, Stage
from pixel_artist.trees import fir, wood

STONE: Colour = (142, 134, 138)


def tower(
    stage: Stage,
    plane: Plane,
    x: float,
    base: float,
    half: float,
    high: float,
    *,
    roof: Colour | None = None,
    colour: Colour = STONE,
) -> None:
    """A round tower with battlements or a pointed roof."""
    rng, draw = stage.rng, plane.draw
    top = base - high
    masonry.bricks(draw, rng, (x - half, top, x + half, base), colour, wide=9, high=6)
    shade = ramp(colour, 7, contrast=0.6)
    for i in range(int(half * 0.7)):
        draw.line(
            (x + half - i, top, x + half - i, base),
            fill=shade[1] if i < half * 0.34 or i % 2 else shade[2],
        )
    draw.line((x - half, top, x - half, base), fill=shade[5])
    masonry.battlements(draw, x - half - 4, x + half + 4, top, colour, size=max(4, half * 0.3))
    if roof is not None:
        tones = ramp(roof, 6)
        tip = top - half * 2.6
        draw.polygon([(x - half - 6, top - 2), (x + half + 6, top - 2), (x, tip)], fill=tones[1])
        draw.polygon([(x - half - 6, top - 2), (x + half * 0.1, top - 2), (x, tip)], fill=tones[3])
        draw.line((x, tip, x, tip - 9), fill=(90, 74, 60))
        draw.polygon(
            [(x, tip - 9), (x + 9, tip - 6), (x, tip - 3)], fill=ramp(rng.choice(CLOTHS), 5)[3]
        )
    for share in (0.2, 0.5):
        masonry.window(stage, plane, x - 3, top + high * share, 5, 9, arch=True)


def gates(stage: Stage) -> None:
    """The city wall with its gate house, the road and the guards."""
    rng, horizon = stage.rng, stage.y(0.6)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.1, where=rng.choice((0.12, 0.88)))
    wall, base = stage.plane(snow=3), stage.y(0.78)
    draw, top = wall.draw, stage.y(0.4)
    masonry.bricks(draw, rng, (0, top, stage.w, base), STONE, wide=stage.s(13), high=stage.s(7))
    masonry.battlements(draw, -3, stage.w + 4, top, STONE, stage.s(9))
    for share in (0.1, 0.9):
        masonry.window(stage, wall, stage.x(share), stage.y(0.54), 4, 11, arch=True)
    house_y = stage.y(0.24)
    masonry.bricks(
        draw,
        rng,
        (stage.x(0.36), house_y, stage.x(0.64), base),
        mix(STONE, (158, 146, 138), 0.6),
        wide=stage.s(12),
        high=stage.s(7),
    )
    masonry.battlements(draw, stage.x(0.36), stage.x(0.64), house_y, STONE, stage.s(8))
    _gateway(stage, wall, base)
    towers = stage.plane(snow=3)
    cloth = rng.choice(CLOTHS)
    roof = ramp(cloth, 5)[1] if rng.random() < 0.6 else None
    for share in (0.29, 0.71):
        tower(
            stage, towers, stage.x(share), base + stage.s(7), stage.s(25), stage.s(122), roof=roof
        )
        props.banner(
            towers.draw, stage.x(share) - stage.s(9), stage.y(0.44), stage.s(18), stage.s(44), cloth
        )
    floor = stage.plane(snow=0)
    ground.land(stage, floor, base + stage.s(1), ground.GRASS, rough=2)
    _road(stage, floor, base)
    front = stage.plane()
    for share in (0.405, 0.595):
        props.torch(stage, front, stage.x(share), stage.y(0.55), stage.s(9), reach=7)
    for share, role in ((0.4, "guard"), (0.6, "guard"), (0.53, ""), (0.47, "hood")):
        y = 0.86 if role == "guard" else 0.92
        person(front.draw, rng, stage.x(share), stage.y(y), stage.s(34), role)
    fir(stage, front, stage.x(0.03), stage.y(1.02), stage.s(112))
    fir(stage, front, stage.x(0.97), stage.y(1.04), stage.s(126))
    ground.tufts(stage, front, stage.y(0.88), 60, ground.GRASS)


def _gateway(stage: Stage, plane: Plane, base: int) -> None:
    x, half, high, draw = stage.x(0.5), stage.s(31), stage.s(66), plane.draw
    masonry.arch_hole(draw, x, base + 8, half, high, (26, 22, 34))
    far = mix(stage.mood.haze, stage.mood.sky[-1], 0.5)
    masonry.arch_hole(plane.shine, x, base + 4, half * 0.5, high * 0.62, far)
    plane.shine.rectangle(
        (x - half * 0.5, base - 8, x + half * 0.5, base + 4), fill=mix(far, (70, 86, 60), 0.55)
    )
    masonry.arch_stones(draw, stage.rng, x, base + 6, half, high, (164, 154, 150), stage.s(6))
    low = base - high * 0.56
    for i in range(7):
        px = x - half + half * 2 * i / 6
        plane.shine.line(
            (px, base - high + 4 + abs(i - 3) * 4, px, low), fill=(44, 42, 52), width=2
        )
        plane.shine.polygon([(px - 1, low), (px + 2, low), (px, low + 5)], fill=(44, 42, 52))
    for share in (0.72, 0.86):
        y = base - high * share + 6
        plane.shine.line((x - half + 5, y, x + half - 5, y), fill=(44, 42, 52), width=2)
    draw.polygon(
        [
            (x - 9, base - high - 26),
            (x + 9, base - high - 26),
            (x + 9, base - high - 15),
            (x, base - high - 7),
            (x - 9, base - high - 15),
        ],
        fill=(176, 62, 52),
        outline=(224, 190, 106),
    )
    draw.polygon(
        [(x, base - high - 24), (x + 6, base - high - 14), (x - 6, base - high - 14)],
        fill=(240, 212, 130),
    )


def _road(stage: Stage, plane: Plane, base: int) -> None:
    tones = ramp(ground.bed((146, 122, 94), stage, 0.6), 6, contrast=0.5)
    x, rng = stage.x(0.5), stage.rng
    plane.draw.polygon(
        [
            (x - stage.s(32), base + 3),
            (x + stage.s(32), base + 3),
            (x + stage.s(104), stage.h),
            (x - stage.s(104), stage.h),
        ],
        fill=tones[3],
    )
    for _ in range(90):
        t = rng.random()
        y = base + 5 + (stage.h - base - 5) * t
        px = x + rng.uniform(-1, 1) * (stage.s(30) + stage.s(68) * t)
        plane.draw.line((px, y, px + 2 + 6 * t, y), fill=tones[rng.choice((2, 4, 1))])
    if stage.mood.wet:
        ground.puddles(stage, plane, base + 8, 7)


def castle(stage: Stage) -> None:
    """A castle on a rock, with many towers."""
    rng, horizon = stage.rng, stage.y(0.66)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=0.8)
    hill = stage.plane(haze=0.06)
    base, middle = stage.y(0.62), stage.x(rng.uniform(0.44, 0.56))
    rock = ramp(ground.bed((104, 106, 92), stage), 6, contrast=0.7)
    hill.draw.polygon(
        [
            (0, stage.y(0.84)),
            (middle - stage.s(86), base + 4),
            (middle + stage.s(86), base + 4),
            (stage.w, stage.y(0.82)),
            (stage.w, stage.h),
            (0, stage.h),
        ],
        fill=rock[2],
    )
    keep = stage.plane(haze=0.04)
    roof = rng.choice(CLOTHS)
    for dx, half, high in ((-44, 9, 64), (46, 10, 72), (-16, 12, 96), (20, 9, 84)):
        tower(stage, keep, middle + stage.s(dx), base, stage.s(half), stage.s(high), roof=roof)
    draw = keep.draw
    masonry.bricks(
        draw,
        rng,
        (middle - stage.s(70), base - stage.s(34), middle + stage.s(70), base + 6),
        STONE,
        wide=9,
        high=5,
    )
    masonry.battlements(
        draw, middle - stage.s(70), middle + stage.s(70), base - stage.s(34), STONE, stage.s(6)
    )
    masonry.arch_hole(draw, middle, base + 6, stage.s(9), stage.s(26))
    masonry.arch_stones(draw, rng, middle, base + 6, stage.s(9), stage.s(26), STONE, 3)
    for share in (-0.72, -0.4, 0.4, 0.72):
        masonry.window(
            stage, keep, middle + stage.s(70) * share, base - stage.s(20), 4, 7, arch=True
        )
    for dx in (-70, 70):
        tower(stage, keep, middle + stage.s(dx), base + 8, stage.s(14), stage.s(58), roof=roof)
    floor = stage.plane(snow=0)
    ground.land(stage, floor, stage.y(0.8), ground.GRASS, rough=5)
    ground.path(stage, floor, (middle, stage.y(0.66)), stage.x(0.4), stage.s(70), far=6)
    wood(stage, stage.y(0.84), stage.s(30), 0.05)
    front = stage.plane()
    ground.land(stage, front, stage.y(0.86), ground.GRASS)
    ground.path(
        stage, front, (stage.x(0.5), stage.y(0.86)), stage.x(0.42), stage.s(90), far=stage.s(20)
    )
    ground.tufts(stage, front, stage.y(0.88), 80, ground.GRASS)
    person(front.draw, rng, stage.x(0.46), stage.y(0.97), stage.s(26), "hood")


def lone_tower(stage: Stage) -> None:
    """A single tower on a hill, with a light at the top."""
    rng, horizon = stage.rng, stage.y(0.66)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=0.85)
    wood(stage, horizon + 6, stage.s(24), 0.4)
    floor = stage.plane(snow=0)
    ground.land(stage, floor, stage.y(0.72), ground.GRASS, rough=7)
    middle = stage.x(rng.choice((0.4, 0.58)))
    ground.path(stage, floor, (middle, stage.y(0.78)), stage.x(0.5), stage.s(70), far=5)
    near = stage.plane()
    tower(stage, near, middle, stage.y(0.8), stage.s(19), stage.s(104), roof=rng.choice(CLOTHS))
    masonry.door(near, middle, stage.y(0.8), stage.s(14), stage.s(22))
    masonry.window(stage, near, middle - 4, stage.y(0.8) - stage.s(94), 8, 9, arch=True, lit=True)
    spire(
        stage, near, middle + stage.s(26), stage.y(0.8), stage.s(8), stage.s(46), rng.choice(CLOTHS)
    )
    fir(stage, near, stage.x(0.94), stage.y(1.0), stage.s(120))
    ground.tufts(stage, near, stage.y(0.8), 110, ground.GRASS)
    person(near.draw, rng, stage.x(0.5), stage.y(0.93), stage.s(24), "hood")
