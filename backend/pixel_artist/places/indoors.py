"""Rooms: the tavern and the smithy, with the hour seen through a window."""

from pixel_artist import below, masonry, props
from pixel_artist.colour import EMBER, FLAME, Colour, mix, ramp, scale
from pixel_artist.people import person
from pixel_artist.relief import blank, solid
from pixel_artist.stage import Plane, Stage

OAK: Colour = (128, 86, 52)


def floorboards(stage: Stage, plane: Plane, y: int, colour: Colour) -> None:
    """Boards that run to a vanishing point above the middle."""
    tones, draw = ramp(colour, 6, contrast=0.6), plane.draw
    count, rng = 22, stage.rng
    far, near = stage.w * 0.5, stage.w * 1.15
    for i in range(count):
        a, b = i / count * 2 - 1, (i + 1) / count * 2 - 1
        middle = stage.w / 2
        quad = [
            (middle + a * far, y),
            (middle + b * far, y),
            (middle + b * near, stage.h),
            (middle + a * near, stage.h),
        ]
        draw.polygon(quad, fill=tones[rng.choice((2, 3, 3))])
        draw.line((quad[0], quad[3]), fill=tones[1])
        t = rng.random()
        cut = y + (stage.h - y) * t * t
        reach = far + (near - far) * t * t
        draw.line((middle + a * reach, cut, middle + b * reach, cut), fill=tones[0])


