"""By the water and over the deep: bridge, river, lake and shore."""

from pixel_artist import gradient, ground, masonry, props
from pixel_artist.colour import Colour, mix, ramp, scale
from pixel_artist.dither import ramped
from pixel_artist.mountains import broken, emberpeak
from pixel_artist.people import person
from pixel_artist.relief import blank
from pixel_artist.rock import ROCK, boulder, cliff, rubble
from pixel_artist.sky import paint_sky
from pixel_artist.stage import Plane, Stage
from pixel_artist.trees import bare, fir, leafy, wood
from pixel_artist.water import mirror
from pixel_artist.weather import fog


def bridge(stage: Stage) -> None:
    """An old bridge over a chasm; of rope and planks where the words say so."""
    rng, horizon = stage.rng, stage.y(0.5)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.1, where=0.5 + rng.uniform(-0.1, 0.1))
    wood(stage, horizon + 4, stage.s(26), 0.5)
    land = stage.plane(haze=0.3)
    land.draw.rectangle((0, horizon + 3, stage.w, stage.h), fill=ground.bed(ground.GRASS, stage))
    _abyss(stage, horizon)
    far = stage.plane(haze=0.24, snow=3)
    cliff(stage, far, _side(stage, 0.44, 0.52, -1, 0.06), ROCK, 12)
    cliff(stage, far, _side(stage, 0.56, 0.52, 1, 0.06), ROCK, 12)
    mid = stage.plane(haze=0.12, snow=3)
    cliff(stage, mid, _side(stage, 0.32, 0.55, -1, 0.05), ROCK, 15)
    cliff(stage, mid, _side(stage, 0.68, 0.55, 1, 0.05), ROCK, 15)
    stage.then(lambda picture, _light: fog(stage, picture, 0.66, 0.7))
    deck = stage.plane(snow=2)
    y = stage.y(0.6)
    if "rope" in stage.title or "hanging" in stage.title or "suspension" in stage.title:
        _rope_bridge(stage, deck, y)
    else:
        _stone_bridge(stage, deck, y)
    near = stage.plane(snow=4, rim_light=0.3)
    cliff(stage, near, _side(stage, 0.2, 0.6, -1), scale(ROCK, 0.92), 17)
    cliff(stage, near, _side(stage, 0.8, 0.6, 1), scale(ROCK, 0.92), 17)
    for x0, x1 in ((-4, stage.x(0.2)), (stage.x(0.8), stage.w + 4)):
        tones = ramp(ground.bed(ground.GRASS, stage), 5)
        near.draw.rectangle((x0, y - 3, x1, y + 3), fill=tones[2])
        for px in range(int(x0), int(x1), 3):
            near.draw.line(
                (px, y + 3, px, y + 3 + rng.randint(1, 6)), fill=tones[rng.choice((1, 2))]
            )
    fir(stage, near, stage.x(0.05), y + 2, stage.s(84))
    bare(near, rng, stage.x(0.93), y + 2, stage.s(78))
    boulder(near, rng, stage.x(0.13), y, stage.s(10), stage.s(10))


def _side(
    stage: Stage, share: float, top: float, way: int, slope: float = 0.07
) -> list[tuple[float, float]]:
    """The outline of one wall of the chasm; ``way`` says on which side it lies."""
    x, y = stage.x(share), stage.y(top)
    edge = broken(stage.rng, (x, y), (x + way * stage.w * slope, stage.h), 0.12, 4)
    out = -6 if way < 0 else stage.w + 6
    return [(out, y), *edge, (out, stage.h)]


def _abyss(stage: Stage, horizon: int) -> None:
    plane = stage.plane(snow=0)
    mask, pen = blank(stage.size)
    pen.rectangle((0, stage.y(0.545), stage.w, stage.h), fill=255)
    grey = gradient.vertical(stage.size, 255, 0)
    grey.paste(gradient.vertical((stage.w, stage.h - horizon), 255, 0), (0, horizon))
    tones = [(24, 26, 46), (44, 52, 76), (74, 88, 112), (122, 138, 156), (178, 190, 202)]
    plane.image.paste(ramped(grey, tones), (0, 0), mask)
    water = ramp((78, 138, 176), 5)
    for i in range(60):
        y = stage.y(0.9) + i % 18
        x = stage.x(0.5) + stage.rng.gauss(0, 26)
        plane.draw.line(
            (x, y, x + stage.rng.randint(3, 12), y), fill=water[stage.rng.choice((1, 2, 4))]
        )


