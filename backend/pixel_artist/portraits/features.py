"""What a face is made of: skin, hair, eyes, beards, for people of all kinds."""

from dataclasses import dataclass

from pixel_artist.colour import Colour, mix, ramp
from pixel_artist.items.easel import Easel, arc, oval

HAIR: tuple[Colour, ...] = (
    (58, 38, 32),
    (112, 68, 40),
    (186, 138, 66),
    (150, 62, 36),
    (40, 36, 46),
    (176, 172, 176),
)
SKIN: tuple[Colour, ...] = (
    (230, 180, 142),
    (206, 152, 114),
    (158, 108, 78),
    (112, 76, 60),
    (242, 204, 172),
)


@dataclass(frozen=True, slots=True)
class Person:
    """How somebody looks.

    Attributes:
        race: ``human``, ``elf``, ``dwarf``, ``orc``, ``goblin`` or ``undead``.
        role: What they wear and do, such as ``wizard``.
        woman: Whether to draw long hair and no beard.
        mood: ``angry``, ``happy``, ``sad`` or ``calm``.
        old: Whether hair is white and the skin lined.
        skin: Colour of the skin.
        hair: Colour of the hair.
        eyes: Colour of the eyes.
        cloth: Colour of the clothes.
        wide: Half the width of the face in units.
    """

    race: str
    role: str
    woman: bool
    mood: str
    old: bool
    skin: Colour
    hair: Colour
    eyes: Colour
    cloth: Colour
    wide: float


def head(easel: Easel, who: Person) -> None:
    """Neck, ears, head and face, without hair."""
    skin, wide = ramp(who.skin, 7, contrast=0.85), who.wide
    easel.part([(-22, 30), (22, 30), (28, 92), (-28, 92)], skin, radius=8, level=84)
    _ears(easel, who, skin)
    jaw = {"orc": 0.86, "dwarf": 0.84, "goblin": 0.5, "elf": 0.52}.get(who.race, 0.62)
    if who.woman:
        jaw -= 0.1
    chin = 52 if who.race != "goblin" else 44
    face = [
        *arc(0, -22, wide, 56, 0.5, 1.0, 18),
        (wide * 0.98, 6),
        (wide * jaw, chin - 12),
        (wide * jaw * 0.5, chin),
        (-wide * jaw * 0.5, chin),
        (-wide * jaw, chin - 12),
        (-wide * 0.98, 6),
    ]
    easel.part(face, skin, radius=16, strength=1.2, level=142)
    _eyes(easel, who)
    _nose_and_mouth(easel, who, skin)
    if who.old:
        for way in (-1, 1):
            easel.line([(way * 16, 14), (way * 24, 24)], skin[2], 2)
            easel.line([(way * 30, -2), (way * 38, 2)], skin[2], 1)
        for y in (-46, -40):
            easel.line([(-20, y), (20, y)], skin[2], 1)


def _ears(easel: Easel, who: Person, skin: list[Colour]) -> None:
    wide = who.wide
    for way in (-1, 1):
        if who.race in ("elf", "goblin", "orc"):
            reach, rise = {"elf": (28, 44), "goblin": (62, 24), "orc": (22, 22)}[who.race]
            easel.part(
                [
                    (way * (wide - 6), -16),
                    (way * (wide + reach), -16 - rise),
                    (way * (wide + reach * 0.4), 2),
                    (way * (wide - 6), 12),
                ],
                skin,
                radius=5,
            )
            easel.line(
                [(way * wide, -8), (way * (wide + reach * 0.66), -12 - rise * 0.62)], skin[1], 3
            )
        else:
            easel.disc(way * wide, -4, 9, 15, skin, radius=5)


def _eyes(easel: Easel, who: Person) -> None:
    tilt = {"angry": 5, "sad": -4}.get(who.mood, 1)
    brow = mix(who.hair, (20, 14, 20), 0.35)
    for way in (-1, 1):
        x = way * who.wide * 0.42
        if who.race == "undead":
            easel.dot(x, -8, 12, (34, 24, 34))
            easel.dot(x, -8, 4, (160, 255, 170))
            continue
        glow = who.race in ("orc", "goblin")
        easel.patch(oval(x, -8, 12, 7 if who.mood != "happy" else 6, 16), (52, 34, 38))
        easel.patch(oval(x, -7, 10, 5.5, 16), (255, 226, 110) if glow else (246, 240, 232))
        easel.dot(x + 1, -7, 5.2, who.eyes)
        easel.dot(x + 1, -7, 2.6, (20, 14, 22))
        easel.dot(x - 1, -9, 1.6, (255, 255, 255))
        easel.line([(x - 13, -12), (x, -15), (x + 13, -12)], (52, 34, 38), 2)
        heavy = 4 if who.woman else 7
        easel.line(
            [(x - way * 14, -23 + tilt), (x, -26), (x + way * 14, -23 - tilt * 0.4)], brow, heavy
        )


