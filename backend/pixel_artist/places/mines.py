"""The mines: junction, tunnels, the rubble, the abandoned camp, the dark passage."""

from pixel_artist import below, masonry, props
from pixel_artist.colour import LAMP, Colour, mix, ramp, scale
from pixel_artist.people import person
from pixel_artist.places.hillside import portal
from pixel_artist.rock import boulder, cavern, ground_of_rock, rubble
from pixel_artist.stage import Plane, Stage

EARTHY: Colour = (126, 98, 80)


def _prop(plane: Plane, x: float, base: float, half: float, high: float) -> None:
    """One timber frame that holds up a tunnel, open in the middle."""
    tones, draw = ramp((132, 92, 58), 6, contrast=0.8), plane.draw
    thick = max(3, half * 0.11)
    for way in (-1, 1):
        px = x + way * half
        draw.polygon(
            [
                (px - thick, base),
                (px - thick * 0.8 - way * 3, base - high),
                (px + thick * 0.8 - way * 3, base - high),
                (px + thick, base),
            ],
            fill=tones[3 if way < 0 else 1],
        )
        draw.line((px - thick, base, px - thick * 0.8 - way * 3, base - high), fill=tones[4])
        draw.line(
            (px - way * 3, base - high * 0.7, px - way * half * 0.34, base - high),
            fill=tones[2],
            width=max(2, round(thick * 0.8)),
        )
    draw.rectangle(
        (x - half - thick * 1.6, base - high - thick * 1.6, x + half + thick * 1.6, base - high),
        fill=tones[3],
    )
    draw.line(
        (
            x - half - thick * 1.6,
            base - high - thick * 1.6,
            x + half + thick * 1.6,
            base - high - thick * 1.6,
        ),
        fill=tones[5],
    )
    draw.line(
        (x - half - thick * 1.6, base - high, x + half + thick * 1.6, base - high), fill=tones[0]
    )


def junction(stage: Stage) -> None:
    """Three tunnels below a shaft to the surface; the rails part here."""
    stage.go_below(0.7)
    rng = stage.rng
    walls = cavern(stage, [(0.5, 0.8, 0.34, 0.62), (0.5, 0.98, 0.47, 0.95)], colour=EARTHY)
    stage.backdrop.paste(scale(EARTHY, 0.34), (0, 0, stage.w, stage.h))
    back = walls[0]
    masonry.bricks(back.draw, rng, (0, 0, 0, 0), EARTHY)
    ground_of_rock(stage, back, stage.y(0.72), (112, 88, 72))
    base = stage.y(0.76)
    for share, half, high in ((0.5, 30, 58), (0.22, 25, 50), (0.78, 25, 50)):
        portal(back, stage.x(share), base, stage.s(half), stage.s(high))
        glow = mix((60, 40, 30), LAMP, 0.2)
        back.shine.rectangle(
            (stage.x(share) - 2, base - stage.s(12), stage.x(share) + 2, base - stage.s(7)),
            fill=glow,
        )
    view = below.outside(stage)
    x, top = stage.x(0.5), stage.s(15)
    shaft = [
        (x - stage.s(34), 0),
        (x + stage.s(34), 0),
        (x + stage.s(25), top),
        (x - stage.s(25), top),
    ]
    below.look_out(stage, back, view, shaft)
    back.shine.line([shaft[0], shaft[3]], fill=(60, 44, 40), width=4)
    back.shine.line([shaft[1], shaft[2]], fill=(60, 44, 40), width=4)
    back.draw.line((x + stage.s(14), 0, x + stage.s(14), base + 8), fill=(206, 180, 130))
    for i in range(0, base, stage.s(9)):
        back.draw.line((x + stage.s(14), i, x + stage.s(24), i), fill=(140, 100, 64), width=2)
    back.draw.line((x + stage.s(24), 0, x + stage.s(24), base + 8), fill=(206, 180, 130))
    for share, near in ((0.22, 0.34), (0.78, 0.62), (0.5, 0.47)):
        props.rails(
            back,
            (stage.x(share), base),
            (stage.x(near), stage.h + 4),
            stage.s(64),
            start=stage.s(14),
        )
    below.beam(stage, (x, top), stage.s(26), (x, stage.y(0.86)), stage.s(56), power=1.1)
    front = stage.plane(snow=0)
    for share in (0.36, 0.64):
        props.lantern(stage, front, stage.x(share), stage.y(0.34), 6, reach=stage.s(92))
        front.draw.line(
            (stage.x(share), stage.y(0.34), stage.x(share), stage.y(0.22)), fill=(40, 32, 34)
        )
    _signpost(stage, front, stage.x(0.37), stage.y(0.9))
    person(front.draw, rng, stage.x(0.63), stage.y(0.9), stage.s(38), "miner")
    props.cart(front, stage.x(0.14), stage.y(0.94), stage.s(54), (150, 132, 140), rng)
    rubble(front, rng, stage.x(0.8), stage.w, stage.y(0.97), 6, stage.s(26), EARTHY)
    below.weather_below(stage, (x, stage.y(0.86), stage.s(36)))


