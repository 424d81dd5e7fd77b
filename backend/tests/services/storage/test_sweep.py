"""What a crash leaves, and what the next start makes of it."""

from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from app.services.coordination.instances import InstanceRegistry
from app.services.storage import StorageService
from app.services.storage.atomic_write import temporary_name
from app.services.storage.layout import FOLDERS, layout_of
from app.services.storage.recovery import SweepReport
from app.services.storage.recovery import sweep as sweep_folder
from tests.services.conftest import NeighbourFactory

NAME = "Old_Mill_20261123_040506_0123456789abcdef.webp"
OTHER = "Old_Mill_20261123_040507_fedcba9876543210.webp"
GONE = "00000000deadbeef"

Put = Callable[[str, str], Path]
Sweep = Callable[..., SweepReport]


@pytest.fixture
def put(images: Path) -> Put:
    """Leave a file in one of the folders."""

    def put_one(folder: str, name: str) -> Path:
        path = images / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
        return path

    return put_one


@pytest.fixture
def sweep(images: Path, instances: Path) -> Sweep:
    """Start an instance on the folder, sweep, and end it; ``rows`` are the names rows know."""

    def run(*rows: str) -> SweepReport:
        def known(names: Collection[str]) -> set[str]:
            return set(names) & set(rows)

        for folder in FOLDERS:
            (images / folder).mkdir(parents=True, exist_ok=True)
        registry = InstanceRegistry(instances)
        report = sweep_folder(layout_of(images), registry, known)
        registry.close()
        return report

    return run


def found(folder: Path) -> list[str]:
    return sorted(
        str(path.relative_to(folder))
        for kind in FOLDERS
        for path in (folder / kind).rglob("*")
        if path.is_file()
    )


def test_nothing_to_do(images: Path, sweep: Sweep) -> None:
    assert sweep() == SweepReport(0, 0)
    assert [entry.name for entry in images.parent.iterdir()] == ["images"]


class TestTemporaries:
    @pytest.mark.parametrize("folder", ["full", "thumbnails"])
    def test_of_the_dead_go(self, folder: str, images: Path, put: Put, sweep: Sweep) -> None:
        put(folder, temporary_name(NAME, GONE))
        assert sweep() == SweepReport(1, 0)
        assert found(images) == []

    def test_of_a_living_neighbour_stay(
        self, images: Path, put: Put, sweep: Sweep, make_neighbour: NeighbourFactory
    ) -> None:
        neighbour = make_neighbour()
        theirs = put("full", temporary_name(NAME, neighbour.instance_id))
        put("full", temporary_name(NAME, GONE))
        assert sweep() == SweepReport(1, 0)
        assert found(images) == [f"full/{theirs.name}"]


class TestPictures:
    def test_strays_are_put_aside_whole(self, images: Path, put: Put, sweep: Sweep) -> None:
        put("full", NAME)
        put("thumbnails", NAME)
        put("full", OTHER)
        put("thumbnails", OTHER)
        assert sweep(OTHER) == SweepReport(0, 2)
        assert found(images) == [f"full/{OTHER}", f"thumbnails/{OTHER}"]
        lost = images.joinpath("quarantine")
        assert found(lost) == [f"full/{NAME}", f"thumbnails/{NAME}"]
        assert (lost / "full" / NAME).read_bytes() == NAME.encode()

    def test_stay_while_a_neighbour_lives(
        self, images: Path, put: Put, sweep: Sweep, make_neighbour: NeighbourFactory
    ) -> None:
        make_neighbour()
        put("full", NAME)
        assert sweep() == SweepReport(0, 0)
        assert found(images) == [f"full/{NAME}"]


class TestForeignFiles:
    @pytest.mark.parametrize(
        "name",
        [
            "README.txt",
            ".gitkeep",
            "photo.png",
            "notes.tmp",
            "_A.webp",
            "A.webp.part",
            "A.tmp",
            "photo.webp",
            "A_1.webp",
            ".photo.webp.0123456789abcdef.tmp",
        ],
    )
    def test_stay(self, name: str, images: Path, put: Put, sweep: Sweep) -> None:
        put("full", name)
        assert sweep() == SweepReport(0, 0)
        assert found(images) == [f"full/{name}"]

    def test_a_folder_stays(self, images: Path, put: Put, sweep: Sweep) -> None:
        put("full/somebodys", "A.webp")
        assert sweep() == SweepReport(0, 0)
        assert found(images) == ["full/somebodys/A.webp"]


class TestNeighbourStoresMeanwhile:
    """Folder first, neighbours next, rows last: what is written in between is never touched."""

    def test_a_picture_that_appears_after_the_listing(
        self, images: Path, put: Put, storage: StorageService
    ) -> None:
        put("full", NAME)

        def known(names: Collection[str]) -> set[str]:
            put("full", OTHER)
            return set(names)

        assert sweep_folder(storage.layout, storage.instances, known) == SweepReport(0, 0)
        assert found(images) == [f"full/{NAME}", f"full/{OTHER}"]
