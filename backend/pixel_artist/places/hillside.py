"""At the foot of the rock: the dark cave, the mine's entrance, the high mountain."""

from itertools import pairwise

from pixel_artist import ground, masonry, props
from pixel_artist.colour import SNOW, Colour, mix, ramp, scale
from pixel_artist.mountains import broken, emberpeak, ridge
from pixel_artist.people import person
from pixel_artist.rock import ROCK, boulder, cliff, opening, rubble, teeth
from pixel_artist.sky import paint_sky
from pixel_artist.stage import Plane, Stage
from pixel_artist.trees import bare, fir, wood


def _bluff(stage: Stage, plane: Plane, base: float, peak: float, colour: Colour) -> None:
    """A wall of rock from edge to edge, highest in the middle."""
    rng = stage.rng
    tone = ground.bed(colour, stage, 0.28)
    knots = [
        (-6.0, stage.y(0.34)),
        (stage.x(0.2), stage.y(peak + 0.1)),
        (stage.x(rng.uniform(0.42, 0.58)), stage.y(peak)),
        (stage.x(0.8), stage.y(peak + 0.12)),
        (stage.w + 6.0, stage.y(0.38)),
    ]
    line: list[tuple[float, float]] = []
    for one, other in pairwise(knots):
        line += broken(rng, one, other, 0.16, 3)
    cliff(stage, plane, [*line, (stage.w + 6, base), (-6, base)], tone, 19)


def cave_mouth(stage: Stage) -> None:
    """A black hole in a cliff, with teeth of rock and eyes inside."""
    rng, horizon = stage.rng, stage.y(0.6)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.2, where=rng.choice((0.16, 0.84)))
    rock, base = stage.plane(snow=4, rim_light=0.35), stage.y(0.8)
    _bluff(stage, rock, base, 0.1, (104, 100, 112))
    x, half, high = stage.x(0.5), stage.w * 0.19, stage.h * 0.5
    for grow, tone in ((1.16, (50, 44, 58)), (1.0, (22, 18, 30)), (0.74, (9, 7, 16))):
        rock.draw.polygon(opening(rng, x, base + 3, half * grow, high * grow), fill=tone)
    teeth(
        rock,
        rng,
        x - half * 0.72,
        x + half * 0.72,
        base - high * 0.84,
        stage.s(27),
        (110, 104, 116),
        count=10,
    )
    for _ in range(3):
        ex, ey = (
            x + stage.air.uniform(-0.5, 0.5) * half,
            base - high * stage.air.uniform(0.16, 0.46),
        )
        rock.shine.line((ex, ey, ex + 2, ey + 1), fill=(255, 84, 52))
        rock.shine.line((ex + 6, ey + 1, ex + 8, ey), fill=(255, 84, 52))
    floor = stage.plane(snow=0)
    ground.land(stage, floor, base - 4, (106, 98, 82))
    ground.path(
        stage, floor, (x, base), stage.x(0.46), stage.s(108), (132, 116, 96), far=stage.s(60)
    )
    front = stage.plane()
    for share, size in ((0.26, 21), (0.33, 12), (0.69, 16), (0.76, 26)):
        boulder(
            front, rng, stage.x(share), stage.y(0.85), stage.s(size), stage.s(size), (108, 102, 112)
        )
    _skull_pole(stage, front, stage.x(0.4), stage.y(0.92))
    _skull_pole(stage, front, stage.x(0.62), stage.y(0.93))
    bare(front, rng, stage.x(0.1), stage.y(0.94), stage.s(112))
    bare(front, rng, stage.x(0.91), stage.y(0.95), stage.s(124))
    ground.tufts(stage, front, stage.y(0.84), 60, (108, 104, 70))


