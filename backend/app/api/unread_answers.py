"""Who is cut off where clients leave too much of their answers unread."""

from collections import Counter
from typing import Protocol


class Transport(Protocol):
    """What an answer is written to."""

    def get_write_buffer_size(self) -> int:
        """Bytes that the client has not taken."""

    def abort(self) -> None:
        """Close at once, with what the client has not taken."""


class Connection(Protocol):
    """One whose client has not read its answer."""

    @property
    def reader(self) -> str:
        """Who is at its other end."""

    @property
    def transport(self) -> Transport:
        """Where its answer waits."""


class UnreadAnswers:
    """Bounds what all connections of a process keep of answers that wait to be read.

    An answer is handed over whole: a few hundred clients that ask for the largest picture, and read
    it slowly, would hold gigabytes while each keeps within its own bounds.
    """

    # Thirty players who at once ask for a picture of the largest size leave 150 MB for seconds.
    max_bytes: int = 256 * 2**20

    def __init__(self) -> None:
        self._sizes: dict[Connection, int] = {}
        self._bytes = 0

    def wait(self, connection: Connection) -> list[Connection]:
        """Note that its client does not keep up.

        Returns:
            Who is to be cut off: of whoever leaves most unread those that have waited
            longest. One answer alone may be of any size.
        """
        self._note(connection)
        if self._bytes > self.max_bytes:
            for other in self._sizes:
                self._note(other)
        cut_off = []
        while self._bytes > self.max_bytes and len(self._sizes) > 1:
            cut_off.append(self._worst())
            self.forget(cut_off[-1])
        return cut_off

    def forget(self, connection: Connection) -> None:
        """Note that its client has read, or is gone."""
        self._bytes -= self._sizes.pop(connection, 0)

    def _note(self, connection: Connection) -> None:
        """Count what waits there now; since it was counted last, some may have been read."""
        size = connection.transport.get_write_buffer_size()
        self._bytes += size - self._sizes.get(connection, 0)
        self._sizes[connection] = size

    def _worst(self) -> Connection:
        unread: Counter[str] = Counter()
        for connection, size in self._sizes.items():
            unread[connection.reader] += size
        reader = unread.most_common(1)[0][0]
        return next(other for other in self._sizes if other.reader == reader)
