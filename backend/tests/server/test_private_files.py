"""The library is its user's alone: saved games and addresses are nobody else's to read."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from app.config import Settings
from app.server.start_checks import readable_by_others
from tests.support.command import run_command
from tests.support.library import make_image
from tests.support.server_process import server_process

BACKEND = Path(__file__).resolve().parents[2]


def open_paths(folder: Path) -> set[str]:
    """What in a folder, itself included, others or the group may do anything with."""
    found = [folder, *folder.rglob("*")]
    return {str(path) for path in found if path.lstat().st_mode & 0o077 and not path.is_symlink()}


def test_all_that_server_and_commands_make(tmp_path: Path) -> None:
    data = tmp_path / "data"
    values: Any = {
        "DATABASE_URL": f"sqlite:///{data / 'game.db'}",
        "IMAGE_STORAGE_DIR": str(data / "images"),
    }
    with server_process(tmp_path, **values) as server:
        make_image(server.client)
        assert {"game.db", "game.db-wal", "images"} <= {entry.name for entry in data.iterdir()}
        environment = {**os.environ, "PYTHONPATH": str(BACKEND), **values}
        for command, arguments in (("backup", ()), ("verify", ("--repair",))):
            done = run_command(command, arguments, tmp_path, environment)
            assert done.returncode == 0, done.stderr
        assert [path for path in (data / "backups").rglob("*") if path.is_file()]
        assert open_paths(data) == set()
    assert open_paths(data) == set()


@pytest.mark.parametrize("name", ["game.db", "images", "backups"])
def test_what_was_made_before_is_told(name: str) -> None:
    # Not pytest's own folder, which is closed to others.
    with TemporaryDirectory() as made:
        folder = Path(made)
        settings = Settings(
            _env_file=None,
            database_url=f"sqlite:///{folder / 'game.db'}",
            image_storage_dir=folder / "images",
            backup_dir=folder / "backups",
        )
        (folder / "game.db").touch(0o600)
        for store in ("images", "backups"):
            (folder / store).mkdir(0o700)
        folder.chmod(0o711)
        assert readable_by_others(settings) == []
        (folder / name).chmod(0o755)
        assert readable_by_others(settings) == [folder / name]
        # Nobody comes to it through a folder that is closed.
        folder.chmod(0o700)
        assert readable_by_others(settings) == []
