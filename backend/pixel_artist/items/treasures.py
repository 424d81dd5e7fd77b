"""Stones, gems, coins, food and other small things."""

from pixel_artist.colour import Colour, mix, ramp
from pixel_artist.items.easel import Easel, Point, arc
from pixel_artist.items.material import COLOURS
from pixel_artist.rock import blob

RUNES: tuple[Colour, ...] = ((96, 226, 255), (255, 150, 70), (150, 255, 150), (214, 130, 255))


def rune_light(colours: tuple[Colour, ...]) -> Colour | None:
    """The first colour that a sign could burn in: grey stone and metal cannot."""
    vivid = [colour for colour in colours if max(colour) - min(colour) > 60]
    return mix(vivid[0], (255, 255, 255), 0.25) if vivid else None


def rune_stone(easel: Easel) -> None:
    """A hewn stone with a burning sign."""
    rng = easel.rng
    tone = (
        easel.look.main("stone")
        if easel.look.colours and not easel.look.glows
        else COLOURS["stone"]
    )
    slab = ramp(tone, 7)
    hue = rune_light(easel.look.colours) or rng.choice(RUNES)
    easel.part(blob(rng, 0, 2, 66, 92, 11), slab, radius=16, strength=1.3, rough=True)
    for _ in range(7):
        x, y = rng.uniform(-50, 50), rng.uniform(-70, 70)
        easel.line([(x, y), (x + rng.uniform(-14, 14), y + rng.uniform(8, 22))], slab[1], 2)
    signs: tuple[list[Point], ...] = (
        [(0, 52), (0, -52), (26, -26), (0, -6), (26, 18)],
        [(-24, 46), (-24, -46), (24, 46), (24, -46)],
        [(0, 54), (0, -54), (-28, -22)],
        [(-26, -42), (26, 0), (-26, 42), (-26, -42)],
        [(0, -52), (28, 0), (0, 52), (-28, 0), (0, -52)],
    )
    sign = rng.choice(signs)
    ring = arc(0, 0, 44, 64, 0, 1, 24)
    for wide, colour in ((9, slab[0]), (5, hue), (2, mix(hue, (255, 255, 255), 0.7))):
        easel.line(sign, colour, wide)
        easel.line(ring, colour, wide * 0.7)
    for i in range(8):
        x, y = arc(0, 0, 54, 76, i / 8, i / 8 + 0.01, 1)[0]
        easel.dot(x, y, 3, hue)


def gem(easel: Easel) -> None:
    """One large cut stone."""
    colour: Colour = easel.look.main(easel.rng.choice(("red", "green", "blue", "purple", "ice")))
    tones = ramp(colour, 7, shine=(255, 255, 255))
    top: list[Point] = [(-46, -60), (46, -60)]
    girdle: list[Point] = [(-84, -18), (-34, -18), (34, -18), (84, -18)]
    easel.part([*top, girdle[3], (0, 88), girdle[0]], tones, radius=6)
    for points, tone in (
        ([girdle[0], girdle[1], (0, 88)], 3),
        ([girdle[1], girdle[2], (0, 88)], 4),
        ([girdle[2], girdle[3], (0, 88)], 1),
        ([girdle[0], top[0], girdle[1]], 5),
        ([top[0], girdle[1], (0, -60)], 4),
        ([girdle[1], girdle[2], (0, -60)], 5),
        ([(0, -60), girdle[2], top[1]], 3),
        ([top[1], girdle[2], girdle[3]], 2),
    ):
        easel.patch(points, tones[tone])
    for one, other in (
        (girdle[0], girdle[3]),
        (girdle[1], (0, 88)),
        (girdle[2], (0, 88)),
        (girdle[1], (0, -60)),
        (girdle[2], (0, -60)),
    ):
        easel.line([one, other], tones[6], 1)
    easel.line([(-40, -54), (-66, -26)], (255, 255, 255), 4)


