"""Busts of creatures that are not people."""

from pixel_artist.colour import Colour, mix, ramp
from pixel_artist.items.easel import Easel, arc, oval
from pixel_artist.rock import blob


def _glare(
    easel: Easel, x: float, y: float, size: float, colour: Colour, *, slit: bool = True
) -> None:
    """A glowing eye."""
    easel.dot(x, y, size * 1.35, (22, 14, 24))
    easel.dot(x, y, size, colour)
    easel.dot(x, y, size * 0.6, mix(colour, (255, 255, 220), 0.6))
    if slit:
        easel.line([(x, y - size * 0.8), (x, y + size * 0.8)], (22, 14, 24), max(1.5, size * 0.36))


def skeleton(easel: Easel) -> None:
    """A skull on bare ribs, in rusty mail."""
    bone = ramp((218, 204, 170), 7)
    iron = ramp(easel.rng.choice(((126, 96, 78), (104, 108, 120), (94, 76, 90))), 6)
    for i in range(4):
        y = 96 + i * 16
        easel.rod(arc(0, y - 8, 64 - i * 3, 20, 0.04, 0.46), 9, bone)
    easel.part([(-9, 58), (9, 58), (9, 150), (-9, 150)], bone, radius=5)
    for way in (-1, 1):
        easel.rod([(way * 6, 84), (way * 90, 92)], 12, bone)
        easel.disc(way * 94, 108, 33, 30, iron, radius=10)
        for i in range(3):
            easel.dot(way * (78 + i * 15), 96 + i * 4, 3, iron[5])
    easel.part([(-32, 22), (32, 22), (26, 64), (-26, 64)], bone, radius=8)
    easel.part(
        [*arc(0, -24, 58, 62, 0.43, 1.07, 24), (42, 24), (-42, 24)], bone, radius=18, strength=1.3
    )
    for way in (-1, 1):
        easel.disc(way * 23, -10, 17, 18, ramp((40, 24, 36), 4), radius=6, level=70)
        _glare(easel, way * 23, -8, 5, easel.rng.choice(((255, 90, 70),)), slit=False)
    easel.patch([(0, 6), (9, 22), (-9, 22)], (40, 24, 36))
    easel.line([(-26, 42), (26, 42)], (60, 40, 44), 3)
    for x in range(-20, 21, 8):
        easel.line([(x, 30), (x, 56)], bone[1], 2)
    easel.line([(12, -78), (20, -58), (14, -46), (24, -34)], bone[0], 2)


def wolf(easel: Easel) -> None:
    """A snarling wolf."""
    fur = ramp(easel.rng.choice(((104, 104, 118), (78, 72, 82), (132, 112, 96))), 7)
    spikes = [
        (-96, 150),
        (-88, 104),
        (-70, 98),
        (-78, 60),
        (-58, 62),
        (-66, 20),
        (-52, 10),
        (52, 10),
        (66, 20),
        (58, 62),
        (78, 60),
        (70, 98),
        (88, 104),
        (96, 150),
    ]
    easel.part(spikes, fur, radius=12, rough=True)
    for way in (-1, 1):
        easel.part([(way * 22, -50), (way * 50, -112), (way * 66, -34)], fur, radius=8)
        easel.part(
            [(way * 34, -52), (way * 50, -92), (way * 58, -40)], ramp((152, 104, 104), 5), radius=5
        )
    easel.part(
        [
            (-56, -46),
            (0, -68),
            (56, -46),
            (74, 0),
            (56, 30),
            (28, 40),
            (-28, 40),
            (-56, 30),
            (-74, 0),
        ],
        fur,
        radius=16,
        strength=1.2,
    )
    easel.part(
        [(-22, -22), (22, -22), (34, 30), (26, 62), (-26, 62), (-34, 30)],
        ramp(mix(fur[4], (255, 255, 255), 0.14), 7),
        radius=12,
        level=140,
    )
    easel.part([(-15, 16), (15, 16), (9, 34), (-9, 34)], ramp((38, 30, 40), 5), radius=5)
    _snarl(easel, fur[0])


def _snarl(easel: Easel, brow: Colour) -> None:
    easel.part(
        [(-30, 50), (0, 42), (30, 50), (22, 88), (-22, 88)],
        ramp((120, 36, 46), 5),
        radius=5,
        level=80,
    )
    for x, y, way in (
        (-24, 48, 1),
        (-10, 44, 1),
        (10, 44, 1),
        (24, 48, 1),
        (-15, 88, -1),
        (15, 88, -1),
    ):
        easel.patch([(x - 6, y), (x + 6, y), (x, y + way * 18)], (244, 238, 220))
    for way in (-1, 1):
        easel.line([(way * 14, -14), (way * 50, -34)], brow, 8)
        easel.patch(
            [(way * 16, -8), (way * 44, -22), (way * 40, -6), (way * 24, 0)], (255, 206, 70)
        )
        easel.dot(way * 32, -10, 4, (22, 14, 24))