def _signpost(stage: Stage, plane: Plane, x: float, base: float) -> None:
    k, draw = stage.k, plane.draw
    draw.line((x, base, x, base - 46 * k), fill=(92, 66, 44), width=3)
    for i, way in enumerate((-1, 1, -1)):
        y = base - (42 - i * 10) * k
        draw.polygon(
            [
                (x - way * 8 * k, y - 4 * k),
                (x + way * 15 * k, y - 4 * k),
                (x + way * 20 * k, y),
                (x + way * 15 * k, y + 4 * k),
                (x - way * 8 * k, y + 4 * k),
            ],
            fill=(160, 116, 72),
            outline=(70, 48, 34),
        )
        draw.line((x - way * 3 * k, y, x + way * 10 * k, y), fill=(90, 62, 42))


def tunnel(stage: Stage) -> None:
    """A long timbered tunnel with rails."""
    stage.go_below(0.8)
    _shored(stage)
    front = stage.plane(snow=0)
    props.cart(front, stage.x(0.56), stage.y(0.94), stage.s(60), (186, 128, 70), stage.rng)
    person(front.draw, stage.rng, stage.x(0.42), stage.y(0.86), stage.s(36), "miner")
    below.weather_below(stage, (stage.x(0.5), stage.y(0.74), stage.s(30)))


def _shored(stage: Stage) -> list[Plane]:
    rng = stage.rng
    lean = rng.choice((0.44, 0.56))
    walls = cavern(
        stage,
        [(lean, 0.7, 0.12, 0.36), (lean * 0.6 + 0.2, 0.82, 0.24, 0.58), (0.5, 1.0, 0.38, 0.88)],
        colour=EARTHY,
    )
    view = below.outside(stage)
    x, base = stage.x(lean), stage.y(0.7)
    below.look_out(
        stage,
        walls[0],
        view,
        [
            (x - stage.s(13), base),
            (x - stage.s(12), base - stage.s(22)),
            (x, base - stage.s(30)),
            (x + stage.s(12), base - stage.s(22)),
            (x + stage.s(13), base),
        ],
    )
    below.beam(
        stage, (x, base - stage.s(24)), stage.s(11), (x, stage.y(0.84)), stage.s(40), power=0.7
    )
    ground_of_rock(stage, walls[0], stage.y(0.7), (108, 84, 68))
    props.rails(walls[0], (x, base), (stage.x(0.46), stage.h + 6), stage.s(108), start=stage.s(10))
    for plane, share, half, high, y in (
        (walls[0], lean, 44, 64, 0.74),
        (walls[1], lean * 0.6 + 0.2, 84, 108, 0.86),
    ):
        _prop(plane, stage.x(share), stage.y(y), stage.s(half), stage.s(high))
        props.lantern(
            stage,
            plane,
            stage.x(share) + stage.s(half * 0.5),
            stage.y(y) - stage.s(high),
            5,
            reach=stage.s(80),
        )
    return walls


def collapsed(stage: Stage) -> None:
    """A tunnel blocked by fallen rock and broken timber; a lamp behind the rubble."""
    stage.go_below(0.72)
    rng = stage.rng
    walls = cavern(stage, [(0.5, 0.86, 0.3, 0.72), (0.5, 1.02, 0.42, 0.96)], colour=EARTHY)
    ground_of_rock(stage, walls[0], stage.y(0.78), (108, 84, 68))
    _prop(walls[0], stage.x(0.5), stage.y(0.84), stage.s(86), stage.s(112))
    heap = stage.plane(snow=0)
    heap.draw.polygon(
        [
            (stage.x(0.2), stage.y(0.86)),
            (stage.x(0.26), stage.y(0.5)),
            (stage.x(0.4), stage.y(0.2)),
            (stage.x(0.6), stage.y(0.22)),
            (stage.x(0.74), stage.y(0.52)),
            (stage.x(0.82), stage.y(0.86)),
        ],
        fill=scale(EARTHY, 0.3),
    )
    _heap(stage, heap)
    _lamp_behind(stage, heap)
    front = stage.plane(snow=0)
    rubble(front, rng, stage.x(0.16), stage.x(0.84), stage.y(0.94), 13, stage.s(24), EARTHY)
    _rope_coil(stage, front, stage.x(0.68), stage.y(0.97))
    props.lantern(stage, front, stage.x(0.27), stage.y(0.78), 9, reach=stage.s(120))
    person(front.draw, rng, stage.x(0.34), stage.y(0.96), stage.s(44), "miner")
    x = stage.x(0.2)
    below.beam(stage, (x, 0), stage.s(10), (x + 8, stage.y(0.9)), stage.s(26), power=0.8)
    below.weather_below(stage, (x, stage.y(0.9), stage.s(20)))


