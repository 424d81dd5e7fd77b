"""The log of `python -m app` in both forms: whoever writes, and whatever is written."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from tests.support.patience import PATIENCE_SECONDS

BACKEND = Path(__file__).parents[2]
FORMS = ["console", "json"]
_LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z \[(\w+) *\] (.*)")

NASTY = "wicked\n2026-11-23T00:00:00Z [info     ] forged\r\x1b[31mred\u2028line\x00\x9b"


def run(code: str, form: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run some lines in a Python of their own, with the log set up."""
    module = "app.observability.logging_setup"
    setup = f"from {module} import set_up_logging\nset_up_logging('INFO', '{form}')\n"
    return start(["-c", setup + code], **environment)


def start(arguments: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name.lower() not in Settings.model_fields
    }
    return subprocess.run(
        [sys.executable, *arguments],
        env={**inherited, "PYTHONPATH": str(BACKEND), **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def lines(form: str, output: str) -> list[dict[str, Any]]:
    """Level and text of each line; fails where one has another form."""
    if form == "json":
        return [json.loads(line) for line in output.split("\n")[:-1]]
    found: list[dict[str, Any]] = []
    for line in output.split("\n")[:-1]:
        if (line.startswith("    ") and found) or (
            line.startswith("Traceback (most recent call last):") and found
        ):
            found[-1]["event"] += "\n" + line
        else:
            matched = _LINE.fullmatch(line)
            assert matched, line
            found.append({"level": matched[1], "event": matched[2]})
    return found


@pytest.mark.parametrize("form", FORMS)
class TestLibraries:
    def test_uvicorn_and_sqlalchemy(self, form: str) -> None:
        code = (
            "import logging\n"
            "logging.getLogger('uvicorn.error').info('from %s', 'uvicorn')\n"
            "logging.getLogger('sqlalchemy.pool').error('from sqlalchemy')\n"
        )
        found = lines(form, run(code, form).stderr)
        assert [line["level"] for line in found] == ["info", "error"]
        assert "from uvicorn" in found[0]["event"]
        assert "from sqlalchemy" in found[1]["event"]

    def test_warnings(self, form: str) -> None:
        code = "import warnings\nwarnings.warn('old thing', DeprecationWarning)\n"
        (line,) = lines(form, run(code, form, PYTHONWARNINGS="always").stderr)
        assert line["level"] == "warning"
        assert "old thing" in line["event"]

    def test_warnings_of_sqlalchemy(self, form: str) -> None:
        code = "import sqlalchemy.exc, warnings\nwarnings.warn('odd', sqlalchemy.exc.SAWarning)\n"
        (line,) = lines(form, run(code, form).stderr)
        assert "SAWarning: odd" in line["event"]


@pytest.mark.parametrize("form", FORMS)
class TestCrashes:
    def test_uncaught(self, form: str) -> None:
        ended = run("raise RuntimeError('over')", form)
        (line,) = lines(form, ended.stderr)
        assert ended.returncode == 1
        assert line["level"] == "critical"
        assert "RuntimeError" in ended.stderr
        assert "over" in ended.stderr

    def test_in_a_thread(self, form: str) -> None:
        code = (
            "import threading\n"
            "def work(): raise RuntimeError('over')\n"
            "thread = threading.Thread(target=work)\nthread.start()\nthread.join()\n"
        )
        (line,) = lines(form, run(code, form).stderr)
        assert line["level"] == "error"

    def test_in_a_finalizer(self, form: str) -> None:
        code = "class A:\n    def __del__(self): raise RuntimeError('over')\na = A()\ndel a\n"
        (line,) = lines(form, run(code, form).stderr)
        assert line["level"] == "error"

    def test_of_a_task_nobody_waits_for(self, form: str) -> None:
        code = (
            "import asyncio\n"
            "async def work(): raise RuntimeError('over')\n"
            "async def main():\n"
            "    task = asyncio.create_task(work())\n"
            "    await asyncio.sleep(0)\n    await asyncio.sleep(0)\n"
            "asyncio.run(main())\n"
        )
        (line,) = lines(form, run(code, form).stderr)
        assert line["level"] == "error"

    def test_interrupt_is_none(self, form: str) -> None:
        ended = run("raise KeyboardInterrupt", form)
        assert "crashed" not in ended.stderr


@pytest.mark.parametrize("form", FORMS)
class TestInjection:
    @pytest.mark.thorough
    @pytest.mark.parametrize(
        "code",
        [
            f"log.info('event', path={NASTY!r})",
            f"log.info({NASTY!r})",
            f"log.info('event', found={{'deep': [{NASTY!r}]}})",
            f"import logging; logging.getLogger('x').warning('got %s', {NASTY!r})",
            f"import warnings; warnings.warn({NASTY!r})",
        ],
        ids=["value", "event", "nested", "library", "warning"],
    )
    def test_text_stays_in_its_line(self, code: str, form: str) -> None:
        ended = run(f"import structlog\nlog = structlog.get_logger()\n{code}\n", form)
        (line,) = lines(form, ended.stderr)
        assert "forged" in str(line)
        assert not set(ended.stderr) & set("\r\x1b\u2028\x00\x9b")

    def test_message_of_a_crash(self, form: str) -> None:
        ended = run(f"raise RuntimeError({NASTY!r})", form)
        assert len(lines(form, ended.stderr)) == 1
        assert "forged" in ended.stderr
        assert not set(ended.stderr) & set("\r\x1b\u2028\x00\x9b")


class TestStartUpErrors:
    def test_setting_in_json(self) -> None:
        ended = start(["-m", "app"], LOG_FORMAT="json", PORT="many", WORKERS="0")
        found = lines("json", ended.stderr)
        assert ended.returncode == 2
        assert [line["event"] for line in found] == ["cannot start"] * 2
        assert "PORT" in found[0]["reason"]
        assert "WORKERS" in found[1]["reason"]

    @pytest.mark.thorough
    def test_setting_for_people(self) -> None:
        ended = start(["-m", "app"], PORT="many")
        assert ended.returncode == 2
        assert ended.stderr.startswith("PORT is 'many', which is not allowed")
        assert ended.stderr.count("\n") == 1

    @pytest.mark.thorough
    @pytest.mark.parametrize("form", FORMS)
    def test_folder_that_cannot_be_made(self, form: str, tmp_path: Path) -> None:
        in_the_way = tmp_path / "file"
        in_the_way.write_text("in the way")
        ended = start(
            ["-m", "app"],
            LOG_FORMAT=form,
            PORT="0",
            DATABASE_URL=f"sqlite:///{tmp_path / 'game.db'}",
            IMAGE_STORAGE_DIR=str(in_the_way / "images"),
        )
        assert ended.returncode != 0
        assert any(line["level"] in {"error", "critical"} for line in lines(form, ended.stderr))