def _skull_pole(stage: Stage, plane: Plane, x: float, base: float) -> None:
    top = base - stage.s(27)
    plane.draw.line((x, base, x, top), fill=(94, 72, 52), width=2)
    plane.draw.ellipse((x - 4, top - 7, x + 4, top), fill=(222, 214, 194))
    plane.draw.rectangle((x - 2, top, x + 2, top + 2), fill=(204, 194, 172))
    plane.draw.rectangle((x - 3, top - 4, x - 1, top - 3), fill=(36, 28, 34))
    plane.draw.rectangle((x + 1, top - 4, x + 3, top - 3), fill=(36, 28, 34))


def portal(
    plane: Plane,
    x: float,
    base: float,
    half: float,
    high: float,
    colour: Colour = (134, 94, 58),
) -> None:
    """A timber frame around a tunnel: two posts, a lintel, braces."""
    tones, draw = ramp(colour, 6, contrast=0.8), plane.draw
    thick = max(4, half * 0.22)
    draw.polygon(
        [
            (x - half, base),
            (x - half * 0.9, base - high),
            (x + half * 0.9, base - high),
            (x + half, base),
        ],
        fill=(10, 8, 16),
    )
    for way in (-1, 1):
        px = x + way * half
        quad = [
            (px - thick / 2, base + 2),
            (px - way * half * 0.1 - thick / 2, base - high),
            (px - way * half * 0.1 + thick / 2, base - high),
            (px + thick / 2, base + 2),
        ]
        draw.polygon(quad, fill=tones[3 if way < 0 else 2])
        draw.line((*quad[0], *quad[1]), fill=tones[4])
        draw.line((*quad[3], *quad[2]), fill=tones[0])
        draw.line(
            (px - way * half * 0.1, base - high * 0.66, px - way * half * 0.5, base - high),
            fill=tones[2],
            width=max(2, round(thick * 0.5)),
        )
    top = base - high - thick
    draw.rectangle((x - half * 1.2, top, x + half * 1.2, top + thick), fill=tones[3])
    draw.line((x - half * 1.2, top, x + half * 1.2, top), fill=tones[5])
    draw.line((x - half * 1.2, top + thick, x + half * 1.2, top + thick), fill=tones[0])
    for share in (-1, 0.98):
        draw.rectangle(
            (x + half * share - 1, top + thick * 0.3, x + half * share + 1, top + thick * 0.6),
            fill=(96, 92, 100),
        )


def mine_entrance(stage: Stage) -> None:
    """A timbered tunnel in the mountainside, with rails, a cart, a crane and lanterns."""
    rng, horizon = stage.rng, stage.y(0.6)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.45, where=0.5 + rng.choice((-0.12, 0.12)))
    rock, base = stage.plane(snow=4, rim_light=0.3), stage.y(0.78)
    _bluff(stage, rock, base, 0.26, (122, 102, 94))
    x, half, high = stage.x(0.5), stage.s(38), stage.s(66)
    mouth = stage.plane(snow=3)
    portal(mouth, x, base + 3, half, high)
    inner = stage.plane(snow=0)
    portal(inner, x, base, half * 0.56, high * 0.68, (84, 60, 42))
    props.lantern(stage, inner, x, base - high * 0.62, 4, reach=42)
    _board(stage, mouth, x, base - high - stage.s(15))
    floor = stage.plane(snow=0)
    ground.land(stage, floor, base - 4, (134, 112, 86))
    props.rails(floor, (x, base - 2), (stage.x(0.42), stage.h + 6), stage.s(86), start=stage.s(17))
    front = stage.plane()
    _crane(stage, front, stage.x(0.82), stage.y(0.84))
    props.cart(front, stage.x(0.36), stage.y(0.93), stage.s(56), (196, 128, 62), rng)
    for share in (0.37, 0.63):
        px = stage.x(share)
        front.draw.line((px, base + 4, px, base - stage.s(42)), fill=(84, 60, 42), width=3)
        front.draw.line(
            (px, base - stage.s(42), px + 6, base - stage.s(42)), fill=(84, 60, 42), width=2
        )
        props.lantern(stage, front, px + 6, base - stage.s(42), 5, reach=50)
    person(front.draw, rng, stage.x(0.62), stage.y(0.9), stage.s(32), "miner")
    person(front.draw, rng, stage.x(0.28), stage.y(0.89), stage.s(31), "miner")
    rubble(front, rng, 0, stage.x(0.2), stage.y(0.92), 6, stage.s(24), (122, 104, 98))
    props.crate(front, stage.x(0.68), stage.y(0.95), stage.s(21))
    props.barrel(front, stage.x(0.78), stage.y(0.97), stage.s(26))
    fir(stage, front, stage.x(0.02), stage.y(0.98), stage.s(116))
    fir(stage, front, stage.x(0.99), stage.y(1.0), stage.s(100))


