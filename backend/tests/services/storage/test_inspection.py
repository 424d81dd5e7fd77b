"""Foreign bytes: an image comes out upright and clean, or InvalidImageError, never else."""

import warnings

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from app.services.storage.inspection import (
    MAX_SIDE,
    Bounds,
    InvalidImageError,
    open_image,
    unpack,
)
from tests.support.gemini_pictures import huge_header_png, oversize_png
from tests.support.pictures import encode, noise, quadrants, with_chunk

FORMATS = ("PNG", "JPEG", "WEBP")
ROOMY = 64 * 2**20
PICTURES = {name: encode(noise(), name) for name in FORMATS}
ORIENTATION = 0x0112


def decode(data: bytes, max_bytes: int = ROOMY) -> Image.Image:
    bounds = Bounds(max_bytes=max_bytes)
    return unpack(open_image(data, bounds), bounds)


def refusal(data: bytes, max_bytes: int = ROOMY) -> str:
    """The reason of the refusal, which must come and must read well."""
    with pytest.raises(InvalidImageError) as caught:
        decode(data, max_bytes)
    assert caught.value.status == 422
    assert caught.value.message.endswith(".")
    assert caught.value.detail is not None
    return str(caught.value.detail["reason"])


def outcome(data: bytes) -> str:
    """What happened to bytes that may be anything; every other error fails the test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd EXIF; in production that is logged
        try:
            picture = decode(data)
        except InvalidImageError:
            return "refused"
    assert picture.mode in {"RGB", "RGBA"}
    assert picture.info == {}
    return "image"


class TestGood:
    @pytest.mark.parametrize("image_format", FORMATS)
    def test_decodes(self, image_format: str) -> None:
        picture = decode(PICTURES[image_format])
        assert (picture.mode, picture.size) == ("RGB", (48, 32))

    @pytest.mark.parametrize("size", [(MAX_SIDE, 1), (1, MAX_SIDE), (5000, 5000)])
    def test_as_large_as_allowed(self, size: tuple[int, int]) -> None:
        assert decode(encode(Image.new("1", size), "PNG")).size == size


class TestNoPicture:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\0",
            b"<!doctype html><title>502 Bad Gateway</title>",
            b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff",
            b"RIFF\x04\0\0\0WEBP",
        ],
    )
    def test_bytes_of_another_kind(self, data: bytes) -> None:
        assert refusal(data) == "not_a_picture"

    @pytest.mark.parametrize("image_format", ["GIF", "BMP", "TIFF", "ICO", "PPM", "TGA", "AVIF"])
    def test_other_formats(self, image_format: str) -> None:
        assert refusal(encode(noise(), image_format)) == "not_a_picture"

    @settings(deadline=None)
    @given(st.binary(max_size=400))
    def test_any_bytes(self, data: bytes) -> None:
        assert outcome(data) == "refused"


class TestDamaged:
    @settings(deadline=None, max_examples=200)
    @given(st.sampled_from(FORMATS), st.floats(0, 1))
    def test_cut_short_anywhere(self, image_format: str, part: float) -> None:
        data = PICTURES[image_format]
        cut = data[: int(len(data) * part)]
        if outcome(cut) == "image":
            # Only what follows the pixels may be missing: two checksums and the last chunk.
            assert len(data) - len(cut) <= 4 + 4 + 12

    @pytest.mark.thorough
    @settings(deadline=None, max_examples=400)
    @given(
        st.sampled_from(FORMATS),
        st.lists(
            st.tuples(st.floats(0, 1), st.binary(max_size=6), st.integers(0, 6)),
            min_size=1,
            max_size=4,
        ),
    )
    def test_anything_overwritten(
        self, image_format: str, wounds: list[tuple[float, bytes, int]]
    ) -> None:
        data = TAGGED[image_format]
        for where, new, length in wounds:
            start = int(where * len(data))
            data = data[:start] + new + data[start + length :]
        outcome(data)


class TestTooMuch:
    def test_a_huge_header(self) -> None:
        assert refusal(huge_header_png()) == "too_many_pixels"

    @pytest.mark.parametrize("size", [(MAX_SIDE + 1, 1), (1, MAX_SIDE + 1), (20_000, 1000)])
    def test_longer_than_webp_can_be(self, size: tuple[int, int]) -> None:
        assert refusal(encode(Image.new("1", size), "PNG")) == "too_long"

    def test_more_bytes_than_allowed(self) -> None:
        data = oversize_png()
        assert len(data) > 5 * 2**20
        assert refusal(data, max_bytes=5 * 2**20) == "too_large"
        assert decode(data).size == (1600, 1200)

    @pytest.mark.parametrize("image_format", ["PNG", "WEBP"])
    def test_animated(self, image_format: str) -> None:
        frames = [noise(), noise().transpose(Image.Transpose.ROTATE_180)]
        data = encode(frames[0], image_format, save_all=True, append_images=frames[1:])
        assert refusal(data) == "animated"


def exif_with(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010E] = "taken at home"
    return exif


_TURN = Image.Transpose
# What a viewer does to the stored pixels for each value (EXIF 2.32, table 6).
SHOWN = {
    1: None,
    2: _TURN.FLIP_LEFT_RIGHT,
    3: _TURN.ROTATE_180,
    4: _TURN.FLIP_TOP_BOTTOM,
    5: _TURN.TRANSPOSE,
    6: _TURN.ROTATE_270,
    7: _TURN.TRANSVERSE,
    8: _TURN.ROTATE_90,
}


class TestMetadata:
    @pytest.mark.parametrize("image_format", ["PNG", "WEBP"])
    @pytest.mark.parametrize("orientation", SHOWN)
    def test_orientation_is_applied(self, orientation: int, image_format: str) -> None:
        data = encode(quadrants(), image_format, exif=exif_with(orientation), lossless=True)
        turn = SHOWN[orientation]
        expected = quadrants() if turn is None else quadrants().transpose(turn)
        picture = decode(data)
        assert picture.size == expected.size
        assert picture.tobytes() == expected.tobytes()

    @settings(deadline=None, max_examples=200)
    @given(st.binary(max_size=80))
    @example(exif_with(6).tobytes()[6:].replace(b"\0\0\0\x06", b"\0\0\0\0"))
    def test_any_exif(self, exif: bytes) -> None:
        assert outcome(with_chunk(PICTURES["PNG"], b"eXIf", b"MM\0*\0\0\0\x08" + exif)) == "image"


def linear_profile() -> bytes:
    """A colour profile that is far from sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()


