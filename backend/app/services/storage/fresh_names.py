"""The pictures that this process has just written."""

import threading
import time

# Longer than a row can take after its file: a paid one is tried for 60 s, and the last try may
# take 35 s more.
SETTLING_SECONDS = 120.0


class FreshNames:
    """Names of files whose rows may not be there yet; asked and added to by many threads."""

    def __init__(self) -> None:
        self._written: dict[str, float] = {}
        # Without it one thread can add a name while another looks which are old: the dictionary
        # changes size under it, and a picture that is paid for is lost to the RuntimeError.
        self._turn = threading.Lock()

    def __contains__(self, name: str) -> bool:
        with self._turn:
            at = self._written.get(name)
        return at is not None and time.monotonic() - at < SETTLING_SECONDS

    def add(self, name: str) -> None:
        """Remember a name for ``SETTLING_SECONDS``."""
        now = time.monotonic()
        with self._turn:
            settled = [known for known, at in self._written.items() if now - at > SETTLING_SECONDS]
            for known in settled:
                del self._written[known]
            self._written[name] = now
