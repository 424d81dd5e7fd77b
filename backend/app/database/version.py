"""Whether any process has committed anything."""

from types import ModuleType

from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

# How often the connection was opened, and how many commits of others it has seen since.
Version = tuple[int, int]


class VersionWatcher:
    """Asks on a connection of its own, because each counts for itself; for one thread.

    Args:
        module: The driver.
        reader: Gives the connection.
    """

    def __init__(self, module: ModuleType, reader: Engine) -> None:
        self._error: type[Exception] = module.Error
        self._reader = reader
        self._opened = 0
        self._connection: PoolProxiedConnection | None = None

    @property
    def connections(self) -> int:
        """How many connections it keeps from the pool."""
        return int(self._connection is not None)

    def read(self) -> Version | None:
        """The version now; None if it cannot be read."""
        try:
            if self._connection is None:
                self._connection = self._reader.raw_connection()
                self._opened += 1
            ((number,),) = self._connection.cursor().execute("PRAGMA data_version").fetchall()
        except (SQLAlchemyError, self._error):
            self.close()
            return None
        return self._opened, int(number)

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection = None
