"""A server that cannot start says why in one line, and touches nothing."""

import os
import shutil
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.database.engine import sqlite_module
from tests.support.command import run_command
from tests.support.read_only_file import read_only_file
from tests.support.server_process import server_process

pytestmark = pytest.mark.thorough

BACKEND = Path(__file__).resolve().parents[2]


def log_of_failed_start(folder: Path, **environment: str) -> str:
    values: Any = environment
    with pytest.raises(RuntimeError) as failed, server_process(folder, **values) as _:
        pass
    assert "Traceback" not in str(failed.value)
    return str(failed.value)


def why_not(folder: Path, **environment: str) -> set[str]:
    """The reason; several workers say it once each."""
    lines = log_of_failed_start(folder, **environment).splitlines()
    return {line.partition('"reason"')[2] for line in lines if "cannot start" in line}


def run_statements(path: Path, *statements: str) -> None:
    with closing(sqlite_module().connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def make_text(path: Path) -> None:
    path.write_text("Dear diary, this is no database.\n" * 100)


def make_notes(path: Path) -> None:
    run_statements(path, "CREATE TABLE notes (x)")


def make_images_of_another_program(path: Path) -> None:
    run_statements(
        path,
        "CREATE TABLE alembic_version (version_num)",
        "INSERT INTO alembic_version VALUES ('0001')",
        "CREATE TABLE image_assets (id)",
    )


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_text, "not a database of SQLite"),
        (Path.mkdir, "is not a file"),
        (make_notes, "not Emberpeak's database"),
        (make_images_of_another_program, "not Emberpeak's database"),
    ],
)
def test_file_of_another_program_is_left_as_it_is(
    make: Callable[[Path], None], reason: str, tmp_path: Path
) -> None:
    path, images = tmp_path / "other.db", tmp_path / "images"
    images.mkdir()
    make(path)
    os.utime(path, ns=(10**18, 10**18))
    values = {"DATABASE_URL": f"sqlite:///{path}", "IMAGE_STORAGE_DIR": str(images)}
    before = b"" if path.is_dir() else path.read_bytes()
    (line,) = why_not(tmp_path, **values)
    assert reason in line
    if make is make_notes:
        environment = {**os.environ, "PYTHONPATH": str(BACKEND), **values}
        verified = run_command("verify", (), tmp_path, environment)
        assert verified.returncode == 2
        assert reason in verified.stderr
    assert path.stat().st_mtime_ns == 10**18
    assert before == (b"" if path.is_dir() else path.read_bytes())


def test_another_programs_open_log_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "game.db"
    with closing(sqlite_module().connect(path)) as other:
        for statement in ("PRAGMA journal_mode=WAL", "CREATE TABLE notes (x)"):
            other.execute(statement)
        other.commit()
        (line,) = why_not(tmp_path)
    assert "not Emberpeak's database" in line


def test_database_of_a_newer_version_or_of_another_user(
    tmp_path: Path, empty_database: Path
) -> None:
    """A server that can only read, such as after a restore by root, would keep nothing."""
    path = tmp_path / "game.db"
    shutil.copy(empty_database, path)
    with read_only_file(path):
        (line,) = why_not(tmp_path)
    assert "attempt to write a readonly database" in line
    run_statements(path, "UPDATE alembic_version SET version_num = '9999'")
    (line,) = why_not(tmp_path)
    assert "newer version" in line


@pytest.mark.parametrize(
    ("name", "form"), [("IMAGE_STORAGE_DIR", "{}"), ("DATABASE_URL", "sqlite:///{}")]
)
def test_folder_that_cannot_be_made(name: str, form: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (line,) = why_not(tmp_path, **{name: form.format(tmp_path / "file" / "x" / "y")})
    assert f"Not a directory: {tmp_path / 'file'}" in line


SOCKS = {"ALL_PROXY": "socks5://me:hush@127.0.0.1:1"}


@pytest.mark.parametrize(
    ("environment", "workers"),
    [
        (SOCKS, "1"),
        (SOCKS, "2"),
        ({"HTTPS_PROXY": "http://me:hush@127.0.0.1:many"}, "1"),
        ({"SSL_CERT_FILE": "/nowhere/certificates.pem"}, "1"),
        ({"SSL_CERT_FILE": "/etc/passwd"}, "1"),
    ],
)
def test_environment_that_breaks_the_way_to_the_model(
    environment: dict[str, str], workers: str, tmp_path: Path
) -> None:
    told = why_not(tmp_path, **environment, GEMINI_API_KEY="key", WORKERS=workers)
    assert told
    for line in told:
        assert set(environment).pop() in line
        assert "hush" not in line


def test_without_a_key_nobody_needs_a_proxy_and_an_empty_file_is_a_new_database(
    tmp_path: Path,
) -> None:
    (tmp_path / "game.db").touch()
    values: Any = SOCKS
    with server_process(tmp_path, **values) as server:
        assert server.client.get("/health").json()["status"] == "ok"


def test_address_that_cannot_be_had(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        log = log_of_failed_start(tmp_path, PORT=str(taken.getsockname()[1]))
    assert "address already in use" in log.lower()
    log = log_of_failed_start(tmp_path, HOST="192.0.2.1", ADMIN_TOKEN="0123456789abcdef")
    assert "192.0.2.1" in log
