"""Bottles, cups, bags and chests."""

from pixel_artist.colour import Colour, mix, ramp
from pixel_artist.items.easel import Easel, arc, oval
from pixel_artist.items.material import COLOURS


def potion(easel: Easel) -> None:
    """A glass bottle with something bright in it: round, tall or cut."""
    rng = easel.rng
    liquid: Colour = easel.look.main(rng.choice(("red", "blue", "green", "purple", "amber")))
    glass = ramp((176, 206, 220), 6, shine=(255, 255, 255))
    inside = ramp(liquid, 7, shine=(255, 236, 220))
    wide, middle = rng.uniform(48, 62), 34
    if rng.random() < 0.66:
        body = [(-14, -40), *arc(0, middle, wide, 60, 0.68, 1.0 + 0.82 - 0.0, 22)[::-1], (14, -40)]
        body = [
            (-14, -44),
            (-14, -18),
            *arc(0, middle, wide, 60, 0.7, -0.2, 24),
            (14, -18),
            (14, -44),
        ]
    else:
        body = [
            (-14, -44),
            (-14, -22),
            (-wide * 0.8, 8),
            (-wide * 0.8, 84),
            (-wide * 0.62, 96),
            (wide * 0.62, 96),
            (wide * 0.8, 84),
            (wide * 0.8, 8),
            (14, -22),
            (14, -44),
        ]
    easel.part(body, glass, radius=10, level=100)
    fill = [(x * 0.86, 34 + (y - 34) * 0.88) for x, y in body if y > -16]
    level = 10
    fill = [(x, max(y, level)) for x, y in fill]
    easel.part(fill, inside, radius=16, strength=1.3, level=120)
    easel.patch(oval(0, level + 1, wide * 0.72, 7), inside[5])
    for _ in range(9):
        x, y, size = rng.uniform(-0.6, 0.6) * wide, rng.uniform(24, 78), rng.uniform(1.5, 4.5)
        easel.dot(x, y, size, inside[5])
        easel.dot(x - 0.6, y - 0.6, size * 0.5, inside[6])
    easel.line(arc(0, middle, wide * 0.78, 48, 0.53, 0.68), (255, 255, 255), 5)
    easel.line(arc(0, middle, wide * 0.8, 50, 0.46, 0.5), (255, 255, 255), 4)
    easel.line([(-8, -38), (-8, -22)], (255, 255, 255), 3)
    easel.part([(-19, -54), (19, -54), (19, -42), (-19, -42)], glass, radius=4)
    easel.part(
        [(-12, -80), (12, -80), (14, -54), (-14, -54)],
        ramp((176, 130, 84), 6),
        radius=5,
        rough=True,
    )
    if rng.random() < 0.8:
        easel.rod([(-15, -34), (0, -29), (15, -34)], 4, ramp((196, 158, 100), 5))
        easel.part([(14, -30), (40, -20), (34, 6), (10, -6)], ramp((226, 206, 160), 5), radius=3)
        easel.line([(18, -20), (32, -14)], (120, 90, 62), 2)
        easel.line([(17, -12), (29, -7)], (120, 90, 62), 2)


def mug(easel: Easel) -> None:
    """A mug of ale."""
    wood = ramp(easel.look.main("wood"), 6)
    easel.disc(52, 20, 34, 40, wood, hole=0.6, radius=5)
    easel.part([(-56, -50), (56, -50), (48, 84), (-48, 84)], wood, radius=16, strength=1.4)
    for x in (-32, -8, 18, 38):
        easel.line([(x * 1.1, -48), (x * 0.95, 82)], wood[1], 2)
    for y in (-30, 60):
        easel.part(
            [(-55, y), (55, y), (54, y + 12), (-54, y + 12)],
            ramp(easel.look.accent("iron"), 6),
            radius=4,
        )
    foam = ramp((250, 240, 214), 5)
    for x, y, size in (
        (-40, -54, 20),
        (-14, -62, 24),
        (16, -58, 22),
        (42, -54, 18),
        (-50, -34, 11),
    ):
        easel.disc(x, y, size, size * 0.8, foam, radius=8, level=160)


def bag(easel: Easel) -> None:
    """A pouch tied with a cord, coins beside it."""
    cloth = ramp(easel.look.main("leather"), 6)
    easel.part(
        [(-20, -46), *arc(0, 34, 66, 58, 0.62, -0.12, 22), (20, -46)],
        cloth,
        radius=18,
        strength=1.3,
    )
    easel.part(
        [(-30, -82), (-12, -74), (4, -84), (18, -74), (32, -80), (20, -46), (-20, -46)],
        cloth,
        radius=6,
    )
    easel.rod([(-22, -46), (0, -41), (22, -46)], 8, ramp(easel.look.accent("gold"), 5))
    easel.rod([(16, -44), (30, -20), (24, 0)], 5, ramp(easel.look.accent("gold"), 5))
    for x in (-26, 0, 24):
        easel.line([(x * 0.6, -34), (x, -6)], cloth[1], 2)
    for x, y in ((56, 84), (76, 90), (66, 74)):
        easel.disc(x, y, 15, 9, ramp(COLOURS["gold"], 6), radius=4)


