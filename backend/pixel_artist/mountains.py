"""Far ridges, and Emberpeak with the glow at its top, which is seen from everywhere."""

import random
from itertools import pairwise

from PIL import Image, ImageDraw

from pixel_artist import gradient
from pixel_artist.colour import EMBER, SNOW, Colour, mix, scale, tint
from pixel_artist.dither import faded, stepped
from pixel_artist.mood import Weather
from pixel_artist.stage import Light, Stage

Point = tuple[float, float]


def broken(
    rng: random.Random, start: Point, end: Point, rough: float, depth: int = 4
) -> list[Point]:
    """A line from ``start`` to ``end`` with random breaks, by halving it ``depth`` times."""
    points = [start, end]
    for _ in range(depth):
        finer = [points[0]]
        for one, other in pairwise(points):
            span = ((other[0] - one[0]) ** 2 + (other[1] - one[1]) ** 2) ** 0.5
            shift = rng.uniform(-1, 1) * span * rough
            finer += [((one[0] + other[0]) / 2, (one[1] + other[1]) / 2 + shift), other]
        points = finer
    return points


def ridge(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    size: tuple[int, int],
    y: float,
    height: float,
    colour: Colour,
    rough: float = 0.25,
) -> None:
    """A long chain of hills: its mean line at ``y`` pixels, ``height`` pixels up and down."""
    width, bottom = size
    points: list[Point] = []
    knots = [(width * i / 5, y + rng.uniform(-1, 1) * height) for i in range(6)]
    for one, other in pairwise(knots):
        points += broken(rng, one, other, rough, 3)
    draw.polygon([*points, (width, bottom), (0, bottom)], fill=colour)


def peak(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    top: Point,
    base: float,
    half: float,
    tones: tuple[Colour, Colour, Colour],
    snowline: float,
    light_left: bool,
) -> list[Point]:
    """One mountain with a lit and a dark face; gives back its outline.

    Args:
        draw: Pen.
        rng: Randomness.
        top: The summit.
        base: Pixels from the top of the canvas to its foot.
        half: Half its width at the foot, in pixels.
        tones: Dark face, lit face, snow.
        snowline: How far down the snow reaches, as a share of the height.
        light_left: Whether the light comes from the left.
    """
    dark, lit, snow = tones
    x, y = top
    left = broken(rng, (x - half, base), (x, y), 0.09, 4)
    right = broken(rng, (x, y), (x + half * rng.uniform(0.9, 1.15), base), 0.09, 4)
    outline = [*left, *right[1:]]
    draw.polygon(outline, fill=dark)
    crest = broken(rng, (x, y), (x + half * rng.uniform(-0.12, 0.12), base), 0.0, 4)
    crest = [
        (px + rng.uniform(-1, 1) * half * 0.09 * (i > 0), py) for i, (px, py) in enumerate(crest)
    ]
    sunny = left if light_left else right[::-1]
    draw.polygon([*sunny, *crest[1:]], fill=lit)
    height = base - y
    side = -1 if light_left else 1
    for i in range(2, len(crest) - 1, 2):
        px, py = crest[i]
        reach = (py - y) / height * half
        for way, tone in ((side, dark), (-side, mix(dark, lit, 0.55))):
            ex = px + way * reach * rng.uniform(0.35, 0.75)
            draw.polygon(
                [
                    (px, py),
                    (px + way * 2, py + height * 0.06),
                    (ex, min(base, py + height * 0.34)),
                    (px + way * reach * 0.16, py + height * 0.2),
                ],
                fill=tone,
            )
    if snowline > 0:
        _snowcap(draw, rng, outline, crest, y, snowline * height, snow, light_left)
    return outline


def _snowcap(
    draw: ImageDraw.ImageDraw,
    rng: random.Random,
    outline: list[Point],
    crest: list[Point],
    top: float,
    reach: float,
    snow: Colour,
    light_left: bool,
) -> None:
    above = [point for point in outline if point[1] <= top + reach]
    if len(above) < 3:
        return
    first, last = above[0], above[-1]
    steps = 7
    jags = []
    for i in range(1, steps):
        share = i / steps
        px = last[0] + (first[0] - last[0]) * share
        jags.append(
            (px, top + reach * (rng.uniform(0.5, 0.75) if i % 2 else rng.uniform(1.0, 1.35)))
        )
    draw.polygon([*above, *jags], fill=mix(snow, (96, 112, 168), 0.45))
    middle = min(crest, key=lambda point: abs(point[1] - top - reach * 0.8))
    summit = min(above, key=lambda point: point[1])
    if light_left:
        lit = [p for p in above if p[0] <= summit[0]]
        lower = [p for p in jags if p[0] <= middle[0]][::-1]
        draw.polygon([*lit, middle, *lower[::-1]], fill=snow)
    else:
        lit = [p for p in above if p[0] >= summit[0]]
        lower = [p for p in jags if p[0] >= middle[0]]
        draw.polygon([*lit, *lower, middle], fill=snow)


