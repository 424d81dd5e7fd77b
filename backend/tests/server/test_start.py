"""A server that cannot start says why in one line, and touches nothing."""

import os
import shutil
import socket
from collections.abc import Mapping
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


@pytest.mark.parametrize("content", ["garbled", "newer"])
def test_says_why(content: str, tmp_path: Path, empty_database: Path) -> None:
    path = tmp_path / "game.db"
    shutil.copy(empty_database, path)
    if content == "garbled":
        path.write_bytes(b"this is no database " * 5000)
    else:
        with closing(sqlite_module().connect(path)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '9999'")
            connection.commit()
    before = path.read_bytes()
    with pytest.raises(RuntimeError) as failed, server_process(tmp_path) as _:
        pass
    log = str(failed.value)
    assert "cannot start" in log
    assert {"garbled": "file is not a database", "newer": "newer version"}[content] in log
    assert "Traceback" not in log
    assert path.read_bytes() == before


def test_database_of_another_user(tmp_path: Path, empty_database: Path) -> None:
    """Such as after a restore by root: a server that can only read would keep nothing."""
    path = tmp_path / "game.db"
    shutil.copy(empty_database, path)
    with (
        read_only_file(path),
        pytest.raises(RuntimeError) as failed,
        server_process(tmp_path) as _,
    ):
        pass
    log = str(failed.value)
    assert "cannot start" in log
    assert "attempt to write a readonly database" in log
    assert "Traceback" not in log


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("IMAGE_STORAGE_DIR", "Not a directory"),
        ("DATABASE_URL", "Not a directory"),
    ],
)
def test_says_which_folder(name: str, reason: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    place = str(tmp_path / "file" / "x" / "y")
    where: Any = {name: f"sqlite:///{place}" if name == "DATABASE_URL" else place}
    with pytest.raises(RuntimeError) as failed, server_process(tmp_path, **where) as _:
        pass
    log = str(failed.value)
    assert "cannot start" in log
    assert f"{reason}: {tmp_path / 'file'}" in log
    assert "Traceback" not in log


@pytest.mark.parametrize("name", ["game.db", "images", "backups"])
def test_link_to_itself(name: str, tmp_path: Path) -> None:
    place = tmp_path / name
    place.symlink_to(place)
    values: Any = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'game.db'}",
        "IMAGE_STORAGE_DIR": str(tmp_path / "images"),
        "BACKUP_DIR": str(tmp_path / "backups"),
    }
    if name == "backups":  # it is needed for backups only
        with server_process(tmp_path, **values) as server:
            health = server.client.get("/health").json()
            assert health["checks"]["backups"]["status"] == "error"
        return
    assert name in why_not(tmp_path, values)


def why_not(folder: Path, environment: Mapping[str, str]) -> str:
    """What a start says that must fail in one line."""
    values: Any = dict(environment)
    with pytest.raises(RuntimeError) as failed, server_process(folder, **values) as _:
        pass
    log = str(failed.value)
    assert "Traceback" not in log
    (line,) = [line for line in log.splitlines() if "cannot start" in line]
    return line


OTHER_PROGRAMS = {
    "notes": ["CREATE TABLE notes (x)"],
    "alembic": ["CREATE TABLE alembic_version (version_num)", "CREATE TABLE users (x)"],
    "same revision": [
        "CREATE TABLE alembic_version (version_num)",
        "INSERT INTO alembic_version VALUES ('0001')",
        "CREATE TABLE image_assets (id)",
    ],
    "with a log": ["PRAGMA journal_mode=WAL", "CREATE TABLE notes (x)"],
}


