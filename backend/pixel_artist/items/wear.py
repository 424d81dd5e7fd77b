"""Armour, helmets, shields, clothes and jewels."""

from pixel_artist.colour import Colour, mix, ramp
from pixel_artist.items.easel import Easel, arc, oval
from pixel_artist.items.material import COLOURS


def armour(easel: Easel) -> None:
    """A breastplate with shoulders and a belt."""
    main = ramp(easel.look.main("steel"), 7, shine=(255, 255, 255))
    trim = ramp(easel.look.accent("gold"), 6)
    easel.part(
        [
            (-44, -70),
            (-16, -84),
            (16, -84),
            (44, -70),
            (52, -20),
            (40, 34),
            (30, 46),
            (-30, 46),
            (-40, 34),
            (-52, -20),
        ],
        main,
        radius=14,
        strength=1.2,
    )
    easel.line([(0, -72), (0, 44)], main[2], 3)
    easel.line([(3, -72), (3, 44)], main[6], 1)
    for way in (-1, 1):
        easel.line(arc(way * 22, -22, 22, 22, 0.08, 0.42), main[1], 3)
        easel.disc(way * 58, -58, 27, 27, main, radius=10)
        easel.line(arc(way * 58, -58, 23, 23, 0.05, 0.45), trim[3], 4)
        easel.part(
            [(way * 42, -36), (way * 76, -36), (way * 70, -12), (way * 48, -14)], main, radius=6
        )
    easel.part([(-22, -88), (22, -88), (15, -68), (-15, -68)], trim, radius=5)
    easel.part([(-36, 40), (36, 40), (38, 56), (-38, 56)], ramp(COLOURS["leather"], 6), radius=5)
    easel.part([(-10, 38), (10, 38), (10, 58), (-10, 58)], trim, radius=4)
    for x in (-32, -11, 11, 32):
        easel.part(
            [(x - 11, 56), (x + 11, 56), (x + 13, 88), (x, 98), (x - 13, 88)], main, radius=5
        )
    if "ornate" in easel.look.states or easel.rng.random() < 0.4:
        easel.gem(0, -34, 10, easel.look.accent("red"))


def helmet(easel: Easel) -> None:
    """A helm with a visor and a plume."""
    main = ramp(easel.look.main("steel"), 7, shine=(255, 255, 255))
    trim = ramp(easel.look.accent("gold"), 6)
    plume = ramp(
        easel.rng.choice((COLOURS["red"], COLOURS["blue"], COLOURS["purple"], COLOURS["white"])), 6
    )
    easel.part(
        [
            (-6, -62),
            (-16, -92),
            (14, -102),
            (54, -88),
            (78, -44),
            (76, 4),
            (62, -26),
            (40, -56),
            (10, -66),
        ],
        plume,
        radius=8,
        rough=True,
    )
    easel.part(
        [
            *arc(0, -4, 60, 68, 0.5, 1.0, 20),
            (60, 40),
            (46, 78),
            (16, 90),
            (-16, 90),
            (-46, 78),
            (-60, 40),
        ],
        main,
        radius=18,
        strength=1.3,
    )
    easel.part([(-48, -6), (-8, -2), (-6, 16), (-44, 10)], ramp((30, 22, 34), 4), radius=3)
    easel.part([(48, -6), (8, -2), (6, 16), (44, 10)], ramp((30, 22, 34), 4), radius=3)
    easel.part([(-8, -70), (8, -70), (8, 60), (0, 72), (-8, 60)], trim, radius=4)
    easel.part([(-60, -20), (60, -20), (60, -10), (-60, -10)], trim, radius=4)
    for way in (-1, 1):
        for i in range(4):
            easel.line([(way * (18 + i * 9), 40), (way * (17 + i * 8), 62)], (30, 22, 34), 3)
        easel.disc(way * 54, -14, 7, 7, trim, radius=4)


def shield(easel: Easel) -> None:
    """A shield: kite-shaped or round, with a sign."""
    rng = easel.rng
    main = ramp(easel.look.main(rng.choice(("red", "blue", "wood", "green"))), 7)
    trim = ramp(easel.look.accent("iron"), 7)
    if rng.random() < 0.4:
        easel.disc(0, 0, 86, 86, trim, radius=8)
        easel.disc(0, 0, 74, 74, main, radius=16)
        easel.line([(-72, 0), (72, 0)], main[1], 3)
        easel.disc(0, 0, 24, 24, trim, radius=10)
        for i in range(12):
            x, y = arc(0, 0, 80, 80, i / 12, i / 12 + 0.01, 1)[0]
            easel.dot(x, y, 3, trim[5])
        return
    outer = [(-74, -86), (0, -96), (74, -86), (72, -10), (48, 52), (0, 98), (-48, 52), (-72, -10)]
    easel.part(outer, trim, radius=8)
    easel.part([(x * 0.86, y * 0.86) for x, y in outer], main, radius=16)
    easel.patch([(0, -82), (0, 84), (41, 45), (62, -9), (63, -74)], mix(main[2], main[3], 0.4))
    cloth: Colour = trim[5]
    kind = rng.choice(("cross", "peak", "star"))
    if kind == "cross":
        easel.part([(-9, -76), (9, -76), (9, 76), (-9, 76)], trim, radius=4)
        easel.part([(-62, -30), (62, -30), (60, -12), (-60, -12)], trim, radius=4)
    elif kind == "peak":
        easel.part([(-44, 34), (-8, -42), (4, -22), (16, -40), (46, 34)], trim, radius=6)
        easel.patch([(-8, -42), (4, -22), (-4, -14), (-18, -20)], cloth)
        easel.dot(0, -58, 7, COLOURS["amber"])
    else:
        points = [
            point
            for i in range(5)
            for point in (
                arc(0, -8, 46, 46, i / 5 - 0.25, i / 5 - 0.24, 1)[0],
                arc(0, -8, 19, 19, i / 5 - 0.15, i / 5 - 0.14, 1)[0],
            )
        ]
        easel.part(points, trim, radius=5)


