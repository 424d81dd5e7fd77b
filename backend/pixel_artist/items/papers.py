"""Notes, scrolls, books and maps."""

from itertools import pairwise

from pixel_artist.colour import Colour, mix, ramp
from pixel_artist.items.easel import Easel, Point, arc
from pixel_artist.items.material import COLOURS

PAPER: Colour = (226, 204, 158)
INKED: Colour = (84, 58, 46)


def _torn_edge(easel: Easel, start: Point, end: Point, depth: float) -> list[Point]:
    steps = 9
    points = []
    for i in range(steps + 1):
        t = i / steps
        shift = easel.rng.uniform(-depth, depth * 0.4)
        points.append(
            (
                start[0] + (end[0] - start[0]) * t + shift * 0.4,
                start[1] + (end[1] - start[1]) * t + shift,
            )
        )
    return points


def note(easel: Easel) -> None:
    """A written sheet with a torn edge, folds and a seal."""
    easel.turn(easel.rng.choice((-0.03, 0.03)))
    paper = ramp(easel.look.main("bone") if easel.look.colours else PAPER, 6)
    depth = 12 if "torn" in easel.look.states else 4
    low = _torn_edge(easel, (62, 84), (-62, 88), depth)
    easel.part(
        [(-62, -86), (54, -90), (64, -78), *low, (-66, 0)], paper, radius=6, level=150, rough=True
    )
    easel.patch([(40, -89), (64, -66), (42, -64)], paper[2])
    easel.line([(40, -89), (42, -64), (64, -66)], paper[1], 2)
    easel.line([(-62, -2), (62, 2)], paper[2], 2)
    easel.line([(-62, 0), (62, 4)], paper[5], 1)
    for i in range(9):
        y = -66 + i * 14
        x, end = -48.0, 30 if i == 0 else easel.rng.uniform(20, 50)
        while x < end:
            word = easel.rng.uniform(6, 18)
            easel.line([(x, y), (min(end, x + word), y + easel.rng.uniform(-1, 1))], INKED, 3)
            x += word + 6
    wax = ramp(easel.look.accent("red"), 6)
    easel.disc(38, 66, 15, 15, wax, radius=7)
    easel.line([(32, 66), (38, 59), (44, 66), (38, 73), (32, 66)], wax[1], 2)


def scroll(easel: Easel) -> None:
    """An unrolled scroll with two rods."""
    paper = ramp(PAPER, 6)
    rods = ramp(easel.look.main("wood"), 6)
    easel.part(
        [(-58, -70), (58, -70), (54, 0), (58, 72), (-58, 72), (-54, 0)],
        paper,
        radius=8,
        level=150,
        rough=True,
    )
    for i in range(5):
        y = -44 + i * 13
        easel.line([(-40, y), (easel.rng.uniform(10, 40), y)], INKED, 3)
    hue = easel.look.accent("purple")
    easel.line(arc(0, 40, 20, 16, 0, 1, 20), hue, 3)
    easel.line([(-14, 48), (0, 26), (14, 48), (-14, 48)], hue, 2)
    for y in (-78, 80):
        easel.part(
            [(-66, y - 12), (66, y - 12), (66, y + 12), (-66, y + 12)],
            paper,
            radius=9,
            strength=1.4,
        )
        for way in (-1, 1):
            easel.part(
                [(way * 64, y - 8), (way * 84, y - 8), (way * 84, y + 8), (way * 64, y + 8)],
                rods,
                radius=5,
            )
            easel.disc(way * 86, y, 9, 10, ramp(COLOURS["gold"], 6), radius=5)


def book(easel: Easel) -> None:
    """A thick book with metal corners."""
    easel.turn(-0.03)
    cover = ramp(
        easel.look.main(easel.rng.choice(("red", "blue", "green", "purple", "leather"))), 7
    )
    metal = ramp(easel.look.accent("gold"), 6)
    easel.part(
        [(-58, -78), (70, -70), (72, 88), (-54, 92)],
        ramp(mix(cover[2], (20, 12, 30), 0.3), 5),
        radius=5,
    )
    easel.part([(-52, -76), (66, -68), (66, 82), (-50, 86)], ramp((232, 218, 182), 5), radius=4)
    for i in range(5):
        easel.line([(56 + i * 2.4, -68), (57 + i * 2.2, 82)], (176, 150, 112))
    easel.part([(-66, -86), (54, -86), (56, 80), (-64, 82)], cover, radius=6, strength=0.8)
    easel.part([(-66, -86), (-50, -86), (-48, 82), (-64, 82)], cover, radius=6, level=90)
    for x, y in ((44, -76), (44, 70)):
        easel.part(
            [(x - 14, y - 9), (x + 11, y - 9), (x + 11, y + 9), (x - 4, y + 9)], metal, radius=4
        )
    easel.line([(-40, -74), (42, -74), (44, 68), (-38, 70), (-40, -74)], metal[3], 2)
    easel.disc(2, -4, 28, 28, metal, hole=0.72, radius=4)
    easel.gem(2, -4, 13, easel.look.accent("red"))
    easel.part([(46, -10), (70, -8), (70, 10), (46, 10)], metal, radius=4)


def chart(easel: Easel) -> None:
    """A map with a coast, mountains, a route and a cross."""
    easel.turn(easel.rng.choice((-0.03, 0.02)))
    paper = ramp(PAPER, 6)
    left, right = (
        _torn_edge(easel, (-92, 66), (-92, -62), 5),
        _torn_edge(easel, (92, -66), (92, 62), 5),
    )
    easel.part([*left, *right], paper, radius=7, level=150, rough=True)
    for fold in (-46, 0, 46):
        easel.line([(fold, -64), (fold, 64)], paper[2], 2)
    easel.patch([(-88, 60), (-88, 10), (-62, 18), (-50, 36), (-20, 44), (-12, 62)], (146, 176, 176))
    for _ in range(5):
        x, y = easel.rng.uniform(-40, 40), easel.rng.uniform(-52, -12)
        easel.line([(x - 11, y + 9), (x, y - 9), (x + 11, y + 9)], INKED, 3)
        easel.line([(x, y - 9), (x + 4, y + 3)], INKED, 2)
        easel.dot(easel.rng.uniform(-20, 70), easel.rng.uniform(10, 50), 5, (104, 128, 76))
    way: list[Point] = [(-70, -40), (-44, 2), (-8, 12), (22, -2), (52, 24), (68, 8)]
    for one, other in pairwise(way):
        for part in (0.1, 0.5):
            easel.line(
                [
                    (one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part),
                    (
                        one[0] + (other[0] - one[0]) * (part + 0.26),
                        one[1] + (other[1] - one[1]) * (part + 0.26),
                    ),
                ],
                (176, 48, 42),
                3,
            )
    for lean in (-1, 1):
        easel.line([(68 - 9, 8 - lean * 9), (68 + 9, 8 + lean * 9)], (176, 36, 36), 5)
    easel.line(arc(66, -42, 14, 14, 0, 1, 20), INKED, 2)
    easel.patch([(66, -60), (70, -42), (66, -26), (62, -42)], (176, 48, 42))
