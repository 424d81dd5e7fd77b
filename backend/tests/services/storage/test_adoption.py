"""What an older version kept beside the image folder comes into it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.services.storage.layout import Layout
from app.services.storage.recovery import adopt_former
from tests.services.conftest import Neighbour

NAME = "Old_Mill_20261123_040506_0123456789abcdef.webp"
SECOND = "Old_Mill_20261123_040506_0123456789abcdef.2.webp"


@pytest.fixture
def layout(images: Path) -> Layout:
    """Quarantined files, a dead server's lock and a free purge lock, all beside the folder."""
    images.mkdir()
    made = Layout(images)
    for folder in ("full", "thumbnails"):
        (made.former_quarantine / folder).mkdir(parents=True)
        for name in (NAME, SECOND):
            (made.former_quarantine / folder / name).write_bytes(name.encode())
    made.former_instances.mkdir()
    (made.former_instances / "0123456789abcdef.lock").touch()
    made.former_purge_lock.touch()
    return made


@pytest.fixture
def old_server(layout: Layout) -> Iterator[Neighbour]:
    """A server of the older version that still runs."""
    neighbour = Neighbour(layout.former_instances)
    yield neighbour
    neighbour.kill()


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_everything_of_ours_comes_in(layout: Layout) -> None:
    assert adopt_former(layout) == []
    assert names(layout.quarantine) == [
        f"{folder}/{name}" for folder in ("full", "thumbnails") for name in (SECOND, NAME)
    ]
    assert [path.name for path in layout.images.parent.iterdir()] == ["images"]
    assert adopt_former(layout) == []


def test_what_is_there_already_is_not_replaced(layout: Layout) -> None:
    there = layout.quarantine / "full" / NAME
    there.parent.mkdir(parents=True)
    there.write_bytes(b"there")
    adopt_former(layout)
    assert there.read_bytes() == b"there"
    assert len(names(layout.quarantine)) == 5


def put_file(path: Path) -> None:
    path.write_text("mine")


def put_link(path: Path) -> None:
    path.symlink_to("/etc/hostname")


@pytest.mark.parametrize("name", ["notes.txt", "photo.webp", "game.db", NAME.replace("O", "P")])
@pytest.mark.parametrize("put", [put_file, Path.mkdir, put_link])
def test_foreign_things_stay(name: str, put: Callable[[Path], None], layout: Layout) -> None:
    if put is put_file and name.startswith("P"):
        pytest.skip("that is a picture of ours")
    foreign = layout.former_quarantine / "full" / name
    put(foreign)
    assert adopt_former(layout) == [layout.former_quarantine]
    assert names(layout.quarantine) != []
    assert foreign.is_symlink() == (put is put_link)
    assert foreign.exists()


def test_nothing_while_a_server_of_the_older_version_runs(
    layout: Layout, old_server: Neighbour
) -> None:
    before = names(layout.images.parent)
    assert adopt_former(layout) == []
    assert set(before) - set(names(layout.images.parent)) == {
        "images.instances/0123456789abcdef.lock"
    }
    old_server.kill()
    adopt_former(layout)
    assert len(names(layout.quarantine)) == 4