def boots(easel: Easel) -> None:
    """A pair of boots."""
    leather = ramp(easel.look.main("leather"), 6)
    for dx, dy in ((26, -6), (-30, 6)):
        easel.part(
            [
                (dx - 20, dy - 80),
                (dx + 22, dy - 80),
                (dx + 20, dy + 36),
                (dx + 54, dy + 52),
                (dx + 60, dy + 76),
                (dx - 24, dy + 76),
            ],
            leather,
            radius=12,
            strength=1.2,
        )
        easel.part(
            [(dx - 26, dy + 74), (dx + 60, dy + 74), (dx + 60, dy + 84), (dx - 26, dy + 84)],
            ramp((70, 46, 36), 5),
            radius=3,
        )
        easel.part(
            [(dx - 24, dy - 90), (dx + 26, dy - 90), (dx + 24, dy - 68), (dx - 22, dy - 68)],
            ramp((214, 196, 166), 5),
            radius=6,
            rough=True,
        )
        for i in range(3):
            easel.line([(dx - 18, dy - 40 + i * 26), (dx + 20, dy - 34 + i * 26)], leather[1], 3)
        easel.part(
            [(dx - 4, dy - 10), (dx + 12, dy - 10), (dx + 12, dy + 6), (dx - 4, dy + 6)],
            ramp(easel.look.accent("gold"), 6),
            radius=3,
        )


def cloak(easel: Easel) -> None:
    """A cloak with a hood and a clasp."""
    cloth = ramp(easel.look.main(easel.rng.choice(("green", "blue", "purple", "red"))), 7)
    easel.part(
        [
            (-30, -56),
            (30, -56),
            (62, 30),
            (78, 92),
            (40, 84),
            (0, 96),
            (-40, 84),
            (-78, 92),
            (-62, 30),
        ],
        cloth,
        radius=16,
        strength=1.2,
    )
    for x in (-44, -18, 10, 38):
        easel.line([(x * 0.5, -34), (x, 34), (x * 1.25, 84)], cloth[1], 3)
        easel.line([(x * 0.5 + 4, -34), (x + 5, 34), (x * 1.25 + 6, 84)], cloth[5], 2)
    easel.part(
        [(-42, -46), (-38, -84), (0, -102), (38, -84), (42, -46), (0, -30)], cloth, radius=12
    )
    easel.part(
        [(-24, -52), (-20, -76), (0, -86), (20, -76), (24, -52), (0, -42)],
        ramp((36, 26, 40), 4),
        radius=6,
    )
    easel.disc(0, -32, 11, 11, ramp(easel.look.accent("gold"), 6), radius=5)


def ring(easel: Easel) -> None:
    """A finger ring with a stone."""
    metal = ramp(
        easel.look.accent("gold") if len(easel.look.colours) > 1 else COLOURS["gold"],
        7,
        shine=(255, 255, 240),
    )
    stone: Colour = easel.look.main(easel.rng.choice(("red", "green", "blue", "purple")))
    easel.disc(0, 30, 62, 62, metal, hole=0.72, radius=7)
    easel.line(arc(0, 30, 53, 53, 0.55, 0.7), (255, 252, 230), 4)
    easel.part([(-26, -30), (26, -30), (18, -10), (-18, -10)], metal, radius=5)
    for way in (-1, 1):
        easel.part(
            [(way * 20, -20), (way * 31, -58), (way * 24, -60), (way * 12, -26)], metal, radius=4
        )
    easel.gem(0, -50, 27, stone)


def amulet(easel: Easel) -> None:
    """A pendant on a chain."""
    metal = ramp(easel.look.accent("gold"), 7)
    stone: Colour = easel.look.main(easel.rng.choice(("blue", "red", "teal", "green")))
    chain = arc(0, -52, 66, 66, -0.02, 0.52, 22)
    for i, (x, y) in enumerate([(-56, -96), (-64, -78), *chain[::-1], (64, -78), (56, -96)]):
        easel.disc(x, y, 6, 5 if i % 2 else 6, metal, radius=3, hole=0.36)
    easel.part([(0, 2), (32, 36), (22, 76), (0, 96), (-22, 76), (-32, 36)], metal, radius=7)
    easel.gem(0, 46, 22, stone)
    for x, y in ((0, 12), (0, 84)):
        easel.dot(x, y, 4, mix(stone, (255, 255, 255), 0.4))


def crown(easel: Easel) -> None:
    """A crown with stones."""
    metal = ramp(easel.look.main("gold"), 7)
    easel.patch(oval(0, -8, 62, 15), (96, 30, 46))
    easel.part(
        [
            (-70, 50),
            (-78, -40),
            (-46, 6),
            (-34, -62),
            (-12, 2),
            (0, -76),
            (12, 2),
            (34, -62),
            (46, 6),
            (78, -40),
            (70, 50),
        ],
        metal,
        radius=8,
    )
    easel.part([(-72, 32), (72, 32), (70, 60), (-70, 60)], metal, radius=6)
    for x, y in ((-78, -44), (-34, -66), (0, -82), (34, -66), (78, -44)):
        easel.disc(x, y, 7, 7, metal, radius=4)
    for i, x in enumerate((-46, 0, 46)):
        easel.gem(x, 46, 10, (easel.look.accent("red"), COLOURS["blue"], COLOURS["green"])[i])
