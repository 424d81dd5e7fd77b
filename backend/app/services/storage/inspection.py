"""Checks on foreign bytes before anything is written."""

import struct
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

from app.errors import AppError

FORMATS = ("PNG", "JPEG", "WEBP")
# The largest picture Gemini makes (4K, 16:9) has 17 million pixels; decoding 25 takes 75 MB.
MAX_PIXELS = 25_000_000
# WebP has 14 bits for each side; a longer picture decodes well and then cannot be stored.
MAX_SIDE = 16_383

_BROKEN = (OSError, SyntaxError, ValueError, EOFError, OverflowError, struct.error)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class InvalidPictureError(AppError):
    """The bytes are not a picture that can be stored; ``detail.reason`` says why."""

    status = 422

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message, detail={"reason": reason})


def decode_picture(data: bytes, *, max_bytes: int) -> Image.Image:
    """Decode a picture that somebody sent.

    Args:
        data: Encoded picture.
        max_bytes: Largest size that is accepted.

    Returns:
        The picture upright, in sRGB, mode RGB or RGBA, without metadata.

    Raises:
        InvalidPictureError: When it is too large, has too many pixels, is animated, cut short,
            or is no PNG, JPEG or WebP at all.
    """
    if len(data) > max_bytes:
        raise InvalidPictureError(
            f"The picture has {len(data) / 2**20:.1f} MB; MAX_IMAGE_SIZE_MB allows "
            f"{max_bytes / 2**20:g}.",
            "too_large",
        )
    try:
        picture = Image.open(BytesIO(data), formats=FORMATS)
        _check_dimensions(picture)
        picture.load()
    except _BOMB as error:
        raise _too_many_pixels() from error
    except _BROKEN as error:
        if isinstance(error, InvalidPictureError):
            raise
        raise InvalidPictureError(
            "The picture is damaged, cut short, or no PNG, JPEG or WebP.", "not_a_picture"
        ) from error
    return _normalized(picture)


def _check_dimensions(picture: Image.Image) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_many_pixels()
    if max(picture.size) > MAX_SIDE:
        raise InvalidPictureError(
            f"The picture is longer than {MAX_SIDE} pixels on one side.", "too_long"
        )
    if getattr(picture, "n_frames", 1) > 1:
        raise InvalidPictureError("The picture is animated; only stills are kept.", "animated")


def _too_many_pixels() -> InvalidPictureError:
    return InvalidPictureError(
        f"The picture has more than {MAX_PIXELS // 10**6} million pixels.", "too_many_pixels"
    )


def _normalized(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    upright = _turned_upright(picture)
    if upright.mode.startswith("I;16"):
        # A plain conversion clips 16-bit samples to white instead of scaling them.
        upright = upright.convert("I").point(lambda sample: sample * (1 / 256)).convert("L")
    transparent = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    result = upright.convert("RGBA" if transparent else "RGB")
    if profile and upright.mode in {"RGB", "RGBA"}:
        result = _to_srgb(result, profile)
    result.info.clear()
    return result


def _turned_upright(picture: Image.Image) -> Image.Image:
    """Turn the picture as its EXIF says; damaged EXIF is no reason to refuse good pixels."""
    try:
        return ImageOps.exif_transpose(picture)
    except (*_BROKEN, TypeError):
        return picture


def _to_srgb(picture: Image.Image, profile: bytes) -> Image.Image:
    """Bake the colour profile in, because WebP files drop it and the colours would shift."""
    try:
        converted = ImageCms.profileToProfile(
            picture,
            ImageCms.ImageCmsProfile(BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode=picture.mode,
        )
    except (ImageCms.PyCMSError, OSError):
        return picture
    return converted or picture
