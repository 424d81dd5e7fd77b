"""What a browser shows is decoded: Pillow alone refuses some of it, and gets some colours wrong."""

import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms

from app.services.storage.inspection import (
    MAX_PAID_PIXELS,
    MAX_SIDE,
    PAID,
    Bounds,
    InvalidImageError,
    open_image,
    unpack,
)
from tests.support.colour_profiles import grey_profile, inverted_cmyk_profile, odd_profile
from tests.support.gemini_pictures import huge_header_png
from tests.support.pictures import encode, noise, png_chunk, quadrants, with_chunk
from tests.support.png_files import (
    COLOUR,
    FORMS,
    GREY,
    PALETTE,
    long_text,
    png,
    sample_png,
    wrong_checksum,
)

UPLOADS = Bounds()


def decode(data: bytes, bounds: Bounds = UPLOADS) -> Image.Image:
    return unpack(open_image(data, bounds), bounds)


def pixels(data: bytes) -> list[object]:
    picture = decode(data)
    return [picture.getpixel((x, 0)) for x in range(picture.width)]


def swapped_profile() -> bytes:
    """Red and green exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"?XYZ").replace(b"gXYZ", b"rXYZ").replace(b"?XYZ", b"gXYZ")


class TestBesideThePixels:
    def test_long_text_behind_the_pixels(self) -> None:
        plain = encode(noise(), "PNG")
        for chunk in long_text():
            assert decode(plain[:-12] + chunk + plain[-12:]).tobytes() == noise().tobytes()

    @pytest.mark.parametrize(
        "kind", [b"tEXt", b"iTXt", b"zTXt", b"tIME", b"pHYs", b"gAMA", b"tRNS", b"eXIf", b"prVt"]
    )
    def test_wrong_checksum(self, kind: bytes) -> None:
        plain = encode(noise(), "PNG")
        damaged = plain[:33] + wrong_checksum(kind, b"a\0some text") + plain[33:]
        picture = decode(damaged)
        assert (picture.mode, picture.tobytes()) == ("RGB", noise().tobytes())

    @pytest.mark.parametrize("kind", [b"pHYs", b"gAMA", b"cHRM", b"sRGB", b"tRNS", b"iCCP"])
    @pytest.mark.parametrize("data", [b"", b"\0", b"a\0\7x", b"a\0\0x"])
    def test_chunk_of_a_wrong_size(self, kind: bytes, data: bytes) -> None:
        picture = decode(with_chunk(encode(noise(), "PNG"), kind, data))
        assert picture.convert("RGB").tobytes() == noise().tobytes()

    def test_colour_profile_that_unpacks_to_far_too_much(self) -> None:
        profile = b"bomb\0\0" + zlib.compress(bytes(50_000_000))
        assert decode(with_chunk(encode(noise(), "PNG"), b"iCCP", profile)).size == (48, 32)

    def test_pixels_with_a_wrong_checksum_stay_refused(self) -> None:
        data = bytearray(encode(noise(), "PNG"))
        data[60] ^= 1
        with pytest.raises(InvalidImageError):
            decode(bytes(data))


class TestEveryPng:
    @pytest.mark.parametrize("is_interlaced", [False, True])
    @pytest.mark.parametrize(("kind", "depth"), FORMS)
    def test_brightest(self, kind: int, depth: int, is_interlaced: bool) -> None:
        (found,) = pixels(sample_png(kind, depth, is_interlaced=is_interlaced))
        assert found in {(255, 255, 255), (255, 255, 255, 255)}

    @pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
    def test_grey_with_a_level_that_stands_for_clear(self, depth: int) -> None:
        clear = 2**depth - 1
        transparent = png_chunk(b"tRNS", clear.to_bytes(2, "big"))
        found = pixels(png(GREY, depth, [[0], [clear]], transparent))
        assert found == [(0, 0, 0, 255), (255, 255, 255, 0)]

    def test_neighbours_of_a_clear_level_of_16_bits_stay(self) -> None:
        transparent = png_chunk(b"tRNS", (0x8001).to_bytes(2, "big"))
        found = pixels(png(GREY, 16, [[0x8000], [0x8001], [0xFFFF]], transparent))
        assert [pixel[3] for pixel in found] == [255, 0, 255]  # type: ignore[index]
        assert [pixel[0] for pixel in found] == [128, 128, 255]  # type: ignore[index]

    @pytest.mark.parametrize("depth", [8, 16])
    def test_colour_that_stands_for_clear(self, depth: int) -> None:
        most = 2**depth - 1
        transparent = png_chunk(b"tRNS", most.to_bytes(2, "big") + bytes(4))
        found = pixels(png(COLOUR, depth, [[most, 0, 0], [0, most, 0]], transparent))
        assert found == [(255, 0, 0, 0), (0, 255, 0, 255)]

    @pytest.mark.parametrize("depth", [1, 2, 4, 8])
    def test_palette_with_transparency(self, depth: int) -> None:
        colours = png_chunk(b"PLTE", bytes((9, 8, 7, 1, 2, 3)))
        transparent = png_chunk(b"tRNS", bytes((77,)))
        found = pixels(png(PALETTE, depth, [[0], [1]], colours, transparent))
        assert found == [(9, 8, 7, 77), (1, 2, 3, 255)]


class TestColourProfiles:
    @pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
    def test_of_colours(self, mode: str) -> None:
        data = encode(quadrants().convert(mode), "PNG", icc_profile=swapped_profile())
        red, green, blue = decode(data).convert("RGB").getpixel((2, 2))  # type: ignore[misc]
        assert green > 240
        assert max(red, blue) < 16

    @pytest.mark.parametrize("mode", ["L", "LA"])
    def test_of_grey(self, mode: str) -> None:
        grey = Image.new(mode, (1, 1), (64, 60) if mode == "LA" else 64)
        found = decode(encode(grey, "PNG", icc_profile=grey_profile(1.0))).getpixel((0, 0))
        assert isinstance(found, tuple)
        assert 130 < found[0] < 145, "a quarter of the light is 137 in sRGB"
        assert found[3:] == ((60,) if mode == "LA" else ())

    def test_of_four_inks(self) -> None:
        paper = Image.new("CMYK", (16, 16), (0, 0, 0, 0))
        data = encode(paper, "JPEG", quality=100, icc_profile=inverted_cmyk_profile())
        found = decode(data).getpixel((8, 8))
        assert isinstance(found, tuple)
        assert max(found) < 8

    @pytest.mark.parametrize(
        ("mode", "profile"),
        [
            ("L", inverted_cmyk_profile()),
            ("RGB", inverted_cmyk_profile()),
            ("RGB", grey_profile(1.0)),
            ("RGB", odd_profile()),
            ("P", grey_profile(1.0)),
            ("L", swapped_profile()),
        ],
    )
    def test_of_another_kind_of_colours_is_ignored(self, mode: str, profile: bytes) -> None:
        data = encode(quadrants().convert(mode), "PNG", icc_profile=profile)
        expected = quadrants().convert(mode).convert("RGB")
        assert decode(data).tobytes() == expected.tobytes()


class TestSeveral:
    def test_two_pictures_in_one_jpeg(self) -> None:
        first = quadrants(80, 40)
        data = encode(first, "MPO", save_all=True, append_images=[noise(80, 40)], quality=95)
        with Image.open(BytesIO(data)) as opened:
            assert opened.format == "MPO"
        for bounds in (UPLOADS, PAID):
            red, green, _ = decode(data, bounds).getpixel((5, 5))  # type: ignore[misc]
            assert (red > 230, green < 30) == (True, True)

    @pytest.mark.parametrize("image_format", ["PNG", "WEBP", "GIF"])
    def test_first_frame_of_what_is_paid(self, image_format: str) -> None:
        frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue", "lime")]
        data = encode(frames[0], image_format, save_all=True, append_images=frames[1:])
        red, _, blue = decode(data, PAID).convert("RGB").getpixel((4, 4))  # type: ignore[misc]
        assert (red > 230, blue < 30) == (True, True)


class TestWhatIsPaidFor:
    @pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF"])
    def test_every_format(self, image_format: str) -> None:
        assert decode(encode(noise(), image_format), PAID).size == (48, 32)

    @pytest.mark.parametrize("size", [(MAX_SIDE + 1, 2), (2, 40_000)])
    def test_too_long_for_webp_is_scaled_down(self, size: tuple[int, int]) -> None:
        assert max(decode(encode(Image.new("1", size), "PNG"), PAID).size) == MAX_SIDE

    def test_most_pixels(self) -> None:
        assert open_image(encode(Image.new("1", (8192, 8192)), "PNG"), PAID).width == 8192
        assert MAX_PAID_PIXELS == 8192 * 8192
        with pytest.raises(InvalidImageError) as caught:
            open_image(huge_header_png(), PAID)
        assert caught.value.detail == {"reason": "too_many_pixels"}
