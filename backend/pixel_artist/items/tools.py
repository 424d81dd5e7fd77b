"""Tools and things of the road: rope, torch, lockpicks, keys, picks."""

from pixel_artist.colour import EMBER, FLAME, Colour, mix, ramp
from pixel_artist.items.easel import Easel, Point, arc, oval


def rope(easel: Easel) -> None:
    """A coil of rope with a loose end."""
    hemp = ramp(easel.look.main("wood") if easel.look.colours else (198, 160, 102), 6)
    layers = 5
    for i in range(layers):
        y, wide = 52 - i * 19, 82 + easel.rng.uniform(-5, 3)
        easel.disc(0, y, wide, 38, hemp, hole=0.66, radius=7)
        for step in range(30):
            t = step / 30
            if i < layers - 1 and t > 0.5:
                continue
            (x0, y0), (x1, y1) = arc(0, y, wide * 0.97, 37, t, t + 0.025, 1)
            easel.line([(x0, y0), (x1 * 0.76, y + (y1 - y) * 0.72)], hemp[1], 2)
    end: list[Point] = [(66, 34), (92, 56), (78, 84), (40, 92), (8, 100)]
    easel.rod(end, 14, hemp)
    for i in range(16):
        one, other = end[i // 4], end[i // 4 + 1]
        t = (i % 4) / 4
        px, py = one[0] + (other[0] - one[0]) * t, one[1] + (other[1] - one[1]) * t
        easel.line([(px - 5, py - 5), (px + 4, py + 5)], hemp[1], 2)
    for way in (-1, 0, 1):
        easel.line([(8, 100), (-6, 102 + way * 6)], hemp[4], 2)


def torch(easel: Easel) -> None:
    """A burning torch."""
    easel.turn(0.05)
    wood = ramp(easel.look.accent("wood"), 6)
    fire: Colour = easel.look.main("amber") if easel.look.colours else EMBER
    easel.part([(-7, -10), (9, -10), (7, 112), (-5, 112)], wood, radius=5)
    for i in range(6):
        easel.line([(-3, 10 + i * 17), (1, 20 + i * 17)], wood[1], 2)
    easel.part(
        [(-17, -34), (19, -34), (13, 8), (-11, 8)], ramp((118, 92, 74), 6), radius=6, rough=True
    )
    for y in (-26, -13, 0):
        easel.line([(-16, y + 3), (16, y - 3)], (66, 48, 42), 3)
    lean = easel.rng.uniform(-8, 8)
    for grow, tone, level in (
        (1.0, fire, 150),
        (0.7, mix(fire, FLAME, 0.7), 170),
        (0.4, (255, 244, 190), 200),
    ):
        outline: list[Point] = [
            (-24, -44),
            (-30, -66),
            (-18, -62),
            (-20, -92),
            (-4, -78),
            (lean, -112),
            (12, -84),
            (24, -98),
            (22, -66),
            (32, -72),
            (26, -44),
            (10, -28),
            (-10, -28),
        ]
        easel.part(
            [(x * grow, -36 + (y + 36) * grow) for x, y in outline],
            ramp(tone, 5, shade=(190, 50, 20)),
            radius=7,
            level=level,
        )


def lockpicks(easel: Easel) -> None:
    """A fan of picks on an opened roll of leather."""
    leather = ramp((138, 88, 56), 6)
    easel.part([(-92, 4), (92, -4), (90, 78), (-90, 84)], leather, radius=8)
    easel.part([(-90, 44), (90, 36), (90, 78), (-90, 84)], leather, radius=7, level=150)
    for i in range(12):
        easel.line([(-84 + i * 15, 50 - i * 0.6), (-76 + i * 15, 50 - i * 0.6)], (224, 196, 146), 2)
    steel = ramp(easel.look.main("steel"), 6, shine=(255, 255, 255))
    heads: tuple[list[Point], ...] = (
        [(0, -8), (9, -14), (9, -4)],
        [(0, 0), (8, -7), (0, -13), (8, -19)],
        [(0, -4), (12, 0), (12, 8)],
        [(0, 0), (-8, -8), (0, -15), (9, -8), (0, 0)],
        [(0, -6), (10, -12), (2, -18)],
    )
    for i in range(5):
        easel.turn((i - 2) * 0.028)
        x = (i - 2) * 26.0
        easel.rod([(x, 60), (x, -78)], 5, steel, radius=3)
        easel.rod([(x + dx, -78 + dy) for dx, dy in heads[i]], 4, steel, radius=3)
        easel.part(
            [(x - 6, 16), (x + 6, 16), (x + 7, 54), (x - 7, 54)],
            ramp(easel.look.accent("bronze"), 6),
            radius=4,
        )
        easel.dot(x, 24, 2, steel[1])
    easel.turn(0.0)
    easel.part([(-90, 58), (90, 52), (90, 80), (-90, 86)], leather, radius=6, level=140)
    easel.rod([(-90, 66), (-106, 80), (-98, 96)], 5, ramp((224, 196, 146), 5))


def key(easel: Easel) -> None:
    """An old key."""
    easel.turn(0.12)
    metal = ramp(easel.look.main(easel.rng.choice(("gold", "iron", "bronze"))), 7)
    easel.disc(0, -66, 36, 36, metal, hole=0.56, radius=6)
    if easel.rng.random() < 0.5:
        for dx, dy in ((0, -40), (-38, -66), (38, -66), (0, -104)):
            easel.disc(dx, dy, 9, 9, metal, radius=5)
    easel.gem(0, -66, 11, easel.look.accent("red"))
    easel.part([(-8, -34), (8, -34), (7, 104), (-7, 104)], metal, radius=5)
    easel.part([(-14, -34), (14, -34), (14, -22), (-14, -22)], metal, radius=4)
    for y, reach in ((60, 34), (84, easel.rng.choice((24, 40)))):
        easel.part(
            [(6, y), (reach, y), (reach, y + 16), (22, y + 16), (22, y + 10), (6, y + 10)],
            metal,
            radius=4,
        )


def pickaxe(easel: Easel) -> None:
    """A miner's pick."""
    easel.turn(0.1)
    easel.part(
        [(-7, -80), (7, -80), (8, 108), (-8, 108)], ramp(easel.look.accent("wood"), 6), radius=5
    )
    steel = ramp(easel.look.main("iron"), 7)
    easel.part(
        [
            (-96, -34),
            (-58, -70),
            (-16, -88),
            (16, -88),
            (58, -70),
            (96, -34),
            (54, -56),
            (16, -66),
            (-16, -66),
            (-54, -56),
        ],
        steel,
        radius=6,
    )
    easel.part([(-14, -92), (14, -92), (14, -58), (-14, -58)], steel, radius=5)


def instrument(easel: Easel) -> None:
    """A lute."""
    easel.turn(0.11)
    wood = ramp(easel.look.main("wood"), 6)
    easel.disc(0, 46, 52, 58, wood, radius=16)
    easel.part([(-8, -92), (8, -92), (10, 6), (-10, 6)], ramp((98, 66, 46), 6), radius=5)
    easel.disc(0, 34, 17, 17, ramp((48, 30, 30), 4), radius=4)
    easel.part([(-22, 76), (22, 76), (22, 84), (-22, 84)], ramp((84, 56, 42), 5), radius=3)
    for x in (-5, -1.6, 1.6, 5):
        easel.line([(x, -90), (x * 2, 78)], (240, 232, 206))
    easel.part([(-13, -116), (13, -116), (10, -90), (-10, -90)], wood, radius=4)


def horn(easel: Easel) -> None:
    """A blowing horn."""
    bone = ramp(easel.look.main("bone"), 6)
    spine = arc(-20, -70, 96, 130, 0.02, 0.3, 14)
    for i, (x, y) in enumerate(spine):
        size = 30 - i * 1.7
        easel.disc(x, y, size, size, bone, radius=9)
    for i in (0, 6, 12):
        x, y = spine[i]
        easel.disc(x, y, 33 - i * 1.7, 12, ramp(easel.look.accent("gold"), 6), radius=4)
    easel.patch(oval(spine[0][0], spine[0][1] - 6, 22, 8), (52, 36, 36))
