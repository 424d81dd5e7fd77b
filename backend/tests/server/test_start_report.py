"""What the start tells: who paints, limits, places, callers and likely mistakes, and no secret."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.config import Settings
from app.server.start_checks import mistyped_settings, readable_by_others, report_settings
from tests.support.command import run_command
from tests.support.library import make_image
from tests.support.server_process import server_process

BACKEND = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def open_paths(folder: Path) -> set[str]:
    """What in a folder, itself included, others or the group may do anything with."""
    found = [folder, *folder.rglob("*")]
    return {str(path) for path in found if path.lstat().st_mode & 0o077 and not path.is_symlink()}


def test_server_and_commands(tmp_path: Path) -> None:
    """A line for each subject and mistake; and whatever they make is their user's alone."""
    data = tmp_path / "data"
    (tmp_path / ".env").write_text("GEMINI_KEY=hush-hush\n", "utf-8")
    mistake = "GEMINI_KEY in .env is no setting of Emberpeak: is GEMINI_API_KEY meant?"
    values: Any = {
        "DATABASE_URL": f"sqlite:///{data / 'game.db'}",
        "IMAGE_STORAGE_DIR": str(data / "images"),
        "ADMIN_TOKEN": "hush-token-hush-token",
        "ALLOWED_HOSTS": "game.example",
        "DAILY_IMAGE_LIMIT": "17",
    }
    with server_process(tmp_path, **values) as server:
        make_image(server.client)
        environment = {**os.environ, "PYTHONPATH": str(BACKEND), **values}
        for command, arguments in (("backup", ()), ("verify", ("--repair",))):
            done = run_command(command, arguments, tmp_path, environment)
            assert done.returncode == 0, done.stderr
            assert mistake in done.stderr
            assert "hush" not in done.stderr + done.stdout
        lines = {line["event"]: line for line in server.log_lines()}
        log = server.log_file.read_text("utf-8")
        assert {"game.db", "game.db-wal", "images", "backups"} <= {
            entry.name for entry in data.iterdir()
        }
        assert open_paths(data) == set()
    assert open_paths(data) == set()
    assert lines[mistake]["level"] == "warning"
    assert lines["images"]["painter"] == "local"
    assert lines["limits"]["paid_a_day"] == 17
    assert lines["folders"]["database"] == str(data / "game.db")
    assert lines["callers"]["names"] == "game.example"
    assert lines["callers"]["admin_token"] == "set"
    assert "hush" not in log


@pytest.mark.parametrize(
    ("settings", "painter"),
    [
        ({"image_provider": "gemini"}, {"painter": "none", "reason": "GEMINI_API_KEY is not set"}),
        ({"gemini_api_key": "hush", "gemini_model": "m"}, {"painter": "gemini", "model": "m"}),
    ],
)
def test_who_paints(settings: dict[str, Any], painter: dict[str, str]) -> None:
    with capture_logs() as lines:
        report_settings(Settings(_env_file=None, **settings))
    assert painter.items() <= lines[0].items()
    assert "hush" not in str(lines)


@pytest.mark.parametrize(
    ("settings", "level", "who"),
    [
        ({}, "info", "programs on this machine may do everything"),
        ({"trusted_proxies": "127.0.0.1"}, "warning", "nobody may do"),
        ({"host": "0.0.0.0", "trust_local_network": True}, "warning", "everybody who can connect"),
        ({"admin_token": "too-short-by-it"}, "warning", "short enough to be guessed"),
        ({"admin_token": "long-enough-for-all"}, None, None),
    ],
)
def test_who_may_be_the_operator(
    settings: dict[str, Any], level: str | None, who: str | None
) -> None:
    with capture_logs() as lines:
        report_settings(Settings(_env_file=None, **settings))
    found = [line for line in lines if "ADMIN_TOKEN" in line["event"]]
    assert [line["log_level"] for line in found] == ([level] if level else [])
    assert all(str(who) in line["event"] for line in found)
    assert "too-short" not in str(lines)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GEMINI_KEY", "is GEMINI_API_KEY meant?"),
        ("gemini_modell", "is GEMINI_MODEL meant?"),
        ("IMAGES_DIR", "is IMAGE_STORAGE_DIR meant?"),
        ("WORKER", "is WORKERS meant?"),
        ("ZZZ", "it is ignored"),
    ],
)
def test_mistake_in_the_file(name: str, meant: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"PORT=9000\nexport {name}=hush\n", "utf-8")
    assert mistyped_settings() == [f"{name.upper()} in .env is no setting of Emberpeak: {meant}"]


def test_mistake_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of other programs are left alone, also those that look like a setting that is set."""
    others = ("GOOGLE_API_KEY", "HOSTNAME", "WORKER", "HTTP_PROXY", "SENTRY_RELEASE", "PORTS")
    for name in (*Settings.model_fields, *others, "DATABASE_URI", "ALLOWED_HOST"):
        monkeypatch.setenv(name.upper(), "hush")
    monkeypatch.delenv("ALLOWED_HOSTS")
    assert mistyped_settings() == [
        "ALLOWED_HOST in the environment is no setting of Emberpeak: is ALLOWED_HOSTS meant?"
    ]


def test_library_of_an_earlier_version_that_others_can_read() -> None:
    with TemporaryDirectory() as made:  # pytest's own folder is closed to others
        folder = Path(made)
        settings = Settings(
            _env_file=None,
            database_url=f"sqlite:///{folder / 'game.db'}",
            image_storage_dir=folder / "images",
            backup_dir=folder / "backups",
        )
        (folder / "game.db").touch(0o600)
        (folder / "images").mkdir(0o700)
        folder.chmod(0o711)
        assert readable_by_others(settings) == []
        (folder / "images").chmod(0o755)
        assert readable_by_others(settings) == [folder / "images"]
        folder.chmod(0o700)  # nobody comes to it through a folder that is closed
        assert readable_by_others(settings) == []
