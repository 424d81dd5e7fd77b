"""A scene under construction: layers from far to near, and the lights that fall on them."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from pixel_artist import gradient, noise
from pixel_artist.colour import LAMP, LAMPLIGHT, SNOW, Colour, mix, scale
from pixel_artist.dither import colourise, posterise, stepped
from pixel_artist.mood import Mood
from pixel_artist.relief import rim

Layer = Callable[[Image.Image, Image.Image], None]
_LEVELS = 7


@dataclass(frozen=True, slots=True)
class Light:
    """A lamp, a fire, a window: it lights what is around it and glows in the air.

    Attributes:
        x: Pixels from the left.
        y: Pixels from the top.
        radius: How far it reaches, in pixels.
        colour: Its colour at full strength.
        strength: How much it adds to the light on things, 0.0-1.0.
        halo: How much it glows in the air, 0.0-1.0.
        squash: Height of the lit patch divided by its width.
    """

    x: float
    y: float
    radius: float
    colour: Colour = LAMP
    strength: float = 1.0
    halo: float = 0.35
    squash: float = 1.0

    def glow(self, share: float) -> tuple[Image.Image, tuple[int, int]]:
        """Its patch of light in dithered steps (mode RGB), and where the upper left corner is."""
        half = (max(2, round(self.radius)), max(2, round(self.radius * self.squash)))
        steps = posterise(gradient.disc((half[0] * 2, half[1] * 2)), _LEVELS, 0.75)
        colours = [scale(self.colour, share * level / (_LEVELS - 1)) for level in range(_LEVELS)]
        return colourise(steps, colours), (round(self.x) - half[0], round(self.y) - half[1])


def shed(picture: Image.Image, light: Light, share: float, *, screen: bool = False) -> None:
    """Add the patch of a light to a picture, mode RGB, in place."""
    patch, (left, top) = light.glow(share)
    area = picture.crop((left, top, left + patch.width, top + patch.height))
    added = ImageChops.screen(area, patch) if screen else ImageChops.add(area, patch)
    picture.paste(added, (left, top))


class Plane:
    """One layer of things at one distance.

    Attributes:
        image: What is there, lit later; mode RGBA.
        draw: Pen on ``image``.
        glow: What shines by itself and is never darkened; mode RGBA.
        shine: Pen on ``glow``.
        haze: How far the layer fades into the distance, 0.0-1.0.
        snow: How thick snow lies on upper edges when it snows, in pixels.
        rim: How much the edges towards the sun or moon are lit up, 0.0-1.0.
    """

    def __init__(self, stage: "Stage", haze: float, snow: int, rim_light: float) -> None:
        self._stage = stage
        self.image = Image.new("RGBA", stage.size)
        self.draw = ImageDraw.Draw(self.image)
        self.glow = Image.new("RGBA", stage.size)
        self.shine = ImageDraw.Draw(self.glow)
        self.haze = haze
        self.snow = snow
        self.rim = rim_light

    def settle(self, picture: Image.Image, lightmap: Image.Image) -> None:
        """Light the layer and put it onto the picture, mode RGB, in place."""
        stage = self._stage
        alpha = self.image.getchannel("A")
        body = self.image.convert("RGB")
        if self.rim and not stage.indoors:
            edge = rim(alpha, (-1 if stage.sun_x < stage.w / 2 else 1, -1))
            lit = Image.blend(body, Image.new("RGB", stage.size, stage.mood.sun), self.rim)
            body.paste(lit, (0, 0), edge)
        if self.snow and stage.mood.snowy and not stage.indoors:
            body.paste(SNOW, (0, 0), self._snowcap(alpha))
        body = ImageChops.multiply(body, lightmap)
        if self.haze:
            veil = Image.new("RGB", stage.size, stage.mood.haze)
            body = Image.blend(body, veil, self.haze)
        picture.paste(body, (0, 0), alpha)
        picture.paste(self.glow.convert("RGB"), (0, 0), self.glow.getchannel("A"))

    def _snowcap(self, alpha: Image.Image) -> Image.Image:
        cap = ImageChops.subtract(alpha, ImageChops.offset(alpha, 0, self.snow))
        thin = ImageChops.subtract(alpha, ImageChops.offset(alpha, 0, max(1, self.snow // 2)))
        patches = self._stage.patches
        return Image.composite(cap, thin, patches)


class Stage:
    """A canvas, its mood, and the layers and lights put on it so far.

    Attributes:
        size: Width and height of the canvas in pixels.
        w: The width.
        h: The height.
        k: Size of things against a 336 x 189 canvas.
        mood: Hour and weather.
        rng: Randomness of the place: where things stand. The same at every hour.
        air: Randomness of this one picture: clouds, drops, flakes.
        backdrop: What lies behind all layers, mode RGB.
        indoors: Whether there is a roof or rock over everything.
        sun_x: Where sun or moon stands, in pixels from the left.
        patches: Noise turned into patches, mode L, 0 or 255.
        title: The words of the place, for painters of several places.
    """

    def __init__(
        self,
        size: tuple[int, int],
        mood: Mood,
        rng: random.Random,
        air: random.Random,
        title: str = "",
    ) -> None:
        self.size = size
        self.w, self.h = size
        self.k = min(1.0, size[0] / 250, size[1] / 180)
        self.mood = mood
        self.rng = rng
        self.air = air
        self.title = title
        self.backdrop = Image.new("RGB", size, mood.haze)
        self.indoors = False
        self.sun_x = size[0] * 0.3
        self.ambient = mood.ambient
        self.patches = noise.cloudy(rng, size, 7, octaves=1).point(
            [255 if value > 120 else 0 for value in range(256)]
        )
        self._layers: list[Layer] = []
        self._lights: list[Light] = []

    def fork(self) -> random.Random:
        """Randomness for something that uses more of it in one hour or weather than another.

        It takes exactly one number from ``rng``, so that all else stays where it is.
        """
        return random.Random(self.rng.getrandbits(64))  # noqa: S311 - paints, guards nothing

    def x(self, share: float) -> int:
        """Pixels from the left for a share of the width, 0.0-1.0."""
        return round(self.w * share)

    def y(self, share: float) -> int:
        """Pixels from the top for a share of the height, 0.0-1.0."""
        return round(self.h * share)

    def s(self, pixels: float) -> int:
        """A length on a 336 x 189 canvas, on this one; at least 1 where it was positive."""
        scaled = round(pixels * self.k)
        return max(1, scaled) if pixels > 0 else scaled

    def go_below(self, darkness: float = 1.0) -> None:
        """Put a roof over the scene; a ``darkness`` of 0.0 keeps the light of a bright room."""
        self.indoors = True
        self.ambient = scale(self.mood.under, 1.22 - 0.42 * darkness)

    def plane(self, haze: float = 0.0, snow: int = 2, rim_light: float = 0.0) -> Plane:
        """Add a layer in front of all others."""
        plane = Plane(self, haze, snow, rim_light)
        self._layers.append(plane.settle)
        return plane

    def light(self, light: Light) -> None:
        """Add a light; it falls on every layer."""
        self._lights.append(light)

    def lamp(self, x: float, y: float, radius: float, colour: Colour = LAMP) -> None:
        """Add a lamp that matters as much as the hour lets it."""
        power = self.mood.lamp if not self.indoors else max(0.75, self.mood.lamp)
        warm = mix(colour, LAMPLIGHT, 0.7)
        air = 0.2 if self.indoors else 0.3
        self.light(Light(x, y, radius * (0.7 + 0.3 * power), warm, 0.95 * power, air * power))

    def then(self, layer: Layer) -> None:
        """Add a step that works on the picture so far: a reflection, a bank of fog."""
        self._layers.append(layer)

    def veil(self, grey: Image.Image, colour: Colour, levels: int = 5) -> None:
        """Add a veil of a colour, as thick as ``grey`` (mode L) says, in dithered steps."""
        mask = stepped(grey, levels)

        def draw_veil(picture: Image.Image, _lightmap: Image.Image) -> None:
            picture.paste(colour, (0, 0), mask)

        self.then(draw_veil)

    def compose(self) -> Image.Image:
        """Light all layers and lay them over each other; mode RGB. The layers are then gone.

        They know the stage, and it them: kept, 2 MB a picture would wait for the collector.
        """
        layers, self._layers = self._layers, []
        lightmap = Image.new("RGB", self.size, self.ambient)
        for light in self._lights:
            shed(lightmap, light, light.strength)
        picture = self.backdrop.copy()
        for layer in layers:
            layer(picture, lightmap)
        for light in self._lights:
            if light.halo > 0:
                shed(picture, light, light.halo, screen=True)
        return picture