@pytest.mark.parametrize("who", [*OTHER_PROGRAMS, "text", "folder"])
@pytest.mark.parametrize("command", ["server", "verify"])
def test_file_of_another_program(command: str, who: str, tmp_path: Path) -> None:
    """It is left as it is, to the byte and the second."""
    (tmp_path / "images").mkdir()
    path = tmp_path / "other.db"
    environment = {
        "DATABASE_URL": f"sqlite:///{path}",
        "IMAGE_STORAGE_DIR": str(tmp_path / "images"),
    }
    with closing(sqlite_module().connect(path)) as other:
        for statement in OTHER_PROGRAMS.get(who, []):
            other.execute(statement)
        other.commit()
        if who == "text":
            path.write_text("Dear diary, this is no database.\n" * 100)
        elif who == "folder":
            path.unlink()
            path.mkdir()
        os.utime(path, ns=(10**18, 10**18))
        before = existing_data(path)
        if command == "server":
            told = why_not(tmp_path, environment)
        else:
            values = {**os.environ, "PYTHONPATH": str(BACKEND), **environment}
            done = run_command("verify", (), tmp_path, values)
            assert done.returncode == 2
            told = done.stderr
        assert existing_data(path) == before
    reasons = {"text": "not a database of SQLite", "folder": "is not a file"}
    if command == "server" or who != "folder":
        assert reasons.get(who, "not Emberpeak's database") in told


def existing_data(path: Path) -> tuple[int, bytes]:
    """When it was written last, and what is in it."""
    return path.stat().st_mtime_ns, b"" if path.is_dir() else path.read_bytes()


def test_empty_file_is_a_new_database(tmp_path: Path) -> None:
    (tmp_path / "game.db").touch()
    with server_process(tmp_path) as server:
        assert server.client.get("/health").json()["status"] == "ok"


ENVIRONMENTS = {
    "SOCKS": ({"ALL_PROXY": "socks5://me:hush@127.0.0.1:1"}, "ALL_PROXY"),
    "scheme": ({"HTTPS_PROXY": "gopher://me:hush@127.0.0.1:1"}, "HTTPS_PROXY"),
    "port": ({"HTTPS_PROXY": "http://me:hush@127.0.0.1:many"}, "HTTPS_PROXY"),
    "certificates": ({"SSL_CERT_FILE": "/nowhere/certificates.pem"}, "SSL_CERT_FILE"),
    "damaged certificates": ({"SSL_CERT_FILE": "/etc/passwd"}, "SSL_CERT_FILE"),
}


@pytest.mark.parametrize(("case", "workers"), [*((c, "1") for c in ENVIRONMENTS), ("SOCKS", "2")])
def test_environment_of_the_libraries(case: str, workers: str, tmp_path: Path) -> None:
    """Nobody set it for this program, and what it says breaks the way to the model."""
    environment, name = ENVIRONMENTS[case]
    values = {**environment, "GEMINI_API_KEY": "key", "WORKERS": workers}
    told: Any = dict(values)
    with pytest.raises(RuntimeError) as failed, server_process(tmp_path, **told) as _:
        pass
    log = str(failed.value)
    assert "Traceback" not in log
    lines = {line.partition('"reason"')[2] for line in log.splitlines() if "cannot start" in line}
    assert all(name in line for line in lines)
    assert lines
    assert "hush" not in log


@pytest.mark.parametrize("case", ["SOCKS", "port"])
def test_without_a_key_nobody_needs_a_proxy(case: str, tmp_path: Path) -> None:
    environment: Any = ENVIRONMENTS[case][0]
    with server_process(tmp_path, **environment) as server:
        assert server.client.get("/health").json()["status"] == "ok"


def test_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RuntimeError) as failed, server_process(tmp_path, PORT=str(port)) as _:
            pass
    assert "address already in use" in str(failed.value).lower()
    assert "Traceback" not in str(failed.value)


def test_address_of_another_machine(tmp_path: Path) -> None:
    environment: Any = {"HOST": "192.0.2.1", "ADMIN_TOKEN": "0123456789abcdef"}
    with pytest.raises(RuntimeError) as failed, server_process(tmp_path, **environment) as _:
        pass
    assert "192.0.2.1" in str(failed.value)
    assert "Traceback" not in str(failed.value)
