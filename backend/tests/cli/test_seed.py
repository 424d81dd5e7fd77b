"""scripts/seed.sh against a real server."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.services.scenes.adventure import PLACES
from tests.conftest import ServerFactory
from tests.support import gemini_failures
from tests.support.command import run_command
from tests.support.gemini_answers import SMALL
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import ask_scene, execute, row_count
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer

PROJECT = Path(__file__).resolve().parents[3]

Seed = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def seed(tmp_path: Path) -> Seed:
    """Run the command as the script does."""

    def run(
        *arguments: str, token: str = "", fresh: bool = False
    ) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(PROJECT / "backend")}
        environment["HTTP_PROXY"] = "http://127.0.0.1:9"
        environment["ADMIN_TOKEN"] = token
        return run_command("seed", arguments, tmp_path, environment, fresh=fresh)

    return run


def test_script_runs_the_command() -> None:
    script = (PROJECT / "scripts" / "seed.sh").read_text("utf-8")
    assert '\nrun_command seed "$@"' in script
    assert os.access(PROJECT / "scripts" / "seed.sh", os.X_OK)


@pytest.mark.thorough
def test_paints_all_places(gemini_server: RunningServer, gemini: GeminiStandin, seed: Seed) -> None:
    gemini.answer_always(SMALL)
    ask_scene(gemini_server.client, PLACES[3], time_of_day="dusk", weather="rain")
    words = ("--url", gemini_server.url, "--time-of-day", "dusk", "--weather", "rain")
    done = seed(*words, fresh=True)
    assert done.returncode == 0, done.stderr
    assert "20 places: 1 are there, 19 to paint for about 0.64 USD." in done.stdout
    assert "20 of 20 places" in done.stdout
    assert "19 painted, 1 were there, 0 failed." in done.stdout
    assert len(gemini.calls) == 20
    for place in PLACES:
        made = ask_scene(gemini_server.client, place, time_of_day="dusk", weather="rain")
        assert made["served"] == "cached"
    again = seed(*words)
    assert (again.returncode, len(gemini.calls)) == (0, 20)


def test_dry_run(gemini_server: RunningServer, gemini: GeminiStandin, seed: Seed) -> None:
    done = seed("--url", gemini_server.url, "--dry-run")
    assert done.returncode == 0
    assert done.stdout == "20 places: 0 are there, 20 to paint for about 0.67 USD.\n"
    assert gemini.calls == []
    assert row_count(gemini_server.settings, "warm_jobs") == 0


@pytest.mark.thorough
def test_some_fail(gemini_server: RunningServer, gemini: GeminiStandin, seed: Seed) -> None:
    gemini.answer_always(SMALL)
    gemini.answer_with(gemini_failures.BAD_REQUEST)
    done = seed("--url", gemini_server.url)
    assert done.returncode == 1
    assert "19 painted, 0 were there, 1 failed." in done.stdout
    assert "  Starting Tavern: Gemini did not accept the request." in done.stdout


def test_admin_token(make_server: ServerFactory, seed: Seed) -> None:
    server = make_server(admin_token="operator")
    refused = seed("--url", server.url)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "ADMIN_TOKEN" in refused.stderr
    assert "has another ADMIN_TOKEN" in seed("--url", server.url, token="wrong").stderr
    assert seed("--url", server.url, "--dry-run", token="operator").returncode == 0


def test_nobody_there_or_another_server(gemini: GeminiStandin, seed: Seed) -> None:
    nobody, other = seed("--url", "http://127.0.0.1:1"), seed("--url", gemini.base_url)
    assert (nobody.returncode, other.returncode) == (2, 2)
    assert "cannot be reached" in nobody.stderr
    assert "Traceback" not in nobody.stderr + other.stderr


@pytest.mark.thorough
def test_paused_then_cancelled(
    make_gemini_server: ServerFactory, gemini: GeminiStandin, tmp_path: Path
) -> None:
    server = make_gemini_server(daily_image_limit=2)
    gemini.answer_always(SMALL)
    with subprocess.Popen(
        [sys.executable, "-m", "app.cli", "seed", "--url", server.url],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT / "backend")},
        stdout=subprocess.PIPE,
        text=True,
    ) as seeding:
        assert seeding.stdout
        assert any("daily_limit" in line for line in seeding.stdout)
        ((job,),) = execute(server.settings, "SELECT id FROM warm_jobs")
        server.client.delete(f"/api/v1/jobs/{job}")
        assert "The job was cancelled." in seeding.stdout.read()
        assert seeding.wait(PATIENCE_SECONDS) == 1
    assert len(gemini.calls) == 1
