"""Old stones: the temple, the graveyard, the ruin."""

from PIL import Image

from pixel_artist import ground, masonry, props
from pixel_artist.colour import Colour, mix, ramp, scale
from pixel_artist.mood import Weather
from pixel_artist.mountains import emberpeak
from pixel_artist.people import person
from pixel_artist.relief import blank, solid
from pixel_artist.rock import rubble
from pixel_artist.sky import paint_sky
from pixel_artist.stage import Plane, Stage
from pixel_artist.trees import bare, fir, leafy, wood
from pixel_artist.weather import fog

MARBLE: Colour = (206, 196, 184)


def column(
    stage: Stage,
    plane: Plane,
    x: float,
    base: float,
    half: float,
    high: float,
    colour: Colour = MARBLE,
    *,
    broken: bool = False,
) -> None:
    """A fluted column, whole or broken off."""
    tones, draw = ramp(colour, 7, contrast=0.75), plane.draw
    top = base - high
    for i, tone in enumerate((4, 5, 3, 4, 2, 2, 1)):
        left = x - half + half * 2 * i / 7
        jag = stage.rng.uniform(0, half) if broken else 0
        draw.rectangle((left, top + jag, left + half * 2 / 7, base), fill=tones[tone])
    draw.rectangle((x - half * 1.4, base - 4, x + half * 1.4, base), fill=tones[3])
    draw.line((x - half * 1.4, base - 4, x + half * 1.4, base - 4), fill=tones[5])
    if not broken:
        draw.rectangle((x - half * 1.4, top - 3, x + half * 1.4, top + 1), fill=tones[4])
        draw.line((x - half * 1.4, top + 2, x + half * 1.4, top + 2), fill=tones[1])


def temple(stage: Stage) -> None:
    """A temple with columns and steps, a holy fire within."""
    rng, horizon = stage.rng, stage.y(0.62)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.0, where=rng.choice((0.14, 0.86)))
    wood(stage, horizon + 5, stage.s(26), 0.36)
    floor = stage.plane(snow=0)
    ground.land(stage, floor, stage.y(0.68), ground.GRASS)
    plane, x, base = stage.plane(), stage.x(0.5), stage.y(0.78)
    tones, draw = ramp(MARBLE, 7, contrast=0.75), plane.draw
    half, high = stage.s(92), stage.s(62)
    for i in range(5):
        y, wide = base + stage.s(20 - i * 5), half + stage.s(22 - i * 5)
        draw.rectangle((x - wide, y - stage.s(5), x + wide, y), fill=tones[3])
        draw.line((x - wide, y - stage.s(5), x + wide, y - stage.s(5)), fill=tones[5])
        draw.line((x - wide, y, x + wide, y), fill=tones[1])
    draw.rectangle(
        (x - half * 0.92, base - high, x + half * 0.92, base - stage.s(5)), fill=(52, 42, 52)
    )
    masonry.arch_hole(plane.shine, x, base - stage.s(5), stage.s(15), stage.s(42), (236, 150, 70))
    masonry.arch_hole(plane.shine, x, base - stage.s(5), stage.s(9), stage.s(30), (255, 226, 150))
    stage.lamp(x, base - stage.s(20), stage.s(70))
    for i in range(6):
        column(
            stage, plane, x - half * 0.88 + half * 1.76 * i / 5, base - stage.s(5), stage.s(7), high
        )
    _pediment(stage, plane, (x, base - stage.s(5) - high, half))
    front = stage.plane()
    for share in (0.2, 0.8):
        bx, by = stage.x(share), stage.y(0.92)
        column(stage, front, bx, by, stage.s(6), stage.s(20))
        props.flame(stage, front, bx, by - stage.s(21), stage.s(17), reach=4)
    person(front.draw, rng, stage.x(0.46), stage.y(0.95), stage.s(27), "hood")
    person(front.draw, rng, stage.x(0.56), stage.y(0.91), stage.s(25), "")
    for share in (0.03, 0.97):
        leafy(stage, front, stage.x(share), stage.y(0.98), stage.s(108))
    ground.tufts(stage, front, stage.y(0.88), 60, ground.GRASS)


