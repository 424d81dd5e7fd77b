"""How much of all pictures may lie in memory unpacked, over all threads."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

# Pixels. Each takes 4 bytes while it is decoded and up to 8 more while it is encoded: 600 MB at
# worst, however many cores there are. Fifty usual pictures of 1K still fit side by side.
MOST_AT_ONCE = 50_000_000


# Bytes. Pieces of Pillow's usual 16 MB come from heaps that each thread keeps for itself when the
# picture is gone; larger ones go back to the system, so that threads do not add up.
Image.core.set_block_size(2**27)  # type: ignore[attr-defined]


class PixelsInFlight:
    """Lets threads in for as long as there is room for their pictures.

    Args:
        limit: Pixels at once; one larger picture alone is let in nevertheless.
    """

    def __init__(self, limit: int = MOST_AT_ONCE) -> None:
        self._limit = limit
        self._used = 0
        self._changed = threading.Condition()
        # The next one waits alone, so that no large picture is passed by small ones for ever.
        self._door = threading.Lock()

    @contextmanager
    def held(self, pixels: int) -> Iterator[None]:
        """Wait for room, and take it for the time of the block; blocks the thread."""
        with self._door, self._changed:
            self._changed.wait_for(lambda: self._used == 0 or self._used + pixels <= self._limit)
            self._used += pixels
        try:
            yield
        finally:
            with self._changed:
                self._used -= pixels
                self._changed.notify_all()
