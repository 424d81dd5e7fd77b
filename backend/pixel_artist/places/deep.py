"""The depths: crystals, the river, the great chamber, the rune."""

from pixel_artist import below, props
from pixel_artist.colour import EMBER, Colour, mix, ramp, scale
from pixel_artist.people import person
from pixel_artist.relief import blank, solid
from pixel_artist.rock import (
    boulder,
    cavern,
    rubble,
    teeth,
)
from pixel_artist.stage import Light, Plane, Stage
from pixel_artist.water import mirror


def river(stage: Stage) -> None:
    """A loud river through the rock, from a waterfall to the viewer."""
    stage.go_below(0.7)
    rng = stage.rng
    tone: Colour = (96, 106, 122)
    walls = cavern(
        stage,
        [(0.5, 0.62, 0.19, 0.44), (0.5, 0.74, 0.32, 0.64), (0.5, 1.04, 0.46, 1.02)],
        colour=tone,
        deep=(12, 22, 40),
        floor=0.58,
    )
    x = stage.x(rng.choice((0.44, 0.56)))
    _waterfall(stage, walls[0], x)
    bank = [
        (x - stage.s(17), stage.y(0.6)),
        (x + stage.s(17), stage.y(0.6)),
        (stage.x(0.62), stage.y(0.72)),
        (stage.x(0.78), stage.h),
        (stage.x(0.2), stage.h),
        (stage.x(0.36), stage.y(0.72)),
    ]
    mirror(stage, bank, stage.y(0.6), (38, 96, 138), clear=0.36, calm=2.2)
    foam = stage.plane(snow=0)
    for _ in range(100):
        t = stage.air.random()
        y = stage.y(0.61) + (stage.h - stage.y(0.61)) * t
        half = stage.s(15) + (stage.w * 0.26) * t
        px = x + (stage.x(0.49) - x) * t + stage.air.uniform(-0.95, 0.95) * half
        length = 2 + 9 * t
        foam.draw.line(
            [(px, y), (px + length * 0.5, y + 1), (px + length, y)],
            fill=stage.air.choice(((186, 222, 240), (128, 184, 216), (226, 244, 250))),
        )
    stones = stage.plane(snow=0)
    for share, y, size in ((0.45, 0.76, 9), (0.56, 0.82, 12), (0.42, 0.89, 15)):
        boulder(stones, rng, stage.x(share), stage.y(y), stage.s(size), stage.s(size), tone)
        half = stage.s(size) * 1.25
        stones.draw.arc(
            (stage.x(share) - half, stage.y(y) - 3, stage.x(share) + half, stage.y(y) + 4),
            0,
            180,
            fill=(214, 238, 248),
        )
    teeth(walls[1], rng, stage.x(0.2), stage.x(0.8), stage.y(0.14), stage.s(32), tone, count=11)
    props.lantern(stage, stones, stage.x(0.24), stage.y(0.52), 7, reach=stage.s(92))
    stones.draw.line(
        (stage.x(0.24), stage.y(0.52), stage.x(0.24), stage.y(0.8)), fill=(84, 62, 46), width=3
    )
    person(stones.draw, rng, stage.x(0.19), stage.y(0.86), stage.s(31), "hood")
    props.gleam(stage, x, stage.y(0.58), stage.s(90), (90, 170, 220), halo=0.3)
    rubble(stones, rng, stage.x(0.82), stage.w, stage.y(0.94), 6, stage.s(28), tone)
    below.weather_below(stage, (x, stage.y(0.62), stage.s(14)))


