"""The sky: dithered bands, sun or moon, stars, clouds."""

import random

from PIL import Image, ImageChops, ImageDraw

from pixel_artist import gradient, noise
from pixel_artist.colour import Colour, mix, scale
from pixel_artist.dither import faded, ramped, stepped
from pixel_artist.mood import Hour, Mood, Weather
from pixel_artist.relief import blank, solid
from pixel_artist.stage import Stage
from pixel_artist.weather import lightning

_HIDES_SUN = (Weather.CLOUDY, Weather.RAIN, Weather.SNOW, Weather.FOG, Weather.STORM)


def paint_sky(stage: Stage, horizon: int) -> None:
    """Fill the backdrop down to the horizon, in pixels from the top, and a little below."""
    mood, size = stage.mood, stage.size
    side = stage.rng.choice((0.2, 0.28, 0.72, 0.8))
    stage.sun_x = stage.w * (side if mood.hour is not Hour.DUSK else 1 - side)
    height = {Hour.DAWN: 0.8, Hour.DAY: 0.22, Hour.DUSK: 0.86, Hour.NIGHT: 0.26}[mood.hour]
    sun_y = horizon * (height + stage.rng.uniform(-0.04, 0.06))
    deep = Image.new("L", size, 255)
    deep.paste(gradient.vertical((stage.w, horizon), 0, 250), (0, 0))
    if mood.weather not in (Weather.FOG, Weather.STORM):
        reach = horizon * (1.1 if mood.hour in (Hour.DAWN, Hour.DUSK) else 0.55)
        warm = gradient.spot(size, stage.sun_x, sun_y, reach)
        share = 0.42 if mood.hour in (Hour.DAWN, Hour.DUSK) else 0.24
        deep = ImageChops.add(deep, warm.point(faded(share)))
    sky = ramped(deep, mood.sky)
    draw = ImageDraw.Draw(sky)
    hidden = mood.weather in _HIDES_SUN
    stars = stage.fork()
    if mood.hour is Hour.NIGHT and not hidden:
        _stars(draw, stars, stage.w, horizon)
    if not hidden:
        _sun_or_moon(sky, draw, mood, stage.sun_x, sun_y, stage.s(11))
    _clouds(stage, sky, horizon)
    if mood.weather is Weather.STORM:
        lightning(stage, sky, horizon)
    stage.backdrop = sky


