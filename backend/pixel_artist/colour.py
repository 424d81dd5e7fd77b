"""Colours as plain (red, green, blue) tuples of 0-255, and the ramps that shade a material."""

from collections.abc import Sequence

Colour = tuple[int, int, int]
Ramp = Sequence[Colour]

INK: Colour = (16, 12, 26)
SNOW: Colour = (236, 243, 252)
EMBER: Colour = (255, 118, 40)
FLAME: Colour = (255, 196, 88)
LAMP: Colour = (255, 196, 106)
LAMPLIGHT: Colour = (255, 158, 62)


def clamp(value: float) -> int:
    """Round to a channel value from 0 to 255."""
    return max(0, min(255, round(value)))


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Blend two colours; a ``share`` of 0.0 is all ``one``, 1.0 all ``other``."""
    return (
        clamp(one[0] + (other[0] - one[0]) * share),
        clamp(one[1] + (other[1] - one[1]) * share),
        clamp(one[2] + (other[2] - one[2]) * share),
    )


def scale(colour: Colour, factor: float) -> Colour:
    """Make a colour brighter (above 1.0) or darker (below)."""
    return (clamp(colour[0] * factor), clamp(colour[1] * factor), clamp(colour[2] * factor))


def tint(colour: Colour, light: Colour) -> Colour:
    """Show a colour under a coloured light, as a multiplication."""
    return (
        colour[0] * light[0] // 255,
        colour[1] * light[1] // 255,
        colour[2] * light[2] // 255,
    )


def ramp(
    base: Colour,
    steps: int = 6,
    *,
    shade: Colour = (22, 14, 48),
    shine: Colour = (255, 244, 208),
    contrast: float = 1.0,
) -> list[Colour]:
    """Shade a colour from dark to light.

    The dark end leans to a cool colour and the light end to a warm one, as painters do: a ramp
    that only gets darker looks like plastic.

    Args:
        base: The colour in the middle of the ramp.
        steps: How many colours to give back, at least 2.
        shade: What the dark end leans to.
        shine: What the light end leans to.
        contrast: How far the ends go; 0.0 gives the base only.
    """
    colours = []
    for step in range(steps):
        place = step / (steps - 1) * 2 - 1
        goal, reach = (shade, 0.78) if place < 0 else (shine, 0.62)
        colours.append(mix(base, goal, abs(place) * reach * contrast))
    return colours
