"""Ways through the dark: the narrow passage and the vaulted dungeon."""

from pixel_artist import below, masonry, props
from pixel_artist.colour import Colour, ramp, scale
from pixel_artist.people import person
from pixel_artist.rock import cavern, ground_of_rock, teeth
from pixel_artist.stage import Plane, Stage


def passage(stage: Stage) -> None:
    """A narrow dark passage: scratches, webs, eyes, one torch."""
    stage.go_below(0.9)
    rng = stage.rng
    tone = (96, 88, 104)
    way = rng.choice((-1, 1))
    walls = cavern(
        stage,
        [
            (0.5, 0.7, 0.1, 0.34),
            (0.5, 0.8, 0.19, 0.56),
            (0.5, 0.92, 0.29, 0.78),
            (0.5, 1.06, 0.38, 1.04),
        ],
        colour=tone,
    )
    for plane, y in zip(walls, (0.7, 0.79, 0.9, 0.99), strict=True):
        ground_of_rock(stage, plane, stage.y(y), scale(tone, 0.4 + y * 0.4))
    for _ in range(4):
        x, y = stage.x(0.5) + stage.air.uniform(-22, 22), stage.y(stage.air.uniform(0.46, 0.66))
        for dx in (0, 5):
            walls[0].shine.line((x + dx, y, x + dx + 1, y), fill=(255, 70, 58))
    teeth(walls[2], rng, stage.x(0.26), stage.x(0.74), stage.y(0.14), stage.s(30), tone)
    near = walls[3]
    side = 0.5 - way * 0.42
    for i in range(4):
        x, y = stage.x(side) + i * 6 - 9, stage.y(0.4)
        near.draw.line([(x, y), (x + 3, y + 16), (x - 1, y + 34)], fill=scale(tone, 0.3), width=2)
        near.draw.line([(x + 2, y), (x + 5, y + 16)], fill=scale(tone, 1.3))
    _web(stage, near, way)
    props.torch(stage, walls[2], stage.x(0.5 + way * 0.27), stage.y(0.44), stage.s(13), reach=9)
    props.torch(stage, walls[1], stage.x(0.5 - way * 0.17), stage.y(0.46), stage.s(8), reach=7)
    front = stage.plane(snow=0)
    for _ in range(7):
        x, y = stage.x(rng.uniform(0.3, 0.7)), stage.y(rng.uniform(0.9, 0.98))
        front.draw.line((x, y, x + 8, y - 2), fill=(206, 198, 180), width=2)
        front.draw.point([(x - 1, y - 1), (x - 1, y + 1), (x + 9, y - 3)], fill=(226, 218, 200))
    person(front.draw, rng, stage.x(0.5), stage.y(0.9), stage.s(33), "hood")
    props.lantern(stage, front, stage.x(0.5) + stage.s(9), stage.y(0.83), 4, reach=stage.s(58))
    below.beam(
        stage,
        (stage.x(0.5), 0),
        stage.s(7),
        (stage.x(0.5) - way * 10, stage.y(0.92)),
        stage.s(30),
        power=0.75,
    )
    below.weather_below(stage, (stage.x(0.5), stage.y(0.93), stage.s(24)))


def _web(stage: Stage, plane: Plane, way: int) -> None:
    cx, reach = (0 if way > 0 else stage.w), stage.s(64)
    tone = (150, 150, 170)
    ends = [
        (cx + way * reach, 2),
        (cx + way * reach * 0.86, reach * 0.44),
        (cx + way * reach * 0.5, reach * 0.78),
        (cx + way * 2, reach),
    ]
    for end in ends:
        plane.draw.line((cx, 0, *end), fill=tone)
    for share in (0.3, 0.5, 0.7, 0.9):
        ring = [(cx + (ex - cx) * share, ey * share) for ex, ey in ends]
        plane.draw.line(ring, fill=scale(tone, 0.8))


def dungeon(stage: Stage) -> None:
    """A vaulted dungeon of cut stone: cells, chains, torches."""
    stage.go_below(0.7)
    rng = stage.rng
    stone: Colour = (112, 110, 124)
    wall = stage.plane(snow=0)
    floor_y = stage.y(0.68)
    masonry.bricks(
        wall.draw, rng, (0, 0, stage.w, floor_y), stone, wide=stage.s(17), high=stage.s(9)
    )
    x = stage.x(0.5)
    masonry.arch_hole(wall.draw, x, floor_y, stage.s(30), stage.s(74), (12, 10, 20))
    masonry.arch_stones(wall.draw, rng, x, floor_y, stage.s(30), stage.s(74), stone, stage.s(7))
    for i in range(5):
        y = floor_y - i * 4
        wall.draw.rectangle(
            (x - stage.s(28) + i * 4, y - 4, x + stage.s(28) - i * 4, y),
            fill=scale(stone, 0.5 - i * 0.08),
        )
    for share in (0.17, 0.83):
        _cell(stage, wall, stage.x(share), floor_y)
    view = below.outside(stage)
    wx, wy = stage.x(0.5), stage.y(0.1)
    below.look_out(
        stage, wall, view, [(wx - 12, wy), (wx + 12, wy), (wx + 12, wy + 16), (wx - 12, wy + 16)]
    )
    for i in range(3):
        wall.shine.line((wx - 6 + i * 6, wy, wx - 6 + i * 6, wy + 16), fill=(30, 28, 36), width=2)
    below.beam(stage, (wx, wy + 2), 11, (wx + 20, stage.y(0.9)), stage.s(44), power=0.8)
    _flags(stage, wall, floor_y, stone)
    front = stage.plane(snow=0)
    for share in (0.34, 0.66):
        props.torch(stage, front, stage.x(share), stage.y(0.36), stage.s(13), reach=9)
    person(front.draw, rng, stage.x(0.5), stage.y(0.86), stage.s(40), "hood")
    below.weather_below(stage, (stage.x(0.54), stage.y(0.9), stage.s(26)))


def _flags(stage: Stage, wall: Plane, floor_y: int, stone: Colour) -> None:
    rng = stage.rng
    tones = ramp(scale(stone, 0.86), 6, contrast=0.6)
    wall.draw.rectangle((0, floor_y, stage.w, stage.h), fill=tones[1])
    y, high = float(floor_y), 5.0
    while y < stage.h:
        px = -rng.random() * high * 3
        while px < stage.w:
            wide = high * rng.uniform(2.4, 3.4)
            wall.draw.rectangle(
                (px, y, px + wide - 2, y + high - 2), fill=tones[rng.choice((2, 2, 3))]
            )
            px += wide
        y, high = y + high, high * 1.3


def _cell(stage: Stage, plane: Plane, x: float, base: float) -> None:
    half, high = stage.s(27), stage.s(60)
    plane.draw.rectangle((x - half, base - high, x + half, base), fill=(16, 13, 24))
    for i in range(8):
        px = x - half + half * 2 * i / 7
        plane.draw.line((px, base - high, px, base), fill=(98, 96, 110), width=2)
    for share in (0.05, 0.5, 0.98):
        plane.draw.line(
            (x - half, base - high * share, x + half, base - high * share),
            fill=(76, 74, 88),
            width=3,
        )
    if stage.rng.random() < 0.6:
        plane.draw.ellipse((x - 6, base - 14, x + 2, base - 7), fill=(206, 200, 184))
        plane.draw.point([(x - 4, base - 11), (x, base - 11)], fill=(20, 16, 24))
