"""Small figures of people, for scale and life."""

import random

from PIL import ImageDraw

from pixel_artist.colour import Colour, ramp

_SKIN: tuple[Colour, ...] = ((226, 178, 140), (196, 142, 104), (142, 96, 68), (240, 200, 168))
_CLOTH: tuple[Colour, ...] = (
    (140, 52, 52),
    (58, 88, 132),
    (74, 104, 62),
    (148, 108, 48),
    (108, 66, 116),
    (92, 88, 96),
    (170, 120, 84),
    (46, 96, 100),
)
_HAIR: tuple[Colour, ...] = (
    (52, 34, 28),
    (96, 60, 36),
    (176, 128, 62),
    (90, 88, 92),
    (128, 54, 34),
)


def person(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    x: float,
    base: float,
    high: float,
    role: str = "",
) -> None:
    """Draw somebody who stands at (x, base).

    Args:
        draw: Pen.
        rng: Decides skin, hair and clothes.
        x: Middle of the figure in pixels.
        base: Where the feet are, in pixels from the top.
        high: Height in pixels; 12 to 40 looks right.
        role: ``guard``, ``hood``, ``miner``, ``smith``, ``child`` or nothing in particular.
    """
    if role == "child":
        high *= 0.62
    cloth = ramp((70, 62, 74) if role == "hood" else rng.choice(_CLOTH), 5, contrast=0.8)
    skin, hair = ramp(rng.choice(_SKIN), 4, contrast=0.7), rng.choice(_HAIR)
    if role == "guard":
        cloth = ramp((150, 56, 50), 5, contrast=0.8)
    head = high * 0.125
    neck, hip = base - high * 0.74, base - high * 0.4
    wide = high * 0.16
    robe = role in ("hood", "") and rng.random() < 0.4
    draw.line((x - wide * 1.2, base, x + wide * 1.4, base), fill=(24, 18, 28))
    _body(draw, (x, neck, base), (wide, hip, high), cloth, robe=robe)
    arm = max(1, round(high * 0.06))
    draw.line((x - wide, neck + 1, x - wide * 1.3, hip), fill=cloth[3], width=arm)
    draw.line((x + wide, neck + 1, x + wide * 1.3, hip), fill=cloth[1], width=arm)
    draw.ellipse((x - head, neck - head * 2, x + head, neck), fill=skin[2])
    if high >= 22 and role != "hood":
        tall = high >= 44
        for eye in (-0.45, 0.4):
            ex, ey = x + eye * head, neck - head * 0.85
            draw.line((ex, ey, ex, ey + tall), fill=(40, 26, 30))
    if role == "smith":
        _apron(draw, (x, neck, head), (wide, hip, base), hair)
    _headgear(draw, (x, neck, head), role, hair, cloth)
    _tool(draw, (x, base, high), role)


def _body(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float, float],
    build: tuple[float, float, float],
    cloth: list[Colour],
    *,
    robe: bool,
) -> None:
    x, neck, base = at
    wide, hip, high = build
    if robe:
        draw.polygon(
            [(x - wide, neck), (x + wide, neck), (x + wide * 1.3, base), (x - wide * 1.3, base)],
            fill=cloth[2],
        )
        draw.polygon(
            [
                (x + wide * 0.2, neck),
                (x + wide, neck),
                (x + wide * 1.3, base),
                (x + wide * 0.3, base),
            ],
            fill=cloth[1],
        )
    else:
        leg = max(1, round(high * 0.08))
        for side in (-1, 1):
            draw.line(
                (x + side * wide * 0.45, hip, x + side * wide * 0.6, base),
                fill=(62, 50, 50),
                width=leg,
            )
        draw.polygon(
            [
                (x - wide, neck),
                (x + wide, neck),
                (x + wide * 0.9, hip + 2),
                (x - wide * 0.9, hip + 2),
            ],
            fill=cloth[2],
        )
        draw.polygon(
            [
                (x + wide * 0.15, neck),
                (x + wide, neck),
                (x + wide * 0.9, hip + 2),
                (x + wide * 0.2, hip + 2),
            ],
            fill=cloth[1],
        )
        draw.line((x - wide * 0.9, hip, x + wide * 0.8, hip), fill=(48, 34, 30))


def _apron(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float, float],
    body: tuple[float, float, float],
    hair: Colour,
) -> None:
    x, neck, head = at
    wide, hip, base = body
    leather = ramp((134, 88, 56), 5)
    low = hip + (base - hip) * 0.55
    draw.polygon(
        [
            (x - wide * 0.6, neck + 4),
            (x + wide * 0.6, neck + 4),
            (x + wide * 0.9, low),
            (x - wide * 0.9, low),
        ],
        fill=leather[2],
    )
    draw.line((x - wide * 0.9, hip, x + wide * 0.9, hip), fill=leather[0], width=2)
    draw.line((x - wide * 0.6, neck + 4, x - wide * 0.9, low), fill=leather[4])
    draw.pieslice((x - head, neck - head * 1.6, x + head, neck + head * 0.6), 0, 180, fill=hair)
    draw.line(
        (x - head * 0.3, neck - head * 0.3, x + head * 0.3, neck - head * 0.3), fill=(96, 50, 44)
    )


def _headgear(
    draw: ImageDraw.ImageDraw,
    at: tuple[float, float, float],
    role: str,
    hair: Colour,
    cloth: list[Colour],
) -> None:
    x, neck, head = at
    top = neck - head * 2
    if role == "guard":
        draw.pieslice((x - head - 1, top - 1, x + head + 1, neck), 180, 360, fill=(168, 174, 188))
        draw.line((x, top - 2, x, top), fill=(200, 60, 50))
    elif role == "hood":
        draw.polygon(
            [
                (x - head - 1, neck + 1),
                (x - head, top),
                (x, top - 2),
                (x + head + 1, top + 2),
                (x + head, neck + 1),
            ],
            fill=cloth[1],
        )
        draw.rectangle((x - head * 0.4, top + head, x + head * 0.3, neck - 1), fill=(34, 24, 32))
    elif role == "miner":
        draw.pieslice((x - head - 1, top - 1, x + head + 1, neck), 180, 360, fill=(176, 140, 62))
        draw.point((x, top), fill=(255, 250, 200))
    else:
        draw.pieslice((x - head - 0.5, top - 1, x + head + 0.5, neck), 170, 350, fill=hair)


def _tool(draw: ImageDraw.ImageDraw, at: tuple[float, float, float], role: str) -> None:
    x, base, high = at
    hand = (x + high * 0.22, base - high * 0.42)
    if role == "guard":
        draw.line((hand[0] + 1, base, hand[0] + 1, base - high * 1.25), fill=(96, 72, 50))
        draw.polygon(
            [
                (hand[0], base - high * 1.2),
                (hand[0] + 1, base - high * 1.4),
                (hand[0] + 2, base - high * 1.2),
            ],
            fill=(206, 212, 222),
        )
    elif role == "miner":
        top = (hand[0] + high * 0.12, base - high * 0.95)
        draw.line((*hand, *top), fill=(122, 90, 58))
        draw.line(
            (top[0] - 4, top[1] + 1, top[0], top[1] - 1, top[0] + 4, top[1] + 2),
            fill=(176, 180, 190),
        )
    elif role == "smith":
        draw.line((*hand, hand[0] + high * 0.14, hand[1] - high * 0.3), fill=(122, 90, 58), width=2)
        draw.rectangle(
            (
                hand[0] + high * 0.06,
                hand[1] - high * 0.4,
                hand[0] + high * 0.26,
                hand[1] - high * 0.28,
            ),
            fill=(140, 142, 152),
        )