def _stars(draw: ImageDraw.ImageDraw, rng: random.Random, width: int, horizon: int) -> None:
    for _ in range(width * horizon // 420):
        x, y = rng.randrange(width), int(horizon * rng.random() ** 1.5)
        tone = rng.choice(((150, 168, 214), (206, 216, 246), (255, 246, 220), (112, 130, 186)))
        draw.point((x, y), fill=tone)
        if rng.random() < 0.07:
            draw.point([(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)], fill=scale(tone, 0.6))
            draw.point((x, y), fill=(255, 255, 255))


def _sun_or_moon(
    sky: Image.Image, draw: ImageDraw.ImageDraw, mood: Mood, x: float, y: float, radius: int
) -> None:
    halo = stepped(gradient.spot(sky.size, x, y, radius * 3.2), 6)
    faint = halo.point(faded(0.6))
    sky.paste(mix(mood.sun, mood.sky[-1], 0.3), (0, 0), faint)
    if mood.hour is Hour.NIGHT:
        disc, pen = blank(sky.size)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        solid(
            sky,
            disc,
            [(150, 164, 204), (196, 208, 236), (232, 238, 252), (250, 252, 255)],
            radius=5,
            level=190,
        )
        for dx, dy, spot in ((-4, -2, 2), (2, 3, 3), (4, -5, 1), (-2, 6, 1)):
            cx, cy = x + dx * radius / 11, y + dy * radius / 11
            draw.ellipse((cx - spot, cy - spot, cx + spot, cy + spot), fill=(190, 202, 232))
        return
    grow = 1.25 if mood.hour in (Hour.DAWN, Hour.DUSK) else 1.0
    for part, colour in ((1.0, mood.sun), (0.78, mix(mood.sun, (255, 255, 240), 0.6))):
        size = radius * grow * part
        draw.ellipse((x - size, y - size, x + size, y + size), fill=colour)


def _cloud_colours(mood: Mood) -> list[Colour]:
    """From the underside of a cloud to its sunlit rim."""
    low, high = mood.sky[len(mood.sky) // 2], mood.sky[-1]
    if mood.hour is Hour.DAY:
        return [mix(low, (120, 140, 180), 0.4), (176, 200, 228), (226, 236, 248), (255, 255, 255)]
    if mood.hour is Hour.NIGHT:
        return [
            mix(low, (10, 14, 40), 0.3),
            mix(low, (70, 92, 140), 0.3),
            (64, 84, 134),
            (104, 126, 172),
        ]
    if mood.hour is Hour.DAWN:
        return [mix(low, (130, 116, 166), 0.6), (206, 164, 190), (248, 204, 196), (255, 240, 218)]
    return [(84, 40, 92), (142, 58, 100), (222, 100, 84), mix(high, (255, 200, 120), 0.6)]


def _clouds(stage: Stage, sky: Image.Image, horizon: int) -> None:
    mood, rng = stage.mood, stage.air
    if mood.weather is Weather.FOG:
        return
    if mood.weather in _HIDES_SUN:
        _overcast(stage, sky, horizon)
        return
    if mood.hour in (Hour.DAWN, Hour.DUSK):
        _streaks(stage, sky, horizon)
    count = {Weather.WIND: 6}.get(mood.weather, rng.randint(2, 4))
    for _ in range(count):
        x = rng.uniform(-0.05, 1.05) * stage.w
        share = rng.uniform(0.12, 0.62)
        _puff(
            sky,
            rng,
            x,
            horizon * share,
            stage.w * rng.uniform(0.06, 0.13) * (1.1 - share * 0.6),
            _cloud_colours(mood),
            2.2 if mood.weather is Weather.WIND else 1.0,
        )


def _puff(
    sky: Image.Image,
    rng: random.Random,
    x: float,
    y: float,
    reach: float,
    colours: list[Colour],
    drawn_out: float,
) -> None:
    """One heap of cloud with a flat foot, ``reach`` pixels to each side."""
    mask, pen = blank(sky.size)
    for _ in range(11):
        place = rng.uniform(-1, 1)
        size = reach * (0.46 - 0.3 * abs(place)) * rng.uniform(0.7, 1.15)
        cx, cy = x + place * reach * drawn_out, y - size * 0.35 * rng.random() / drawn_out
        pen.ellipse(
            (
                cx - size * 1.25 * drawn_out,
                cy - size,
                cx + size * 1.25 * drawn_out,
                cy + size * 0.8,
            ),
            fill=255,
        )
    pen.rectangle((0, y + reach * 0.16, sky.width, sky.height), fill=0)
    solid(sky, mask, colours, radius=max(2.0, reach * 0.2), light=(0, -1), level=150, strength=1.2)


def _streaks(stage: Stage, sky: Image.Image, horizon: int) -> None:
    grain = noise.cloudy(stage.air, (stage.w, horizon), 9, stretch=9, octaves=2)
    fade = ImageChops.multiply(grain, gradient.vertical((stage.w, horizon), 90, 255))
    mask = stepped(fade.point([max(0, min(255, (v - 118) * 4)) for v in range(256)]), 4)
    mask = mask.point(faded(0.75))
    colours = _cloud_colours(stage.mood)
    light = ramped(gradient.vertical((stage.w, horizon), 0, 255), colours[1:], 0.8)
    sky.paste(light, (0, 0), mask)


def _overcast(stage: Stage, sky: Image.Image, horizon: int) -> None:
    mood = stage.mood
    size = (stage.w, horizon)
    grain = noise.cloudy(stage.air, size, horizon * 0.32, stretch=2.6, octaves=4)
    base = mix(mood.sky[0], mood.sky[-1], 0.45)
    depth = 0.62 if mood.weather is Weather.STORM else 0.3
    colours = [
        scale(base, 1 - depth),
        scale(base, 1 - depth * 0.55),
        base,
        mix(base, mood.sky[-1], 0.45),
        mix(base, mood.sky[-1], 0.85),
    ]
    clouds = ramped(grain, colours, 0.9)
    reach = 120 if mood.weather is Weather.CLOUDY else 40
    mask = stepped(gradient.vertical(size, 255, reach), 5)
    sky.paste(clouds, (0, 0), mask)
