"""What people wear: on the shoulders and on the head."""

from collections.abc import Sequence

from pixel_artist.colour import FLAME, Colour, mix, ramp
from pixel_artist.items.easel import Easel, arc, oval
from pixel_artist.portraits.features import Person

STEEL: Colour = (152, 160, 178)
LEATHER: Colour = (128, 84, 54)


def shoulders(easel: Easel, who: Person) -> None:
    """Body and clothes, from the neck to the lower edge of the picture."""
    broad = {"dwarf": 112, "orc": 122, "goblin": 78, "elf": 88}.get(
        who.race, 92 if who.woman else 102
    )
    outline = [
        (-26, 62),
        (26, 62),
        (broad * 0.72, 80),
        (broad, 108),
        (broad + 8, 150),
        (-broad - 8, 150),
        (-broad, 108),
        (-broad * 0.72, 80),
    ]
    cloth = ramp(who.cloth, 7)
    if who.role in ("fighter", "guard"):
        _plate(easel, outline, broad, who)
        return
    easel.part(outline, cloth, radius=14, strength=1.2)
    for x in (-0.66, -0.3, 0.36, 0.7):
        easel.line([(x * broad * 0.8, 92), (x * broad, 146)], cloth[1], 3)
    easel.part(
        [(-30, 58), (0, 92), (30, 58), (40, 66), (6, 116), (-6, 116), (-40, 66)],
        ramp(mix(who.cloth, (240, 226, 196), 0.62), 6),
        radius=5,
    )
    if who.role in ("innkeeper", "smith"):
        easel.part(
            [(-46, 100), (46, 100), (56, 150), (-56, 150)],
            ramp((226, 216, 196) if who.role == "innkeeper" else LEATHER, 6),
            radius=6,
        )
        for way in (-1, 1):
            easel.line(
                [(way * 44, 102), (way * 32, 66)],
                (210, 198, 176) if who.role == "innkeeper" else (96, 62, 42),
                6,
            )
    elif who.role in ("wizard", "priest"):
        easel.part([(-13, 70), (13, 70), (17, 150), (-17, 150)], ramp((226, 186, 92), 6), radius=4)
        for y in (90, 114, 138):
            easel.gem(0, y, 6, who.eyes)
    elif who.role in ("rogue", "bandit", "ranger", "stranger"):
        easel.rod([(-broad * 0.7, 84), (12, 150)], 11, ramp(LEATHER, 6))
        easel.disc(-22, 112, 7, 7, ramp((214, 176, 90), 6), radius=4)
    elif who.role in ("noble", "merchant"):
        easel.rod(arc(0, 66, 44, 44, 0.04, 0.46), 6, ramp((230, 182, 76), 6))
        easel.gem(0, 112, 10, who.eyes)


def _plate(easel: Easel, outline: Sequence[tuple[float, float]], broad: float, who: Person) -> None:
    steel = ramp(STEEL, 7, shine=(255, 255, 255))
    easel.part(outline, ramp((104, 106, 122), 6), radius=10)
    for row in range(4):
        for i in range(11):
            easel.line(
                arc(-50 + i * 10 + (row % 2) * 5, 82 + row * 6, 5, 4, 0.05, 0.45, 4),
                (66, 66, 82),
                2,
            )
    easel.part([(-52, 104), (0, 92), (52, 104), (60, 150), (-60, 150)], steel, radius=10)
    easel.line([(0, 94), (0, 148)], steel[2], 3)
    for way in (-1, 1):
        easel.disc(way * broad * 0.82, 112, 34, 30, steel, radius=12)
        easel.line(arc(way * broad * 0.82, 112, 29, 25, 0.05, 0.45), (216, 176, 92), 4)
    easel.part([(-30, 60), (30, 60), (36, 76), (-36, 76)], ramp(who.cloth, 6), radius=6)


def headgear(easel: Easel, who: Person) -> None:
    """Hat, hood, helmet or crown, where the role has one."""
    painters = {
        "wizard": _wizard_hat,
        "rogue": _hood,
        "stranger": _hood,
        "bandit": _hood,
        "ranger": _hood,
        "fighter": _helm,
        "guard": _helm,
        "miner": _miner_hat,
        "merchant": _cap,
        "noble": _crown,
        "priest": _circlet,
        "bard": _feather_hat,
    }
    if who.role in painters:
        painters[who.role](easel, who)


def _wizard_hat(easel: Easel, who: Person) -> None:
    cloth, wide = ramp(who.cloth, 7), who.wide
    lean = easel.rng.choice((-34, 34))
    easel.part(
        [
            (-wide * 0.92, -50),
            (-wide * 0.5, -92),
            (lean * 0.5, -116),
            (lean, -128),
            (lean * 0.66, -104),
            (wide * 0.56, -86),
            (wide * 0.92, -50),
        ],
        cloth,
        radius=12,
    )
    easel.part(oval(0, -48, wide + 34, 15), cloth, radius=6)
    easel.part(
        [(-wide * 0.92, -62), (wide * 0.92, -62), (wide * 0.96, -51), (-wide * 0.96, -51)],
        ramp((226, 186, 92), 6),
        radius=3,
    )
    easel.gem(0, -57, 8, who.eyes)
    for x, y in ((-20, -78), (16, -84), (4, -100)):
        easel.dot(x, y, 2.5, (255, 240, 180))


