"""scripts/verify.sh over a real library, without a server and beside one."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.backup.journal import Journal, commit, finish_interrupted, restore_lock
from app.services.backup.store import place_of
from tests.support.command import run_command
from tests.support.library import execute, file_of, make_image
from tests.support.running_server import RunningServer

PROJECT = Path(__file__).resolve().parents[3]

Verify = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def verify(tmp_path: Path, server: RunningServer) -> Verify:
    """Run the command as the script does, on the data of the running server."""

    def run(
        *arguments: str, fresh: bool = False, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        values = {
            **os.environ,
            "PYTHONPATH": str(PROJECT / "backend"),
            "DATABASE_URL": server.settings.database_url,
            "IMAGE_STORAGE_DIR": str(server.settings.image_storage_dir),
            **environment,
        }
        return run_command("verify", arguments, tmp_path, values, fresh=fresh)

    return run


def test_script_runs_the_command() -> None:
    script = (PROJECT / "scripts" / "verify.sh").read_text("utf-8")
    assert '\nrun_command verify "$@"' in script
    assert os.access(PROJECT / "scripts" / "verify.sh", os.X_OK)


def test_all_is_well(server: RunningServer, verify: Verify) -> None:
    make_image(server.client)
    done = verify(fresh=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 of 1 images" in done.stdout
    assert "All is well." in done.stdout


def test_found_then_mended_then_well(server: RunningServer, verify: Verify) -> None:
    lost, kept = make_image(server.client), make_image(server.client)
    file_of(server, lost).unlink()
    file_of(server, kept, "storage_path_thumbnail").unlink()
    done = verify()
    assert done.returncode == 1
    assert f"{lost['storage_path_full']} is missing." in done.stdout
    assert "missing file: 1" in done.stdout
    done = verify("--repair")
    assert done.returncode == 0
    assert "2 of 2 were mended." in done.stdout
    assert "1 images are hidden until their files are back." in done.stdout
    assert verify().returncode == 0
    assert server.client.get(kept["thumbnail_url"]).status_code == 200


def test_folder_that_is_not_mounted(server: RunningServer, verify: Verify) -> None:
    make_image(server.client)
    for path in (server.settings.image_storage_dir / "full").iterdir():
        path.unlink()
    done = verify("--repair")
    assert (done.returncode, "mounted" in done.stderr) == (2, True)
    assert execute(server.settings, "SELECT missing_since FROM image_assets") == [(None,)]


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"DATABASE_URL": "sqlite:///nowhere"}, "There is no database"),
        ({"IMAGE_STORAGE_DIR": "nowhere"}, "There is no folder"),
        ({"DATABASE_URL": "sqlite:///garbled.db"}, "garbled.db: file is not a database of SQLite"),
    ],
)
def test_nothing_there(
    environment: dict[str, str], says: str, verify: Verify, tmp_path: Path
) -> None:
    (tmp_path / "garbled.db").write_bytes(b"no database" * 1000)
    done = verify(**environment)
    assert (done.returncode, says in done.stderr) == (2, True), done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "nowhere").exists()


def test_restore_at_work(server: RunningServer, verify: Verify) -> None:
    place = place_of(server.settings)
    with restore_lock(place):
        done = verify("--repair")
    assert (done.returncode, "wait until it is done" in done.stderr) == (2, True)
    commit(place, Journal(backup="20261123T120000Z", moves=[], staged=[]))
    done = verify("--repair")
    assert (done.returncode, "A restore was cut off" in done.stderr) == (2, True)
    assert finish_interrupted(place) == "20261123T120000Z"
    assert verify("--repair").returncode == 0


def test_of_a_newer_version(server: RunningServer, verify: Verify) -> None:
    execute(server.settings, "UPDATE alembic_version SET version_num = '9999'")
    done = verify()
    assert (done.returncode, "newer version" in done.stderr) == (2, True)