def chest(easel: Easel) -> None:
    """An open chest full of light: what unknown things are kept in."""
    rng = easel.rng
    wood, metal = (
        ramp(easel.look.main("wood"), 6),
        ramp(easel.look.accent(rng.choice(("iron", "gold", "bronze"))), 6),
    )
    easel.part([(-76, -44), (-64, -84), (64, -84), (76, -44)], wood, radius=10)
    easel.part([(-70, -44), (70, -44), (66, -8), (-66, -8)], ramp((58, 36, 34), 5), radius=4)
    gold = ramp(COLOURS["gold"], 6)
    for _ in range(34):
        easel.disc(rng.uniform(-54, 54), rng.uniform(-26, -4), 10, 6, gold, radius=3)
    for _ in range(4):
        easel.gem(
            rng.uniform(-48, 48),
            rng.uniform(-28, -12),
            8,
            rng.choice((COLOURS["red"], COLOURS["green"], COLOURS["blue"], COLOURS["purple"])),
        )
    easel.part([(-78, -6), (78, -6), (72, 82), (-72, 82)], wood, radius=8)
    for y in (20, 50):
        easel.line([(-74, y), (74, y)], wood[0], 3)
        easel.line([(-74, y + 3), (74, y + 3)], wood[4], 1)
    for x in (-60, 60):
        easel.part([(x - 9, -8), (x + 9, -8), (x + 8, 84), (x - 8, 84)], metal, radius=4)
        easel.part(
            [(x * 0.92 - 8, -86), (x * 0.92 + 8, -86), (x + 9, -42), (x - 9, -42)], metal, radius=4
        )
        for y in (4, 34, 66):
            easel.dot(x, y, 3, metal[5])
    easel.part([(-17, -12), (17, -12), (17, 24), (0, 34), (-17, 24)], metal, radius=5)
    easel.dot(0, 2, 5, (24, 16, 26))
    easel.patch([(-3, 4), (3, 4), (4, 18), (-4, 18)], (24, 16, 26))


def barrel_lantern(easel: Easel) -> None:
    """A lantern with a burning wick."""
    metal = ramp(easel.look.main("bronze"), 6)
    easel.disc(0, -76, 30, 26, metal, hole=0.72, radius=4)
    easel.part([(-34, -44), (0, -70), (34, -44)], metal, radius=6)
    easel.part([(-38, -44), (38, -44), (38, -34), (-38, -34)], metal, radius=4)
    easel.part(
        [(-32, -34), (32, -34), (32, 52), (-32, 52)], ramp((255, 196, 96), 6), radius=20, level=150
    )
    easel.part(
        [(0, -24), (15, 14), (10, 38), (-10, 38), (-15, 14)],
        ramp((255, 240, 170), 5),
        radius=8,
        level=190,
    )
    for x in (-32, -11, 11, 32):
        easel.part([(x - 3, -36), (x + 3, -36), (x + 3, 54), (x - 3, 54)], metal, radius=3)
    easel.part([(-42, 52), (42, 52), (46, 74), (-46, 74)], metal, radius=6)


def candle(easel: Easel) -> None:
    """A candle in a holder."""
    wax = ramp(easel.look.main("white"), 6)
    metal = ramp(easel.look.accent("bronze"), 6)
    easel.disc(54, 66, 24, 20, metal, hole=0.6, radius=4)
    easel.disc(0, 78, 62, 18, metal, radius=6)
    easel.part([(-22, -30), (22, -34), (24, 72), (-24, 72)], wax, radius=14, level=150)
    easel.part([(-22, -30), (-12, -30), (-14, 6), (-20, 10)], wax, radius=4, level=180)
    easel.line([(0, -32), (0, -46)], (50, 36, 36), 3)
    easel.part(
        [(0, -98), (15, -62), (9, -44), (-9, -44), (-15, -62)],
        ramp((255, 176, 62), 5),
        radius=6,
        level=160,
    )
    easel.part(
        [(0, -80), (7, -58), (4, -46), (-4, -46), (-7, -58)],
        ramp(mix((255, 240, 180), (255, 255, 255), 0.3), 4),
        radius=4,
        level=200,
    )
