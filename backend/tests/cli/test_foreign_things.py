"""Whatever deletes or moves acts on what is provably its own, wherever the stores lie."""

import hashlib
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from app.services.backup.archive import set_name
from app.services.backup.make import make_backup
from app.services.backup.restore import check_restorable
from app.services.backup.store import Place
from tests.support.backups import Library, execute
from tests.support.command import run_command
from tests.support.library import MAINTENANCE
from tests.support.pictures import encode, noise
from tests.support.running_server import RunningServer, running_server

pytestmark = pytest.mark.thorough

PROJECT = Path(__file__).resolve().parents[3]
NOW = datetime.now(UTC)
OLD, NEW = (set_name(NOW - timedelta(days)) for days in (45, 20))  # the first is to be removed
UNKNOWN = "Unknown_Place_20261123_040506_0123456789abcdef.webp"
LATER = UNKNOWN.replace("Unknown", "Later")
LEFT_OVER = f".{UNKNOWN}.0123456789abcdef.tmp"
ARGUMENTS = {"backup": (), "verify": ("--repair", "--force"), "restore": (NEW, "--force")}


@dataclass(frozen=True)
class Stores:
    """Where the three lie."""

    place: Place
    backups: Path

    def settings(self) -> Settings:
        """Settings that nobody compared with each other."""
        return Settings(_env_file=None, **self._values())

    def environment(self) -> dict[str, str]:
        """The same for a command."""
        values = {name.upper(): str(value) for name, value in self._values().items()}
        return {"PYTHONPATH": str(PROJECT / "backend"), **values}

    def _values(self) -> dict[str, Any]:
        return {
            "database_url": f"sqlite:///{self.place.database}",
            "image_storage_dir": str(self.place.images),
            "backup_dir": str(self.backups),
        }

    def assert_whole(self, *names: str) -> None:
        """Rows, the files they name, and those backups are as they should be."""
        assert execute(self.place.database, "PRAGMA integrity_check") == [("ok",)]
        rows = execute(
            self.place.database,
            "SELECT storage_path_full, content_hash FROM image_assets WHERE missing_since IS NULL",
        )
        assert len(rows) in {3, 4}, "one is in the trash"
        for path, digest in rows:
            data = (self.place.images / path.removeprefix("images/")).read_bytes()
            assert hashlib.sha256(data).hexdigest() == digest
        for name in names:
            assert check_restorable(self.backups / name).lost == []


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """Four images, one of them in the trash; two backups; and what a crash left."""
    folder = tmp_path_factory.mktemp("template") / "data"
    library = Library(folder, empty_database)
    for name in (*library.add(3), *library.add(1, deleted=True)):
        (library.place.images / "thumbnails" / name).write_bytes(encode(noise(16, 9), "WEBP"))
    for days in (45, 20):
        make_backup(library.place, folder / "backups", 30, now=lambda: NOW - timedelta(days))  # noqa: B023 - called at once
    for name in (UNKNOWN, LEFT_OVER):
        library.full(name).write_bytes(b"from a crash")
    return folder


def tidy_up(server: RunningServer) -> None:
    """Let a server that has just started do all that deletes or moves."""
    later = server.settings.image_storage_dir / "full" / LATER
    later.write_bytes(b"from a crash")
    for path in (
        f"{MAINTENANCE}/cleanup/orphaned-images?force=true&image_id=4",
        f"{MAINTENANCE}/cleanup/expired-cache?force=true",
        f"{MAINTENANCE}/verify?repair=true&force=true",
    ):
        response = server.client.post(path)
        assert response.status_code == 200, response.text
    assert not later.exists()


