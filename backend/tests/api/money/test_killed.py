"""SIGKILL at each step of a paid call, then a start and the same request."""

import signal
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx
import pytest

from tests.api.money.conftest import StartProcess
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_answers import SMALL, picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import assert_rows_and_files_agree, outcomes, wait_until
from tests.support.library import MAINTENANCE, SCENES, ask_scene, row_count, stored_files
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server_process import ServerProcess

pytestmark = pytest.mark.thorough

LEASE_TAKEN = "app.services.billing.ledger:Ledger.reserve"
LEDGER_WRITTEN = "app.services.generation.make:ImageMaker.make"
ANSWER_RECEIVED = "app.services.storage:StorageService.store"
FILE_WRITTEN = "app.services.generation.settle:Settlement.settle_stored"
ROW_COMMITTED = "app.services.generation.reserve:Reservations.forget"


def ask_in_vain(server: ServerProcess) -> None:
    with (
        httpx.Client(base_url=server.url, timeout=PATIENCE_SECONDS, verify=False) as client,
        pytest.raises(httpx.TransportError),
    ):
        client.post(f"{SCENES}/generate", params={"location": "Old Mill"})


def kill_when(server: ServerProcess, reached: Callable[[], bool]) -> None:
    with ThreadPoolExecutor(1) as thread:
        asking = thread.submit(ask_in_vain, server)
        try:
            wait_until(reached)
        finally:
            server.end(signal.SIGKILL)
        asking.result()


def killed_at(step: str, start_process: StartProcess) -> ServerProcess:
    """A server that was asked and died when it reached the step."""
    server = start_process(("tests.support.killed_at", step))
    ask_in_vain(server)
    assert server.process.wait(60) == -signal.SIGKILL
    return server


def start_and_ask(start_process: StartProcess) -> tuple[ServerProcess, Any]:
    server = start_process()
    with httpx.Client(base_url=server.url, timeout=PATIENCE_SECONDS, verify=False) as client:
        found = ask_scene(client)
        assert client.get(found["url"]).status_code == 200
    return server, found


def assert_settled(server: ServerProcess, **expected: int) -> None:
    wait_until(lambda: outcomes(server.settings)["reserved"] == 0)
    assert outcomes(server.settings) == Counter(expected)
    report = server.client.get(f"{MAINTENANCE}/spending").json()
    assert (report["calls_today"], report["reserved"]) == (sum(expected.values()), 0)
    assert_rows_and_files_agree(server.settings)


class TestNotStoredYet:
    """What may have been called counts as paid, and the image is made once more."""

    def test_lease_taken(self, start_process: StartProcess, gemini: GeminiStandin) -> None:
        gemini.answer_always(SMALL)
        first = killed_at(LEASE_TAKEN, start_process)
        assert row_count(first.settings, "generation_leases") == 0, "both or neither"
        server, made = start_and_ask(start_process)
        assert (made["served"], len(gemini.calls)) == ("generated", 1)
        assert_settled(server, ok=1)

    def test_ledger_written(self, start_process: StartProcess, gemini: GeminiStandin) -> None:
        gemini.answer_always(SMALL)
        first = killed_at(LEDGER_WRITTEN, start_process)
        assert outcomes(first.settings) == {"reserved": 1}
        assert row_count(first.settings, "generation_leases") == 1
        server, made = start_and_ask(start_process)
        assert (made["served"], len(gemini.calls)) == ("generated", 1)
        assert_settled(server, unknown=1, ok=1)

    def test_call_made(self, start_process: StartProcess, gemini: GeminiStandin) -> None:
        gemini.answer_always(SMALL)
        gemini.answer_with(gemini_failures.NEVER_ANSWERS)
        first = start_process()
        kill_when(first, lambda: len(gemini.calls) == 1)
        server, made = start_and_ask(start_process)
        assert (made["served"], len(gemini.calls)) == ("generated", 2)
        assert_settled(server, unknown=1, ok=1)

    def test_answer_received(self, start_process: StartProcess, gemini: GeminiStandin) -> None:
        gemini.answer_always(SMALL)
        first = killed_at(ANSWER_RECEIVED, start_process)
        assert (len(gemini.calls), stored_files(first.settings)) == (1, [])
        server, made = start_and_ask(start_process)
        assert (made["served"], len(gemini.calls)) == ("generated", 2)
        assert_settled(server, unknown=1, ok=1)

    def test_while_the_files_are_written(
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
        kill_when(first, lambda: answered.is_set() and bool(stored_files(first.settings)))
        # Where the kill came a moment late the image is stored, and is not paid again.
        late = row_count(first.settings)
        server, _ = start_and_ask(start_process)
        assert len(gemini.calls) == 2 - late
        assert_settled(server, ok=1, **({} if late else {"unknown": 1}))

    def test_files_written(self, start_process: StartProcess, gemini: GeminiStandin) -> None:
        gemini.answer_always(SMALL)
        first = killed_at(FILE_WRITTEN, start_process)
        assert (len(stored_files(first.settings)), row_count(first.settings)) == (2, 0)
        server, made = start_and_ask(start_process)
        assert (made["served"], len(gemini.calls)) == ("generated", 2)
        assert len(list(server.log_file.parent.glob("images/quarantine/full/*"))) == 1
        assert_settled(server, unknown=1, ok=1)


class TestStored:
    def test_row_committed(self, start_process: StartProcess, gemini: GeminiStandin) -> None:
        gemini.answer_always(SMALL)
        first = killed_at(ROW_COMMITTED, start_process)
        assert row_count(first.settings) == 1
        server, found = start_and_ask(start_process)
        assert (found["served"], len(gemini.calls)) == ("cached", 1)
        assert_settled(server, ok=1)

    def test_caller_who_hung_up_finds_it(
        self, start_process: StartProcess, gemini: GeminiStandin
    ) -> None:
        gemini.answer_always(SMALL)
        finish = Event()
        gemini.answer_with(picture_once(finish))
        server = start_process()
        with httpx.Client(base_url=server.url) as hasty, pytest.raises(httpx.ReadTimeout):
            hasty.post(f"{SCENES}/generate", params={"location": "Old Mill"}, timeout=0.3)
        gemini.wait_for_calls(1)
        finish.set()
        wait_until(lambda: row_count(server.settings) == 1)
        assert ask_scene(server.client)["served"] == "cached"
        assert len(gemini.calls) == 1
        assert_settled(server, ok=1)
