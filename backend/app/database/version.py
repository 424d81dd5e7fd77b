"""Which version of the library readers see, and whether anybody has committed anything."""

import asyncio
from types import ModuleType

from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

from app.domain import LibraryVersion


class VersionWatcher:
    """Asks once in a turn of the event loop, on a connection of its own; for one thread.

    Whatever was committed before a request arrived is seen by that request, because a turn begins
    after the requests that it handles have arrived. SQLite counts the commits of other
    connections only, so the connection must never write.

    Args:
        module: The driver.
        reader: Gives the connection.
    """

    def __init__(self, module: ModuleType, reader: Engine) -> None:
        self._error: type[Exception] = module.Error
        self._reader = reader
        self._opened = 0
        self._connection: PoolProxiedConnection | None = None
        self._last: LibraryVersion | None = None
        self._is_of_this_turn = False

    @property
    def connections(self) -> int:
        """How many connections it keeps from the pool."""
        return int(self._connection is not None)

    def read(self) -> LibraryVersion | None:
        """The version now; None if it cannot be read."""
        if not self._is_of_this_turn:
            try:
                self._last = self._ask()
            except (SQLAlchemyError, self._error):
                self.close()
                return None
            asyncio.get_running_loop().call_soon(self._end_turn)
            self._is_of_this_turn = True
        return self._last

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection = None

    def _ask(self) -> LibraryVersion:
        if self._connection is None:
            self._connection = self._reader.raw_connection()
            self._opened += 1
        cursor = self._connection.cursor()
        ((seen,),) = cursor.execute("PRAGMA data_version").fetchall()
        commits = (self._opened, int(seen))
        if self._last is not None and self._last.commits == commits:
            return self._last
        row = cursor.execute("SELECT number FROM library_version").fetchone()
        return LibraryVersion(int(row[0]) if row else 0, commits)

    def _end_turn(self) -> None:
        self._is_of_this_turn = False