def _pediment(stage: Stage, plane: Plane, at: tuple[int, int, int]) -> None:
    x, top, half = at
    tones, draw = ramp(MARBLE, 7, contrast=0.75), plane.draw
    draw.rectangle((x - half, top - stage.s(11), x + half, top - 2), fill=tones[4])
    for i in range(18):
        px = x - half + half * 2 * i / 18
        draw.rectangle((px + 2, top - stage.s(8), px + 6, top - 4), fill=tones[2])
    peak = top - stage.s(46)
    draw.polygon(
        [(x - half - 8, top - stage.s(11)), (x + half + 8, top - stage.s(11)), (x, peak)],
        fill=tones[2],
    )
    draw.polygon(
        [(x - half + 8, top - stage.s(13)), (x + half - 8, top - stage.s(13)), (x, peak + 8)],
        fill=tones[3],
    )
    draw.line(
        [(x - half - 8, top - stage.s(11)), (x, peak), (x + half + 8, top - stage.s(11))],
        fill=tones[5],
        width=3,
    )
    gold: Colour = (236, 190, 84)
    draw.ellipse((x - 9, top - stage.s(31), x + 9, top - stage.s(31) + 18), fill=gold)
    draw.ellipse(
        (x - 5, top - stage.s(31) + 4, x + 5, top - stage.s(31) + 14),
        fill=mix(gold, (255, 255, 255), 0.5),
    )


def graveyard(stage: Stage) -> None:
    """Crooked stones in the mist, a crypt, a dead tree, a raven."""
    rng, horizon = stage.rng, stage.y(0.58)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.0)
    wood(stage, horizon + 4, stage.s(28), 0.5)
    hill = stage.plane(haze=0.16, snow=2)
    grey_grass: Colour = (84, 100, 74)
    ground.land(stage, hill, stage.y(0.6), grey_grass, rough=6)
    props.fence(hill, 0, stage.w, stage.y(0.66), stage.s(17), iron=True)
    _crypt(stage, hill, stage.x(rng.choice((0.3, 0.68))), stage.y(0.74))
    for _ in range(9):
        stone(
            stage,
            hill,
            stage.x(rng.uniform(0.03, 0.97)),
            stage.y(rng.uniform(0.7, 0.78)),
            stage.s(17),
        )
    low = 0.22 if stage.mood.weather is Weather.FOG else 0.5
    stage.then(lambda picture, _light: fog(stage, picture, low, 0.55))
    near = stage.plane(rim_light=0.4)
    ground.land(stage, near, stage.y(0.82), scale(grey_grass, 0.85), rough=4)
    ground.path(
        stage, near, (stage.x(0.5), stage.y(0.82)), stage.x(0.52), stage.s(72), far=stage.s(22)
    )
    for share, size in ((0.1, 36), (0.24, 31), (0.37, 29), (0.66, 31), (0.8, 35), (0.93, 40)):
        stone(
            stage,
            near,
            stage.x(share) + rng.randint(-6, 6),
            stage.y(rng.uniform(0.87, 0.95)),
            stage.s(size),
        )
    bare(near, rng, stage.x(rng.choice((0.06, 0.94))), stage.y(0.95), stage.s(150))
    ground.tufts(stage, near, stage.y(0.84), 90, grey_grass)
    _raven(near, stage.x(0.44) - 7, stage.y(0.74) - 2)
    props.lantern(stage, near, stage.x(0.44), stage.y(0.74), 6, reach=52, lit=stage.mood.dark)
    near.draw.line(
        (stage.x(0.44) - 4, stage.y(0.74) - 1, stage.x(0.44) - 4, stage.y(0.88)),
        fill=(48, 42, 48),
        width=2,
    )
    stage.then(lambda picture, _light: fog(stage, picture, 0.78, 0.36))


