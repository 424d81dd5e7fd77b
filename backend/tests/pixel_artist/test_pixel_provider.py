"""PixelArtist as an image provider."""

import asyncio
import io
import threading
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any

from PIL import Image

from app.domain import AspectRatio, ImageRequest, SceneSetting, SubjectType
from app.services.generation.provider import ImageProvider
from app.services.providers.pixel_artist import PixelArtist
from pixel_artist import enlarge, paint
from pixel_artist.canvas import to_png

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


def test_the_event_loop_keeps_turning_while_it_paints() -> None:
    async def longest_wait() -> tuple[float, int]:
        loop, gaps = asyncio.get_running_loop(), [0.0]
        with ThreadPoolExecutor(1) as executor:
            work = asyncio.create_task(PixelArtist(executor).generate(REQUEST))
            last = loop.time()
            while not work.done():
                await asyncio.sleep(0.001)
                gaps.append(loop.time() - last)
                last = loop.time()
            await work
        return max(gaps), len(gaps)

    gap, turns = asyncio.run(longest_wait())
    print(f"longest wait of the event loop: {gap * 1000:.1f} ms in {turns} turns")  # noqa: T201 - the figure is the point
    assert turns > 3


def test_close_leaves_the_executor_to_its_owner() -> None:
    with ThreadPoolExecutor(1) as executor:
        asyncio.run(PixelArtist(executor).close())
        assert executor.submit(int).result() == 0


def test_time_for_a_picture_is_printed() -> None:
    """Paint, PNG, decode, lossless WebP and thumbnail; printed, since machines differ."""
    paint(REQUEST)
    for request in (REQUEST, ImageRequest(SubjectType.ITEM, "Dagger", "x", AspectRatio.SQUARE)):
        start = time.perf_counter()
        data = to_png(enlarge(paint(request)))
        painted = time.perf_counter()
        decoded = Image.open(io.BytesIO(data)).convert("RGB")
        decoded.save(io.BytesIO(), "WEBP", lossless=True, quality=0, method=0)
        decoded.thumbnail((200, 200))
        decoded.save(io.BytesIO(), "WEBP", quality=85, method=2)
        stored = time.perf_counter()
        print(f"{request.subject_name}: paint + PNG {(painted - start) * 1000:.0f} ms, ", end="")  # noqa: T201 - the figure is the point
        print(f"WebP + thumbnail {(stored - painted) * 1000:.0f} ms, {len(data) // 1024} KiB PNG")  # noqa: T201 - the figure is the point
        assert data.startswith(b"\x89PNG")