def _heap(stage: Stage, heap: Plane) -> None:
    rng = stage.rng
    for row in range(7):
        y, half = 0.3 + row * 0.095, 0.13 + row * 0.028
        for _ in range(7):
            size = stage.s(rng.uniform(9, 17) + row * 1.3)
            boulder(
                heap,
                rng,
                stage.x(0.5 + rng.uniform(-half, half)),
                stage.y(y),
                size,
                size * 1.3,
                mix((120, 106, 98), EARTHY, rng.random()),
            )


def _lamp_behind(stage: Stage, heap: Plane) -> None:
    gap = (stage.x(stage.rng.choice((0.42, 0.57))), stage.y(0.4))
    heap.shine.polygon(
        [
            (gap[0] - 9, gap[1] + 3),
            (gap[0] - 4, gap[1] - 5),
            (gap[0] + 6, gap[1] - 4),
            (gap[0] + 10, gap[1] + 3),
            (gap[0], gap[1] + 6),
        ],
        fill=(255, 196, 104),
    )
    heap.shine.line((gap[0] - 4, gap[1] + 1, gap[0] + 5, gap[1]), fill=(255, 240, 190), width=2)
    stage.lamp(*gap, stage.s(62))
    broken_beams = ramp((140, 98, 62), 6)
    for x0, y0, x1, y1 in (
        (0.22, 0.9, 0.4, 0.36),
        (0.79, 0.86, 0.62, 0.3),
        (0.34, 0.84, 0.62, 0.66),
    ):
        heap.draw.line(
            (stage.x(x0), stage.y(y0), stage.x(x1), stage.y(y1)),
            fill=broken_beams[1],
            width=stage.s(9),
        )
        heap.draw.line(
            (stage.x(x0) - 1, stage.y(y0) - 2, stage.x(x1) - 1, stage.y(y1) - 2),
            fill=broken_beams[3],
            width=stage.s(5),
        )


def _rope_coil(stage: Stage, plane: Plane, x: float, base: float) -> None:
    tones = ramp((190, 152, 96), 5)
    for i in range(4):
        half, y = stage.s(15 - i), base - i * 3
        plane.draw.ellipse(
            (x - half, y - half * 0.36, x + half, y + half * 0.36),
            outline=tones[1 + i % 3],
            width=2,
        )


def mining_camp(stage: Stage) -> None:
    """An abandoned camp in a cave: tents, cold fire, tools, one lamp still burning."""
    stage.go_below(0.62)
    rng = stage.rng
    walls = cavern(
        stage, [(0.5, 0.72, 0.3, 0.5), (0.5, 1.02, 0.47, 0.98)], colour=EARTHY, floor=0.64
    )
    back = walls[0]
    hides: tuple[Colour, ...] = ((172, 148, 106), (128, 122, 104), (142, 98, 74))
    for share, y, wide in ((0.3, 0.76, 62), (0.72, 0.74, 58)):
        props.tent(
            stage,
            back,
            stage.x(share),
            stage.y(y),
            stage.s(wide),
            stage.s(wide * 0.72),
            rng.choice(hides),
            lit=share > 0.5,
        )
    x = stage.x(0.5)
    view = below.outside(stage)
    hole = [
        (x - 16, 0),
        (x + 20, 0),
        (x + 14, stage.s(10)),
        (x + 2, stage.s(14)),
        (x - 11, stage.s(9)),
    ]
    below.look_out(stage, back, view, hole)
    below.beam(stage, (x, 4), stage.s(13), (x, stage.y(0.84)), stage.s(48), power=1.0)
    front = stage.plane(snow=0)
    props.campfire(stage, front, x, stage.y(0.86), stage.s(16), burning=False)
    props.tent(
        stage, front, stage.x(0.12), stage.y(0.92), stage.s(88), stage.s(62), rng.choice(hides)
    )
    props.cart(front, stage.x(0.76), stage.y(0.93), stage.s(60), (150, 140, 150), rng)
    props.crate(front, stage.x(0.6), stage.y(0.93), stage.s(22))
    props.crate(front, stage.x(0.62), stage.y(0.93) - stage.s(22), stage.s(16))
    props.barrel(front, stage.x(0.34), stage.y(0.93), stage.s(25))
    _pick(stage, front, stage.x(0.42), stage.y(0.94))
    _pick(stage, front, stage.x(0.68), stage.y(0.98))
    for share in (0.24, 0.66):
        props.lantern(stage, front, stage.x(share), stage.y(0.3), 6, reach=stage.s(96))
        front.draw.line((stage.x(share), 0, stage.x(share), stage.y(0.3)), fill=(44, 34, 36))
    below.weather_below(stage, (x, stage.y(0.84), stage.s(26)))


def _pick(stage: Stage, plane: Plane, x: float, base: float) -> None:
    k, draw = stage.k, plane.draw
    draw.line((x, base, x + 17 * k, base - 25 * k), fill=(150, 106, 66), width=3)
    draw.line(
        [(x + 6 * k, base - 29 * k), (x + 17 * k, base - 26 * k), (x + 26 * k, base - 14 * k)],
        fill=(186, 190, 202),
        width=3,
    )
