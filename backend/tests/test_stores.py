"""Where the stores lie: how a setting becomes a path, and that none lies inside another."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from app.config import ConfigurationError, load_settings
from app.database.engine import Database
from app.stores import database_path, folder_path
from tests.support.command import run_command
from tests.support.server_process import server_process

pytestmark = pytest.mark.thorough

PROJECT = Path(__file__).resolve().parents[2]
STORES = ("DATABASE_URL", "IMAGE_STORAGE_DIR", "BACKUP_DIR")

SPELLINGS = [
    *("sqlite:///{folder}/game.db", "sqlite+pysqlite:///{folder}/game.db"),
    *("sqlite:////{folder}/game.db", "sqlite://///{folder}/game.db"),
    *("sqlite:///{folder}//.//game.db", "sqlite:///game.db", "sqlite:///./game.db"),
    "sqlite:///~/game.db",
]
NAMES = ["a%20b", "a?b", "a#ä ö", "a&mode=ro"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that one works in, which is the home as well."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


class TestSpellings:
    def test_each_means_one_file(self, home: Path) -> None:
        for spelling in SPELLINGS:
            assert database_path(spelling.format(folder=home)) == home / "game.db"

    @pytest.mark.parametrize("name", NAMES)
    def test_any_character_in_a_name(self, name: str, home: Path, empty_database: Path) -> None:
        (home / name).mkdir()
        path = home / name / f"{name}.db"
        shutil.copy(empty_database, path)
        written = str(path).replace("%", "%25").replace("?", "%3F")
        database = Database(f"sqlite:///{written}")
        try:
            assert database.path == path
            with database.reading() as session, session.connection() as connection:
                rows = connection.exec_driver_sql("PRAGMA database_list").all()
            assert [Path(row[2]) for row in rows] == [path]
        finally:
            database.close()

    def test_home_of_folders(self, home: Path) -> None:
        settings = load_settings(image_storage_dir="~/images", backup_dir="//tmp//b")
        assert settings.image_storage_dir == home / "images"
        assert settings.backup_dir == Path("/tmp/b")

    @pytest.mark.parametrize("text", ["data/~/images", "/~/images", "~nobody-of-this-name/x"])
    def test_no_folder_is_named_like_a_home(self, text: str) -> None:
        with pytest.raises(ValueError, match="~"):
            folder_path(text)
        for name in STORES:
            value = f"sqlite:///{text}" if name == "DATABASE_URL" else text
            with pytest.raises(ConfigurationError, match=f"^{name} is .*~"):
                load_settings(**{name.lower(): value})


class TestDatabaseUrl:
    @pytest.mark.parametrize(
        "url",
        ["sqlite://", "sqlite:///:memory:", "sqlite:///./a b.db", "sqlite+pysqlite:////x/y.db"],
    )
    def test_allowed(self, url: str) -> None:
        assert load_settings(database_url=url).database_url == url

    @pytest.mark.parametrize(
        "url",
        [
            *("game.db", "mysql://db/game", "sqlite", "://", "sqlite+aio:///x"),
            # One slash short, each of these was another file than the one that was meant.
            *("sqlite://data/game.db", "sqlite://:80/x", "sqlite://me@/x", "sqlite:///"),
            *("sqlite:///game.db?mode=ro", "sqlite:///what?.db", "sqlite:///file:game.db"),
            *("sqlite:///file:game.db?mode=memory&uri=true", "sqlite:///file::memory:?uri=true"),
        ],
    )
    def test_refused(self, url: str) -> None:
        with pytest.raises(ConfigurationError) as refused:
            load_settings(database_url=url)
        message = str(refused.value)
        assert message.startswith(f"DATABASE_URL is {url!r}, which is not allowed: must ")
        assert "sqlite:///./data/game.db" in message


# database, images, backups; and which two names the refusal holds
OVERLAPS = {
    "database in images": ("images/game.db", "images", "backups", "DATABASE_URL.*IMAGE_STORAGE"),
    "database in backups": ("backups/game.db", "images", "backups", "DATABASE_URL.*BACKUP_DIR"),
    "images in backups": ("game.db", "backups/images", "backups", "IMAGE_STORAGE.*BACKUP_DIR"),
    "backups in images": ("game.db", "images", "images/backups", "BACKUP_DIR.*IMAGE_STORAGE"),
    "backups are images": ("game.db", "images", "images", "IMAGE_STORAGE.*BACKUP_DIR"),
    "images are everything": ("game.db", "/", "backups", "DATABASE_URL.*IMAGE_STORAGE"),
    "by a way round": ("x/../images/game.db", "images", "backups", "DATABASE_URL.*IMAGE_STORAGE"),
    "database by a link": ("to_images/game.db", "images", "backups", "DATABASE_URL.*IMAGE"),
    "database is a link": ("to_file", "images", "backups", "DATABASE_URL.*IMAGE_STORAGE"),
    "link in images": ("images/away.db", "images", "backups", "DATABASE_URL.*IMAGE_STORAGE"),
    "backups by a link": ("game.db", "images", "to_images/b", "BACKUP_DIR.*IMAGE_STORAGE"),
}


def lay_links(folder: Path) -> None:
    """Links that lead into the image folder, and one in it that leads away."""
    (folder / "images").mkdir()
    (folder / "to_images").symlink_to("images")
    (folder / "to_file").symlink_to("images/real.db")
    (folder / "images" / "away.db").symlink_to("../game.db")


class TestOverlaps:
    @pytest.mark.parametrize("case", OVERLAPS)
    def test_refused_in_one_line(self, case: str, home: Path) -> None:
        lay_links(home)
        database, images, backups, names = OVERLAPS[case]
        with pytest.raises(ConfigurationError, match=f"^{names}.* a place of its own$"):
            load_settings(
                database_url=f"sqlite:///{database}", image_storage_dir=images, backup_dir=backups
            )

    @pytest.mark.parametrize(
        ("database", "images", "backups"),
        [
            ("data/game.db", "data/images", "data/backups"),
            ("game.db", "images", "images-backups"),
            ("images.db", "images", "backups"),
            ("a/game.db", "b/images", "c"),
            ("/srv/game.db", "/srv/images", "/mnt/backups"),
        ],
    )
    def test_beside_each_other(self, database: str, images: str, backups: str, home: Path) -> None:
        lay_links(home)
        url = f"sqlite:///{database}"
        load_settings(database_url=url, image_storage_dir=images, backup_dir=backups)

    @pytest.mark.parametrize("command", ["server", "verify"])
    def test_by_server_and_commands(
        self, command: str, tmp_path: Path, empty_database: Path
    ) -> None:
        path = tmp_path / "images" / "game.db"
        path.parent.mkdir()
        shutil.copy(empty_database, path)
        before = path.read_bytes()
        values: Any = {
            "DATABASE_URL": f"sqlite:///{path}",
            "IMAGE_STORAGE_DIR": str(path.parent),
        }
        if command == "server":
            with pytest.raises(RuntimeError) as failed, server_process(tmp_path, **values) as _:
                pass
            told = str(failed.value)
        else:
            environment = {**os.environ, "PYTHONPATH": str(PROJECT / "backend"), **values}
            done = run_command(command, ("--repair",), tmp_path, environment)
            assert done.returncode == 2
            told = done.stderr
        assert "lies inside IMAGE_STORAGE_DIR" in told
        assert "Traceback" not in told
        assert path.read_bytes() == before
        assert [entry.name for entry in path.parent.iterdir()] == ["game.db"]
