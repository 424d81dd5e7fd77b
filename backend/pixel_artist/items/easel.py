"""Where an item is drawn: its own coordinates, its materials, its outline."""

import random
from collections.abc import Sequence

from PIL import Image, ImageChops, ImageDraw

from pixel_artist import noise
from pixel_artist.colour import INK, Colour, Ramp, mix, ramp
from pixel_artist.items.material import Look
from pixel_artist.relief import blank, edge, solid
from pixel_artist.rock import on_circle

Point = tuple[float, float]


class Easel:
    """A transparent canvas with the item in the middle, 200 units high.

    Units run from -100 to 100 in both directions, x to the right and y down; ``turn`` rotates
    them, so that a blade is drawn upright and shown aslant.

    Attributes:
        art: What has been drawn so far, mode RGBA.
        rng: Decides proportions and ornaments.
        look: Materials and condition, from the words.
    """

    def __init__(self, size: tuple[int, int], rng: random.Random, look: Look) -> None:
        self.art = Image.new("RGBA", size)
        self.rng = rng
        self.look = look
        self.unit = min(size) * 0.78 / 200
        self._middle = (size[0] / 2, size[1] * 0.47)
        self._turn = (1.0, 0.0)
        self._pen = ImageDraw.Draw(self.art)

    def turn(self, turns: float) -> None:
        """Rotate what is drawn from now on clockwise, by a share of a whole turn."""
        self._turn = on_circle(turns)

    def shift(self, down: float) -> None:
        """Move what is drawn from now on down by some units."""
        self._middle = (self._middle[0], self._middle[1] + down * self.unit)

    def at(self, x: float, y: float) -> Point:
        """Pixels of a point in units."""
        cos, sin = self._turn
        px, py = x * cos - y * sin, x * sin + y * cos
        return self._middle[0] + px * self.unit, self._middle[1] + py * self.unit

    def points(self, points: Sequence[Point]) -> list[Point]:
        """Pixels of several points in units."""
        return [self.at(x, y) for x, y in points]

    def part(
        self,
        outline: Sequence[Point],
        colours: Ramp,
        *,
        radius: float = 6,
        level: int = 128,
        strength: float = 1.0,
        rough: bool = False,
    ) -> None:
        """A rounded, lit part with a dark edge.

        Args:
            outline: Corners in units.
            colours: Ramp of its material.
            radius: Rounding in units.
            level: Place of its flat parts on the ramp, 0-255.
            strength: Contrast of its light and shade.
            rough: Whether its surface is uneven like stone or bread.
        """
        mask, pen = blank(self.art.size)
        pen.polygon(self.points(outline), fill=255)
        self.shape(mask, colours, radius=radius, level=level, strength=strength, rough=rough)

    def disc(
        self,
        x: float,
        y: float,
        wide: float,
        high: float,
        colours: Ramp,
        *,
        radius: float = 8,
        hole: float = 0.0,
        level: int = 128,
        rough: bool = False,
    ) -> None:
        """A rounded ellipse of half ``wide`` and ``high``; a ring where ``hole`` is above 0."""
        mask, pen = blank(self.art.size)
        pen.polygon(self.points(oval(x, y, wide, high)), fill=255)
        if hole:
            pen.polygon(self.points(oval(x, y, wide * hole, high * hole)), fill=0)
        self.shape(mask, colours, radius=radius, level=level, rough=rough)

    def rod(
        self, points: Sequence[Point], thick: float, colours: Ramp, *, radius: float = 4
    ) -> None:
        """A round stick, cord or wire along some points, ``thick`` units wide."""
        mask, pen = blank(self.art.size)
        width = max(2, round(thick * self.unit))
        line = self.points(points)
        pen.line(line, fill=255, width=width, joint="curve")
        for px, py in line:
            half = width / 2 - 0.5
            pen.ellipse((px - half, py - half, px + half, py + half), fill=255)
        self.shape(mask, colours, radius=radius)

    def shape(
        self,
        mask: Image.Image,
        colours: Ramp,
        *,
        radius: float = 6,
        level: int = 128,
        strength: float = 1.0,
        rough: bool = False,
    ) -> None:
        """Paint a mask of the whole canvas as a lit body with a dark edge."""
        self.art.paste(mix(colours[0], INK, 0.45), (0, 0), edge(mask))
        grain = None
        if rough or self.look.worn:
            grain = noise.cloudy(self.rng, mask.size, 9, octaves=2)
            grain = grain.point([128 + (v - 128) * (2 if rough else 1) // 7 for v in range(256)])
        solid(
            self.art,
            mask,
            colours,
            radius=max(2.0, radius * self.unit),
            level=level,
            strength=strength,
            grain=grain,
        )

    def line(self, points: Sequence[Point], colour: Colour, wide: float = 1) -> None:
        """A flat line, ``wide`` units thick."""
        self._pen.line(self.points(points), fill=colour, width=max(1, round(wide * self.unit)))

    def patch(self, points: Sequence[Point], colour: Colour) -> None:
        """A flat polygon."""
        self._pen.polygon(self.points(points), fill=colour)

    def dot(self, x: float, y: float, half: float, colour: Colour) -> None:
        """A flat disc."""
        self._pen.polygon(self.points(oval(x, y, half, half)), fill=colour)

    def gem(self, x: float, y: float, half: float, colour: Colour) -> None:
        """A cut stone with facets."""
        tones = ramp(colour, 6, shine=(255, 255, 255))
        ring = [(x + dx * half, y + dy * half) for dx, dy in (on_circle(i / 8) for i in range(8))]
        self.patch(
            [(px + (px - x) * 0.16, py + (py - y) * 0.16) for px, py in ring],
            mix(tones[0], INK, 0.5),
        )
        for i in range(8):
            tone = tones[(2, 1, 1, 2, 3, 4, 4, 3)[i]]
            self.patch([(x, y), ring[i], ring[(i + 1) % 8]], tone)
        self.patch([(x + (px - x) * 0.5, y + (py - y) * 0.5) for px, py in ring], tones[3])
        self.dot(x - half * 0.2, y - half * 0.22, half * 0.17, tones[5])

    def wash(self, colour: Colour, share: float, cell: float = 14) -> None:
        """Stain what has been drawn with patches of a colour: rust, moss, soot."""
        grain = noise.cloudy(self.rng, self.art.size, cell, octaves=3)
        limit = round(255 * (1 - share))
        spots = grain.point([255 if v > limit else 0 for v in range(256)])
        alpha = self.art.getchannel("A")
        stained = Image.blend(
            self.art.convert("RGB"), Image.new("RGB", self.art.size, colour), 0.55
        )
        self.art.paste(stained, (0, 0), ImageChops.multiply(spots, alpha))


def oval(x: float, y: float, wide: float, high: float, corners: int = 32) -> list[Point]:
    """The corners of an ellipse around (x, y)."""
    return [
        (x + dx * wide, y + dy * high)
        for dx, dy in (on_circle(i / corners) for i in range(corners))
    ]


def arc(
    x: float, y: float, wide: float, high: float, start: float, end: float, steps: int = 14
) -> list[Point]:
    """Points along an ellipse from one turn to another; 0.0 is the right, 0.25 the bottom."""
    turns = [start + (end - start) * i / steps for i in range(steps + 1)]
    return [(x + on_circle(turn)[0] * wide, y + on_circle(turn)[1] * high) for turn in turns]