def glass(
    stage: Stage, plane: Plane, box: tuple[float, float, float, float], bars: int = 2
) -> None:
    """A window on the country outside, with bars of lead; light falls in from it."""
    x0, y0, x1, y1 = box
    half = (x1 - x0) / 2
    plane.draw.rectangle((x0 - 4, y0 - 4, x1 + 4, y1 + 4), fill=(74, 50, 36))
    view = below.outside(stage)
    below.look_out(stage, plane, view, [(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
    for i in range(1, bars + 1):
        x = x0 + (x1 - x0) * i / (bars + 1)
        plane.shine.line((x, y0, x, y1), fill=(58, 42, 34), width=2)
    plane.shine.line((x0, (y0 + y1) / 2, x1, (y0 + y1) / 2), fill=(58, 42, 34), width=2)
    plane.draw.rectangle((x0 - 6, y1 + 3, x1 + 6, y1 + 6), fill=(122, 84, 54))
    foot = ((x0 + x1) / 2, stage.h * 0.84)
    below.beam(stage, ((x0 + x1) / 2, y0), half, foot, half * 1.9, power=0.7)


def tavern(stage: Stage) -> None:
    """A warm inn: hearth, bar, window, tables and guests."""
    stage.go_below(0.35)
    rng, floor_y = stage.rng, stage.y(0.66)
    wall = stage.plane(snow=0)
    masonry.planks(wall.draw, rng, (0, 0, stage.w, floor_y), OAK, wide=stage.s(13))
    masonry.bricks(
        wall.draw,
        rng,
        (0, floor_y - stage.s(22), stage.w, floor_y),
        (112, 100, 96),
        wide=12,
        high=6,
    )
    glass(stage, wall, (stage.x(0.43), stage.y(0.22), stage.x(0.57), stage.y(0.47)))
    _hearth(stage, wall, stage.x(0.2), floor_y + stage.s(6))
    _bar_shelves(stage, wall, stage.x(0.72), stage.y(0.2))
    floorboards(stage, wall, floor_y, (112, 74, 48))
    beams = stage.plane(snow=0)
    dark = ramp((84, 56, 40), 5, contrast=0.7)
    beams.draw.rectangle((0, 0, stage.w, stage.s(13)), fill=dark[2])
    beams.draw.line((0, stage.s(13), stage.w, stage.s(13)), fill=dark[0], width=2)
    for share in (0.04, 0.36, 0.64, 0.96):
        x = stage.x(share)
        beams.draw.rectangle((x - stage.s(5), 0, x + stage.s(5), floor_y), fill=dark[2])
        beams.draw.line((x - stage.s(5), 0, x - stage.s(5), floor_y), fill=dark[3])
        beams.draw.line((x + stage.s(5), 0, x + stage.s(5), floor_y), fill=dark[0])
    _bar(stage, stage.x(0.68), floor_y + stage.s(22))
    front = stage.plane(snow=0)
    _chandelier(stage, front, stage.x(0.5), stage.s(4))
    for share, y, size in ((0.34, 0.86, 1.0), (0.13, 0.97, 1.25), (0.6, 0.98, 1.3)):
        _table(stage, front, stage.x(share), stage.y(y), stage.s(44 * size), size)
    stage.lamp(stage.x(0.82), stage.y(0.3), stage.s(95))
    below.weather_below(stage, dry=True)


def _hearth(stage: Stage, plane: Plane, x: float, base: float) -> None:
    half, high, rng = stage.s(33), stage.s(62), stage.rng
    masonry.bricks(
        plane.draw,
        rng,
        (x - half * 0.7, 0, x + half * 0.7, base - high),
        (126, 112, 108),
        wide=11,
        high=6,
    )
    masonry.bricks(
        plane.draw, rng, (x - half, base - high, x + half, base), (138, 122, 114), wide=11, high=6
    )
    masonry.arch_hole(plane.draw, x, base, half * 0.66, high * 0.68, (30, 18, 22))
    masonry.arch_stones(plane.draw, rng, x, base, half * 0.66, high * 0.68, (156, 138, 126), 4)
    plane.draw.rectangle(
        (x - half - 4, base - high - 4, x + half + 4, base - high), fill=(104, 70, 46)
    )
    plane.draw.line(
        (x - half - 4, base - high - 4, x + half + 4, base - high - 4), fill=(158, 112, 72)
    )
    for i, share in enumerate((-0.7, -0.2, 0.5)):
        px = x + half * share
        plane.draw.rectangle(
            (px, base - high - 10, px + 4, base - high - 5),
            fill=((92, 122, 86), (176, 150, 90), (150, 82, 62))[i],
        )
    props.campfire(stage, plane, x, base - 3, stage.s(19))
    stage.lamp(x, base - high * 0.2, stage.s(120), EMBER)


def _bar_shelves(stage: Stage, plane: Plane, x: float, y: float) -> None:
    rng, wide = stage.rng, stage.w * 0.24
    for row in range(3):
        top = y + row * stage.s(19)
        plane.draw.rectangle((x, top - stage.s(16), x + wide, top), fill=(62, 42, 34))
        plane.draw.rectangle((x - 2, top, x + wide + 2, top + 2), fill=(152, 104, 64))
        at = x + 3
        while at < x + wide - 6:
            tone = rng.choice(
                ((92, 142, 92), (156, 66, 58), (190, 142, 62), (88, 112, 162), (150, 118, 92))
            )
            high = stage.s(rng.randint(7, 12))
            shades = ramp(tone, 5)
            plane.draw.rectangle((at, top - high, at + 4, top - 1), fill=shades[2])
            plane.draw.rectangle((at + 1, top - high - 3, at + 3, top - high), fill=shades[1])
            plane.draw.line((at + 1, top - high + 1, at + 1, top - 3), fill=shades[4])
            at += rng.randint(7, 11)


def _bar(stage: Stage, x: float, base: float) -> None:
    plane, rng = stage.plane(snow=0), stage.rng
    high = stage.s(34)
    person(plane.draw, rng, x + stage.w * 0.1, base - stage.s(4), stage.s(52), "")
    person(plane.draw, rng, x + stage.w * 0.22, base - stage.s(4), stage.s(50), "hood")
    masonry.planks(
        plane.draw, rng, (x, base - high, stage.w, base), (140, 92, 54), wide=stage.s(11)
    )
    plane.draw.rectangle((x - 4, base - high - 4, stage.w, base - high), fill=(176, 122, 74))
    plane.draw.line((x - 4, base - high - 4, stage.w, base - high - 4), fill=(216, 166, 108))
    for share in (0.05, 0.13, 0.26):
        _mug(plane, x + stage.w * share, base - high - 4, stage.s(6))
    props.barrel(plane, x - stage.s(14), base + stage.s(2), stage.s(27))


def _mug(plane: Plane, x: float, base: float, size: float) -> None:
    plane.draw.rectangle((x, base - size, x + size * 0.8, base - 1), fill=(166, 122, 74))
    plane.draw.line((x, base - size, x + size * 0.8, base - size), fill=(250, 244, 222))
    plane.draw.line((x, base - size * 0.5, x + size * 0.8, base - size * 0.5), fill=(98, 92, 96))
    plane.draw.arc(
        (x + size * 0.4, base - size, x + size * 1.3, base - 1), 270, 90, fill=(166, 122, 74)
    )


def _chandelier(stage: Stage, plane: Plane, x: float, y: float) -> None:
    half = stage.s(24)
    low = y + stage.s(24)
    for way in (-1, 1):
        plane.draw.line((x, y, x + way * half, low), fill=(56, 46, 46))
    plane.draw.ellipse((x - half, low - 3, x + half, low + 4), outline=(86, 60, 42), width=2)
    for share in (-1, -0.4, 0.3, 1):
        px = x + half * share
        plane.draw.line((px, low, px, low - 4), fill=(236, 226, 196))
        plane.shine.line((px, low - 7, px, low - 5), fill=FLAME)
        plane.shine.point((px, low - 5), fill=(255, 248, 210))
    stage.lamp(x, low, stage.s(66))


def _table(stage: Stage, plane: Plane, x: float, base: float, wide: float, size: float) -> None:
    rng, draw, high = stage.rng, plane.draw, wide * 0.42
    tones = ramp((146, 98, 58), 6, contrast=0.7)
    for way in (-1, 1):
        if rng.random() < 0.85:
            person(
                draw,
                rng,
                x + way * wide * 0.36,
                base - high * 0.1,
                stage.s(40 * size),
                rng.choice(("", "hood", "")),
            )
    for way in (-1, 1):
        draw.line(
            (x + way * wide * 0.32, base - high, x + way * wide * 0.36, base),
            fill=tones[1],
            width=3,
        )
    draw.ellipse(
        (x - wide / 2, base - high * 1.22, x + wide / 2, base - high * 0.72), fill=tones[1]
    )
    draw.ellipse((x - wide / 2, base - high * 1.3, x + wide / 2, base - high * 0.82), fill=tones[3])
    draw.arc(
        (x - wide / 2, base - high * 1.3, x + wide / 2, base - high * 0.82), 180, 300, fill=tones[5]
    )
    top = base - high * 1.06
    _mug(plane, x - wide * 0.28, top, stage.s(6 * size))
    _mug(plane, x + wide * 0.16, top + 1, stage.s(6 * size))
    draw.line((x, top, x, top - stage.s(5)), fill=(238, 228, 200), width=2)
    plane.shine.line((x, top - stage.s(9), x, top - stage.s(6)), fill=FLAME, width=2)
    stage.lamp(x, top - stage.s(6), wide * 0.9)


def smithy(stage: Stage) -> None:
    """A forge: glowing hearth under a hood, anvil, smith and tools, open to the yard."""
    stage.go_below(0.45)
    rng, floor_y = stage.rng, stage.y(0.68)
    wall = stage.plane(snow=0)
    masonry.bricks(
        wall.draw, rng, (0, 0, stage.w, floor_y), (110, 98, 102), wide=stage.s(15), high=stage.s(8)
    )
    _yard(stage, wall, floor_y)
    _tool_wall(stage, wall)
    tones = ramp((86, 74, 70), 6, contrast=0.5)
    wall.draw.rectangle((0, floor_y, stage.w, stage.h), fill=tones[2])
    for _ in range(130):
        x, y = rng.randrange(stage.w), rng.randint(floor_y, stage.h)
        wall.draw.line((x, y, x + rng.randint(2, 9), y), fill=tones[rng.choice((1, 3, 3))])
    roof = ramp((84, 58, 42), 5, contrast=0.7)
    wall.draw.rectangle((0, 0, stage.w, stage.s(10)), fill=roof[2])
    for share in (0.02, 0.3, 0.66, 0.98):
        x = stage.x(share)
        wall.draw.polygon(
            [(x - 5, 0), (x + 5, 0), (x + 5, floor_y), (x - 5, floor_y)], fill=roof[2]
        )
        wall.draw.line((x - 5, 0, x - 5, floor_y), fill=roof[3])
    _forge(stage, stage.x(0.19), floor_y + stage.s(16))
    front = stage.plane(snow=0)
    _anvil(stage, front, stage.x(0.5), stage.y(0.94))
    person(front.draw, rng, stage.x(0.62), stage.y(0.93), stage.s(66), "smith")
    props.barrel(front, stage.x(0.9), stage.y(0.98), stage.s(38))
    props.crate(front, stage.x(0.74), stage.y(0.97), stage.s(20))
    mouth = (stage.x(0.82), floor_y + stage.s(2), stage.w * 0.09)
    below.weather_below(stage, mouth, top=stage.y(0.21))


def _yard(stage: Stage, plane: Plane, floor_y: int) -> None:
    x0, x1, top = stage.x(0.71), stage.x(0.93), stage.y(0.2)
    plane.draw.rectangle((x0 - 5, top - 5, x1 + 5, floor_y), fill=(70, 48, 36))
    view = below.outside(stage)
    below.look_out(stage, plane, view, [(x0, top), (x1, top), (x1, floor_y - 1), (x0, floor_y - 1)])
    below.beam(
        stage,
        ((x0 + x1) / 2, top),
        (x1 - x0) / 2,
        (stage.x(0.76), stage.h * 0.9),
        stage.w * 0.17,
        power=0.6,
    )


def _tool_wall(stage: Stage, plane: Plane) -> None:
    draw, y = plane.draw, stage.y(0.24)
    draw.rectangle((stage.x(0.36), y, stage.x(0.62), y + 3), fill=(122, 84, 52))
    steel = ramp((166, 172, 186), 5)
    for i in range(8):
        x, length = stage.x(0.375) + i * stage.w * 0.031, stage.s(stage.rng.randint(22, 36))
        if i % 3 == 0:
            draw.line((x, y + 4, x, y + length), fill=steel[3], width=2)
            draw.line((x - 3, y + 8, x + 4, y + 8), fill=(196, 156, 82), width=2)
        elif i % 3 == 1:
            draw.line((x, y + 4, x, y + length), fill=(140, 100, 62), width=2)
            draw.rectangle((x - 4, y + length - 6, x + 5, y + length), fill=steel[1])
        else:
            draw.arc((x - 5, y + 4, x + 5, y + 16), 0, 359, fill=steel[2], width=2)


def _forge(stage: Stage, x: float, base: float) -> None:
    plane, rng = stage.plane(snow=0), stage.rng
    half, high = stage.s(44), stage.s(44)
    hood = ramp((96, 84, 86), 5, contrast=0.8)
    top = base - high
    plane.draw.polygon(
        [
            (x - half * 0.35, 0),
            (x + half * 0.35, 0),
            (x + half * 1.0, top - stage.s(20)),
            (x - half * 1.0, top - stage.s(20)),
        ],
        fill=hood[1],
    )
    plane.draw.polygon(
        [
            (x - half * 0.35, 0),
            (x, 0),
            (x - half * 0.1, top - stage.s(20)),
            (x - half * 1.0, top - stage.s(20)),
        ],
        fill=hood[2],
    )
    plane.draw.rectangle(
        (x - half * 1.05, top - stage.s(22), x + half * 1.05, top - stage.s(18)), fill=hood[3]
    )
    masonry.bricks(
        plane.draw, rng, (x - half, top - 4, x + half, base), (150, 98, 84), wide=11, high=6
    )
    plane.draw.rectangle(
        (x - half * 0.86, top - stage.s(18), x + half * 0.86, top - 4), fill=(40, 22, 24)
    )
    for _ in range(40):
        cx, cy = x + rng.uniform(-0.78, 0.78) * half, top - rng.uniform(3, 9)
        tone = rng.choice((EMBER, FLAME, (220, 70, 34), (255, 226, 150), (120, 40, 34)))
        plane.shine.polygon([(cx - 3, cy + 2), (cx, cy - 2), (cx + 3, cy + 2)], fill=tone)
    for share in (-0.5, -0.1, 0.35):
        props.flame(stage, plane, x + half * share, top - 5, stage.s(17), reach=3)
    masonry.arch_hole(plane.draw, x, base, half * 0.36, high * 0.5, (34, 22, 26))
    stage.lamp(x, top - stage.s(6), stage.s(150), EMBER)
    bellows = ramp((124, 82, 52), 5)
    bx = x + half * 1.1
    plane.draw.polygon(
        [
            (bx, top + 8),
            (bx + stage.s(26), top),
            (bx + stage.s(26), top + stage.s(20)),
            (bx, top + 13),
        ],
        fill=bellows[2],
    )
    for i in range(3):
        px = bx + stage.s(8 + 6 * i)
        plane.draw.line((px, top + 7 - i * 2, px, top + 14 + i * 2), fill=bellows[0])


def _anvil(stage: Stage, plane: Plane, x: float, base: float) -> None:
    k, draw = stage.k, plane.draw
    props.barrel(plane, x, base, 30 * k, (112, 80, 54))
    mask, pen = blank(stage.size)
    y = base - 30 * k
    pen.polygon(
        [
            (x - 34 * k, y - 16 * k),
            (x - 14 * k, y - 19 * k),
            (x + 26 * k, y - 19 * k),
            (x + 26 * k, y - 12 * k),
            (x + 10 * k, y - 9 * k),
            (x + 8 * k, y - 4 * k),
            (x + 16 * k, y),
            (x - 14 * k, y),
            (x - 7 * k, y - 5 * k),
            (x - 10 * k, y - 10 * k),
        ],
        fill=255,
    )
    solid(plane.image, mask, ramp((116, 118, 132), 6), radius=3, light=(-1, -1))
    blade = [(x - 22 * k, y - 21 * k), (x + 22 * k, y - 21 * k)]
    plane.shine.line(blade, fill=EMBER, width=3)
    plane.shine.line(
        [(x - 12 * k, y - 21 * k), (x + 10 * k, y - 21 * k)], fill=(255, 232, 150), width=2
    )
    stage.lamp(x, y - 20 * k, 46 * k, EMBER)
    for _ in range(26):
        sx, sy = x + stage.air.gauss(0, 15) * k, y - 21 * k - abs(stage.air.gauss(0, 13)) * k
        plane.shine.point((sx, sy), fill=stage.air.choice((FLAME, EMBER, (255, 246, 200))))
    draw.line(
        (x + 22 * k, y - 21 * k, x + 34 * k, y - 19 * k),
        fill=scale(mix((120, 86, 54), EMBER, 0.2), 1.0),
        width=2,
    )