def emberpeak(
    stage: Stage, horizon: int, *, grand: float = 1.0, where: float | None = None
) -> None:
    """Paint far ridges and Emberpeak onto the backdrop.

    Args:
        stage: The scene; its sky is painted already.
        horizon: Pixels from the top to where the land begins.
        grand: Size of the mountain; 1.0 is half the height of the sky.
        where: Its place as a share of the width; seeded where not given.
    """
    rng, mood = stage.rng, stage.mood
    picture = stage.backdrop
    draw = ImageDraw.Draw(picture)
    spot = rng.choice((0.3, 0.4, 0.62, 0.72)) + rng.uniform(-0.05, 0.05)
    x = stage.w * (where if where is not None else spot)
    top = (x, horizon * (1 - 0.62 * min(1.3, grand)) + rng.uniform(-5, 5))
    haze = mood.haze
    left = stage.sun_x < x
    near = 0.74 if mood.weather is Weather.FOG else 0.46
    far = mix(tint((128, 124, 158), mood.ambient), haze, min(0.9, near + 0.26))
    ridge(draw, rng, stage.size, horizon * 0.8, horizon * 0.12, far)
    rock = tint((110, 92, 116), mood.ambient)
    tones = (
        mix(scale(rock, 0.62), haze, near * 0.8),
        mix(mix(rock, mood.sun, 0.24), haze, near * 0.9),
        mix(tint(SNOW, mood.ambient), haze, near * 0.5),
    )
    half = stage.h * 0.46 * grand
    outline = peak(draw, rng, top, horizon + 6, half, tones, 0.34, left)
    _ember(stage, picture, outline, top, horizon)
    hills = mix(tint((84, 92, 110), mood.ambient), haze, near + 0.06)
    ridge(draw, rng, stage.size, horizon * 0.94, horizon * 0.07, hills)
    mist = Image.new("L", stage.size)
    reach = max(8, horizon // 3)
    thick = 230 if mood.weather is Weather.FOG else 120
    mist.paste(gradient.vertical((stage.w, reach), 0, thick), (0, horizon - reach))
    mist.paste(thick, (0, horizon, stage.w, stage.h))
    picture.paste(haze, (0, 0), stepped(mist, 7))


def _ember(
    stage: Stage, picture: Image.Image, outline: list[Point], top: Point, horizon: int
) -> None:
    """The crater's glow, veins of fire, and smoke drifting with the wind."""
    rng, mood = stage.rng, stage.mood
    power = 0.35 + 0.65 * mood.lamp
    draw = ImageDraw.Draw(picture)
    x, y = top
    half = 4
    lip = [p for p in outline if abs(p[0] - x) < half + 3]
    floor = max(p[1] for p in lip) if lip else y + 3
    smoke = Image.new("L", stage.size)
    drift = rng.choice((-1, 1)) * (3.2 if mood.weather in (Weather.WIND, Weather.STORM) else 1.3)
    for i in range(12):
        size = 2.5 + i * 1.3
        cx, cy = x + drift * i * (1 + i * 0.12) + rng.uniform(-2, 2), y - 2 - i * 4.2
        smoke.paste(
            gradient.disc((int(size * 3), int(size * 2.2))).point(
                [min(255, round(v * (1.5 - i * 0.1))) for v in range(256)]
            ),
            (int(cx - size * 1.5), int(cy - size * 1.1)),
        )
    tone = mix(mix((70, 60, 76), EMBER, 0.25 * mood.lamp), mood.haze, 0.35)
    picture.paste(tone, (0, 0), stepped(smoke, 5).point(faded(0.8)))
    glow = Light(x, floor, 13 + 15 * power, EMBER)
    patch, spot = glow.glow(power)
    area = picture.crop((*spot, spot[0] + patch.width, spot[1] + patch.height))
    picture.paste(
        Image.composite(
            Image.new("RGB", patch.size, EMBER),
            area,
            patch.getchannel("R").point(faded(0.75)),
        ),
        spot,
    )
    draw.ellipse((x - half, floor - 1, x + half, floor + 1), fill=(255, 150, 60))
    draw.line((x - half + 2, floor, x + half - 2, floor), fill=(255, 232, 150))
    for side in (-1, 1):
        px, py = x + side * 2, floor + 2
        for step in range(rng.randint(3, 6)):
            nx, ny = px + side * rng.uniform(-0.5, 3.5), py + (horizon - y) * 0.07
            draw.line((px, py, nx, ny), fill=(255, 190, 84) if step < 2 else EMBER)
            px, py = nx, ny