def swapped_profile() -> bytes:
    """Like sRGB with red and green exchanged: its colorant tags change places."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"?XYZ").replace(b"gXYZ", b"rXYZ").replace(b"?XYZ", b"gXYZ")


class TestColour:
    def test_srgb_stays(self) -> None:
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        picture = decode(encode(quadrants(), "PNG", icc_profile=profile))
        assert picture.tobytes() == quadrants().tobytes()

    def test_alpha_comes_through_a_conversion(self) -> None:
        clear = quadrants()
        clear.putalpha(60)
        picture = decode(encode(clear, "PNG", icc_profile=swapped_profile()))
        assert picture.getchannel("A").getextrema() == (60, 60)

    @pytest.mark.parametrize("profile", [b"nonsense", linear_profile()[:200], b"\0" * 400])
    def test_a_damaged_profile_is_ignored(self, profile: bytes) -> None:
        picture = decode(encode(quadrants(), "PNG", icc_profile=profile))
        assert picture.tobytes() == quadrants().tobytes()


# Images with something in every place where metadata may stand.
_ALL_TAGS = {"exif": exif_with(6), "icc_profile": swapped_profile()}
TAGGED = {
    "PNG": with_chunk(encode(noise(), "PNG", **_ALL_TAGS), b"tEXt", b"Author\0somebody"),
    "JPEG": encode(noise(), "JPEG", comment=b"somebody", **_ALL_TAGS),
    "WEBP": encode(noise(), "WEBP", xmp=b"<x:xmpmeta>somebody", **_ALL_TAGS),
}
