"""Checks on foreign bytes before anything is written."""

import struct
import sys
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageMath, ImageOps

from app.errors import AppError
from app.services.storage.png import mend_transparency, without_extras

FORMATS = ("PNG", "JPEG", "WEBP")
# The largest picture Gemini makes (4K, 16:9) has 17 million pixels; decoding 25 takes 100 MB.
MAX_PIXELS = 25_000_000
# What a later model may send: 8K, and square.
MAX_PAID_PIXELS = 2**26
# WebP has 14 bits for each side; a longer picture decodes well and then cannot be stored.
MAX_SIDE = 16_383

_SRGB = ImageCms.createProfile("sRGB")
# RuntimeError is what the decoder of AVIF raises.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, OverflowError, RuntimeError, struct.error)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class InvalidImageError(AppError):
    """The bytes are not a picture that can be stored; ``detail.reason`` says why."""

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
    """Read a picture's header and check what it says; the pixels stay packed.

    Raises:
        InvalidImageError: When it is too large, has too many pixels, is animated, or is no
            picture of a format that is taken.
    """
    if len(data) > bounds.max_bytes:
        raise InvalidImageError(
            f"The picture has {len(data) / 2**20:.1f} MB; MAX_IMAGE_SIZE_MB allows "
            f"{bounds.max_bytes / 2**20:g}.",
            "too_large",
        )
    try:
        cleaned = without_extras(data, first_frame=bounds.is_paid)
        picture = Image.open(BytesIO(cleaned), formats=bounds.formats)
        _check_dimensions(picture, bounds)
        mend_transparency(picture, cleaned)
    except _BOMB as error:
        raise _too_many_pixels(bounds) from error
    except _BROKEN as error:
        raise _no_picture() from error
    return picture


def unpack(picture: Image.Image, bounds: Bounds) -> Image.Image:
    """Decode the pixels of a picture that ``open_image`` gave, which is used up.

    Returns:
        The picture upright, in sRGB, mode RGB or RGBA, without metadata.

    Raises:
        InvalidImageError: When it is damaged or cut short.
    """
    try:
        picture.load()
    except _BOMB as error:
        raise _too_many_pixels(bounds) from error
    except _BROKEN as error:
        raise _no_picture() from error
    result = _normalized(picture)
    if max(result.size) > MAX_SIDE:
        result.thumbnail((MAX_SIDE, MAX_SIDE), reducing_gap=2.0)
    return result


def _check_dimensions(picture: Image.Image, bounds: Bounds) -> None:
    if picture.width * picture.height > bounds.max_pixels:
        raise _too_many_pixels(bounds)
    if bounds.is_paid:
        return
    if max(picture.size) > MAX_SIDE:
        raise InvalidImageError(
            f"The picture is longer than {MAX_SIDE} pixels on one side.", "too_long"
        )
    # A JPEG with several is a still with its depth or a second view, and the first is shown.
    if picture.format != "MPO" and getattr(picture, "n_frames", 1) > 1:
        raise InvalidImageError("The picture is animated; only stills are kept.", "animated")


def _too_many_pixels(bounds: Bounds) -> InvalidImageError:
    return InvalidImageError(
        f"The picture has more than {bounds.max_pixels // 10**6} million pixels.",
        "too_many_pixels",
    )


def _no_picture() -> InvalidImageError:
    return InvalidImageError(
        "The picture is damaged, cut short, or no PNG, JPEG or WebP.", "not_a_picture"
    )


def _normalized(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    _turn_upright(picture)
    if picture.mode.startswith("I;16"):
        picture = _in_eight_bits(picture)
    is_clear = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    result = _in_srgb(picture, profile, is_clear=is_clear) if profile else None
    if result is None:
        result = _converted(picture, "RGBA" if is_clear else "RGB")
    result.info.clear()
    with suppress(*_BROKEN, TypeError):
        result.getexif().clear()
    return result


def _turn_upright(picture: Image.Image) -> None:
    """Turn the picture as its EXIF says; damaged EXIF is no reason to refuse good pixels."""
    with suppress(*_BROKEN, TypeError):
        ImageOps.exif_transpose(picture, in_place=True)  # else it copies even what is upright


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Scale 16-bit grey: a plain conversion clips all above 255 to white."""
    clear = picture.info.pop("transparency", None)
    wide = picture.convert("I")
    grey = wide.point(lambda sample: sample * (1 / 256)).convert("L")
    if not isinstance(clear, int):
        return grey
    opaque = ImageMath.lambda_eval(lambda args: (args["wide"] != clear) * 255, wide=wide)
    return Image.merge("LA", (grey, opaque.convert("L")))


def _converted(picture: Image.Image, mode: str) -> Image.Image:
    # Of one that has the mode already ``convert`` makes a copy, which for large ones is dear.
    return picture if picture.mode == mode else picture.convert(mode)


def _in_srgb(picture: Image.Image, profile: bytes, *, is_clear: bool) -> Image.Image | None:
    """Bake the colour profile in, because WebP files drop it and the colours would shift.

    None where the profile is damaged or is of another kind of colours than the picture.
    """
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        match source.profile.xcolor_space.strip(), picture.mode:
            case "RGB", "RGB" | "RGBA" | "P" | "PA":
                result = _converted(picture, "RGBA" if is_clear else "RGB")
                ImageCms.profileToProfile(result, source, _SRGB, inPlace=True)
                return result
            case "CMYK", "CMYK":
                return ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB")
            case "GRAY", "L" | "LA":
                return _grey_in_srgb(_converted(picture, "LA"), source, is_clear=is_clear)
    except (ImageCms.PyCMSError, *_BROKEN):
        return None
    return None


def _grey_in_srgb(
    picture: Image.Image, source: ImageCms.ImageCmsProfile, *, is_clear: bool
) -> Image.Image | None:
    grey, alpha = picture.split()
    result = ImageCms.profileToProfile(grey, source, _SRGB, outputMode="RGB")
    if result is not None and is_clear:
        result.putalpha(alpha)
    return result
