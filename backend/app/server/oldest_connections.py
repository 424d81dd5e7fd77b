"""Which connection goes where there is no room for another."""

from collections import deque
from collections.abc import Collection
from operator import attrgetter
from typing import Protocol

_FOUND_AT_ONCE = 100


class Connection(Protocol):
    """What is known of a connection.

    Attributes:
        address: Who is at its other end, as limits are counted.
        waiting_since: When it began to wait for its client, in seconds of the loop's clock.
        number: Later connections have higher ones; the loop's clock stands still while it accepts.
    """

    address: str
    waiting_since: float
    number: int

    def is_idle(self) -> bool:
        """Whether it is not the server that has something to do."""


class OldestConnections:
    """Finds the connection that has waited longest for its client.

    Some are found at once: in a flood one is wanted for every new connection. Whoever is not among
    them has begun to wait later.
    """

    def __init__(self) -> None:
        self._found: deque[tuple[float, Connection]] = deque()
        self._address: str | None = None

    def take(self, connections: Collection[Connection], address: str | None) -> Connection | None:
        """Get the next of them, of one address or of all; None where none is idle."""
        if address != self._address:
            self._found.clear()
            self._address = address
        oldest = self._next(connections)
        if oldest is None:
            self._look(connections)
            oldest = self._next(connections)
        return oldest

    def _next(self, connections: Collection[Connection]) -> Connection | None:
        """The first of those found last time that still waits as it did then."""
        while self._found:
            since, other = self._found.popleft()
            if other.waiting_since == since and other.is_idle() and other in connections:
                return other
        return None

    def _look(self, connections: Collection[Connection]) -> None:
        idle = [
            other
            for other in connections
            if self._address in (None, other.address) and other.is_idle()
        ]
        idle.sort(key=attrgetter("waiting_since", "number"))
        self._found.extend((other.waiting_since, other) for other in idle[:_FOUND_AT_ONCE])
