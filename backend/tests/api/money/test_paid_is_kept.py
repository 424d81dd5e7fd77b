"""What is paid for is kept, or it is known why not: ``paid = kept + explained``.

Nothing that can fail for a reason known beforehand stands between an answer and its commit: no
setting, no form of the answer, no disk that cannot be flushed.
"""

import errno
import itertools
import json
import os
import stat
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx2
import pytest
from PIL import Image

from app.config import Settings
from tests.conftest import GEMINI_KEY, ServerFactory
from tests.support import gemini_answers, gemini_failures
from tests.support.gemini_answers import SMALL, Script, picture_of
from tests.support.gemini_pictures import huge_header_png
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import IMAGES, SCENES, execute, order
from tests.support.paid_answers import catalogue
from tests.support.running_server import RunningServer, lasting_server

ROOMY = {
    "gemini_api_key": GEMINI_KEY,
    "max_requests_per_minute": 10**6,
    "scene_requests_per_minute": 10**6,
    "player_daily_image_limit": 10**6,
    "daily_image_limit": 10**6,
    "max_images_per_item": 10**6,
}


def assert_kept_or_explained(settings: Settings) -> None:
    """Each call that is or may be on the bill has its image, whole, or says why it has none."""
    calls = execute(
        settings,
        "SELECT outcome, failure, storage_path_full, file_size_bytes, width, height "
        "FROM ledger LEFT JOIN image_assets ON image_assets.id = ledger.image_id",
    )
    for outcome, failure, path, size, width, height in calls:
        assert outcome in {"ok", "unknown", "failed"}
        if outcome == "ok":
            file = settings.image_storage_dir.parent / path
            assert file.stat().st_size == size
            with Image.open(file) as opened:
                assert (opened.format, opened.size) == ("WEBP", (width, height))
        else:
            why = json.loads(failure)
            assert why["message"]
            assert why["detail"]["reason"] not in {None, "crashed"}


@pytest.fixture(scope="module")
def standin() -> Iterator[GeminiStandin]:
    with GeminiStandin(api_key=GEMINI_KEY) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GOOGLE_GEMINI_BASE_URL", running.base_url)
        context = httpx2.create_ssl_context()
        patch.setattr(httpx2, "create_ssl_context", lambda: context)
        yield running


@pytest.fixture(scope="module")
def paying(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path, standin: GeminiStandin
) -> Iterator[RunningServer]:
    """One server for all answers, without room for any upload."""
    assert standin.base_url
    data = tmp_path_factory.mktemp("paying")
    with lasting_server(data, empty_database, max_image_size_mb=0, **ROOMY) as running:
        yield running


_numbers = itertools.count(1)


def ask(server: RunningServer, script: Script, standin: GeminiStandin) -> Any:
    """Get one answer, for a prompt of its own."""
    standin.answer_with(script)
    name = f"Lamp {next(_numbers)}"
    body = order(subject_name=name, prompt=f"A small brass lamp with a wick, {name}")
    return server.client.post(f"{IMAGES}/generate", json=body)


@pytest.mark.thorough
@pytest.mark.parametrize("name", catalogue())
def test_answer(name: str, paying: RunningServer, standin: GeminiStandin) -> None:
    shape = catalogue()[name]
    answer = ask(paying, shape.script, standin)
    assert (answer.status_code == 200) == shape.is_kept, answer.text
    if not shape.is_kept:
        assert answer.json()["detail"]["reason"] not in {None, "crashed"}
        assert ask(paying, SMALL, standin).status_code == 200, "one failure closes no door"
    assert_kept_or_explained(paying.settings)