# Every folder that is ours, now or in some moment, or was up to 0.1.
OURS = (
    "data",
    "data/images",
    *(f"data/images/{name}" for name in ("full", "thumbnails")),
    *(f"data/images/quarantine{name}" for name in ("", "/full", "/thumbnails")),
    *(f"data/images/.emberpeak{name}" for name in ("", "/instances")),
    *(f"data/images/.emberpeak/restore-staged{name}" for name in ("", "/full", "/thumbnails")),
    *(f"data/images/{name}/.restore-staged" for name in ("full", "thumbnails")),
    *(f"data/images.lost+found{name}" for name in ("", "/full", "/thumbnails")),
    "data/images.instances",
    *(f"data/backups{name}" for name in ("", "/.objects", "/.objects/ab")),
    *(f"data/backups/{name}" for name in (OLD, NEW, "20200101T000000Z")),
    *(f"data/backups/.partial-{name}20200101T000000Z" for name in ("", "removed-")),
    "data/backups/.partial-20200101T000000Z/check",
)
ALMOST = (
    "Picture_20261123_120000_0123456789ABCDEF.webp",
    "Picture_20261123_120000_0123456789abcdef.webp.bak",
    ".photo.webp.0123456789abcdef.tmp",
    "0123456789abcde.lock",
    "ab" + 61 * "0",
    "20200101T000001Z",
    ".partial-20200101T000002",
    "gauge_1.db",
)
FILES = ("notes.txt", "photo.webp", "game.db", *ALMOST)
# Not even those with a name of our making are ours.
FOLDERS = (UNKNOWN, LEFT_OVER, "0123456789abcdef.lock", "ab" + 62 * "0", "20200101T000003Z")
LINKS = (
    *(name.replace("0", "1") for name in FOLDERS),
    "manifest.jsonl.gz",
    "check",
    "counter_1.db",
)


def put_everywhere(home: Path) -> set[Path]:
    """Lay foreign files, folders and links into every folder of ours; gives what it laid."""
    (home / "elsewhere").mkdir()
    laid = {home / "elsewhere" / name for name in ("game.db", "game.db.gz", "counter_0.db")}
    for path in laid:
        path.write_text("theirs")
    for ours in (home / name for name in OURS):
        ours.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            path = ours / name
            # The live database, and the snapshot of a backup under way.
            if name == "game.db" and (path.exists() or "/.partial-" in str(path)):
                continue
            path.write_text(f"mine {path}")
            laid.add(path)
        for name in FOLDERS:
            if not (folder := ours / name).exists():
                folder.mkdir()
                (folder / "game.db").write_text(f"mine {folder}")
                laid.add(folder / "game.db")
        for name in LINKS:
            if not (link := ours / name).exists():
                link.symlink_to(home / "elsewhere")
                laid.add(link)
    return laid


def seen(paths: Iterable[Path]) -> dict[Path, str | None]:
    """What each is now: the text of a file, where a link leads, or None."""
    return {
        path: str(path.readlink())
        if path.is_symlink()
        else path.read_text()
        if path.is_file()
        else None
        for path in paths
    }


def test_foreign_things_in_every_folder(template: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(template, data)
    stores = Stores(Place(data / "game.db", data / "images"), data / "backups")
    laid = put_everywhere(tmp_path)
    before = seen(laid)

    with running_server(stores.settings()) as server:
        assert seen(before) == before
        tidy_up(server)
    assert seen(before) == before
    assert not (data / "images" / "full" / LEFT_OVER).exists()
    second = UNKNOWN.replace(".webp", ".2.webp")
    assert (data / "images" / "quarantine" / "full" / second).read_text() == "from a crash"

    for command, status in (("verify", 0), ("backup", 1), ("restore", 0), ("verify", 0)):
        done = run_command(command, ARGUMENTS[command], tmp_path, stores.environment())
        assert (done.returncode, "Traceback" in done.stderr) == (status, False), done
        if command == "restore":  # as an image of git-annex would be, which is a link too
            for name in ("full", "thumbnails"):
                del before[data / "images" / name / LINKS[0]]
                (kept,) = (data / "images").glob(f"{name}.before-*")
                assert [path.name for path in kept.iterdir() if path.is_symlink()] == [LINKS[0]]
        assert seen(before) == before, command
    assert not (data / "backups" / OLD / "manifest.jsonl.gz").exists()
    stores.assert_whole(NEW)
