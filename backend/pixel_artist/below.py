"""What hour and weather do below ground and indoors: shafts of light, drips, drifts, damp."""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from pixel_artist import gradient, noise, weather
from pixel_artist.colour import SNOW, Colour, mix, scale
from pixel_artist.dither import faded
from pixel_artist.mood import Hour, Weather
from pixel_artist.mountains import emberpeak
from pixel_artist.sky import paint_sky
from pixel_artist.stage import Light, Plane, Stage

Mouth = tuple[float, float, float]


def outside(stage: Stage) -> Image.Image:
    """A view of the country outside in this hour and weather, mode RGB, as large as the canvas."""
    roofed, stage.indoors = stage.indoors, False
    kept = stage.backdrop
    horizon = stage.y(0.6)
    paint_sky(stage, horizon)
    emberpeak(stage, horizon, where=0.5)
    view = stage.backdrop
    weather.fall(stage, view)
    stage.backdrop, stage.indoors = kept, roofed
    return view


def look_out(
    stage: Stage, plane: Plane, view: Image.Image, outline: Sequence[tuple[float, float]]
) -> None:
    """Show the view through a hole in a layer; the hole is an outline in pixels."""
    mask = Image.new("L", stage.size)
    ImageDraw.Draw(mask).polygon(outline, fill=255)
    box = mask.getbbox()
    if box is None:
        return
    wide, high = box[2] - box[0], box[3] - box[1]
    # The part of the view around the mountain, made to fit: a hole of a few pixels must not
    # show nothing but haze.
    share = max(0.25, min(1.0, wide / stage.w * 2, high / stage.h * 2))
    tall = min(stage.h * 0.62, max(high, stage.h * share))
    broad = min(float(stage.w), tall * wide / high)
    left, low = stage.w / 2 - broad / 2, stage.h * 0.66
    frame = (round(left), round(low - tall), round(left + broad), round(low))
    seen = view.crop(frame).resize((wide, high), Image.Resampling.NEAREST)
    plane.glow.paste(seen, box[:2], mask.crop(box))