def _waterfall(stage: Stage, plane: Plane, x: float) -> None:
    half, base = stage.s(15), stage.y(0.62)
    view = below.outside(stage)
    below.look_out(
        stage,
        plane,
        view,
        [
            (x - half * 1.5, stage.y(0.2)),
            (x, stage.y(0.13)),
            (x + half * 1.5, stage.y(0.21)),
            (x + half, stage.y(0.3)),
            (x - half, stage.y(0.3)),
        ],
    )
    tones = ramp((92, 156, 204), 6, shine=(240, 252, 255))
    plane.draw.polygon(
        [
            (x - half, stage.y(0.27)),
            (x + half, stage.y(0.27)),
            (x + half * 1.2, base),
            (x - half * 1.2, base),
        ],
        fill=tones[2],
    )
    for _ in range(46):
        px, y = x + stage.air.uniform(-1, 1) * half, stage.air.uniform(stage.y(0.27), base - 14)
        plane.draw.line(
            (px, y, px, y + stage.air.randint(8, 26)), fill=tones[stage.air.choice((1, 3, 4, 5))]
        )
    for _ in range(26):
        px, y, size = (
            x + stage.air.gauss(0, half),
            base - abs(stage.air.gauss(0, 4)),
            stage.air.randint(1, 4),
        )
        plane.draw.ellipse((px - size, y - size, px + size, y + size), fill=tones[5])
    below.beam(stage, (x, stage.y(0.16)), half, (x + 4, stage.y(0.82)), half * 3.2, power=0.85)


def deep_chamber(stage: Stage) -> None:
    """The largest cave: columns, a causeway over a glow, a pedestal in a shaft of light."""
    stage.go_below(0.75)
    rng = stage.rng
    tone: Colour = (108, 96, 116)
    ember = mix(EMBER, rng.choice((EMBER, (255, 80, 90), (255, 170, 60))), 0.5)
    walls = cavern(
        stage,
        [(0.5, 1.1, 0.33, 1.0), (0.5, 1.12, 0.42, 1.07), (0.5, 1.14, 0.5, 1.17)],
        colour=tone,
        deep=(30, 16, 34),
    )
    back = walls[0]
    _lava(stage, back, ember, tone)
    stage.light(Light(stage.x(0.5), stage.y(0.9), stage.w * 0.52, ember, 0.7, 0.24, 0.6))
    for share, half in ((0.24, 13), (0.37, 9), (0.64, 9), (0.77, 14)):
        _column(stage, back, stage.x(share), half, tone)
    x, top = stage.x(0.5), stage.y(0.7)
    _causeway(stage, x, top, tone)
    view = below.outside(stage)
    below.look_out(
        stage,
        back,
        view,
        [
            (x - 14, stage.y(0.1)),
            (x - 2, stage.y(0.05)),
            (x + 13, stage.y(0.09)),
            (x + 9, stage.y(0.15)),
            (x - 9, stage.y(0.16)),
        ],
    )
    below.beam(stage, (x, stage.y(0.12)), stage.s(10), (x, top), stage.s(30), power=1.5)
    altar = stage.plane(snow=0)
    _pedestal(stage, altar, x, top)
    person(altar.draw, rng, x - stage.s(34), stage.y(0.8), stage.s(17), "hood")
    teeth(walls[2], rng, stage.x(0.12), stage.x(0.88), stage.y(0.06), stage.s(52), tone, count=16)
    teeth(walls[2], rng, 0, stage.x(0.14), stage.h, stage.s(60), tone, up=True, count=5)
    teeth(walls[2], rng, stage.x(0.86), stage.w, stage.h, stage.s(60), tone, up=True, count=5)
    below.weather_below(stage, (x, top, stage.s(18)))


def _lava(stage: Stage, back: Plane, ember: Colour, tone: Colour) -> None:
    rng = stage.rng
    low = stage.y(0.76)
    back.shine.rectangle((0, low, stage.w, stage.h), fill=scale(ember, 0.6))
    for _ in range(70):
        px, py = rng.randrange(stage.w), rng.randint(low, stage.h)
        back.shine.line(
            (px, py, px + rng.randint(6, 28), py),
            fill=rng.choice((ember, mix(ember, (255, 232, 150), 0.6), scale(ember, 0.4))),
            width=2,
        )
    shore = stage.plane(snow=0)
    rubble(shore, rng, stage.x(0.12), stage.x(0.88), low + 4, 16, stage.s(22), scale(tone, 0.8))
    for share in (0.1, 0.15, 0.19, 0.81, 0.85, 0.9):
        size = stage.s(rng.randint(12, 22))
        boulder(
            shore,
            rng,
            stage.x(share),
            stage.y(rng.uniform(0.84, 1.02)),
            size,
            size * 1.2,
            scale(tone, 0.8),
        )


