"""Blades, axes, bows and other weapons."""

from pixel_artist.colour import Colour, mix, ramp
from pixel_artist.items.easel import Easel, Point, arc
from pixel_artist.items.material import COLOURS


def _hilt(easel: Easel, guard: float, grip: float, y: float) -> None:
    """Guard, grip and pommel below a blade that ends at ``y``."""
    metal = ramp(easel.look.accent("gold"), 6)
    leather = ramp(easel.rng.choice(((120, 72, 46), (92, 58, 72), (64, 74, 96), (104, 44, 44))), 6)
    easel.part([(-6, y), (6, y), (7, y + grip), (-7, y + grip)], leather, radius=5)
    turns = int(grip / 7)
    for i in range(turns):
        at = y + 4 + i * grip / turns
        easel.line([(-6, at + 3), (6, at - 2)], leather[0], 2)
        easel.line([(-5, at + 5), (5, at)], leather[4], 1)
    bend = easel.rng.choice((-7, 0, 7))
    easel.part(
        [
            (-guard, y - 3 + bend),
            (-guard * 0.4, y - 6),
            (guard * 0.4, y - 6),
            (guard, y - 3 + bend),
            (guard, y + 5 + bend),
            (guard * 0.4, y + 5),
            (-guard * 0.4, y + 5),
            (-guard, y + 5 + bend),
        ],
        metal,
        radius=4,
    )
    for way in (-1, 1):
        easel.disc(way * guard, y + 1 + bend, 6, 6, metal, radius=4)
    easel.disc(0, y + grip + 6, 10, 10, metal, radius=6)
    easel.gem(
        0,
        y + grip + 6,
        5,
        easel.look.colours[-1]
        if easel.look.colours
        else easel.rng.choice((COLOURS["red"], COLOURS["blue"], COLOURS["green"])),
    )
    if "ornate" in easel.look.states:
        easel.gem(0, y, 6, COLOURS["red"])


def _blade(easel: Easel, half: float, top: float, base: float, *, taper: float = 0.7) -> None:
    """A two-edged blade with a fuller, from ``base`` up to the point at ``top``."""
    steel = ramp(easel.look.main("steel"), 7, shine=(255, 255, 255))
    length = base - top
    outline: list[Point] = [
        (-half, base),
        (-half * taper, top + length * 0.22),
        (0, top),
        (half * taper, top + length * 0.22),
        (half, base),
    ]
    easel.part(outline, steel, radius=4, strength=0.7)
    easel.patch(
        [(-half, base), (-half * taper, top + length * 0.22), (0, top), (0, base)], steel[5]
    )
    easel.patch([(0, base), (0, top), (half * taper, top + length * 0.22), (half, base)], steel[2])
    easel.line(
        [(-half * 0.98, base), (-half * taper * 0.98, top + length * 0.22), (0, top)], steel[6], 2
    )
    easel.patch(
        [
            (-half * 0.24, base),
            (-half * 0.16, top + length * 0.3),
            (half * 0.16, top + length * 0.3),
            (half * 0.24, base),
        ],
        steel[1],
    )
    easel.line([(half * 0.3, base), (half * 0.22, top + length * 0.3)], steel[4])
    for i in range(3):
        y = top + length * (0.42 + i * 0.17)
        if easel.look.worn:
            easel.patch(
                [(half * (0.9 - i * 0.02), y), (half * 0.5, y + 4), (half * 0.95, y + 8)], (0, 0, 0)
            )
        if easel.look.glows:
            glow = mix(
                easel.look.colours[-1] if easel.look.colours else (120, 220, 255),
                (255, 255, 255),
                0.4,
            )
            easel.line([(-3, y + 7), (0, y), (3, y + 7)], glow, 2)
            easel.line([(0, y), (0, y + 11)], glow, 2)


def dagger(easel: Easel) -> None:
    """A short blade."""
    easel.turn(0.125)
    easel.unit *= 1.3
    _blade(easel, 15 + easel.rng.uniform(-2, 3), -96, 24, taper=easel.rng.uniform(0.72, 0.95))
    _hilt(easel, 30, 38, 28)


def sword(easel: Easel) -> None:
    """A long blade."""
    easel.turn(0.125)
    _blade(easel, 12 + easel.rng.uniform(-1, 3), -122, 52, taper=0.86)
    _hilt(easel, 40, 42, 56)


