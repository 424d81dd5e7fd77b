"""What the tests about money share: servers in processes of their own, on one database."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import GEMINI_KEY
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import LONG_AGO, execute
from tests.support.server_process import ServerProcess, server_process

StartProcess = Callable[..., ServerProcess]
WaitForDeath = Callable[[ServerProcess], None]


@pytest.fixture
def start_process(tmp_path: Path, gemini: GeminiStandin) -> Iterator[StartProcess]:
    """Start `python -m app` with the stand-in; all share one database and folder."""
    numbers = itertools.count(1)
    with ExitStack() as stack:

        def start(program: Sequence[str] = ("app",), **environment: str) -> ServerProcess:
            values = {
                "GEMINI_API_KEY": GEMINI_KEY,
                "GEMINI_TIMEOUT_SECONDS": "30",
                "GOOGLE_GEMINI_BASE_URL": gemini.base_url,
                "MAX_REQUESTS_PER_MINUTE": "100000",
                "SCENE_REQUESTS_PER_MINUTE": "100000",
                "PLAYER_DAILY_IMAGE_LIMIT": "100000",
                **environment,
            }
            log_name = f"server-{next(numbers)}.log"
            return stack.enter_context(
                server_process(tmp_path, log_name, program=program, fresh=False, **values)
            )

        yield start


@pytest.fixture
def wait_for_death(long_run: bool) -> WaitForDeath:
    """Let a killed server count as gone, which others see 15 s after its last heartbeat.

    Only the full run waits; else the heartbeats are made older. One that is still alive writes
    its own anew within 5 s.
    """

    def wait(killed: ServerProcess) -> None:
        assert killed.process.poll() is not None
        if not long_run:
            execute(killed.settings, "UPDATE server_instances SET heartbeat_at = ?", LONG_AGO)

    return wait
