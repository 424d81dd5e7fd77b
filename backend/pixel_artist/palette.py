"""Brings a finished painting down to the few colours of an old machine."""

from PIL import Image

COLOURS = 64


def limit(picture: Image.Image, colours: int = COLOURS) -> Image.Image:
    """Snap a picture to a palette chosen for it.

    The palette is chosen from the colours that occur, with their counts flattened: otherwise a
    wide sky would take all entries, and the one lit window that makes the picture would go grey.

    Args:
        picture: Mode RGB.
        colours: Largest number of colours, 2-256.

    Returns:
        Mode P, of the same size, never dithered: dithering has been painted already.
    """
    found = picture.getcolors(picture.width * picture.height) or []
    sample = b"".join(
        bytes(colour) * min(40, 1 + int(count**0.5 / 2))
        for count, colour in sorted(found)
        if isinstance(colour, tuple)
    )
    strip = Image.frombytes("RGB", (len(sample) // 3, 1), sample)
    chosen = strip.quantize(colours, method=Image.Quantize.MEDIANCUT, kmeans=1)
    return picture.quantize(palette=chosen, dither=Image.Dither.NONE)
