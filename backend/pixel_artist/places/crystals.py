"""Crystals, and the cavern that is full of them."""

from pixel_artist import below
from pixel_artist.colour import Colour, mix, ramp, scale
from pixel_artist.people import person
from pixel_artist.rock import blob, cavern, ground_of_rock, teeth
from pixel_artist.stage import Light, Plane, Stage
from pixel_artist.water import mirror

GEMS: tuple[Colour, ...] = ((84, 206, 255), (186, 112, 255), (96, 240, 190), (255, 120, 190))


def crystal(plane: Plane, x: float, base: float, high: float, lean: float, hue: Colour) -> None:
    """One six-sided crystal, ``high`` pixels long, its tip ``lean`` pixels to the side."""
    half = max(2.0, high * 0.15)
    tones = ramp(hue, 6, shade=(24, 16, 70), shine=(255, 255, 255))
    tx, ty = x + lean, base - high
    sx, sy = x + lean * 0.78, base - high * 0.76
    plane.shine.polygon(
        [
            (x - half, base),
            (sx - half, sy),
            (tx, ty),
            (sx + half, sy + half * 0.5),
            (x + half, base),
        ],
        fill=tones[1],
    )
    plane.shine.polygon(
        [
            (x - half, base),
            (sx - half, sy),
            (tx, ty),
            (sx - half * 0.15, sy + half * 0.8),
            (x - half * 0.2, base),
        ],
        fill=tones[3],
    )
    plane.shine.polygon(
        [(sx - half * 0.15, sy + half * 0.8), (tx, ty), (sx + half, sy + half * 0.5)], fill=tones[2]
    )
    plane.shine.line((x - half, base, sx - half, sy), fill=tones[4])
    plane.shine.line((sx - half, sy, tx, ty), fill=tones[5])


def cluster(stage: Stage, plane: Plane, x: float, base: float, high: float, hue: Colour) -> None:
    """A fan of crystals and its light."""
    rng = stage.rng
    count = rng.randint(5, 7)
    order = sorted(range(count), key=lambda i: -abs(i - (count - 1) / 2))
    for i in order:
        place = (i - (count - 1) / 2) / (count / 2)
        reach = high * (1 - abs(place) * 0.5) * rng.uniform(0.8, 1.08)
        crystal(
            plane, x + place * high * 0.26, base + abs(place) * 3, reach, place * reach * 0.55, hue
        )
    stage.light(Light(x, base - high * 0.4, high * 1.9, hue, 0.75, 0.3))


def crystals(stage: Stage) -> None:
    """A cavern of glowing crystals over a still pool."""
    stage.go_below(0.95)
    rng = stage.rng
    hues = rng.sample(GEMS, 2)
    tone: Colour = (104, 98, 132)
    walls = cavern(
        stage,
        [(0.5, 0.7, 0.2, 0.42), (0.5, 0.82, 0.33, 0.66), (0.5, 1.04, 0.46, 1.0)],
        colour=tone,
        deep=(20, 14, 44),
        floor=0.66,
    )
    for share, y, high in ((0.42, 0.69, 26), (0.56, 0.68, 34)):
        cluster(stage, walls[0], stage.x(share), stage.y(y), stage.s(high), rng.choice(hues))
    for share, y, high in ((0.24, 0.76, 56), (0.74, 0.75, 62), (0.62, 0.73, 30)):
        cluster(stage, walls[1], stage.x(share), stage.y(y), stage.s(high), rng.choice(hues))
    teeth(walls[1], rng, stage.x(0.2), stage.x(0.8), stage.y(0.16), stage.s(34), tone, count=12)
    for share in (0.36, 0.68):
        crystal(walls[1], stage.x(share), stage.y(0.12), -stage.s(30), 4, hues[0])
        stage.light(Light(stage.x(share), stage.y(0.2), stage.s(40), hues[0], 0.6, 0.25))
    pool = blob(rng, stage.x(0.5), stage.y(0.86), stage.w * 0.28, stage.h * 0.085, 16)
    mirror(stage, pool, stage.y(0.77), mix((24, 30, 70), hues[0], 0.2), clear=0.72)
    x = stage.x(0.5)
    below.look_out(
        stage,
        walls[2],
        below.outside(stage),
        [(x - 13, 0), (x + 15, 0), (x + 8, stage.s(11)), (x - 8, stage.s(9))],
    )
    below.beam(stage, (x, 2), stage.s(10), (x + 6, stage.y(0.84)), stage.s(34), power=0.8)
    front = stage.plane(snow=0)
    ground_of_rock(stage, front, stage.y(0.95), scale(tone, 0.7))
    cluster(stage, front, stage.x(0.08), stage.y(1.0), stage.s(92), hues[0])
    cluster(stage, front, stage.x(0.92), stage.y(1.0), stage.s(84), hues[1])
    person(front.draw, rng, stage.x(0.36), stage.y(0.96), stage.s(27), "hood")
    _sparkles(stage, hues)
    below.weather_below(stage, (x, stage.y(0.86), stage.s(24)))


def _sparkles(stage: Stage, hues: list[Colour]) -> None:
    plane = stage.plane(snow=0)
    for _ in range(26):
        x, y = stage.air.randrange(stage.w), stage.air.randrange(stage.h)
        plane.shine.point((x, y), fill=(255, 255, 255))
        if stage.air.random() < 0.4:
            plane.shine.point(
                [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)], fill=stage.air.choice(hues)
            )
