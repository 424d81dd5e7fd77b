"""A real Prometheus reads the real server: every expression finds series, faults raise alerts.

Real faults are made where that is cheap. A full disk is left to promtool's tests of the same
rules, as is each wait of minutes: here every alert fires at once.
"""

import re
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import pytest

from tests.conftest import GEMINI_KEY
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_standin import GeminiStandin
from tests.support.ledger import wait_until
from tests.support.library import IMAGES, ask_scene, execute, make_image, order, write_lock
from tests.support.prometheus import (
    Prometheus,
    dashboard_expressions,
    metrics_named,
    prometheus_of,
    rules,
    with_long_windows,
)
from tests.support.server_process import ServerProcess, server_process

_THRESHOLD = re.compile(
    r"\s(?:<|>|==)\s(?:(?:[\d.]+(?: \* )?)+(?:emberpeak_\w+)?(?=\s|$)|sum\(increase\(.*\)\)$)"
)
# More than the five that the alert allows, and than the images that are made before.
_FAILURES = 8


@pytest.fixture
def server(tmp_path: Path, gemini: GeminiStandin) -> Iterator[ServerProcess]:
    environment = {
        "GEMINI_API_KEY": GEMINI_KEY,
        "GOOGLE_GEMINI_BASE_URL": gemini.base_url,
        "DAILY_IMAGE_LIMIT": "11",
        "MONTHLY_BUDGET_USD": "100",
        "MAX_REQUESTS_PER_MINUTE": "1000",
    }
    with server_process(tmp_path, fresh=False, **environment) as process:
        yield process


def test_reads_everything_and_raises_alarms(
    server: ServerProcess, gemini: GeminiStandin, tmp_path: Path
) -> None:
    make_two_images(server)
    with prometheus_of(server.url, tmp_path) as prometheus:
        # It sees a rise only in what it knew before.
        wait_until(lambda: bool(prometheus.query("emberpeak_images == 2")))
        fail_generations(server, gemini)
        prometheus.wait_for_alerts("EmberpeakErrors", "EmberpeakGenerationsFail")
        hold_writes_up(server)
        prometheus.wait_for_alerts("EmberpeakSlow", "EmberpeakWritesWait")
        use_up_the_day(server, gemini)
        prometheus.wait_for_alerts(
            "EmberpeakBudgetNearlyGone",
            "EmberpeakQuotaOpen",
            "EmberpeakBackupTooOld",  # there is none
        )
        check_expressions(prometheus)
        assert not prometheus.fired() & {"EmberpeakDiskLow", "EmberpeakStorageUnreachable"}
        unmount_and_take_table_away(server)
        prometheus.wait_for_alerts(
            "EmberpeakStorageUnreachable", "EmberpeakDatabaseUnreachable", "EmberpeakUnhealthy"
        )
        server.process.kill()
        prometheus.wait_for_alerts("EmberpeakDown")


def make_two_images(server: ServerProcess) -> None:
    make_image(server.client)
    made = make_image(server.client)
    assert server.client.put(f"{IMAGES}/{made['id']}/feature").status_code == 200


def fail_generations(server: ServerProcess, gemini: GeminiStandin) -> None:
    """Not charged, tried three times each, and nothing that opens the breaker."""
    gemini.answer_with(*[gemini_failures.OVERLOADED] * 3 * _FAILURES)
    orders = [order(prompt=f"A brass lamp that fails, number {n}") for n in range(_FAILURES)]
    with ThreadPoolExecutor(_FAILURES) as threads:
        answers = threads.map(
            lambda body: server.client.post(f"{IMAGES}/generate", json=body), orders
        )
        assert {answer.status_code for answer in answers} == {503}


def use_up_the_day(server: ServerProcess, gemini: GeminiStandin) -> None:
    """All but one image, and with that one learn that the quota is gone."""
    gemini.answer_with(*[gemini_answers.picture] * 8, gemini_failures.QUOTA_PER_DAY)
    for number in range(7):
        make_image(server.client, prompt=f"A small brass lamp, number {number}")
    for _ in range(3):
        ask_scene(server.client)
    body = order(prompt="A small brass lamp too many")
    assert server.client.post(f"{IMAGES}/generate", json=body).status_code == 429


def hold_writes_up(server: ServerProcess) -> None:
    """Until the first of them gives up."""
    with ThreadPoolExecutor(8) as threads:
        with write_lock(server.settings):
            star = f"{IMAGES}/1/feature"
            asked = [threads.submit(server.client.put, star) for _ in range(8)]
            wait(asked, return_when=FIRST_COMPLETED)
        assert {answer.result().status_code for answer in asked} <= {200, 503}


def unmount_and_take_table_away(server: ServerProcess) -> None:
    """What is left of an unmounted disk is its mount point, and nothing in it."""
    folder = server.settings.image_storage_dir
    folder.rename(folder.with_name("elsewhere"))
    folder.mkdir()
    execute(server.settings, "ALTER TABLE image_assets RENAME TO taken_away")


def check_expressions(prometheus: Prometheus) -> None:
    """Each gives series; of an alert, the figure that it compares."""
    figures = [_THRESHOLD.sub("", rule["expr"]) for rule in rules()]
    for expression in [*dashboard_expressions(), *figures]:
        for text in (with_long_windows(expression), *metrics_named(expression)):
            wait_until(lambda text=text: bool(prometheus.query(text)))  # type: ignore[misc]
