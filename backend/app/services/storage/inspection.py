"""Checks on foreign bytes before anything is written, and what browsers forgive in a PNG."""

import struct
import sys
import zlib
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageMath, ImageOps, PngImagePlugin

from app.errors import AppError
from app.services.provenance.containers import PNG_SIGNATURE, png_chunks

FORMATS = ("PNG", "JPEG", "WEBP")
# The largest image Gemini makes (4K, 16:9) has 17 million pixels; decoding 25 takes 100 MB.
MAX_PIXELS = 25_000_000
# What a later model may send: 8K, and square.
MAX_PAID_PIXELS = 2**26
# WebP has 14 bits for each side; a longer image decodes well and then cannot be stored.
MAX_SIDE = 16_383

# PNG chunks.
# Of what need not be there only this changes how pixels look; texts and times are dropped anyway.
_KEPT = {b"tRNS", b"iCCP", b"eXIf"}
_ANIMATION = {b"acTL", b"fcTL", b"fdAT"}
_GREY, _COLOUR, _PALETTE = 0, 2, 3
_CLEAR_BYTES = {_GREY: 2, _COLOUR: 6, _PALETTE: 1}

_SRGB = ImageCms.createProfile("sRGB")
# RuntimeError is what the decoder of AVIF raises.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, OverflowError, RuntimeError, struct.error)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class InvalidImageError(AppError):
    """The bytes are not an image that can be stored; ``detail.reason`` says why."""

    status = 422

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message, detail={"reason": reason})


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is taken.

    Attributes:
        max_bytes: Largest size that is accepted.
        max_pixels: Most pixels that are decoded.
        formats: Pillow's names of the formats.
        is_paid: Make the best of it: the first frame of an animation is taken, and what is too
            long for WebP is scaled down.
    """

    max_bytes: int = sys.maxsize
    max_pixels: int = MAX_PIXELS
    formats: tuple[str, ...] = FORMATS
    is_paid: bool = False


# Whatever limits say of uploads: the money is gone already.
PAID = Bounds(max_pixels=MAX_PAID_PIXELS, formats=(*FORMATS, "GIF", "BMP", "AVIF"), is_paid=True)


def open_image(data: bytes, bounds: Bounds) -> Image.Image:
    """Read an image's header and check what it says; the pixels stay packed.

    Raises:
        InvalidImageError: When it is too large, has too many pixels, is animated, or is no
            image of a format that is taken.
    """
    if len(data) > bounds.max_bytes:
        raise InvalidImageError(
            f"The image has {len(data) / 2**20:.1f} MB; MAX_IMAGE_SIZE_MB allows "
            f"{bounds.max_bytes / 2**20:g}.",
            "too_large",
        )
    try:
        cleaned = without_extras(data, first_frame=bounds.is_paid)
        image = Image.open(BytesIO(cleaned), formats=bounds.formats)
        _check_dimensions(image, bounds)
        mend_transparency(image, cleaned)
    except _BOMB as error:
        raise _too_many_pixels(bounds) from error
    except _BROKEN as error:
        raise _no_picture() from error
    return image


def unpack(image: Image.Image, bounds: Bounds) -> Image.Image:
    """Decode the pixels of an image that ``open_image`` gave, which is used up.

    Returns:
        The image upright, in sRGB, mode RGB or RGBA, without metadata.

    Raises:
        InvalidImageError: When it is damaged or cut short.
    """
    try:
        image.load()
    except _BOMB as error:
        raise _too_many_pixels(bounds) from error
    except _BROKEN as error:
        raise _no_picture() from error
    result = _normalized(image)
    if max(result.size) > MAX_SIDE:
        result.thumbnail((MAX_SIDE, MAX_SIDE), reducing_gap=2.0)
    return result


def _check_dimensions(image: Image.Image, bounds: Bounds) -> None:
    if image.width * image.height > bounds.max_pixels:
        raise _too_many_pixels(bounds)
    if bounds.is_paid:
        return
    if max(image.size) > MAX_SIDE:
        raise InvalidImageError(
            f"The image is longer than {MAX_SIDE} pixels on one side.", "too_long"
        )
    # A JPEG with several is a still with its depth or a second view, and the first is shown.
    if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
        raise InvalidImageError("The image is animated; only stills are kept.", "animated")


def _too_many_pixels(bounds: Bounds) -> InvalidImageError:
    return InvalidImageError(
        f"The image has more than {bounds.max_pixels // 10**6} million pixels.",
        "too_many_pixels",
    )


def _no_picture() -> InvalidImageError:
    return InvalidImageError(
        "The image is damaged, cut short, or no PNG, JPEG or WebP.", "not_a_picture"
    )


def _normalized(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    _turn_upright(image)
    if image.mode.startswith("I;16"):
        image = _in_eight_bits(image)
    is_clear = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    result = _in_srgb(image, profile, is_clear=is_clear) if profile else None
    if result is None:
        result = _converted(image, "RGBA" if is_clear else "RGB")
    result.info.clear()
    with suppress(*_BROKEN, TypeError):
        result.getexif().clear()
    return result


def _turn_upright(image: Image.Image) -> None:
    """Turn the image as its EXIF says; damaged EXIF is no reason to refuse good pixels."""
    with suppress(*_BROKEN, TypeError):
        ImageOps.exif_transpose(image, in_place=True)  # else it copies even what is upright


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Scale 16-bit grey: a plain conversion clips all above 255 to white."""
    clear = image.info.pop("transparency", None)
    wide = image.convert("I")
    grey = wide.point(lambda sample: sample * (1 / 256)).convert("L")
    if not isinstance(clear, int):
        return grey
    opaque = ImageMath.lambda_eval(lambda args: (args["wide"] != clear) * 255, wide=wide)
    return Image.merge("LA", (grey, opaque.convert("L")))