def crystal(easel: Easel) -> None:
    """A group of raw crystals on rock."""
    colour: Colour = easel.look.main(easel.rng.choice(("ice", "purple", "teal", "pink")))
    tones = ramp(colour, 7, shade=(30, 18, 80), shine=(255, 255, 255))
    easel.part(blob(easel.rng, 0, 76, 76, 24, 11), ramp(COLOURS["stone"], 6), radius=8, rough=True)
    for x, lean, high, half in (
        (-36, -26, 84, 15),
        (36, 28, 92, 16),
        (-14, -8, 128, 19),
        (18, 8, 150, 21),
        (0, -2, 78, 15),
    ):
        tip, shoulder = (x + lean, 74 - high), (x + lean * 0.8, 74 - high * 0.78)
        easel.part(
            [
                (x - half, 76),
                (shoulder[0] - half, shoulder[1]),
                tip,
                (shoulder[0] + half, shoulder[1] + 5),
                (x + half, 76),
            ],
            tones,
            radius=4,
        )
        easel.patch(
            [
                (x - half, 76),
                (shoulder[0] - half, shoulder[1]),
                tip,
                (shoulder[0] - 2, shoulder[1] + 8),
                (x - 3, 76),
            ],
            tones[4],
        )
        easel.patch(
            [(shoulder[0] - 2, shoulder[1] + 8), tip, (shoulder[0] + half, shoulder[1] + 5)],
            tones[3],
        )
        easel.line([(x - half + 2, 74), (shoulder[0] - half + 2, shoulder[1]), tip], tones[6], 2)


def coins(easel: Easel) -> None:
    """A heap of coins, one standing."""
    metal = ramp(easel.look.main("gold"), 7, shine=(255, 252, 220))
    for row in range(5):
        for _ in range(8 - row):
            x = easel.rng.uniform(-1, 1) * (78 - row * 13)
            easel.disc(x, 82 - row * 14, 22, 10, metal, radius=4)
    easel.disc(6, -26, 52, 54, metal, radius=8)
    easel.disc(6, -26, 40, 42, metal, radius=5, level=150)
    easel.part([(6, -54), (24, -4), (-12, -4)], metal, radius=5, level=90)
    easel.line(arc(6, -26, 46, 48, 0.55, 0.7), (255, 252, 226), 4)


def bread(easel: Easel) -> None:
    """A loaf."""
    crust = ramp(easel.look.main("amber") if easel.look.colours else (206, 146, 78), 7)
    easel.turn(-0.04)
    easel.part(
        [*arc(0, 16, 92, 56, 0.5, 1.0, 20), (88, 40), (60, 56), (-60, 56), (-88, 40)],
        crust,
        radius=20,
        strength=1.3,
        rough=True,
    )
    for x in (-50, -16, 18, 50):
        easel.part(
            [(x - 9, 14), (x + 3, -26), (x + 14, -28), (x + 4, 16)],
            ramp((244, 214, 150), 5),
            radius=4,
        )


def apple(easel: Easel) -> None:
    """An apple with a leaf."""
    skin = ramp(easel.look.main(easel.rng.choice(("red", "green"))), 7)
    easel.part(
        [
            (0, -32),
            (24, -46),
            (54, -38),
            (68, -4),
            (58, 44),
            (30, 78),
            (0, 72),
            (-30, 78),
            (-58, 44),
            (-68, -4),
            (-54, -38),
            (-24, -46),
        ],
        skin,
        radius=22,
        strength=1.4,
    )
    easel.line(arc(-22, -2, 26, 32, 0.5, 0.7), (255, 255, 255), 6)
    easel.rod([(0, -34), (4, -58), (12, -72)], 7, ramp((96, 64, 44), 5))
    easel.part([(8, -58), (34, -82), (60, -78), (42, -56)], ramp((92, 156, 66), 6), radius=5)


def cheese(easel: Easel) -> None:
    """A wedge of cheese."""
    tones = ramp(easel.look.main("amber") if easel.look.colours else (240, 196, 84), 6)
    easel.part([(-86, 4), (30, -58), (88, -18)], tones, radius=6, level=170)
    easel.part([(-86, 4), (88, -18), (88, 54), (-86, 76)], tones, radius=8)
    for x, y, size in ((-48, 40, 12), (-4, 28, 8), (34, 34, 14), (66, 12, 8), (6, 56, 7)):
        easel.disc(x, y, size, size, ramp((190, 134, 50), 5), radius=5, level=90)


