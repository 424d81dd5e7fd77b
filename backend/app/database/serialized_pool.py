"""A StaticPool that one user at a time may hold."""

import threading
from typing import Any

from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool


class SerializedStaticPool(StaticPool):
    """One connection, handed to one unit of work at a time.

    A bare StaticPool hands the same connection to everybody at once: one session's rollback then
    undoes another's acknowledged commit, and under eight threads the interpreter crashes.
    """

    # How long a unit of work waits for its turn.
    patience_seconds = 30.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Not an RLock: a session may be opened on one thread and closed on another.
        self._turn = threading.Lock()

    @property
    def is_taken(self) -> bool:
        """Whether somebody works on the connection just now."""
        return self._turn.locked()

    def dispose(self) -> None:
        """Close the connection when the unit of work on it has ended.

        Closed under them, SQLite goes on in memory that is freed, and the process crashes.

        Raises:
            TimeoutError: When it was not free in time; it stays open.
        """
        self._wait_for_turn()
        try:
            super().dispose()
        finally:
            self._turn.release()

    def _wait_for_turn(self) -> None:
        if not self._turn.acquire(timeout=self.patience_seconds):
            raise PoolTimeoutError(
                f"the writing connection was not free within {self.patience_seconds:g} s"
            )

    def _do_get(self) -> ConnectionPoolEntry:
        self._wait_for_turn()
        try:
            return super()._do_get()
        except BaseException:
            self._turn.release()
            raise

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        self._turn.release()
