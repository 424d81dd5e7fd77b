"""Which images were written a moment ago, asked and told by many threads."""

import threading
import time
from collections.abc import Callable, ItemsView, Iterator, Mapping

import pytest

from app.services.storage.atomic_write import SETTLING_SECONDS, FreshNames


class Interrupted(dict[str, float]):
    """Lets another thread add a name while one goes through the names, where nothing holds it."""

    def __init__(self, known: dict[str, float], interrupt: Callable[[], None]) -> None:
        super().__init__(known)
        self._interrupt = interrupt

    def items(self) -> ItemsView[str, float]:  # type: ignore[override]
        return InterruptedItems(self, self._interrupt)


class InterruptedItems(ItemsView[str, float]):
    """The names, between the first two of which something else happens."""

    def __init__(self, known: Mapping[str, float], interrupt: Callable[[], None]) -> None:
        super().__init__(known)
        self._interrupt = interrupt

    def __iter__(self) -> Iterator[tuple[str, float]]:
        pairs = super().__iter__()
        yield next(pairs)
        self._interrupt()
        yield from pairs


def test_known_until_its_row_is_surely_there(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    names = FreshNames()
    names.add("a")
    assert "a" in names
    assert "b" not in names
    now += SETTLING_SECONDS + 1
    assert "a" not in names
    names.add("b")
    assert names._written.keys() == {"b"}, "the old ones are forgotten"


def test_added_while_another_thread_adds() -> None:
    names = FreshNames()
    others: list[threading.Thread] = []

    def add_theirs() -> None:
        if not others:
            others.append(threading.Thread(target=names.add, args=["theirs"]))
            others[0].start()
            others[0].join(0.3)  # it must wait for its turn, and gets it later

    names.add("a")
    names.add("b")
    names._written = Interrupted(names._written, add_theirs)
    names.add("ours")
    others[0].join()
    assert "ours" in names
    assert "theirs" in names