def _stone_bridge(stage: Stage, plane: Plane, y: int) -> None:
    rng, x0, x1 = stage.rng, stage.x(0.17), stage.x(0.83)
    colour = (150, 140, 132)
    low = y + stage.s(48)
    masonry.bricks(plane.draw, rng, (x0, y - stage.s(2), x1, low), colour, wide=12, high=7)
    hole, pen = blank(stage.size)
    middle, half = stage.x(0.5), (x1 - x0) / 2
    spans = (
        (middle, half * 0.42, 12),
        (middle - half * 0.68, half * 0.2, 16),
        (middle + half * 0.68, half * 0.2, 16),
    )
    for cx, reach, rise in spans:
        top = y + stage.s(rise)
        pen.ellipse((cx - reach, top, cx + reach, top + (low - top) * 2.4), fill=255)
    for cx, reach, rise in spans:
        top = y + stage.s(rise)
        tones = ramp((170, 158, 148), 6, contrast=0.6)
        for start in range(180, 360, 12):
            plane.draw.pieslice(
                (cx - reach - 5, top - 5, cx + reach + 5, top + (low - top) * 2.4),
                start,
                start + 11,
                fill=tones[rng.choice((2, 3, 4))],
            )
    plane.image.paste((0, 0, 0, 0), (0, 0), hole)
    tones = ramp(ground.bed(colour, stage, 0.7), 6)
    high = stage.s(11)
    x, step = float(x0), stage.s(15)
    while x < x1:
        if rng.random() < 0.84:
            plane.draw.rectangle((x, y - high, min(x1, x + step - 2), y - 2), fill=tones[3])
            plane.draw.line((x, y - high, min(x1, x + step - 2), y - high), fill=tones[5])
            plane.draw.line(
                (min(x1, x + step - 2), y - high, min(x1, x + step - 2), y - 2), fill=tones[1]
            )
        x += step
    plane.draw.rectangle((x0, y - 2, x1, y + 1), fill=tones[4])
    for _ in range(40):
        px, py = rng.uniform(x0, x1), y + abs(rng.gauss(0, 12))
        plane.draw.line((px, py, px, py + rng.randint(1, 5)), fill=(84, 110, 66))
    person(plane.draw, rng, stage.x(0.46), y - 1, stage.s(25), "hood")
    for share in (0.24, 0.76):
        props.lamp_post(stage, plane, stage.x(share), y - 1, stage.s(33))


def _rope_bridge(stage: Stage, plane: Plane, y: int) -> None:
    x0, x1, sag = stage.x(0.18), stage.x(0.82), stage.s(19)
    count = 34
    boards, cord = ramp((140, 100, 64), 5), (196, 164, 112)
    last: tuple[float, float] | None = None
    person(plane.draw, stage.rng, stage.x(0.44), y + sag * 0.96, stage.s(25), "hood")
    for i in range(count + 1):
        t = i / count
        drop = sag * (1 - (2 * t - 1) ** 2)
        x = x0 + (x1 - x0) * t
        if stage.rng.random() < 0.88:
            plane.draw.rectangle((x - 3, y + drop - 1, x + 2, y + drop + 2), fill=boards[2 + i % 2])
            plane.draw.line((x - 3, y + drop + 3, x + 2, y + drop + 3), fill=boards[0])
        rail = y + drop - stage.s(15)
        if last is not None:
            plane.draw.line((*last, x, rail), fill=cord, width=2)
            plane.draw.line(
                (last[0], last[1] + stage.s(8), x, rail + stage.s(8)), fill=scale(cord, 0.7)
            )
        if i % 3 == 0:
            plane.draw.line((x, rail, x, y + drop), fill=cord)
        last = (x, rail)
    for x in (x0, x1):
        plane.draw.line((x, y + 5, x, y - stage.s(22)), fill=(104, 74, 50), width=5)


def river(stage: Stage) -> None:
    """A river winding through the country."""
    rng, horizon = stage.rng, stage.y(0.54)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.15)
    wood(stage, horizon + 5, stage.s(30), 0.4)
    floor = stage.plane(snow=0)
    ground.land(stage, floor, stage.y(0.58), ground.GRASS)
    bend = rng.choice((-1, 1)) * stage.w * 0.12
    x = stage.x(0.5)
    edge = [
        (x - 8, stage.y(0.58)),
        (x + 12, stage.y(0.58)),
        (x + bend + 38, stage.y(0.68)),
        (x - bend * 0.3 + 74, stage.y(0.8)),
        (x + 128, stage.h),
        (x - 118, stage.h),
        (x - bend * 0.3 - 56, stage.y(0.8)),
        (x + bend - 22, stage.y(0.68)),
    ]
    floor.draw.polygon(
        [(px + (px - x) * 0.06, py - 2) for px, py in edge],
        fill=ramp(ground.bed((150, 130, 96), stage), 5)[2],
    )
    mirror(stage, edge, stage.y(0.57), (44, 104, 150), clear=0.55, calm=1.3)
    near = stage.plane()
    for share, size in ((0.36, 9), (0.63, 12), (0.3, 14)):
        boulder(
            near,
            rng,
            stage.x(share),
            stage.y(rng.uniform(0.78, 0.92)),
            stage.s(size),
            stage.s(size),
        )
    leafy(stage, near, stage.x(0.1), stage.y(0.9), stage.s(104))
    leafy(stage, near, stage.x(0.91), stage.y(0.86), stage.s(92))
    ground.tufts(stage, near, stage.y(0.72), 0, ground.GRASS)
    person(near.draw, rng, stage.x(0.2), stage.y(0.92), stage.s(28), "")