def beam(
    stage: Stage,
    top: tuple[float, float],
    half: float,
    foot: tuple[float, float],
    spread: float,
    *,
    power: float = 1.0,
) -> None:
    """Light that falls in from outside, in the colour of the hour.

    Args:
        stage: The scene.
        top: Middle of the hole that it comes through.
        half: Half the width of the hole.
        foot: Middle of the patch that it lights up.
        spread: Half the width of that patch.
        power: Share of the full strength, 0.0-1.5.
    """
    mood = stage.mood
    mask = Image.new("L", stage.size)
    ImageDraw.Draw(mask).polygon(
        [
            (top[0] - half, top[1]),
            (top[0] + half, top[1]),
            (foot[0] + spread, foot[1]),
            (foot[0] - spread, foot[1]),
        ],
        fill=255,
    )
    high = max(2, round(foot[1] - top[1]))
    fade = Image.new("L", stage.size)
    strength = min(255, round(255 * (0.25 + mood.shaft) * power))
    fade.paste(gradient.vertical((stage.w, high), strength, strength // 4), (0, round(top[1])))
    dust = noise.cloudy(stage.air, stage.size, 26, stretch=0.7, octaves=2).point(
        [160 + v * 95 // 255 for v in range(256)]
    )
    colour = mix(
        mood.sun, mood.sky[-2], 0.45 if mood.weather in (Weather.CLEAR, Weather.WIND) else 0.8
    )
    if mood.weather is Weather.STORM:  # lightning has just struck outside
        colour, power = mix(colour, (176, 184, 255), 0.7), power * 1.5
    grey = ImageChops.multiply(ImageChops.multiply(mask, fade), dust)
    stage.veil(grey.point(faded(0.46)), colour, 6)
    stage.light(
        Light(
            foot[0], foot[1], spread * 2.2, colour, min(1.0, (0.2 + mood.shaft) * power), 0.1, 0.4
        )
    )


def weather_below(
    stage: Stage, mouth: Mouth | None = None, *, dry: bool = False, top: float = 0.0
) -> None:
    """Bring the weather in.

    Args:
        stage: The scene, below ground or indoors.
        mouth: Where it comes in: middle, foot of the drift, half width, in pixels. Without it
            the weather only shows as damp, dust and drips.
        dry: Whether a sound roof and a door keep rain and snow out.
        top: Upper edge of where it comes in, in pixels from the top.
    """
    stage.then(lambda picture, _light: _motes(stage, picture))
    if not dry or stage.mood.weather not in (Weather.RAIN, Weather.STORM, Weather.SNOW):
        stage.then(lambda picture, _light: _enter(stage, picture, mouth, top))


def _enter(stage: Stage, picture: Image.Image, mouth: Mouth | None, top: float) -> None:
    kind = stage.mood.weather
    if kind in (Weather.RAIN, Weather.STORM):
        _drips(stage, picture, mouth, top, 1.0 if kind is Weather.RAIN else 1.8)
    elif kind is Weather.SNOW:
        _drift(stage, picture, mouth, top)
    elif kind is Weather.FOG:
        weather.fog(stage, picture, 0.42, 0.62)
    elif kind is Weather.WIND:
        _dust(stage, picture)
    elif kind is Weather.CLOUDY:
        weather.fog(stage, picture, 0.8, 0.22)


def _tone(stage: Stage) -> Colour:
    share = 0.45 if stage.mood.hour is Hour.NIGHT else 0.1
    return mix(mix((178, 206, 240), stage.mood.sun, 0.3), (70, 90, 150), share)


def _drips(
    stage: Stage, picture: Image.Image, mouth: Mouth | None, top: float, power: float
) -> None:
    rng, tone = stage.air, _tone(stage)
    draw = ImageDraw.Draw(picture)
    for _ in range(int(26 * power)):
        x, y = rng.randrange(stage.w), rng.randrange(int(stage.h * 0.8))
        draw.line((x, y, x, y + rng.randint(3, 9)), fill=scale(tone, 0.8))
        draw.point((x, y + 10), fill=tone)
    for _ in range(int(10 * power)):
        x, y, half = (
            rng.randrange(stage.w),
            rng.randint(int(stage.h * 0.8), stage.h - 3),
            rng.randint(4, 15),
        )
        ripple = mix(tone, (24, 30, 52), 0.5)
        draw.arc((x - half, y - half * 0.25, x + half, y + half * 0.25), 10, 200, fill=ripple)
        draw.arc(
            (x - half * 0.4, y - 1, x + half * 0.4, y + 1), 0, 360, fill=mix(ripple, tone, 0.4)
        )
    if mouth is not None:
        middle, foot, reach = mouth
        for _ in range(int(34 * power)):
            px, py = middle + rng.uniform(-1, 1) * reach, rng.uniform(top, foot)
            draw.line((px, py, px, min(foot, py + rng.randint(5, 15))), fill=tone)
        for _ in range(14):
            px = middle + rng.uniform(-1.2, 1.2) * reach
            draw.point([(px - 1, foot - 1), (px + 1, foot - 2), (px, foot)], fill=tone)


def _drift(stage: Stage, picture: Image.Image, mouth: Mouth | None, top: float) -> None:
    rng = stage.air
    draw = ImageDraw.Draw(picture)
    tone = mix(SNOW, mix(stage.mood.ambient, stage.mood.under, 0.5), 0.42)
    for _ in range(90):
        draw.point((rng.randrange(stage.w), rng.randrange(stage.h)), fill=scale(tone, 0.8))
    x, foot, half = mouth or (stage.w * 0.5, stage.h - 1.0, stage.w * 0.3)
    for _ in range(120 if mouth else 0):
        draw.point((x + rng.uniform(-1, 1) * half, rng.uniform(top, foot)), fill=tone)
    heap = [(x - half * 1.3, foot + 3)]
    for i in range(9):
        share = i / 8 * 2 - 1
        heap.append(
            (
                x + share * half * 1.1,
                foot + 1 - (1 - share * share) * half * 0.2 - rng.uniform(0, 2),
            )
        )
    heap += [(x + half * 1.3, foot + 3), (x, foot + 5)]
    draw.polygon(heap, fill=tone)
    draw.line([(px + 1, py + 2) for px, py in heap[4:]], fill=scale(tone, 0.78), width=2)


def _dust(stage: Stage, picture: Image.Image) -> None:
    rng = stage.air
    draw = ImageDraw.Draw(picture)
    tone = mix(_tone(stage), (150, 120, 90), 0.6)
    way = rng.choice((-1, 1))
    for _ in range(26):
        x, y, length = (
            rng.randrange(stage.w),
            rng.randint(stage.h // 5, stage.h - 4),
            rng.randint(8, 34),
        )
        for step in range(0, length, 2):
            draw.point((x + way * step, y + round(2 * (step / length) ** 2)), fill=tone)


def _motes(stage: Stage, picture: Image.Image) -> None:
    """Dust in the air, warm or cold with the hour: no two hours share a picture."""
    rng = stage.air
    draw = ImageDraw.Draw(picture)
    tone = mix(stage.mood.sun, (60, 60, 80), 0.6)
    for _ in range(16):
        draw.point((rng.randrange(stage.w), rng.randrange(int(stage.h * 0.9))), fill=tone)