def spider(easel: Easel) -> None:
    """A giant spider, all eyes."""
    hair = ramp(easel.rng.choice(((70, 56, 70), (92, 60, 48), (54, 64, 66))), 7)
    for way in (-1, 1):
        for i in range(4):
            y = -10 + i * 22
            easel.rod(
                [
                    (way * 40, 20 + i * 8),
                    (way * (84 + i * 5), -70 + i * 38),
                    (way * (120 - i * 4), y + 30 + i * 14),
                ],
                12 - i,
                hair,
            )
    easel.disc(0, -40, 66, 58, hair, radius=20, rough=True)
    easel.patch(
        [(0, -82), (13, -56), (4, -40), (14, -22), (-14, -22), (-4, -40), (-13, -56)], (196, 50, 56)
    )
    easel.disc(0, 40, 58, 50, hair, radius=18)
    for x, y, size in (
        (-17, 34, 13),
        (17, 34, 13),
        (-40, 22, 8),
        (40, 22, 8),
        (-10, 10, 7),
        (10, 10, 7),
        (-30, 6, 5),
        (30, 6, 5),
    ):
        easel.dot(x, y, size + 2, (20, 12, 22))
        easel.dot(x, y, size, (206, 44, 58))
        easel.dot(x - size * 0.3, y - size * 0.36, size * 0.36, (255, 216, 206))
    for way in (-1, 1):
        easel.part(
            [(way * 6, 66), (way * 26, 68), (way * 24, 94), (way * 8, 118), (way * 14, 92)],
            ramp((48, 36, 44), 6),
            radius=6,
        )


def bat(easel: Easel) -> None:
    """A giant bat with spread wings."""
    fur = ramp(easel.rng.choice(((98, 74, 84), (84, 72, 104), (112, 80, 62))), 7)
    skin = ramp(mix(fur[2], (150, 60, 80), 0.35), 6)
    for way in (-1, 1):
        easel.part(
            [
                (way * 24, 0),
                (way * 62, -76),
                (way * 124, -92),
                (way * 116, -20),
                (way * 96, -6),
                (way * 92, 46),
                (way * 66, 34),
                (way * 54, 82),
                (way * 26, 54),
            ],
            skin,
            radius=10,
        )
        for end in ((116, -20), (92, 46), (54, 82)):
            easel.line([(way * 62, -74), (way * end[0], end[1])], fur[1], 4)
        easel.part([(way * 12, -46), (way * 40, -108), (way * 50, -30)], fur, radius=8)
        easel.part(
            [(way * 20, -46), (way * 38, -88), (way * 43, -36)], ramp((176, 104, 116), 5), radius=5
        )
    easel.disc(0, 52, 40, 58, fur, radius=18, rough=True)
    easel.disc(0, -14, 48, 46, fur, radius=18)
    for way in (-1, 1):
        _glare(easel, way * 20, -20, 11, (255, 74, 60))
    easel.part([(-12, -2), (0, -12), (12, -2), (8, 8), (-8, 8)], ramp((70, 42, 52), 5), radius=4)
    easel.part(
        [(-22, 12), (22, 12), (14, 34), (-14, 34)], ramp((112, 26, 40), 4), radius=4, level=80
    )
    for x in (-13, 13):
        easel.patch([(x - 5, 12), (x + 5, 12), (x, 32)], (248, 242, 226))


def shadow(easel: Easel) -> None:
    """A spawn of shadow: smoke, claws and eyes."""
    dark = ramp((58, 44, 86), 7, shine=(176, 130, 255))
    rng = easel.rng
    for _ in range(13):
        x = rng.uniform(-76, 76)
        easel.part(
            [(x - 16, 70), (x + rng.uniform(-30, 30), -40 - rng.random() * 64), (x + 16, 70)],
            dark,
            radius=8,
            level=84,
        )
    easel.part(
        [
            (-96, 150),
            (-84, 66),
            (-58, 0),
            (-48, -60),
            (-16, -92),
            (22, -90),
            (50, -56),
            (60, 0),
            (86, 66),
            (96, 150),
        ],
        dark,
        radius=26,
        level=92,
    )
    for way in (-1, 1):
        easel.part(
            [(way * 12, -34), (way * 46, -52), (way * 40, -26), (way * 22, -20)],
            ramp((190, 120, 255), 5),
            radius=4,
            level=190,
        )
        easel.dot(way * 30, -36, 4, (255, 255, 255))
        for i in range(4):
            easel.part(
                [
                    (way * (58 + i * 13), 118),
                    (way * (64 + i * 13), 74 - i * 4),
                    (way * (69 + i * 13), 118),
                ],
                dark,
                radius=4,
                level=140,
            )
    easel.part(
        [(-34, 6), (-14, 16), (0, 8), (14, 16), (34, 6), (22, 34), (0, 42), (-22, 34)],
        ramp((150, 86, 220), 5),
        radius=4,
        level=150,
    )
    for x in (-18, -4, 10):
        easel.patch([(x, 12), (x + 9, 12), (x + 4, 24)], (24, 16, 36))


