"""The three forms of an image, and how many pixels are unpacked at once."""

import base64
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from app.services.provenance.mark import Mark
from app.services.storage.codec import EncodedImage, PixelsInFlight, Save, encode_image, webp
from app.services.storage.inspection import InvalidImageError
from tests.support.pictures import noise

PATIENCE = 60


def encoded(
    picture: Image.Image,
    quality: int = 85,
    thumbnail_side: int = 200,
    *,
    lossless: bool = False,
    save: Save = webp,
) -> EncodedImage:
    return encode_image(
        picture,
        quality=quality,
        thumbnail_side=thumbnail_side,
        lossless=lossless,
        mark=Mark("algorithmicMedia", "a-program", datetime(2026, 11, 30, tzinfo=UTC)),
        save=save,
    )


def opened(data: bytes) -> Image.Image:
    picture = Image.open(BytesIO(data))
    picture.load()
    return picture


def preview_of(form: EncodedImage) -> Image.Image:
    kind, _, data = form.preview.partition(",")
    assert kind == "data:image/webp;base64"
    return opened(base64.b64decode(data, validate=True))


class TestThumbnail:
    @pytest.mark.parametrize(
        ("size", "expected"),
        [
            ((1344, 756), (200, 112)),
            ((756, 1344), (112, 200)),
            ((1024, 1024), (200, 200)),
            ((200, 200), (200, 200)),
            ((201, 100), (200, 100)),
            ((4000, 10), (200, 1)),
            ((5000, 1), (200, 1)),
        ],
    )
    def test_fits_and_keeps_the_ratio(
        self, size: tuple[int, int], expected: tuple[int, int]
    ) -> None:
        picture = opened(encoded(Image.new("RGB", size, (9, 9, 9))).thumbnail)
        assert picture.format == "WEBP"
        assert max(picture.size) <= 200
        assert abs(picture.width - expected[0]) <= 1
        assert abs(picture.height - expected[1]) <= 1


class TestPreview:
    def test_small_and_decodes(self) -> None:
        form = encoded(noise(1344, 756))
        assert len(form.preview) < 1000
        picture = preview_of(form)
        assert picture.format == "WEBP"
        assert max(picture.size) <= 16
        assert picture.width > picture.height


def refusing(times: int) -> tuple[Save, list[dict[str, Any]]]:
    """An encoder that fails so often, and what it was asked for."""
    asked: list[dict[str, Any]] = []

    def save(picture: Image.Image, **options: Any) -> bytes:
        asked.append(options)
        if len(asked) <= times:
            raise (ValueError("encoding error 6"), MemoryError(), OSError())[len(asked) - 1]
        return webp(picture, **options)

    return save, asked


class TestEncoderThatFails:
    """What is paid for is kept in a simpler form rather than lost."""

    @pytest.mark.parametrize("lossless", [False, True])
    @pytest.mark.parametrize(("times", "size"), [(1, (64, 48)), (2, (32, 24))])
    def test_is_asked_for_less(self, times: int, size: tuple[int, int], lossless: bool) -> None:
        save, asked = refusing(times)
        form = encoded(noise(64, 48), 95, lossless=lossless, save=save)
        assert opened(form.full).size == (form.width, form.height) == size
        assert asked[times] == {"quality": 75, "method": 0}

    def test_in_vain(self) -> None:
        save, asked = refusing(3)
        with pytest.raises(InvalidImageError) as caught:
            encoded(noise(64, 48), save=save)
        assert caught.value.detail == {"reason": "not_encoded"}
        assert len(asked) == 3


def test_never_more_than_the_limit() -> None:
    budget = PixelsInFlight(100)
    counting = threading.Lock()
    under_way, most = 0, 0

    def work(pixels: int) -> None:
        nonlocal under_way, most
        with budget.held(pixels):
            with counting:
                under_way += pixels
                most = max(most, under_way)
            with counting:
                under_way -= pixels

    with ThreadPoolExecutor(16) as threads:
        for done in [threads.submit(work, 10 + number % 40) for number in range(500)]:
            done.result(PATIENCE)
    assert 0 < most <= 100


def test_one_larger_than_the_limit_is_let_in_alone() -> None:
    budget = PixelsInFlight(100)
    with ThreadPoolExecutor(2) as threads, budget.held(500):
        inside = threading.Event()

        def work() -> None:
            with budget.held(1):
                inside.set()

        done: Future[None] = threads.submit(work)
        assert not inside.is_set()
    done.result(PATIENCE)
    assert inside.is_set()


def test_what_fails_gives_its_room_back() -> None:
    budget = PixelsInFlight(100)
    for _ in range(3):
        with suppress(ZeroDivisionError), budget.held(100):
            _ = 1 // 0
