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
_LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z \[(\w+) *\] (.*)")

NASTY = "wicked\n2026-11-23T00:00:00Z [info     ] forged\r\x1b[31mred\u2028line\x00\x9b"

# One program says it all, since each costs a second: level, and what its line holds.
PROGRAM = f"""
import asyncio, logging, sqlalchemy.exc, structlog, threading, warnings
logging.getLogger('uvicorn.error').info('from %s', 'uvicorn')
logging.getLogger('sqlalchemy.pool').error('from sqlalchemy')
warnings.warn('odd', sqlalchemy.exc.SAWarning)
log = structlog.get_logger()
log.info('event', path={NASTY!r})
log.info({NASTY!r})
log.info('event', found={{'deep': [{NASTY!r}]}})
logging.getLogger('x').warning('got %s', {NASTY!r})
def fail(): raise RuntimeError('in a thread')
thread = threading.Thread(target=fail)
thread.start()
thread.join()
class A:
    def __del__(self): raise RuntimeError('in a finalizer')
a = A()
del a
async def die(): raise RuntimeError('in a task')
async def main():
    task = asyncio.create_task(die())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
asyncio.run(main())
raise RuntimeError({NASTY!r})
"""
SAID = [
    ("info", "from uvicorn"),
    ("error", "from sqlalchemy"),
    ("warning", "SAWarning: odd"),
    *(("info", "forged"),) * 3,
    ("warning", "forged"),
    ("error", "in a thread"),
    ("error", "in a finalizer"),
    ("error", "in a task"),
    ("critical", "forged"),
]


def run(code: str, form: str) -> subprocess.CompletedProcess[str]:
    """Run some lines in a Python of their own, with the log set up."""
    module = "app.observability.logging_setup"
    setup = f"from {module} import set_up_logging\nset_up_logging('INFO', '{form}')\n"
    return start(["-c", setup + code])


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


def lines(form: str, output: str) -> list[tuple[str, str]]:
    """Level and text of each line; fails where one has another form."""
    if form == "json":
        return [(json.loads(line)["level"], line) for line in output.split("\n")[:-1]]
    found: list[tuple[str, str]] = []
    for line in output.split("\n")[:-1]:
        if found and line.startswith(("    ", "Traceback (most recent call last):")):
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{line}")
        else:
            matched = _LINE.fullmatch(line)
            assert matched, line
            found.append((matched[1], matched[2]))
    return found


@pytest.mark.parametrize("form", ["console", "json"])
def test_each_says_its_own_in_one_line(form: str) -> None:
    ended = run(PROGRAM, form)
    found = lines(form, ended.stderr)
    assert [level for level, _ in found] == [level for level, _ in SAID]
    for (_, line), (_, text) in zip(found, SAID, strict=True):
        assert text in line
    assert ended.returncode == 1
    assert not set(ended.stderr) & set("\r\x1b\u2028\x00\x9b")


def test_interrupt_is_no_crash() -> None:
    assert "crashed" not in run("raise KeyboardInterrupt", "json").stderr


@pytest.mark.parametrize("form", ["console", "json"])
def test_setting_that_is_not_allowed(form: str) -> None:
    ended = start(["-m", "app"], LOG_FORMAT=form, PORT="many", WORKERS="0")
    assert ended.returncode == 2
    told: list[Any] = ended.stderr.splitlines()
    if form == "json":
        assert {json.loads(line)["event"] for line in told} == {"cannot start"}
        told = [json.loads(line)["reason"] for line in told]
    assert [line.split()[0] for line in told] == ["PORT", "WORKERS"]
    assert told[0].startswith("PORT is 'many', which is not allowed")