def golem(easel: Easel) -> None:
    """A revenant of stone with fire in its cracks."""
    stone = ramp(easel.rng.choice(((120, 114, 122), (112, 104, 92), (98, 106, 120))), 7)
    rng = easel.rng
    fire: Colour = rng.choice(((255, 140, 60), (96, 220, 255), (190, 110, 255)))
    for way in (-1, 1):
        easel.part(blob(rng, way * 84, 96, 44, 46, 8), stone, radius=12, rough=True)
    easel.part(blob(rng, 0, 124, 84, 54, 11), stone, radius=14, rough=True)
    easel.part(blob(rng, 0, -16, 62, 68, 10), stone, radius=16, rough=True, strength=1.2)
    easel.part(
        [(-58, -34), (58, -34), (52, -14), (-52, -14)], stone, radius=6, level=150, rough=True
    )
    easel.part(blob(rng, 0, 40, 44, 24, 8), stone, radius=8, level=110, rough=True)
    for way in (-1, 1):
        easel.patch([(way * 14, -10), (way * 42, -14), (way * 38, 2), (way * 18, 2)], (26, 16, 22))
        easel.dot(way * 28, -5, 6, fire)
        easel.dot(way * 28, -5, 3, (255, 250, 220))
    for crack in (
        [(8, -80), (-4, -60), (10, -44)],
        [(-40, 96), (-16, 112), (-26, 138)],
        [(30, 88), (12, 112), (24, 142)],
        [(-90, 80), (-78, 104)],
    ):
        easel.line(crack, (26, 16, 22), 6)
        easel.line(crack, fire, 3)
    easel.line([(-26, 42), (-8, 38), (10, 44), (28, 38)], (26, 16, 22), 5)


def dragon(easel: Easel) -> None:
    """The head of a dragon."""
    scale = ramp(easel.look.main(easel.rng.choice(("red", "green", "blue", "shadow"))), 7)
    easel.part([(-84, 150), (-56, 60), (-40, 20), (40, 20), (56, 60), (84, 150)], scale, radius=18)
    for i in range(4):
        easel.part(
            [
                (-34 - i * 6, 72 + i * 20),
                (34 + i * 6, 72 + i * 20),
                (28, 88 + i * 20),
                (-28, 88 + i * 20),
            ],
            ramp((226, 196, 132), 6),
            radius=4,
        )
    for way in (-1, 1):
        easel.rod(
            [(way * 34, -50), (way * 66, -84), (way * 70, -118)], 13, ramp((220, 206, 172), 6)
        )
        easel.part(
            [(way * 52, -20), (way * 98, -46), (way * 84, -8), (way * 104, 8), (way * 58, 14)],
            scale,
            radius=6,
        )
    easel.part(
        [
            (-52, -52),
            (0, -72),
            (52, -52),
            (62, -10),
            (40, 30),
            (30, 68),
            (-30, 68),
            (-40, 30),
            (-62, -10),
        ],
        scale,
        radius=16,
        strength=1.2,
    )
    easel.part([(-30, 10), (30, 10), (34, 62), (-34, 62)], scale, radius=10, level=150)
    for way in (-1, 1):
        easel.line([(way * 14, -26), (way * 52, -42)], scale[0], 9)
        _glare(easel, way * 33, -22, 11, (255, 206, 70))
        easel.dot(way * 15, 26, 5, (40, 20, 26))
        for i in range(3):
            easel.patch(
                [(way * (8 + i * 11), 62), (way * (16 + i * 11), 62), (way * (12 + i * 11), 78)],
                (246, 238, 216),
            )


def rat(easel: Easel) -> None:
    """A giant rat."""
    fur = ramp(easel.rng.choice(((122, 102, 92), (96, 92, 98))), 7)
    easel.part([(-86, 150), (-60, 60), (60, 60), (86, 150)], fur, radius=18, rough=True)
    for way in (-1, 1):
        easel.disc(way * 50, -56, 32, 34, fur, radius=10)
        easel.disc(way * 50, -54, 21, 23, ramp((204, 140, 140), 5), radius=8)
    easel.part(
        [(-58, -40), (0, -60), (58, -40), (54, 10), (22, 72), (-22, 72), (-54, 10)],
        fur,
        radius=18,
        strength=1.2,
    )
    easel.part(oval(0, 62, 13, 10), ramp((206, 120, 126), 5), radius=5)
    for way in (-1, 1):
        _glare(easel, way * 26, -8, 10, (224, 60, 60), slit=False)
        for dy in (-6, 2, 10):
            easel.line([(way * 16, 56 + dy), (way * 76, 46 + dy * 3)], (230, 222, 210), 1)
        easel.patch([(way * 1, 72), (way * 9, 72), (way * 8, 92), (way * 1, 92)], (244, 236, 212))