def stone(stage: Stage, plane: Plane, x: float, base: float, high: float) -> None:
    """A gravestone: round, pointed, or a cross."""
    rng, draw = stage.rng, plane.draw
    tones = ramp(rng.choice(((132, 134, 142), (120, 124, 120), (142, 136, 130))), 6, contrast=0.85)
    half, lean = high * 0.28, rng.uniform(-0.14, 0.14) * high
    kind = rng.choice(("round", "round", "cross", "point"))
    if kind == "cross":
        arm = max(2, round(high * 0.16))
        draw.line((x, base, x + lean, base - high), fill=tones[3], width=arm)
        draw.line(
            (x + lean * 0.7 - half, base - high * 0.68, x + lean * 0.7 + half, base - high * 0.7),
            fill=tones[3],
            width=arm,
        )
        draw.line((x + arm / 2, base, x + lean + arm / 2, base - high), fill=tones[1])
    else:
        mask, pen = blank(stage.size)
        pen.polygon(
            [
                (x - half, base),
                (x - half + lean, base - high * 0.72),
                (x + half + lean, base - high * 0.72),
                (x + half, base),
            ],
            fill=255,
        )
        if kind == "round":
            pen.ellipse(
                (x - half + lean, base - high, x + half + lean, base - high * 0.44), fill=255
            )
        else:
            pen.polygon(
                [
                    (x - half + lean, base - high * 0.7),
                    (x + lean, base - high),
                    (x + half + lean, base - high * 0.7),
                ],
                fill=255,
            )
        solid(plane.image, mask, tones, radius=2, light=(-1, -1), level=140)
        for i in range(3):
            y = base - high * (0.66 - i * 0.13)
            draw.line(
                (x + lean * 0.6 - half * 0.5, y, x + lean * 0.6 + half * (0.5 - 0.2 * (i == 2)), y),
                fill=tones[1],
            )
    draw.ellipse(
        (x - half * 1.4, base - 2, x + half * 1.4, base + 2), fill=ground.bed((70, 82, 60), stage)
    )


def _crypt(stage: Stage, plane: Plane, x: float, base: float) -> None:
    half, high, draw, colour = stage.s(26), stage.s(34), plane.draw, (138, 134, 142)
    masonry.bricks(draw, stage.rng, (x - half, base - high, x + half, base), colour, wide=9, high=5)
    tones = ramp(colour, 6)
    draw.polygon(
        [(x - half - 5, base - high), (x + half + 5, base - high), (x, base - high - stage.s(19))],
        fill=tones[2],
    )
    draw.line(
        [(x - half - 5, base - high), (x, base - high - stage.s(19)), (x + half + 5, base - high)],
        fill=tones[4],
        width=2,
    )
    masonry.arch_hole(draw, x, base, stage.s(9), stage.s(24), (18, 14, 24))
    for i in range(-1, 2):
        draw.line((x + i * 4, base - stage.s(21), x + i * 4, base), fill=(84, 82, 94))
    draw.line((x, base - high - stage.s(31), x, base - high - stage.s(18)), fill=tones[4], width=2)
    draw.line(
        (x - 4, base - high - stage.s(27), x + 4, base - high - stage.s(27)), fill=tones[4], width=2
    )


def _raven(plane: Plane, x: float, y: float) -> None:
    dark = (26, 22, 34)
    plane.draw.polygon([(x, y), (x + 5, y - 5), (x + 10, y - 3), (x + 6, y + 2)], fill=dark)
    plane.draw.ellipse((x - 2, y - 4, x + 3, y + 1), fill=dark)
    plane.draw.point([(x - 3, y - 1), (x - 4, y - 1)], fill=(150, 130, 80))