def lake(stage: Stage) -> None:
    """A lake that mirrors the mountain."""
    rng, horizon = stage.rng, stage.y(0.5)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.2)
    wood(stage, horizon + 2, stage.s(24), 0.34)
    mirror(
        stage,
        [(0, horizon + 3), (stage.w, horizon + 3), (stage.w, stage.h), (0, stage.h)],
        horizon + 3,
        (36, 84, 128),
        clear=0.68,
    )
    near = stage.plane()
    line = broken(rng, (0, stage.y(0.84)), (stage.w, stage.y(0.93)), 0.08, 4)
    near.draw.polygon(
        [*line, (stage.w, stage.h), (0, stage.h)],
        fill=ramp(ground.bed((150, 132, 98), stage), 5)[2],
    )
    _pier(stage, near)
    rubble(near, rng, stage.x(0.05), stage.x(0.95), stage.y(0.95), 7, stage.s(17))
    leafy(stage, near, stage.x(0.08), stage.y(0.97), stage.s(126))
    tones = ramp((112, 138, 70), 5)
    for _ in range(46):
        x = stage.x(rng.choice((0.3, 0.78, 0.9))) + rng.gauss(0, 9)
        near.draw.line(
            (x, stage.y(0.95), x + rng.randint(-3, 3), stage.y(rng.uniform(0.76, 0.88))),
            fill=rng.choice(tones),
        )


def _pier(stage: Stage, plane: Plane) -> None:
    tones = ramp((138, 102, 70), 5)
    x, y = stage.x(0.56), stage.y(0.9)
    for i in range(6):
        px = x + stage.s(15 * i)
        plane.draw.line((px, y - stage.s(9), px, y + stage.s(5)), fill=tones[1], width=3)
    plane.draw.polygon(
        [
            (x - 6, y - stage.s(10)),
            (x + stage.s(84), y - stage.s(10)),
            (x + stage.s(94), y - stage.s(4)),
            (x, y - stage.s(4)),
        ],
        fill=tones[3],
    )
    plane.draw.line((x, y - stage.s(4), x + stage.s(94), y - stage.s(4)), fill=tones[0])
    person(plane.draw, stage.rng, x + stage.s(20), y - stage.s(7), stage.s(26), "")


def shore(stage: Stage) -> None:
    """The sea, with a ship and a pier."""
    rng, horizon = stage.rng, stage.y(0.54)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=0.7)
    sea: Colour = (36, 92, 136)
    mirror(
        stage,
        [(0, horizon), (stage.w, horizon), (stage.w, stage.h), (0, stage.h)],
        horizon,
        sea,
        clear=0.5,
        calm=2.0,
    )
    ship = stage.plane(haze=0.08)
    _ship(stage, ship, stage.x(rng.choice((0.34, 0.66))), stage.y(0.7))
    near = stage.plane()
    line = broken(rng, (0, stage.y(0.82)), (stage.w, stage.y(0.96)), 0.06, 4)
    near.draw.polygon(
        [*line, (stage.w, stage.h), (0, stage.h)],
        fill=ramp(ground.bed((206, 180, 128), stage), 5)[2],
    )
    near.draw.line([(px, py - 1) for px, py in line], fill=mix((240, 250, 255), sea, 0.15), width=2)
    _pier(stage, near)
    rubble(near, rng, 0, stage.x(0.4), stage.y(0.95), 6, stage.s(17))
    props.barrel(near, stage.x(0.5), stage.y(0.96), stage.s(19))


def _ship(stage: Stage, plane: Plane, x: float, base: float) -> None:
    k, draw = stage.k, plane.draw
    hull, sail = ramp((120, 80, 52), 5), ramp((226, 214, 188), 5)
    draw.polygon(
        [
            (x - 44 * k, base - 15 * k),
            (x + 46 * k, base - 18 * k),
            (x + 34 * k, base),
            (x - 34 * k, base),
        ],
        fill=hull[2],
    )
    draw.line((x - 44 * k, base - 15 * k, x + 46 * k, base - 18 * k), fill=hull[4], width=2)
    for dx, high in ((-18, 62), (14, 76)):
        px = x + dx * k
        draw.line((px, base - 15 * k, px, base - high * k), fill=hull[1], width=2)
        for part in (0.42, 0.74):
            y = base - high * k * part
            wide = (19 - 8 * part) * k
            draw.polygon(
                [
                    (px - wide, y - 13 * k),
                    (px + wide, y - 13 * k),
                    (px + wide + 4, y + 5 * k),
                    (px - wide + 3, y + 5 * k),
                ],
                fill=sail[3],
            )
            draw.line((px - wide + 3, y + 5 * k, px + wide + 4, y + 5 * k), fill=sail[1])
    if stage.mood.dark:
        props.lantern(stage, plane, x + 42 * k, base - 27 * k, 4, reach=30)
