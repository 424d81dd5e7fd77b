"""SIGKILL at each step of a paid call, then a start and the same request.

The moment is chosen from outside: by what the ledger says, what came in at the stand-in, and
what lies in the folder. The next owner waits until 15 s after the last heartbeat.
"""

import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from app.database import sqlite_module
from tests.api.money.conftest import SMALL, StartProcess
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import assert_rows_and_files_agree, outcomes, wait_until
from tests.support.library import MAINTENANCE, SCENES, row_count, stored_files
from tests.support.server_process import ServerProcess

MILL = {"location": "Old Mill"}


def ask_in_vain(server: ServerProcess) -> None:
    with (
        httpx.Client(base_url=server.url, timeout=60) as client,
        pytest.raises(httpx.TransportError),
    ):
        client.post(f"{SCENES}/generate", params=MILL)


def kill_when(server: ServerProcess, reached: Callable[[], bool]) -> None:
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(ask_in_vain, server)
        try:
            wait_until(reached)
        finally:
            server.end(signal.SIGKILL)
        asking.result()


def ask_again(start_process: StartProcess) -> tuple[ServerProcess, dict[str, Any]]:
    server = start_process()
    answer = server.client.post(f"{SCENES}/generate", params=MILL, timeout=90)
    assert answer.status_code == 200, answer.text
    assert server.client.get(answer.json()["url"]).status_code == 200
    return server, answer.json()


class TestNotStoredYet:
    """What was called may have been billed: it counts, and the picture is paid once more."""

    def test_reserved_and_called(self, start_process: StartProcess, gemini: GeminiStandin) -> None:
        gemini.answer_with(gemini_failures.NEVER_ANSWERS, SMALL)
        first = start_process()
        kill_when(first, lambda: len(gemini.calls) == 1)
        assert outcomes(first.settings) == {"reserved": 1}
        server, made = ask_again(start_process)
        assert made["served"] == "generated"
        assert len(gemini.calls) == 2
        wait_until(lambda: outcomes(server.settings) == {"unknown": 1, "ok": 1})
        report = server.client.get(f"{MAINTENANCE}/spending").json()
        assert (report["calls_today"], report["reserved"]) == (2, 0)
        assert_rows_and_files_agree(server.settings)

    def test_answered_while_encoding(
        self, start_process: StartProcess, gemini: GeminiStandin
    ) -> None:
        answered = threading.Event()

        def large(call: Any) -> gemini_answers.Answer:
            made = gemini_answers.picture(call)
            answered.set()
            return made

        gemini.answer_always(SMALL)
        gemini.answer_with(large)
        first = start_process()

        def writing() -> bool:
            return answered.is_set() and bool(stored_files(first.settings))

        kill_when(first, writing)
        server, _ = ask_again(start_process)
        assert_paid_once_for_each_call(server, gemini)

    def test_written_but_not_committed(
        self, start_process: StartProcess, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(SMALL)
        first = start_process()
        path = first.settings.database_url.removeprefix("sqlite:///")
        wait_until(lambda: first.client.get("/health").status_code == 200)
        # Another program holds the write lock from the call on, so that the row has to wait.
        blocker = sqlite_module().connect(path, isolation_level=None, check_same_thread=False)

        def answer(call: Any) -> gemini_answers.Answer:
            blocker.execute("BEGIN IMMEDIATE")
            return SMALL(call)

        gemini.answer_with(answer)

        def written() -> bool:
            names = [file.name for file in stored_files(first.settings)]
            return len(names) == 2 and not any(name.endswith(".tmp") for name in names)

        kill_when(first, written)
        blocker.rollback()
        blocker.close()
        assert row_count(first.settings) == 0
        server, _ = ask_again(start_process)
        assert len(list(server.log_file.parent.glob("images.lost+found/full/*"))) == 1
        assert_paid_once_for_each_call(server, gemini)


class TestStored:
    def test_committed_but_not_answered(
        self, start_process: StartProcess, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(SMALL)
        first = start_process()
        gemini.answer_with(gemini_answers.slow_picture(0.5))
        with httpx.Client(base_url=first.url) as hasty, pytest.raises(httpx.ReadTimeout):
            hasty.post(f"{SCENES}/generate", params=MILL, timeout=0.3)
        wait_until(lambda: row_count(first.settings) == 1)
        first.end(signal.SIGKILL)
        server, found = ask_again(start_process)
        assert found["served"] == "cached"
        assert len(gemini.calls) == 1
        assert outcomes(server.settings) == {"ok": 1}
        assert_rows_and_files_agree(server.settings)


def assert_paid_once_for_each_call(server: ServerProcess, gemini: GeminiStandin) -> None:
    """Where the kill came a moment late the picture was stored, and is not paid again."""
    wait_until(lambda: outcomes(server.settings)["reserved"] == 0)
    found = outcomes(server.settings)
    assert found["ok"] == row_count(server.settings) == 1
    assert found["unknown"] == len(gemini.calls) - 1
    assert_rows_and_files_agree(server.settings)