def _board(stage: Stage, plane: Plane, x: float, y: float) -> None:
    half, high = stage.s(28), stage.s(11)
    masonry.planks(
        plane.draw,
        stage.rng,
        (x - half, y - high / 2, x + half, y + high / 2),
        (150, 108, 66),
        wide=5,
        level=True,
    )
    for way in (-1, 1):
        plane.draw.line((x + way * 5, y + 3, x - way * 5, y - 3), fill=(70, 46, 32), width=2)
        plane.draw.line((x - way * 7, y - 3, x - way * 2, y - 5), fill=(210, 212, 220), width=2)


def _crane(stage: Stage, plane: Plane, x: float, base: float) -> None:
    k, draw, tone = stage.k, plane.draw, ramp((118, 84, 54), 5)
    draw.line((x - 14 * k, base, x, base - 74 * k), fill=tone[2], width=4)
    draw.line((x + 16 * k, base, x, base - 74 * k), fill=tone[1], width=4)
    draw.line((x - 8 * k, base - 30 * k, x + 9 * k, base - 30 * k), fill=tone[2], width=3)
    draw.line((x + 12 * k, base - 66 * k, x - 34 * k, base - 80 * k), fill=tone[3], width=4)
    draw.line((x - 33 * k, base - 79 * k, x - 33 * k, base - 40 * k), fill=(176, 156, 116))
    draw.rectangle(
        (x - 40 * k, base - 40 * k, x - 26 * k, base - 28 * k), fill=tone[3], outline=tone[0]
    )
    draw.ellipse((x - 5, base - 78 * k, x + 5, base - 70 * k), fill=tone[1], outline=tone[4])


def mountain(stage: Stage) -> None:
    """High up: Emberpeak fills the sky, a stony path leads on."""
    rng, horizon = stage.rng, stage.y(0.74)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.3, where=rng.uniform(0.4, 0.6))
    plane = stage.plane(haze=0.3, snow=0)
    tone = mix((96, 100, 108), SNOW, 0.5 if stage.mood.snowy else 0.0)
    ridge(plane.draw, rng, stage.size, stage.y(0.68), stage.h * 0.05, tone, 0.35)
    wood(stage, stage.y(0.76), stage.s(26), 0.28)
    near = stage.plane(snow=3, rim_light=0.3)
    for share, way in ((0.0, 1), (1.0, -1)):
        x = stage.x(share)
        line = broken(
            rng,
            (x, stage.y(rng.uniform(0.3, 0.46))),
            (x + way * stage.w * 0.34, stage.y(1.0)),
            0.14,
            4,
        )
        cliff(
            stage,
            near,
            [*line, (x - way * 8, stage.h), (x - way * 8, line[0][1])],
            scale(ROCK, 0.95),
            16,
        )
    floor = stage.plane(snow=0)
    ground.land(stage, floor, stage.y(0.82), (116, 108, 96), rough=5)
    ground.path(
        stage, floor, (stage.x(0.5), stage.y(0.83)), stage.x(0.44), stage.s(92), far=stage.s(16)
    )
    rubble(near, rng, stage.x(0.1), stage.x(0.9), stage.y(0.9), 8, stage.s(20))
    person(floor.draw, rng, stage.x(0.5), stage.y(0.93), stage.s(25), "hood")