def _hood(easel: Easel, who: Person) -> None:
    cloth, wide = ramp(mix(who.cloth, (40, 34, 46), 0.35), 7), who.wide
    outer = [
        *arc(0, -26, wide + 24, 76, 0.5, 1.0, 20),
        (wide + 26, 30),
        (wide + 6, 84),
        (40, 96),
        (wide * 0.8, 44),
        (wide * 0.94, -2),
    ]
    inner = arc(0, -16, wide * 0.94, 56, 1.0, 0.5, 16)
    easel.part(
        [
            *outer,
            *inner,
            (-wide * 0.94, -2),
            (-wide * 0.8, 44),
            (-40, 96),
            (-wide - 6, 84),
            (-wide - 26, 30),
        ],
        cloth,
        radius=11,
    )
    shade = [
        *arc(0, -16, wide * 0.96, 57, 0.5, 1.0, 16),
        (wide * 0.8, -30),
        (0, -36),
        (-wide * 0.8, -30),
    ]
    easel.patch(shade, mix(cloth[0], (14, 10, 20), 0.5))
    if who.role in ("bandit", "rogue") and not who.woman:
        easel.part(
            [
                (-wide * 0.94, 12),
                (0, 6),
                (wide * 0.94, 12),
                (wide * 0.66, 48),
                (0, 60),
                (-wide * 0.66, 48),
            ],
            ramp(mix(who.cloth, (150, 40, 44), 0.5), 6),
            radius=8,
        )


def _helm(easel: Easel, who: Person) -> None:
    steel, wide = ramp(STEEL, 7, shine=(255, 255, 255)), who.wide
    easel.part(
        [
            *arc(0, -26, wide + 9, 62, 0.5, 1.0, 20),
            (wide + 9, -24),
            (wide * 0.7, -34),
            (-wide * 0.7, -34),
            (-wide - 9, -24),
        ],
        steel,
        radius=14,
        strength=1.3,
    )
    easel.part([(-6, -84), (6, -84), (7, 6), (0, 12), (-7, 6)], steel, radius=4, level=150)
    for way in (-1, 1):
        easel.part(
            [
                (way * (wide + 9), -30),
                (way * (wide - 8), -34),
                (way * (wide - 6), 20),
                (way * (wide * 0.72), 34),
                (way * (wide + 7), 10),
            ],
            steel,
            radius=5,
        )
    easel.part(
        [(-wide - 10, -42), (wide + 10, -42), (wide + 10, -32), (-wide - 10, -32)],
        ramp((206, 166, 84), 6),
        radius=4,
    )
    easel.part(
        [(-4, -86), (-10, -112), (16, -124), (44, -110), (34, -98), (10, -90)],
        ramp(who.cloth, 6),
        radius=6,
    )


def _miner_hat(easel: Easel, who: Person) -> None:
    tones, wide = ramp((196, 150, 62), 7), who.wide
    easel.part(
        [*arc(0, -32, wide + 7, 54, 0.5, 1.0, 20), (wide + 16, -30), (-wide - 16, -30)],
        tones,
        radius=12,
    )
    easel.disc(0, -56, 15, 15, ramp((120, 116, 126), 6), radius=6)
    easel.disc(0, -56, 10, 10, ramp(FLAME, 5), radius=5, level=200)


def _cap(easel: Easel, who: Person) -> None:
    cloth, wide = ramp(who.cloth, 7), who.wide
    easel.part(
        [
            (-wide - 8, -34),
            (-wide - 16, -66),
            (-10, -100),
            (wide + 22, -76),
            (wide + 8, -34),
            (0, -44),
        ],
        cloth,
        radius=14,
    )
    easel.part(
        [(-wide - 9, -46), (0, -56), (wide + 9, -46), (wide + 8, -33), (0, -42), (-wide - 8, -33)],
        ramp((216, 176, 92), 6),
        radius=5,
    )


def _crown(easel: Easel, who: Person) -> None:
    gold, wide = ramp((234, 188, 76), 7), who.wide
    top = [(-wide - 4, -40)]
    for i in range(5):
        x = -wide + i * wide / 2
        top += [(x - 4, -92), (x + wide / 4, -66)]
    easel.part([*top[:-1], (wide + 4, -92), (wide + 4, -40), (0, -50)], gold, radius=6)
    for x in (-0.6, 0, 0.6):
        easel.gem(x * wide, -56, 7, who.eyes)


def _circlet(easel: Easel, who: Person) -> None:
    easel.rod([(-who.wide - 4, -34), (0, -48), (who.wide + 4, -34)], 6, ramp((232, 190, 86), 6))
    easel.gem(0, -48, 9, who.eyes)


def _feather_hat(easel: Easel, who: Person) -> None:
    cloth, wide = ramp(who.cloth, 7), who.wide
    easel.part(
        [(-wide * 0.9, -50), (-wide * 0.6, -88), (wide * 0.6, -88), (wide * 0.9, -50)],
        cloth,
        radius=10,
    )
    easel.part(
        [
            (-wide - 30, -62),
            (-wide, -46),
            (wide, -46),
            (wide + 34, -58),
            (wide + 10, -38),
            (-wide - 10, -38),
        ],
        cloth,
        radius=5,
    )
    easel.part(
        [(wide * 0.5, -60), (wide * 0.7, -104), (wide + 26, -124), (wide + 20, -90)],
        ramp((226, 70, 66), 6),
        radius=6,
    )