def _nose_and_mouth(easel: Easel, who: Person, skin: list[Colour]) -> None:
    long = {"goblin": 26, "dwarf": 15, "orc": 11}.get(who.race, 9 if who.woman else 11)
    size = {"goblin": 10, "dwarf": 14, "orc": 14}.get(who.race, 8 if who.woman else 10)
    easel.patch(
        [(0, -8), (size * 0.9, 8 + long * 0.6), (0, 10 + long * 0.7), (-size * 0.3, 6)], skin[2]
    )
    easel.patch([(-1, -10), (2, -10), (3, 8), (-4, 8)], skin[5])
    easel.line(
        [(-size * 0.8, 10 + long * 0.5), (0, 13 + long * 0.6), (size * 0.8, 10 + long * 0.5)],
        skin[1],
        3,
    )
    y, half = 33, 15
    curve = {"happy": 6, "sad": -5, "angry": -3}.get(who.mood, 1)
    lip: Colour = mix(who.skin, (170, 50, 60), 0.62 if who.woman else 0.3)
    easel.line(
        [(-half, y - curve * 0.5), (0, y + curve * 0.6), (half, y - curve * 0.5)],
        mix(skin[0], (80, 30, 34), 0.4),
        3,
    )
    easel.line([(-half * 0.5, y + 5), (0, y + 6), (half * 0.5, y + 5)], lip, 3)
    if who.race == "orc":
        for way in (-1, 1):
            easel.part(
                [(way * 10, y + 4), (way * 18, y + 4), (way * 16, y - 17)],
                ramp((236, 226, 196), 5),
                radius=3,
            )
    if who.race == "goblin":
        for x in (-9, -2, 5):
            easel.patch([(x, y + 1), (x + 5, y + 1), (x + 2, y + 8)], (240, 232, 200))


def hair_behind(easel: Easel, who: Person) -> None:
    """Hair that falls behind neck and shoulders."""
    if who.race in ("orc", "goblin", "undead") and not who.woman:
        return
    tones, wide = ramp(who.hair, 6), who.wide
    low = 96 if who.woman else (54 if who.race == "elf" else 18)
    easel.part(
        [
            *arc(0, -26, wide + 13, 64, 0.5, 1.0, 18),
            (wide + 15, low * 0.6),
            (wide + 4, low),
            (-wide - 4, low),
            (-wide - 15, low * 0.6),
        ],
        tones,
        radius=12,
    )


def hair_before(easel: Easel, who: Person) -> None:
    """Fringe and top of the hair."""
    if who.race in ("orc", "undead") or who.role == "smith":
        if who.race == "orc":
            tones = ramp(who.hair, 6)
            easel.part(
                [(-9, -74), (-4, -108), (8, -112), (14, -76), (8, -58), (-6, -58)], tones, radius=6
            )
        return
    if who.race == "goblin":
        return
    tones, wide, rng = ramp(who.hair, 7), who.wide, easel.rng
    part = rng.uniform(-0.5, 0.5) * wide
    cap = [
        *arc(0, -24, wide + 7, 62, 0.48, 1.02, 20),
        (wide + 3, -18),
        (wide * 0.86, -40),
        (part + 10, -56),
        (part - 4, -50),
        (-wide * 0.6, -40),
        (-wide * 0.92, -16),
    ]
    easel.part(cap, tones, radius=10)
    for i in range(7):
        x = (i / 6 * 2 - 1) * wide * 0.86
        easel.line(
            [(part * 0.4 + x * 0.3, -78), (x * 0.8, -64), (x, -46)], tones[1 if i % 2 else 5], 2
        )
    if who.woman:
        for way in (-1, 1):
            easel.part(
                [
                    (way * (wide - 6), -40),
                    (way * (wide + 10), -20),
                    (way * (wide + 12), 40),
                    (way * (wide + 2), 74),
                    (way * (wide - 6), 20),
                ],
                tones,
                radius=7,
            )


def beard(easel: Easel, who: Person, length: float) -> None:
    """A beard ``length`` units below the mouth, with a moustache."""
    tones, wide = ramp(who.hair, 7), who.wide
    tip = 40 + length
    side = wide * 0.98
    outline = [
        (-side, -4),
        (-side * 0.8, 18),
        (-18, 22),
        (0, 26),
        (18, 22),
        (side * 0.8, 18),
        (side, -4),
        (side * 0.96, 34),
        (side * 0.6, tip - length * 0.3),
        (8, tip),
        (-6, tip),
        (-side * 0.6, tip - length * 0.3),
        (-side * 0.96, 34),
    ]
    easel.part(outline, tones, radius=10, strength=1.2)
    for i in range(9):
        x = (i / 8 * 2 - 1) * side * 0.74
        easel.line(
            [
                (x, 34),
                (x * 0.8, 34 + length * 0.5),
                (x * 0.45, tip - length * (0.1 + abs(x) / side * 0.3)),
            ],
            tones[1 if i % 2 else 5],
            2,
        )
    easel.part(
        [(0, 20), (24, 24), (34, 38), (18, 34), (0, 30), (-18, 34), (-34, 38), (-24, 24)],
        tones,
        radius=5,
        level=150,
    )
