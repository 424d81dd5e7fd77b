"""Several worker processes: what the parent does when one dies, and the reverse."""

import multiprocessing
import os
import signal
import threading
from typing import Any

from prometheus_client.multiprocess import mark_process_dead
from uvicorn.supervisors import Multiprocess


class Workers(Multiprocess):
    """uvicorn's supervisor, which also takes the state of dead workers out of the metrics."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._last_seen: set[int | None] = set()

    def keep_subprocess_alive(self) -> None:
        """Replace workers that died; uvicorn calls it twice a second."""
        for process in self.processes:
            # Were the worker's end open here too, its death in the middle of a check would be
            # noticed only when the check times out.
            process.child_conn.close()
        super().keep_subprocess_alive()
        alive = {process.pid for process in self.processes}
        for gone in self._last_seen - alive:
            mark_process_dead(gone)  # type: ignore[no-untyped-call]
        self._last_seen = alive


def end_with_parent() -> None:
    """Let this worker stop when the process that started it is gone.

    A parent that is killed cannot stop its workers: they would keep the port, and the next start
    would fail.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def stop_after_it() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=stop_after_it, name="parent-watch", daemon=True).start()
