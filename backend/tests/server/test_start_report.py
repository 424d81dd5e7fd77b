"""What the log says at the start: who paints, limits, places and callers, and no secret."""

from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from app.config import Settings
from app.server.start_checks import report_settings
from tests.support.server_process import server_process

SETTINGS = {
    "GEMINI_API_KEY": "hush-key",
    "GEMINI_MODEL": "some-model",
    "ADMIN_TOKEN": "hush-token-hush-token",
    "ALLOWED_HOSTS": "game.example",
    "DAILY_IMAGE_LIMIT": "17",
}


def test_a_line_for_each(tmp_path: Path) -> None:
    environment: Any = SETTINGS
    with server_process(tmp_path, **environment) as server:
        lines = {line["event"]: line for line in server.log_lines()}
        log = server.log_file.read_text("utf-8")
    assert lines["pictures"]["painter"] == "gemini"
    assert lines["pictures"]["model"] == "some-model"
    assert lines["limits"]["paid_a_day"] == 17
    assert lines["folders"]["database"] == str(tmp_path / "game.db")
    assert lines["folders"]["images"] == str(tmp_path / "images")
    assert lines["folders"]["backups"] == str(tmp_path / "data" / "backups")
    assert lines["callers"]["names"] == "game.example"
    assert lines["callers"]["admin_token"] == "set"
    assert "hush" not in log
    order = ["setting up the database", "database upgraded", "starting", "pictures", "folders"]
    assert [event for event in lines if event in order] == order


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({}, "painter=local"),
        ({"IMAGE_PROVIDER": "gemini"}, "GEMINI_API_KEY is not set"),
    ],
)
def test_for_people(environment: dict[str, Any], told: str, tmp_path: Path) -> None:
    values: Any = {**environment, "LOG_FORMAT": "console"}
    with server_process(tmp_path, **values) as server:
        lines = server.log_file.read_text("utf-8").splitlines()
    (line,) = [line for line in lines if " pictures " in line]
    assert told in line
    (line,) = [line for line in lines if " callers " in line]
    assert "127.0.0.1" in line
    assert "not set" in line


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
