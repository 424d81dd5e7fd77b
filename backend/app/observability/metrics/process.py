"""What each server process uses; looked at now and then, since another may be asked."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from app.database.engine import Database
from app.observability.metrics.recorded import Metrics
from app.observability.metrics.sharing import touch_shared

_SECONDS = 5.0
_SELF = Path("/proc/self")


class ProcessSampler:
    """Writes this process's memory, files and connections into its metrics."""

    def __init__(self, metrics: Metrics, database: Database) -> None:
        self._metrics = metrics
        self._database = database

    def look(self) -> None:
        """Look once; takes some microseconds."""
        for pool, number in self._database.connections_in_use().items():
            self._metrics.pool_in_use.labels(pool).set(number)
        with suppress(OSError):  # where there is no /proc
            pages = int((_SELF / "statm").read_text().split()[1])
            self._metrics.memory.set(pages * os.sysconf("SC_PAGE_SIZE"))
            self._metrics.open_files.set(sum(1 for _ in (_SELF / "fd").iterdir()))

    async def keep_looking(self) -> None:
        """Look every few seconds until cancelled."""
        while True:
            self.look()
            touch_shared()
            await asyncio.sleep(_SECONDS)
