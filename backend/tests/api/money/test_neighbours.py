"""Two servers on one database: nobody settles what a live neighbour pays for."""

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.money.conftest import StartProcess
from tests.support import gemini_failures
from tests.support.gemini_answers import SMALL, picture_once
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import outcomes, wait_until
from tests.support.library import LONG_AGO, SCENES, ask_scene, execute, write_lock
from tests.support.metrics_page import wait_for_figure, wait_for_pending
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server_process import ServerProcess

pytestmark = pytest.mark.thorough


@contextmanager
def paying(server: ServerProcess, gemini: GeminiStandin) -> Iterator[None]:
    """While the server waits for a model that does not answer."""
    gemini.answer_with(gemini_failures.NEVER_ANSWERS)
    before = len(gemini.calls)

    def ask() -> None:
        with httpx.Client(base_url=server.url, timeout=PATIENCE_SECONDS, verify=False) as client:
            try:
                client.post(f"{SCENES}/generate", params={"location": "Old Mill"})
            except httpx.TransportError:
                return  # the server was killed

    asking = threading.Thread(target=ask)
    asking.start()
    gemini.wait_for_calls(before + 1)
    try:
        yield
    finally:
        gemini.release()
        asking.join()


def stop(server: ServerProcess) -> None:
    """Freeze a process, and never while it holds the database's write lock."""
    state = Path(f"/proc/{server.process.pid}/stat")
    with write_lock(server.settings):
        server.process.send_signal(signal.SIGSTOP)
        wait_until(lambda: state.read_text("utf-8").rpartition(")")[2].split()[0] == "T")


class TestReservation:
    def test_of_the_living_is_left_alone_and_of_the_dead_is_settled_later(
        self,
        start_process: StartProcess,
        gemini: GeminiStandin,
    ) -> None:
        payer = start_process(GEMINI_TIMEOUT_SECONDS="120")
        with paying(payer, gemini):
            neighbour = start_process()
            # It tidies up before it answers, and with each beat.
            assert neighbour.client.get("/health").status_code == 200
            assert outcomes(neighbour.settings) == {"reserved": 1}
            payer.end(signal.SIGKILL)
            wait_until(lambda: outcomes(neighbour.settings) == {"unknown": 1})
        assert len(gemini.calls) == 1

    def test_of_the_dead_is_settled_at_the_start(
        self, start_process: StartProcess, gemini: GeminiStandin
    ) -> None:
        payer = start_process(GEMINI_TIMEOUT_SECONDS="120")
        with paying(payer, gemini):
            payer.end(signal.SIGKILL)
            heir = start_process()
            wait_until(lambda: outcomes(heir.settings) == {"unknown": 1})
            # Once all is settled; what is looked up is remembered for some seconds.
            labels = {"period": "day", "outcome": "unknown"}
            wait_for_figure(heir.client, 1, "ledger_outcomes", **labels)


class TestStopped:
    def test_process_is_waited_for_by_all_who_want_what_it_pays_for(
        self, start_process: StartProcess, gemini: GeminiStandin
    ) -> None:
        """As by SIGSTOP, or with its whole machine: its leases are old, and its lock is held."""
        finish = threading.Event()
        gemini.answer_always(picture_once(finish))
        payer, neighbour = start_process(), start_process()
        places = [f"Place {number}" for number in range(8)]
        with ThreadPoolExecutor(17) as threads:
            asked = [threads.submit(ask_own, payer, place) for place in places]
            gemini.wait_for_calls(8)
            stop(payer)
            try:
                # As if it had been so for an hour; by the clock alone it would be dead.
                execute(payer.settings, "UPDATE generation_leases SET taken_at = ?", LONG_AGO)
                asked += [threads.submit(ask_own, neighbour, place) for place in places]
                wait_for_pending(neighbour.client, 8)
                # In its turn, so that the others have looked before.
                asked.append(threads.submit(ask_own, neighbour, "Elsewhere"))
                gemini.wait_for_calls(9)
                assert "Elsewhere" in gemini.calls[8].prompt
            finally:
                payer.process.send_signal(signal.SIGCONT)
            finish.set()
            answers = [one.result() for one in asked]
        assert len({answer["id"] for answer in answers}) == 9
        wait_until(lambda: outcomes(payer.settings) == {"ok": 9})
        assert len(gemini.calls) == 9

    def test_process_that_then_dies_is_followed_at_once(
        self, start_process: StartProcess, gemini: GeminiStandin
    ) -> None:
        payer = start_process()
        with paying(payer, gemini):
            stop(payer)
            gemini.answer_always(SMALL)
            neighbour = start_process()
            with ThreadPoolExecutor(1) as threads:
                asked = threads.submit(ask_own, neighbour, "Old Mill")
                wait_for_pending(neighbour.client, 1)
                payer.end(signal.SIGKILL)
                assert asked.result()["served"] == "generated"
        wait_until(lambda: outcomes(neighbour.settings) == {"unknown": 1, "ok": 1})


def ask_own(server: ServerProcess, location: str) -> Any:
    """Ask for a scene on a connection of its own."""
    with httpx.Client(base_url=server.url, timeout=PATIENCE_SECONDS, verify=False) as client:
        return ask_scene(client, location)
