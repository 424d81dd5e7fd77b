"""What the tests about money share: servers in processes of their own, on one database."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import GEMINI_KEY
from tests.support.gemini_standin import GeminiStandin
from tests.support.server_process import ServerProcess, server_process

StartProcess = Callable[..., ServerProcess]


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
                "PLAYER_DAILY_IMAGE_LIMIT": "100000",
                **environment,
            }
            log_name = f"server-{next(numbers)}.log"
            return stack.enter_context(
                server_process(tmp_path, log_name, program=program, fresh=False, **values)
            )

        yield start
