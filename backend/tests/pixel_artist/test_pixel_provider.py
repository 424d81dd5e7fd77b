"""PixelArtist as an image provider."""

import asyncio
import io
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from PIL import Image

from app.domain import AspectRatio, ImageRequest, SceneSetting, SubjectType
from app.services.generation.provider import ImageProvider
from app.services.providers.pixel_artist import PixelArtist
from pixel_artist import enlarge, paint

REQUEST = ImageRequest(
    SubjectType.SCENE,
    "Town Square",
    "The heart of the village",
    AspectRatio.WIDE,
    SceneSetting("Town Square", "dusk", "rain"),
)


class CountingExecutor(Executor):
    """Runs in one thread and remembers which."""

    def __init__(self) -> None:
        self.threads: list[int] = []
        self._pool = ThreadPoolExecutor(1)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        def work() -> Any:
            self.threads.append(threading.get_ident())
            return fn(*args, **kwargs)

        return self._pool.submit(work)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._pool.shutdown(wait=wait, cancel_futures=cancel_futures)


def test_it_is_a_provider_that_costs_nothing() -> None:
    with CountingExecutor() as executor:
        artist: ImageProvider = PixelArtist(executor)
        assert (artist.name, artist.paid) == ("pixel", False)


def test_generate_paints_in_the_executor() -> None:
    with CountingExecutor() as executor:
        artist = PixelArtist(executor)
        picture = asyncio.run(artist.generate(REQUEST))
        assert executor.threads
        assert threading.get_ident() not in executor.threads
    assert (picture.model, picture.lossless) == ("pixel-artist", True)
    assert (picture.prompt_tokens, picture.output_tokens) == (None, None)
    image = Image.open(io.BytesIO(picture.data))
    assert (image.format, image.size) == ("PNG", (1344, 756))
    assert image.convert("RGB").tobytes() == enlarge(paint(REQUEST)).convert("RGB").tobytes()


def test_close_leaves_the_executor_to_its_owner() -> None:
    with ThreadPoolExecutor(1) as executor:
        asyncio.run(PixelArtist(executor).close())
        assert executor.submit(int).result() == 0