def _column(stage: Stage, plane: Plane, x: float, half: float, tone: Colour) -> None:
    half = stage.s(half)
    mask, pen = blank(stage.size)
    base = stage.y(0.8)
    pen.polygon(
        [
            (x - half * 2, 0),
            (x + half * 2, 0),
            (x + half, stage.y(0.24)),
            (x + half * 0.8, stage.y(0.5)),
            (x + half * 1.9, base + 4),
            (x - half * 1.9, base + 4),
            (x - half * 0.8, stage.y(0.5)),
            (x - half, stage.y(0.24)),
        ],
        fill=255,
    )
    solid(plane.image, mask, ramp(scale(tone, 0.72), 6), radius=max(3, half * 0.6), light=(-1, 0))
    for y in range(stage.y(0.2), base, 9):
        plane.draw.line((x - half * 0.8, y, x + half * 0.3, y + 3), fill=scale(tone, 0.4))


def _causeway(stage: Stage, x: float, top: float, tone: Colour) -> None:
    plane = stage.plane(snow=0)
    mask, pen = blank(stage.size)
    pen.polygon(
        [
            (x - stage.s(46), top),
            (x + stage.s(46), top),
            (x + stage.s(40), top + stage.s(9)),
            (x + stage.s(62), stage.h),
            (x - stage.s(62), stage.h),
            (x - stage.s(40), top + stage.s(9)),
        ],
        fill=255,
    )
    solid(plane.image, mask, ramp(tone, 6), radius=3, light=(0, -1))
    shades = ramp(tone, 6)
    y, step = top + stage.s(10), 3.0
    while y < stage.h:
        half = stage.s(40) + stage.s(22) * (y - top) / (stage.h - top)
        plane.draw.line((x - half, y, x + half, y), fill=shades[1])
        plane.draw.line((x - half, y + 1, x + half, y + 1), fill=shades[4])
        y, step = y + step, step * 1.22


def _pedestal(stage: Stage, plane: Plane, x: float, base: float) -> None:
    k, shades = stage.k, ramp((150, 140, 150), 6)
    for i, half in enumerate((20, 15, 10)):
        y = base - i * 5 * k
        plane.draw.rectangle((x - half * k, y - 5 * k, x + half * k, y), fill=shades[2])
        plane.draw.line((x - half * k, y - 5 * k, x + half * k, y - 5 * k), fill=shades[4])
    plane.draw.rectangle((x - 6 * k, base - 30 * k, x + 6 * k, base - 15 * k), fill=shades[3])
    plane.draw.rectangle((x + 2 * k, base - 30 * k, x + 6 * k, base - 15 * k), fill=shades[1])
    plane.draw.rectangle((x - 9 * k, base - 33 * k, x + 9 * k, base - 30 * k), fill=shades[4])
    hue: Colour = (110, 220, 255)
    y = base - 42 * k
    plane.shine.polygon(
        [(x, y - 9 * k), (x + 7 * k, y), (x, y + 9 * k), (x - 7 * k, y)], fill=scale(hue, 0.7)
    )
    plane.shine.polygon([(x, y - 9 * k), (x, y + 9 * k), (x - 7 * k, y)], fill=hue)
    plane.shine.line((x - 2, y - 3 * k, x + 1, y + 3 * k), fill=(255, 255, 255))
    props.gleam(stage, x, y, 44 * k, hue, halo=0.45)
