"""Whether anything was committed, by whatever process."""

from pathlib import Path
from types import ModuleType

from sqlalchemy import Engine, PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

from app.database.file import identity_of

# Device and number of the file, and how many commits of others a connection has seen.
Version = tuple[int, int, int]


class VersionWatcher:
    """Asks on a connection of its own, because each counts for itself; for one thread.

    Args:
        module: The driver.
        reader: Gives the connection.
        path: The database file. Where another lies in its place the connection is given back:
            it would stay with the old file, in which nobody commits any more.
    """

    def __init__(self, module: ModuleType, reader: Engine, path: Path) -> None:
        self._error: type[Exception] = module.Error
        self._reader = reader
        self._path = path
        self._file: tuple[int, int] | None = None
        self._connection: PoolProxiedConnection | None = None

    @property
    def connections(self) -> int:
        """How many connections it keeps from the pool."""
        return int(self._connection is not None)

    def look(self) -> Version | None:
        """The version now; None where there is no file, or it cannot be read."""
        found = identity_of(self._path)
        try:
            if found != self._file or self._connection is None:
                self.close()
                if found is None:
                    return None
                self._connection = self._reader.raw_connection()
                self._file = found
            ((number,),) = self._connection.cursor().execute("PRAGMA data_version").fetchall()
        except (SQLAlchemyError, self._error):
            self.close()
            return None
        return (*found, int(number)) if found else None

    def close(self) -> None:
        """Let go of the connection, which nobody else is to get: it may be to another file."""
        self._file = None
        if self._connection is not None:
            self._connection.invalidate()
            self._connection = None
