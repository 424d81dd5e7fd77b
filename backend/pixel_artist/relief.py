"""Gives volume to a flat shape: light from one side, in dithered steps of a ramp."""

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from pixel_artist.colour import Colour, Ramp
from pixel_artist.dither import ramped

Size = tuple[int, int]


def blank(size: Size) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """An empty mask (mode L, all 0) and the pen that draws on it with ``fill=255``."""
    mask = Image.new("L", size)
    return mask, ImageDraw.Draw(mask)


def solid(
    target: Image.Image,
    mask: Image.Image,
    colours: Ramp,
    *,
    radius: float = 5,
    light: tuple[int, int] = (-1, -1),
    strength: float = 1.0,
    level: int = 128,
    grain: Image.Image | None = None,
    spread: float = 0.55,
) -> None:
    """Paint a shape as a rounded, lit body.

    The mask is blurred and compared with itself, moved a little: the difference is the slope of
    the surface towards the light.

    Args:
        target: Picture to paint on, mode RGB or RGBA, as large as the mask.
        mask: The shape; mode L, 0 or 255.
        colours: Ramp from dark to light.
        radius: How far in pixels the rounding reaches in from the edge.
        light: Where the light comes from; (-1, -1) is the upper left.
        strength: Contrast of light and shade.
        level: Grey of a flat part, 0-255: its place on the ramp.
        grain: Texture to mix in, mode L around 128, as large as the mask.
        spread: Width of the dithered zone between two colours, 0.0-1.0.
    """
    box = mask.getbbox()
    if box is None:
        return
    pad = int(radius) + 2
    box = (box[0] - pad, box[1] - pad, box[2] + pad, box[3] + pad)
    shape = mask.crop(box)
    soft = shape.filter(ImageFilter.BoxBlur(radius)).filter(ImageFilter.BoxBlur(radius / 2))
    shift = max(1, int(radius / 2))
    dx, dy = light[0] * shift, light[1] * shift
    tone = ImageChops.subtract(
        ImageChops.offset(soft, dx, dy),
        ImageChops.offset(soft, -dx, -dy),
        scale=1 / strength,
        offset=level,
    )
    if grain is not None:
        tone = ImageChops.add(tone, grain.crop(box), offset=-128)
    target.paste(ramped(tone, colours, spread), box[:2], shape)


def edge(mask: Image.Image) -> Image.Image:
    """The pixels just outside a shape, without the corners; mode L."""
    wide = mask
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        wide = ImageChops.lighter(wide, ImageChops.offset(mask, dx, dy))
    return ImageChops.subtract(wide, mask)


def outline(target: Image.Image, mask: Image.Image, colour: Colour) -> None:
    """Draw a line of one pixel around a shape."""
    target.paste(colour, (0, 0), edge(mask))


def rim(mask: Image.Image, light: tuple[int, int]) -> Image.Image:
    """The outermost pixels of a shape on the side that the light comes from; mode L."""
    return ImageChops.subtract(mask, ImageChops.offset(mask, -light[0], -light[1]))