def meat(easel: Easel) -> None:
    """A leg of meat."""
    easel.turn(0.09)
    easel.rod([(0, 30), (0, 92)], 13, ramp(COLOURS["bone"], 6))
    for way in (-1, 1):
        easel.disc(way * 9, 98, 11, 11, ramp(COLOURS["bone"], 6), radius=6)
    easel.part(
        [
            (-12, 46),
            (-46, 10),
            (-56, -36),
            (-34, -80),
            (4, -92),
            (42, -74),
            (56, -30),
            (40, 16),
            (12, 46),
        ],
        ramp(easel.look.main("rust"), 7),
        radius=22,
        strength=1.4,
        rough=True,
    )
    easel.line(arc(-14, -34, 26, 34, 0.5, 0.68), (255, 226, 190), 5)


def mushroom(easel: Easel) -> None:
    """A mushroom and some leaves."""
    cap = ramp(easel.look.main(easel.rng.choice(("red", "amber", "purple", "teal"))), 7)
    easel.part([(-16, -8), (16, -8), (26, 84), (-26, 84)], ramp((232, 220, 194), 6), radius=12)
    easel.part(
        [*arc(0, 2, 82, 82, 0.5, 1.0, 22), (60, 14), (-60, 14)], cap, radius=20, strength=1.3
    )
    for x, y, size in ((-34, -30, 12), (6, -56, 13), (42, -24, 10), (10, -16, 8), (-58, -6, 8)):
        easel.disc(x, y, size, size * 0.8, ramp((250, 240, 226), 5), radius=5, level=160)
    herb(easel, small=True)


def herb(easel: Easel, *, small: bool = False) -> None:
    """A bunch of leaves, with flowers when it stands alone."""
    leaf = ramp(easel.look.main("green"), 6)
    for x, lean, high in (
        ((-52, -16, 44), (50, 16, 46))
        if small
        else ((-34, -40, 130), (0, 4, 168), (34, 40, 126), (-14, -16, 96), (18, 22, 100))
    ):
        easel.rod([(x * 0.4 if not small else x, 84), (x + lean, 84 - high)], 5, leaf)
        for i in range(2 if small else 4):
            y = 84 - high * (0.35 + i * 0.2)
            px = x * 0.6 + lean * (0.3 + i * 0.2) if not small else x + lean * 0.5
            for way in (-1, 1):
                easel.part(
                    [
                        (px, y),
                        (px + way * 16, y - 14),
                        (px + way * 28, y - 8),
                        (px + way * 14, y + 3),
                    ],
                    leaf,
                    radius=4,
                )
        if not small:
            easel.disc(x + lean, 80 - high, 12, 12, ramp(easel.look.accent("purple"), 6), radius=5)


def skull(easel: Easel) -> None:
    """A skull."""
    bone = ramp(easel.look.main("bone"), 7)
    easel.part([(-34, 30), (34, 30), (30, 78), (-30, 78)], bone, radius=8)
    easel.part(
        [*arc(0, -18, 70, 68, 0.44, 1.06, 24), (46, 36), (-46, 36)],
        bone,
        radius=22,
        strength=1.3,
        rough=True,
    )
    for way in (-1, 1):
        easel.disc(way * 28, 0, 19, 21, ramp((40, 26, 38), 4), radius=6, level=80)
        if easel.look.glows:
            easel.dot(way * 28, 2, 6, (255, 96, 72))
    easel.patch([(0, 18), (9, 36), (-9, 36)], (40, 26, 38))
    for x in (-20, -10, 0, 10, 20):
        easel.line([(x, 50), (x, 76)], bone[1], 2)


def feather(easel: Easel) -> None:
    """A quill."""
    easel.turn(0.1)
    vane = ramp(easel.look.main(easel.rng.choice(("white", "blue", "shadow", "red"))), 6)
    easel.part(
        [(0, -110), (26, -70), (30, -10), (8, 50), (-8, 50), (-28, 0), (-22, -66)], vane, radius=12
    )
    for i in range(9):
        y = -80 + i * 14
        for way in (-1, 1):
            easel.line([(0, y + 10), (way * 24, y - 2)], vane[2], 1)
    easel.rod([(0, -96), (0, 104)], 4, ramp((232, 220, 190), 5))