class TestFlushes:
    """Each flush in turn, of a file and of a folder, is refused."""

    @pytest.mark.thorough
    @pytest.mark.parametrize("of_folders", [True, False], ids=["folder", "file"])
    @pytest.mark.parametrize(
        ("code", "status"),
        [
            (errno.EINVAL, 200),
            (errno.ENOTSUP, 200),
            (errno.ENOSYS, 200),
            (errno.EACCES, 200),
            (errno.EROFS, 503),  # ext4 after it gave up: what was written is gone
            (errno.EBADF, 200),
            (errno.EIO, 503),
            (errno.ENOSPC, 507),
        ],
        ids=lambda value: errno.errorcode.get(value, str(value)),
    )
    def test_refused(
        self,
        code: int,
        status: int,
        of_folders: bool,
        paying: RunningServer,
        standin: GeminiStandin,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        flush = os.fsync

        def refuse(descriptor: int) -> None:
            if stat.S_ISDIR(os.fstat(descriptor).st_mode) == of_folders:
                raise OSError(code, os.strerror(code))
            flush(descriptor)

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", refuse)
            answer = ask(paying, SMALL, standin)
        assert answer.status_code == status, answer.text
        assert ask(paying, SMALL, standin).status_code == 200
        assert_kept_or_explained(paying.settings)


# Not about images: where the server listens, and in how many processes.
_OF_THE_SERVER = {"port", "workers"}


def bounds_of(field: str) -> tuple[Any, Any]:
    """The smallest and the largest value that a setting takes."""
    smallest: Any = None
    largest: Any = None
    for rule in Settings.model_fields[field].metadata:
        smallest = getattr(rule, "ge", smallest)
        if (above := getattr(rule, "gt", None)) is not None:
            smallest = above + (0.001 if isinstance(above, float) else 1)
        largest = getattr(rule, "le", largest)
    return smallest, largest


NUMBERS = {
    name: bounds_of(name)
    for name, field in Settings.model_fields.items()
    if name not in _OF_THE_SERVER
    and any(kind in str(field.annotation) for kind in ("int", "float", "Decimal"))
}
# Statuses that say no before anything is paid, or that a call took too long.
_NO = {409, 429, 503, 504, 507}


def ask_both(server: RunningServer) -> list[int]:
    """An image and a scene."""
    client = server.client
    return [
        client.post(f"{IMAGES}/generate", json=order()).status_code,
        client.post(f"{SCENES}/generate", params={"location": "Old Mill"}).status_code,
    ]


class TestSettings:
    def test_each_number_has_both_bounds(self) -> None:
        assert len(NUMBERS) >= 12
        assert [name for name, bounds in NUMBERS.items() if None in bounds] == []

    @pytest.mark.thorough
    @pytest.mark.parametrize("name", NUMBERS)
    def test_smallest(self, name: str, make_server: ServerFactory, gemini: GeminiStandin) -> None:
        gemini.answer_always(SMALL)
        server = make_server(**{**ROOMY, name: NUMBERS[name][0]})
        statuses = set(ask_both(server))
        assert statuses <= {200, *_NO}
        assert_kept_or_explained(server.settings)

    def test_all_at_their_largest(self, make_server: ServerFactory, gemini: GeminiStandin) -> None:
        """At once: none of them may stand in the way."""
        gemini.answer_always(SMALL)
        largest = {name: bounds[1] for name, bounds in NUMBERS.items()}
        budget = Decimal(largest["monthly_budget_usd"])
        server = make_server(
            **{**ROOMY, **largest, "monthly_budget_usd": budget, "gemini_image_size": "4K"}
        )
        assert ask_both(server) == [200, 200]
        assert_kept_or_explained(server.settings)


class TestSecondOfAKind:
    @pytest.mark.thorough
    @pytest.mark.parametrize(
        ("script", "reason", "word"),
        [
            (gemini_answers.no_image_bytes, "not_a_picture", "damaged"),
            (picture_of(huge_header_png()), "too_many_pixels", "million"),
            (gemini_answers.TEXT_ONLY, "no_picture", "without an image"),
            (gemini_failures.HTML_200, "unreadable_answer", "cannot be read"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_opens_the_breaker_and_shows(
        self,
        script: Script,
        reason: str,
        word: str,
        make_gemini_server: ServerFactory,
        gemini: GeminiStandin,
    ) -> None:
        server = make_gemini_server()
        assert ask(server, script, gemini).status_code == 502
        assert server.client.get("/health").json()["checks"]["provider"]["status"] == "ok"
        assert ask(server, script, gemini).status_code == 502
        refused = ask(server, SMALL, gemini)
        assert refused.status_code == 503
        assert refused.json()["detail"]["reason"] == reason
        assert int(refused.headers["Retry-After"]) > 60
        assert len(gemini.calls) == 2, "nobody pays for a third one"
        health = server.client.get("/health").json()
        provider = health["checks"]["provider"]
        assert (health["status"], provider["status"]) == ("degraded", "waiting")
        assert provider["reason"] == reason
        assert any(word in line for line in health["reasons"])
        assert_kept_or_explained(server.settings)

    @pytest.mark.thorough
    def test_of_answers_that_come_too_late(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        """Each of them may be on the bill."""
        server = make_gemini_server(gemini_timeout_seconds=gemini_failures.HASTY_SECONDS)
        late = gemini_failures.NEVER_ANSWERS
        assert [ask(server, late, gemini).status_code for _ in range(3)] == [504, 504, 503]
        assert len(gemini.calls) == 2
        health = server.client.get("/health").json()
        assert health["checks"]["provider"]["reason"] == "timeout"
        assert_kept_or_explained(server.settings)

    def test_of_rows_that_cannot_be_written(
        self, make_gemini_server: ServerFactory, gemini: GeminiStandin
    ) -> None:
        server = make_gemini_server()
        execute(
            server.settings,
            "CREATE TRIGGER refuse BEFORE INSERT ON image_assets "
            "BEGIN SELECT RAISE(ABORT, 'no row'); END",
        )
        statuses = [ask(server, SMALL, gemini).status_code for _ in range(3)]
        assert statuses == [500, 500, 503]
        assert len(gemini.calls) == 2
        assert server.client.get("/health").json()["checks"]["provider"]["status"] == "waiting"
        assert len(list(server.settings.image_storage_dir.glob("*/full/*.webp"))) == 2

    def test_of_a_disk_too(
        self,
        make_gemini_server: ServerFactory,
        gemini: GeminiStandin,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def broken(_descriptor: int) -> None:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        server = make_gemini_server()
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", broken)
            for _ in range(3):
                assert ask(server, SMALL, gemini).status_code == 503
        assert len(gemini.calls) == 2
        health = server.client.get("/health").json()
        assert health["checks"]["provider"]["reason"] == "storage_unavailable"
        assert_kept_or_explained(server.settings)
