"""What falls or drifts through the air in front of everything."""

from PIL import Image, ImageChops, ImageDraw

from pixel_artist import gradient, noise
from pixel_artist.colour import SNOW, Colour, mix
from pixel_artist.dither import faded, stepped
from pixel_artist.mood import Hour, Weather
from pixel_artist.stage import Stage


def fall(stage: Stage, picture: Image.Image) -> None:
    """Paint the weather of an outdoor scene over the finished picture, mode RGB, in place."""
    weather = stage.mood.weather
    if weather is Weather.RAIN:
        _rain(stage, picture, 1.0)
    elif weather is Weather.STORM:
        _rain(stage, picture, 1.9)
    elif weather is Weather.SNOW:
        _snow(stage, picture)
    elif weather is Weather.FOG:
        fog(stage, picture, 0.25, 0.8)
    elif weather is Weather.WIND:
        _wind(stage, picture)


def _rain(stage: Stage, picture: Image.Image, power: float) -> None:
    rng, mood = stage.air, stage.mood
    slant = rng.choice((-1, 1)) * (0.25 + 0.3 * (power > 1))
    near = mix(mood.sky[-1], (196, 214, 240), 0.5)
    for count, length, share in ((220, 5, 0.24), (110, 9, 0.38), (30, 15, 0.55)):
        mask = Image.new("L", stage.size)
        draw = ImageDraw.Draw(mask)
        for _ in range(int(count * power * stage.w / 336)):
            x, y = rng.randint(-20, stage.w + 20), rng.randint(-12, stage.h)
            draw.line((x, y, x - slant * length, y + length), fill=255)
        picture.paste(near, (0, 0), mask.point(faded(share)))
    draw = ImageDraw.Draw(picture)
    for _ in range(int(26 * power)):
        x, y = rng.randrange(stage.w), rng.randint(int(stage.h * 0.66), stage.h - 1)
        draw.point([(x - 1, y - 1), (x + 1, y - 1), (x, y)], fill=near)


def lightning(stage: Stage, picture: Image.Image, horizon: int) -> None:
    """A bolt from the clouds to the horizon, in pixels from the top, in place."""
    rng = stage.air
    x, y = stage.w * rng.choice((0.16, 0.5, 0.84)) + rng.uniform(-14, 14), 0.0
    flash = stepped(gradient.spot(stage.size, x, horizon * 0.2, stage.w * 0.36, 0.6), 6)
    tone: Colour = (170, 176, 236)
    picture.paste(tone, (0, 0), flash.point(faded(0.5)))
    draw = ImageDraw.Draw(picture)
    while y < horizon:
        nx, ny = x + rng.uniform(-9, 9), y + rng.uniform(5, 12)
        if rng.random() < 0.3:
            fork = [(x, y), (x + rng.uniform(-14, 14), y + 9), (x + rng.uniform(-22, 22), y + 18)]
            draw.line(fork, fill=(176, 180, 240))
        draw.line((x + 1, y, nx + 1, ny), fill=(190, 190, 250))
        draw.line((x, y, nx, ny), fill=(255, 255, 255))
        x, y = nx, ny


def _snow(stage: Stage, picture: Image.Image) -> None:
    rng = stage.air
    draw = ImageDraw.Draw(picture)
    tone = mix(SNOW, stage.mood.ambient, 0.0 if stage.mood.hour is not Hour.NIGHT else 0.35)
    dim = mix(tone, stage.mood.haze, 0.45)
    for count, size, colour in ((330, 0, dim), (170, 0, tone), (46, 1, tone)):
        for _ in range(int(count * stage.w / 336)):
            x, y = rng.randrange(stage.w), rng.randrange(stage.h)
            if size:
                draw.rectangle((x, y, x + 1, y + 1), fill=colour)
            else:
                draw.point((x, y), fill=colour)


def fog(stage: Stage, picture: Image.Image, top: float, power: float) -> None:
    """Banks of fog.

    Args:
        stage: The scene.
        picture: Mode RGB, changed in place.
        top: Where the fog begins, as a share of the height.
        power: How thick it is, 0.0-1.0.
    """
    banks = noise.cloudy(stage.air, stage.size, stage.h * 0.2, stretch=3.4, octaves=3)
    start = int(stage.h * top)
    depth = Image.new("L", stage.size)
    span = stage.h - start
    half = span * 2 // 3
    depth.paste(gradient.vertical((stage.w, half), 0, 255), (0, start))
    depth.paste(gradient.vertical((stage.w, span - half), 255, 110), (0, start + half))
    mask = stepped(ImageChops.multiply(banks, depth), 6)
    tone = mix(stage.mood.haze, stage.mood.sky[-1], 0.3)
    picture.paste(tone, (0, 0), mask.point(faded(power)))


def _wind(stage: Stage, picture: Image.Image) -> None:
    rng = stage.air
    draw = ImageDraw.Draw(picture)
    way = rng.choice((-1, 1))
    pale = mix(stage.mood.sky[-1], (255, 255, 255), 0.2)
    for _ in range(16):
        x, y = rng.randrange(stage.w), rng.randint(8, int(stage.h * 0.85))
        length = rng.randint(14, 52)
        rise = rng.choice((-2, -1, 1, 2))
        for step in range(0, length, 2):
            lift = round(rise * (step / length) ** 2)
            draw.point((x + way * step, y + lift), fill=pale)
        draw.line((x, y, x + way * length // 3, y), fill=pale)
    leaves = ((196, 132, 52), (166, 84, 44), (132, 148, 60), (214, 170, 76))
    for _ in range(70):
        x, y = rng.randrange(stage.w), rng.randrange(stage.h)
        size = rng.choice((1, 1, 2))
        draw.line((x, y, x + size, y + rng.choice((-1, 0, 1))), fill=rng.choice(leaves))
