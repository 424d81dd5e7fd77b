"""Crashes reach Sentry, and nothing else does; whatever Sentry does, the server goes on."""

import json
import logging
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from app import __version__
from app.errors import NotFoundError
from app.observability.sentry import reporting_errors
from tests.conftest import GEMINI_KEY
from tests.support import gemini_failures
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import IMAGES, execute, order
from tests.support.patience import PATIENCE_SECONDS
from tests.support.sentry_endpoint import SentryEndpoint, sentry_endpoint
from tests.support.server_process import ServerProcess, server_process

pytestmark = pytest.mark.thorough

BACKEND = Path(__file__).parents[2]
TOKEN = "operator-token-never-sent"


@pytest.fixture
def sentry() -> Iterator[SentryEndpoint]:
    with sentry_endpoint() as endpoint:
        yield endpoint


@pytest.fixture
def server(
    sentry: SentryEndpoint, gemini: GeminiStandin, tmp_path: Path
) -> Iterator[ServerProcess]:
    with server_process(
        tmp_path,
        SENTRY_DSN=sentry.dsn,
        ADMIN_TOKEN=TOKEN,
        GEMINI_API_KEY=GEMINI_KEY,
        GOOGLE_GEMINI_BASE_URL=gemini.base_url,
        MAX_REQUESTS_PER_MINUTE="3",
    ) as process:
        yield process


def crash(server: ServerProcess, request_id: str) -> httpx.Response:
    """Look for an image in a table whose column another program has taken away.

    A table that is gone would be trouble with the database, which is expected; a column is not.
    """
    rename = "ALTER TABLE image_assets RENAME COLUMN {} TO {}"
    execute(server.settings, rename.format("alt_text", "taken_away"))
    try:
        return server.client.get(
            f"{IMAGES}/search",
            params={"q": "Unmistakable lamp"},
            headers={
                "X-Request-ID": request_id,
                "Authorization": f"Bearer {TOKEN}",
                "Cookie": "emberpeak_player=" + "ab" * 16,
                "User-Agent": "unmistakable browser",
            },
        )
    finally:
        execute(server.settings, rename.format("taken_away", "alt_text"))


def test_crash_is_reported_once_and_expected_errors_are_not(
    server: ServerProcess, sentry: SentryEndpoint, gemini: GeminiStandin
) -> None:
    gemini.answer_with(gemini_failures.BAD_REQUEST, gemini_failures.QUOTA_PER_MINUTE)
    asked = [
        server.client.get(f"{IMAGES}/424242"),
        server.client.get("/nothing"),
        server.client.get(f"{IMAGES}/abc"),
        server.client.get("/api/v1/maintenance/stats"),
        *(
            server.client.post(f"{IMAGES}/generate", json=order(prompt=f"A lamp of {metal}"))
            for metal in ("brass", "copper")
        ),
    ]
    assert [answer.status_code for answer in asked] == [404, 404, 422, 401, 502, 429]
    assert crash(server, "crash-1").status_code == 500
    assert server.end(signal.SIGTERM) is not None
    (event,) = sentry.wait_for_events(1)
    assert event["release"] == f"emberpeak@{__version__}"
    assert event["tags"] == {"request_id": "crash-1"}
    assert event["level"] == "error"
    kinds = [value["type"] for value in event["exception"]["values"]]
    assert kinds == ["OperationalError", "OperationalError"]
    frames = event["exception"]["values"][-1]["stacktrace"]["frames"]
    assert any("library" in frame["filename"] for frame in frames)
    assert not {"user", "request", "breadcrumbs", "extra", "modules"} & set(event)
    text = json.dumps(event)
    for secret in ("nmistakable", TOKEN, GEMINI_KEY, "ab" * 16, "127.0.0.1", str(BACKEND)):
        assert secret not in text
    assert socket.gethostname() not in text


def test_sentry_that_never_answers(tmp_path: Path) -> None:
    with (
        sentry_endpoint(silent=True) as sentry,
        server_process(tmp_path, SENTRY_DSN=sentry.dsn) as server,
    ):
        for _ in range(120):  # more than the SDK keeps
            assert crash(server, "crash").status_code == 500
        assert server.client.get("/health").status_code == 200
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(PATIENCE_SECONDS)
        assert len(sentry.events) <= 2


def test_without_a_dsn_the_sdk_is_not_loaded() -> None:
    code = (
        "import sys, app.main\n"
        "from app.observability.sentry import reporting_errors\n"
        "with reporting_errors(None): pass\n"
        "print(any(name.startswith('sentry') for name in sys.modules))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(BACKEND)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "False\n"


def test_any_line_with_an_exception_is_reported_once(sentry: SentryEndpoint) -> None:
    log, error = logging.getLogger("app.somewhere"), RuntimeError("one")
    with reporting_errors(SecretStr(sentry.dsn)):
        log.error("in the background", exc_info=error)
        logging.getLogger("uvicorn.error").error("and there", exc_info=error)
        log.critical("at the start", exc_info=RuntimeError("two"))
        log.warning("expected", exc_info=RuntimeError("three"))
        log.error("without one")
        log.error("refused", exc_info=NotFoundError("four"))
    events = sentry.wait_for_events(2)
    assert [event["level"] for event in events] == ["error", "fatal"]
    assert [event["tags"] for event in events] == [{"request_id": "none"}] * 2
    assert [event["logger"] for event in events] == ["app.somewhere"] * 2
    assert not any("two" in json.dumps(event["exception"]) for event in events)