def axe(easel: Easel) -> None:
    """A battle axe, single or double."""
    easel.turn(0.1)
    wood = ramp(easel.look.accent("wood"), 6)
    easel.part([(-6, -84), (6, -84), (8, 104), (-8, 104)], wood, radius=5)
    for i in range(7):
        easel.line([(-3, -30 + i * 18), (1, -22 + i * 18)], wood[1])
    easel.part([(-9, 84), (9, 84), (10, 106), (-10, 106)], ramp(COLOURS["leather"], 6), radius=4)
    steel = ramp(easel.look.main("steel"), 7, shine=(255, 255, 255))
    for way in (1, -1) if easel.rng.random() < 0.5 or "double" in easel.look.states else (1,):
        edge_line = [(way * px, py) for px, py in arc(26, -48, 38, 50, -0.2, 0.2)]
        easel.part(
            [(way * 5, -66), (way * 26, -76), *edge_line, (way * 26, -20), (way * 5, -32)],
            steel,
            radius=8,
        )
        easel.line(edge_line, steel[6], 4)
        easel.line([(way * 10, -50), (way * 40, -50)], steel[2], 2)
    easel.part(
        [(-11, -70), (11, -70), (11, -28), (-11, -28)], ramp(easel.look.accent("iron"), 6), radius=4
    )


def hammer(easel: Easel) -> None:
    """A hammer or mace."""
    easel.turn(0.1)
    easel.part(
        [(-6, -60), (6, -60), (8, 104), (-8, 104)], ramp(easel.look.accent("wood"), 6), radius=5
    )
    easel.part([(-9, 70), (9, 70), (10, 106), (-10, 106)], ramp(COLOURS["leather"], 6), radius=4)
    steel = ramp(easel.look.main("iron"), 7)
    easel.part(
        [
            (-46, -92),
            (-34, -98),
            (34, -98),
            (46, -92),
            (46, -48),
            (34, -42),
            (-34, -42),
            (-46, -48),
        ],
        steel,
        radius=8,
    )
    for x in (-32, 32):
        easel.line([(x, -96), (x, -44)], steel[1], 3)
        easel.line([(x + 3, -95), (x + 3, -45)], steel[5], 1)
    easel.gem(0, -70, 10, easel.look.accent("gold"))


def spear(easel: Easel) -> None:
    """A spear."""
    easel.turn(0.125)
    easel.part(
        [(-5, -66), (5, -66), (5, 130), (-5, 130)], ramp(easel.look.accent("wood"), 6), radius=4
    )
    _blade(easel, 17, -132, -58, taper=0.9)
    cloth = ramp(easel.rng.choice((COLOURS["red"], COLOURS["blue"])), 5)
    easel.part([(-9, -62), (9, -62), (8, -44), (-8, -44)], ramp(COLOURS["leather"], 6), radius=4)
    easel.part([(8, -50), (34, -40), (24, -26), (38, -10), (8, -30)], cloth, radius=4)


def arrows(easel: Easel) -> None:
    """A bundle of arrows."""
    for place, turn in ((-18, 0.1), (0, 0.125), (18, 0.15)):
        easel.turn(turn)
        easel.rod([(place, -80), (place, 96)], 5, ramp(COLOURS["wood"], 5))
        easel.part(
            [(place, -112), (place + 13, -78), (place, -84), (place - 13, -78)],
            ramp(easel.look.main("steel"), 6),
            radius=3,
        )
        feather = ramp(easel.look.accent("red"), 5)
        for way in (-1, 1):
            easel.part(
                [(place, 62), (place + way * 12, 70), (place + way * 12, 98), (place, 92)],
                feather,
                radius=3,
            )


def bow(easel: Easel) -> None:
    """A strung bow with an arrow."""
    easel.turn(0.06)
    wood = ramp(easel.look.main("wood"), 6)
    limb = arc(-52, 0, 74, 108, -0.22, 0.22, 18)
    easel.line([limb[0], (4, 0), limb[-1]], (226, 220, 200), 1.4)
    easel.rod(limb, 11, wood, radius=5)
    easel.part([(14, -20), (29, -20), (30, 20), (14, 20)], ramp(COLOURS["leather"], 6), radius=4)
    for end in (limb[0], limb[-1]):
        easel.disc(end[0], end[1], 6, 6, ramp(easel.look.accent("gold"), 6), radius=4)
    easel.rod([(4, 0), (92, 0)], 5, ramp((190, 150, 100), 5))
    easel.part([(112, 0), (84, -11), (90, 0), (84, 11)], ramp(COLOURS["steel"], 6), radius=3)
    easel.part(
        [(4, -9), (26, -9), (32, 0), (26, 9), (4, 9), (10, 0)], ramp(COLOURS["red"], 5), radius=3
    )


def staff(easel: Easel) -> None:
    """A staff with a stone in its crook."""
    easel.turn(0.09)
    wood = ramp(easel.look.accent("wood"), 6)
    hue: Colour = easel.look.main(easel.rng.choice(("blue", "purple", "green", "red")))
    bends: list[Point] = [(easel.rng.uniform(-4, 4), y) for y in range(-44, 116, 26)]
    easel.rod([(0, -48), *bends], 12, wood)
    for way in (-1, 1):
        easel.rod([(0, -46), (way * 24, -62), (way * 27, -88), (way * 13, -106)], 9, wood)
    easel.gem(0, -80, 19, hue)
    for y in (-38, 8):
        easel.part([(-9, y), (9, y), (9, y + 9), (-9, y + 9)], ramp(COLOURS["gold"], 6), radius=3)
