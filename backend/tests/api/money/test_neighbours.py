"""Two servers on one database: nobody settles what a live neighbour pays for."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from app.clock import utc_now
from app.services import generation
from app.services.paid import instances
from tests.api.money.conftest import StartProcess, WaitForDeath
from tests.conftest import ServerFactory
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_answers import SMALL
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import outcomes, wait_until
from tests.support.library import SCENES, ask_scene, row_count
from tests.support.metrics_page import wait_for_figure
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server_process import ServerProcess

BEAT = instances.HEARTBEAT_SECONDS
LEASE = instances.LEASE_SECONDS


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


class TestReservation:
    def test_of_the_living_is_left_alone_and_of_the_dead_is_settled_later(
        self,
        start_process: StartProcess,
        wait_for_death: WaitForDeath,
        gemini: GeminiStandin,
        long_run: bool,
    ) -> None:
        payer = start_process(GEMINI_TIMEOUT_SECONDS="120")
        with paying(payer, gemini):
            neighbour = start_process()
            # It tidies up at its start, and with each beat.
            time.sleep(2 * LEASE if long_run else 1.2 * BEAT)
            assert outcomes(neighbour.settings) == {"reserved": 1}
            payer.end(signal.SIGKILL)
            wait_for_death(payer)
            wait_until(lambda: outcomes(neighbour.settings) == {"unknown": 1})
        assert len(gemini.calls) == 1

    def test_of_the_dead_is_settled_at_the_start(
        self, start_process: StartProcess, gemini: GeminiStandin, wait_for_death: WaitForDeath
    ) -> None:
        payer = start_process(GEMINI_TIMEOUT_SECONDS="120")
        with paying(payer, gemini):
            payer.end(signal.SIGKILL)
            wait_for_death(payer)
            heir = start_process()
            wait_until(lambda: outcomes(heir.settings) == {"unknown": 1})
            # Once all is settled; what is looked up is remembered for some seconds.
            labels = {"period": "day", "outcome": "unknown"}
            wait_for_figure(heir.client, 1, "ledger_outcomes", **labels)


class TestEventLoop:
    def test_held_up_for_longer_than_a_lease_lasts(
        self,
        make_gemini_server: ServerFactory,
        gemini: GeminiStandin,
        monkeypatch: pytest.MonkeyPatch,
        long_run: bool,
    ) -> None:
        """As by a slow disk or a starved machine: nobody takes over what is being paid for."""
        if not long_run:
            monkeypatch.setattr(instances, "LEASE_SECONDS", 1.5)
            monkeypatch.setattr(instances, "HEARTBEAT_SECONDS", 0.3)
        held_up = threading.Event()

        def now_after_a_while() -> object:
            if not held_up.is_set():
                held_up.set()
                time.sleep(2 * instances.LEASE_SECONDS)
            return utc_now()

        monkeypatch.setattr(generation, "utc_now", now_after_a_while)
        gemini.answer_always(gemini_answers.slow_picture(0.3, SMALL))
        payer, neighbour = make_gemini_server(), make_gemini_server()
        answers: list[int] = []

        def ask() -> None:
            with payer.another_client() as client:
                client.timeout = httpx.Timeout(90)
                answers.append(ask_scene(client)["id"])

        asking = threading.Thread(target=ask)
        asking.start()
        assert held_up.wait(PATIENCE_SECONDS)
        with neighbour.another_client() as client:
            client.timeout = httpx.Timeout(90)
            answers.append(ask_scene(client)["id"])
        asking.join()
        assert len(set(answers)) == row_count(payer.settings) == len(gemini.calls) == 1
        assert outcomes(payer.settings) == {"ok": 1}
