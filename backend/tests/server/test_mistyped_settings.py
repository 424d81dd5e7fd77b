"""Mistyped settings are told with the nearest name; what is other programs' is left alone."""

import os
from pathlib import Path

import pytest

from app.config import Settings
from app.server.start_checks import mistyped_settings
from tests.support.command import run_command
from tests.support.server_process import server_process

BACKEND = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("GEMINI_KEY", "GEMINI_API_KEY"),
        ("DAILY_IMAGES_LIMIT", "DAILY_IMAGE_LIMIT"),
        ("gemini_modell", "GEMINI_MODEL"),
        ("IMAGES_DIR", "IMAGE_STORAGE_DIR"),
        ("BACKUP_RETENTION", "BACKUP_RETENTION_DAYS"),
        ("WORKER", "WORKERS"),
    ],
)
def test_in_the_file(name: str, meant: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"PORT=9000\nexport {name}=hush\n", "utf-8")
    (line,) = mistyped_settings()
    assert line == f"{name.upper()} in .env is no setting of Emberpeak: is {meant} meant?"


def test_in_the_file_without_any_like_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ZZZ=hush\n", "utf-8")
    (line,) = mistyped_settings()
    assert line == "ZZZ in .env is no setting of Emberpeak: it is ignored"


@pytest.mark.parametrize("name", Settings.model_fields)
@pytest.mark.parametrize("form", [str.upper, str.lower])
def test_settings_themselves_are_not(
    name: str, form: type, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(f"{form(name)}=x\n", "utf-8")
    monkeypatch.setenv(form(name), "x")
    assert mistyped_settings() == []


def test_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_APIKEY", "hush")
    monkeypatch.setenv("ALLOWED_HOST", "hush")
    assert mistyped_settings() == [
        "ALLOWED_HOST in the environment is no setting of Emberpeak: is ALLOWED_HOSTS meant?",
        "GEMINI_APIKEY in the environment is no setting of Emberpeak: is GEMINI_API_KEY meant?",
    ]


@pytest.mark.parametrize(
    "name",
    [
        *("GOOGLE_API_KEY", "GOOGLE_GEMINI_BASE_URL", "HOSTNAME", "HOSTS", "PORTS", "WORKER"),
        *("LOGNAME", "SSL_CERT_DIR", "PROMETHEUS_MULTIPROC_DIR", "EMBERPEAK_BROWSER", "HTTP_PROXY"),
        *("SENTRY_ENVIRONMENT", "SENTRY_RELEASE", "WEB_CONCURRENCY", "PIP_INDEX_URL"),
    ],
)
def test_names_of_others(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "x")
    assert mistyped_settings() == []


def test_names_of_others_beside_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URI", "x")
    monkeypatch.setenv("DATABASE_URL", "sqlite://")
    assert mistyped_settings() == []


def test_told_by_the_server_and_by_commands(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GEMINI_KEY=hush-hush\n", "utf-8")
    told = "GEMINI_KEY in .env is no setting of Emberpeak: is GEMINI_API_KEY meant?"
    with server_process(tmp_path) as server:
        (line,) = [line for line in server.log_lines() if line["event"] == told]
        assert line["level"] == "warning"
        environment = {
            **os.environ,
            "PYTHONPATH": str(BACKEND),
            "DATABASE_URL": server.settings.database_url,
            "IMAGE_STORAGE_DIR": str(server.settings.image_storage_dir),
        }
        for command, arguments in (("verify", ()), ("backup", ()), ("restore", ("--list",))):
            done = run_command(command, arguments, tmp_path, environment)
            assert done.returncode == 0, done.stderr
            assert told in done.stderr
            assert "hush" not in done.stderr + done.stdout
        assert "hush" not in server.log_file.read_text("utf-8")