def ruin(stage: Stage) -> None:
    """Broken arches and columns, overgrown, with a glimpse of what it was."""
    rng, horizon = stage.rng, stage.y(0.58)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, grand=1.1)
    wood(stage, horizon + 5, stage.s(34), 0.42)
    floor = stage.plane(snow=0)
    ground.land(stage, floor, stage.y(0.63), (102, 116, 74))
    back, colour = stage.plane(haze=0.08, snow=3), (166, 156, 140)
    base = stage.y(0.74)
    for share, half, high in ((0.34, 17, 60), (0.56, 19, 66)):
        x = stage.x(share)
        masonry.bricks(
            back.draw,
            rng,
            (x - stage.s(half + 13), base - stage.s(high + 13), x + stage.s(half + 13), base),
            colour,
            wide=10,
            high=6,
        )
        _bite(stage, back, x + stage.s(half + 6), base - stage.s(high + 4))
        hole = _arch_mask(stage, x, base, stage.s(half), stage.s(high))
        back.image.paste((0, 0, 0, 0), (0, 0), hole)
        masonry.arch_stones(
            back.draw, rng, x, base, stage.s(half), stage.s(high), colour, stage.s(5)
        )
    near = stage.plane(snow=3)
    for share, y, high, whole in (
        (0.16, 0.86, 84, True),
        (0.78, 0.86, 58, False),
        (0.9, 0.9, 96, True),
        (0.28, 0.92, 26, False),
    ):
        column(
            stage,
            near,
            stage.x(share),
            stage.y(y),
            stage.s(9),
            stage.s(high),
            (182, 172, 154),
            broken=not whole,
        )
    _fallen(stage, near, stage.x(0.52), stage.y(0.92))
    rubble(near, rng, stage.x(0.3), stage.x(0.95), stage.y(0.9), 10, stage.s(17), (164, 154, 140))
    _ivy(stage, near)
    fir(stage, near, stage.x(0.02), stage.y(1.0), stage.s(120))
    ground.tufts(stage, near, stage.y(0.68), 130, (102, 124, 70))
    person(near.draw, rng, stage.x(0.44), stage.y(0.9), stage.s(27), "hood")


def _arch_mask(stage: Stage, x: float, base: float, half: float, high: float) -> Image.Image:
    """A mask of an arched opening."""
    mask, pen = blank(stage.size)
    top = base - high
    pen.pieslice((x - half, top, x + half, top + 2 * half), 180, 360, fill=255)
    pen.rectangle((x - half, top + half, x + half, base), fill=255)
    return mask


def _bite(stage: Stage, plane: Plane, x: float, y: float) -> None:
    mask, pen = blank(stage.size)
    reach = stage.s(26)
    pen.polygon(
        [
            (x - reach * 0.8, y - reach),
            (x + reach, y - reach),
            (x + reach, y + reach),
            (x + reach * 0.3, y + reach * 0.5),
            (x + reach * 0.1, y),
            (x - reach * 0.3, y - reach * 0.2),
        ],
        fill=255,
    )
    plane.image.paste((0, 0, 0, 0), (0, 0), mask)


def _fallen(stage: Stage, plane: Plane, x: float, base: float) -> None:
    tones = ramp((182, 172, 154), 6)
    for i in range(4):
        px, half = x + i * stage.s(19), stage.s(9)
        plane.draw.rectangle((px, base - half * 2, px + stage.s(16), base), fill=tones[2 + i % 2])
        plane.draw.line((px, base - half * 2, px + stage.s(16), base - half * 2), fill=tones[5])
        plane.draw.line((px, base - half, px + stage.s(16), base - half), fill=tones[1])
    plane.draw.ellipse((x - 5, base - stage.s(18), x + 5, base), fill=tones[4], outline=tones[1])


def _ivy(stage: Stage, plane: Plane) -> None:
    tones = ramp(ground.bed((70, 112, 58), stage, 0.4), 5)
    for share, y in ((0.16, 0.44), (0.9, 0.42), (0.78, 0.62)):
        for _ in range(60):
            px = stage.x(share) + stage.rng.gauss(0, 6)
            py = stage.y(y) + abs(stage.rng.gauss(0, 26))
            plane.draw.line((px, py, px + 1, py + 1), fill=stage.rng.choice(tones[1:]))
