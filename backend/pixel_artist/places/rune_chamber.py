"""The chamber of the broken rune, where the story ends."""

from pixel_artist import below, props
from pixel_artist.colour import EMBER, Colour, mix, ramp, scale
from pixel_artist.people import person
from pixel_artist.places.crystals import crystal
from pixel_artist.relief import blank
from pixel_artist.rock import cavern, on_circle
from pixel_artist.stage import Light, Plane, Stage


def rune_chamber(stage: Stage) -> None:
    """A round hall with a great broken rune burning in the floor."""
    stage.go_below(0.75)
    rng = stage.rng
    stone: Colour = (98, 90, 116)
    hue = rng.choice(((255, 70, 96), (214, 86, 255), (255, 116, 60)))
    walls = cavern(
        stage,
        [(0.5, 0.62, 0.36, 0.52), (0.5, 1.08, 0.49, 1.12)],
        colour=stone,
        deep=(24, 12, 36),
        floor=0.56,
    )
    back = walls[0]
    for share, high in ((0.18, 92), (0.32, 78), (0.68, 78), (0.82, 92)):
        _pillar(
            back,
            stage.x(share),
            stage.y(0.58) + stage.s(high * 0.12),
            stage.s(high),
            stone,
            hue,
        )
    x, y = stage.x(0.5), stage.y(0.8)
    wide, high = stage.s(112), stage.s(31)
    floor = stage.plane(snow=0)
    shade = ramp(scale(stone, 0.72), 6)
    floor.draw.ellipse((x - wide - 9, y - high - 4, x + wide + 9, y + high + 6), fill=shade[1])
    floor.draw.ellipse((x - wide - 7, y - high - 5, x + wide + 7, y + high + 2), fill=shade[3])
    _rune(stage, floor, (x, y), (wide, high), hue)
    stage.light(Light(x, y - stage.s(8), stage.s(176), hue, 0.85, 0.2, 0.7))
    _pillar_of_light(stage, x, y, hue)
    view = below.outside(stage)
    below.look_out(
        stage,
        back,
        view,
        [
            (x - 12, stage.y(0.07)),
            (x, stage.y(0.02)),
            (x + 12, stage.y(0.07)),
            (x + 8, stage.y(0.12)),
            (x - 8, stage.y(0.12)),
        ],
    )
    below.beam(stage, (x, stage.y(0.1)), stage.s(10), (x, y), stage.s(46), power=0.6)
    front = stage.plane(snow=0)
    for _ in range(9):
        sx, sy, size = (
            x + rng.uniform(-0.7, 0.7) * wide,
            stage.y(rng.uniform(0.3, 0.62)),
            stage.s(rng.uniform(3, 7)),
        )
        crystal(front, sx, sy, size * 2.2, rng.uniform(-4, 4), mix(hue, (120, 60, 140), 0.3))
    _braziers(stage, front, hue)
    person(front.draw, rng, stage.x(0.36), stage.y(0.97), stage.s(29), "hood")
    below.weather_below(stage, (x, y, stage.s(22)))


def _braziers(stage: Stage, front: Plane, hue: Colour) -> None:
    for share in (0.1, 0.9):
        bx, by = stage.x(share), stage.y(0.9)
        front.draw.polygon(
            [(bx - 11, by - 18), (bx + 11, by - 18), (bx + 5, by - 8), (bx - 5, by - 8)],
            fill=(84, 78, 92),
        )
        front.draw.line((bx, by - 8, bx, by + 4), fill=(64, 58, 74), width=4)
        props.flame(stage, front, bx, by - 17, stage.s(21), reach=4, colour=mix(EMBER, hue, 0.4))


def _pillar(plane: Plane, x: float, base: float, high: float, stone: Colour, hue: Colour) -> None:
    half, tones, draw = high * 0.11, ramp(stone, 6, contrast=0.85), plane.draw
    draw.rectangle((x - half, base - high, x + half, base), fill=tones[2])
    draw.rectangle((x - half, base - high, x - half * 0.4, base), fill=tones[4])
    draw.rectangle((x + half * 0.4, base - high, x + half, base), fill=tones[1])
    for y in (base, base - high + 3):
        draw.rectangle((x - half * 1.5, y - 4, x + half * 1.5, y), fill=tones[3])
        draw.line((x - half * 1.5, y - 4, x + half * 1.5, y - 4), fill=tones[5])
    for i in range(3):
        y = base - high * (0.28 + i * 0.2)
        plane.shine.line(
            [(x - 2, y + 4), (x + 1, y), (x - 1, y - 3), (x + 2, y - 6)],
            fill=mix(hue, (255, 255, 255), 0.2),
        )


def _rune(
    stage: Stage, plane: Plane, at: tuple[float, float], size: tuple[float, float], hue: Colour
) -> None:
    (x, y), (wide, high) = at, size
    bright, mid = mix(hue, (255, 255, 255), 0.55), scale(hue, 0.8)
    shine = plane.shine
    for part, tone, thick in ((1.0, mid, 3), (0.97, bright, 1), (0.74, mid, 2), (0.3, bright, 1)):
        for start in range(0, 360, 30):
            if stage.rng.random() < 0.88:
                shine.arc(
                    (x - wide * part, y - high * part, x + wide * part, y + high * part),
                    start,
                    start + 28,
                    fill=tone,
                    width=thick,
                )
    points = [blob_point(i / 5 - 0.05, x, y, wide * 0.74, high * 0.74) for i in range(5)]
    for i in range(5):
        shine.line((*points[i], *points[(i + 2) % 5]), fill=mid, width=2)
        shine.line((*points[i], *points[(i + 2) % 5]), fill=hue)
    for i in range(12):
        px, py = blob_point(i / 12, x, y, wide * 0.86, high * 0.86)
        shine.line([(px - 3, py + 2), (px, py - 3), (px + 3, py + 2)], fill=bright)
        if i % 2:
            shine.line((px, py - 3, px, py + 3), fill=bright)
    crack = [
        (x - wide * 0.95, y - high * 0.2),
        (x - wide * 0.5, y + high * 0.1),
        (x - wide * 0.2, y - high * 0.16),
        (x + wide * 0.16, y + high * 0.2),
        (x + wide * 0.5, y - high * 0.02),
        (x + wide * 1.0, y + high * 0.34),
    ]
    shine.line(crack, fill=(20, 10, 26), width=5)
    shine.line([(px, py + 2) for px, py in crack], fill=mix(hue, (255, 220, 160), 0.5))


def blob_point(turn: float, x: float, y: float, wide: float, high: float) -> tuple[float, float]:
    """A point of an ellipse; ``turn`` counts whole turns from the right, clockwise."""
    dx, dy = on_circle(turn)
    return x + dx * wide, y + dy * high


def _pillar_of_light(stage: Stage, x: float, y: float, hue: Colour) -> None:
    mask, pen = blank(stage.size)
    for half, grey in ((54, 30), (34, 54), (15, 80)):
        pen.polygon(
            [
                (x - stage.s(half * 0.8), 0),
                (x + stage.s(half * 0.8), 0),
                (x + stage.s(half), y),
                (x - stage.s(half), y),
            ],
            fill=grey,
        )
    stage.veil(mask, mix(hue, (255, 220, 220), 0.25), 7)