def _converted(image: Image.Image, mode: str) -> Image.Image:
    # Of one that has the mode already ``convert`` makes a copy, which for large ones is dear.
    return image if image.mode == mode else image.convert(mode)


def _in_srgb(image: Image.Image, profile: bytes, *, is_clear: bool) -> Image.Image | None:
    """Bake the colour profile in, because WebP files drop it and the colours would shift.

    None if the profile is damaged or is of another kind of colours than the image.
    """
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        match source.profile.xcolor_space.strip(), image.mode:
            case "RGB", "RGB" | "RGBA" | "P" | "PA":
                result = _converted(image, "RGBA" if is_clear else "RGB")
                ImageCms.profileToProfile(result, source, _SRGB, inPlace=True)
                return result
            case "CMYK", "CMYK":
                return ImageCms.profileToProfile(image, source, _SRGB, outputMode="RGB")
            case "GRAY", "L" | "LA":
                return _grey_in_srgb(_converted(image, "LA"), source, is_clear=is_clear)
    except (ImageCms.PyCMSError, *_BROKEN):
        return None
    return None


def _grey_in_srgb(
    image: Image.Image, source: ImageCms.ImageCmsProfile, *, is_clear: bool
) -> Image.Image | None:
    grey, alpha = image.split()
    result = ImageCms.profileToProfile(grey, source, _SRGB, outputMode="RGB")
    if result is not None and is_clear:
        result.putalpha(alpha)
    return result


def without_extras(data: bytes, *, first_frame: bool) -> bytes:
    """Leave out what no pixel needs and what is damaged beside the pixels.

    Pillow refuses the whole image for a text that unpacks to more than 1 MB or a wrong checksum
    in one, and browsers show it.

    Args:
        data: Any bytes; what is no PNG comes back as it is.
        first_frame: Leave out an animation too, so that a still is left.
    """
    if not data.startswith(PNG_SIGNATURE):
        return data
    view = memoryview(data)
    kept = [view[: len(PNG_SIGNATURE)]]
    end = len(PNG_SIGNATURE)
    for start, end in png_chunks(view):
        if _is_needed(view[start:end], view[25:26], first_frame=first_frame):
            kept.append(view[start:end])
    kept.append(view[end:])
    return data if sum(map(len, kept)) == len(data) else b"".join(kept)


def mend_transparency(image: Image.Image, data: bytes) -> None:
    """Give the colour that stands for clear in the depth that Pillow gives the pixels.

    The file names it in its own depth: of 4 bits 15 is white, and Pillow makes 255 of that.
    """
    clear = image.info.get("transparency")
    if clear is None or image.format != "PNG":
        return
    depth, kind = data[24], data[25]
    if kind == _GREY and depth in {2, 4} and isinstance(clear, int):
        image.info["transparency"] = clear * 255 // (2**depth - 1) & 0xFF
    elif kind == _COLOUR and depth == 16:
        image.info["transparency"] = tuple(sample >> 8 for sample in clear)


def _is_needed(chunk: memoryview, colour: memoryview, *, first_frame: bool) -> bool:
    kind, data = bytes(chunk[4:8]), chunk[8:-4]
    if kind[:1].isupper():
        return True
    if kind not in _KEPT and (first_frame or kind not in _ANIMATION):
        return False
    if struct.unpack(">I", chunk[-4:])[0] != zlib.crc32(chunk[4:-4]):
        return False
    if kind == b"tRNS":
        return len(data) >= _CLEAR_BYTES.get(colour[0], 1)
    return kind != b"iCCP" or _unpacks(data)


def _unpacks(profile: memoryview) -> bool:
    _, found, packed = bytes(profile).partition(b"\0")
    if not found or packed[:1] != b"\0":
        return False
    unpacking = zlib.decompressobj()
    try:
        unpacking.decompress(packed[1:], PngImagePlugin.MAX_TEXT_CHUNK)
    except zlib.error:
        return False
    return not unpacking.unconsumed_tail
