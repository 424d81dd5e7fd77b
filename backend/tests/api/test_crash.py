"""An unexpected exception inside a route: the client learns the request id and nothing else."""

import json
from collections.abc import Iterator

import pytest

from tests.api.conftest import ADMIN_TOKEN
from tests.support.errors import assert_error
from tests.support.library import IMAGES, execute
from tests.support.server_process import ServerProcess

INTERNALS = ("sqlite", "SELECT", "image_assets", "Traceback", "Error", "/app/", ".py")


@pytest.fixture
def broken(own_process: ServerProcess) -> Iterator[ServerProcess]:
    """A server whose column another program takes away, and gives back."""
    execute(own_process.settings, "ALTER TABLE image_assets RENAME alt_text TO taken_away")
    yield own_process
    execute(own_process.settings, "ALTER TABLE image_assets RENAME taken_away TO alt_text")


class TestAnswer:
    @pytest.mark.parametrize(
        ("method", "path"),
        [("GET", "/1"), ("GET", "/search"), ("PUT", "/1/feature"), ("DELETE", "/1")],
    )
    def test_tells_nothing_but_the_request_id(
        self, method: str, path: str, broken: ServerProcess
    ) -> None:
        answer = broken.client.request(
            method, IMAGES + path, headers={"X-Request-ID": f"crash{path.replace('/', '.')}"}
        )
        body = assert_error(answer, 500)
        assert body["detail"] is None
        assert not any(word in answer.text for word in INTERNALS)

    def test_the_server_goes_on(self, own_process: ServerProcess) -> None:
        execute(own_process.settings, "ALTER TABLE image_assets RENAME alt_text TO taken_away")
        assert_error(own_process.client.get(f"{IMAGES}/1"), 500)
        execute(own_process.settings, "ALTER TABLE image_assets RENAME taken_away TO alt_text")
        assert_error(own_process.client.get(f"{IMAGES}/1"), 404)


class TestLog:
    def test_has_the_traceback_under_the_request_id(self, broken: ServerProcess) -> None:
        headers = {"X-Request-ID": "crash-in-log", "Authorization": f"Bearer {ADMIN_TOKEN}"}
        cookies = "emberpeak_player=" + "ab" * 16
        broken.client.delete(f"{IMAGES}/1", headers={**headers, "Cookie": cookies})
        line = broken.wait_for_line(
            lambda line: (
                line["event"] == "request crashed" and line.get("request_id") == "crash-in-log"
            )
        )
        assert line["level"] == "error"
        assert "no such column" in json.dumps(line["exception"])
        assert ADMIN_TOKEN not in broken.log_file.read_text("utf-8")
        assert "ab" * 16 not in broken.log_file.read_text("utf-8")

    def test_request_has_its_own_line_too(self, broken: ServerProcess) -> None:
        broken.client.get(f"{IMAGES}/1", headers={"X-Request-ID": "crash-line"})
        line = broken.wait_for_line(
            lambda line: line["event"] == "request" and line.get("request_id") == "crash-line"
        )
        assert (line["status"], line["level"]) == (500, "error")
