"""HEAD wherever there is GET, and a 405 that names every method there is."""

import pytest

from tests.support.errors import assert_error
from tests.support.ledger import wait_until
from tests.support.library import IMAGES, SCENES, make_image
from tests.support.running_server import RunningServer


def test_head_is_get_without_a_body(shared_server: RunningServer) -> None:
    varying = {"/health", "/metrics", f"{SCENES}/cache/stats"}
    fixed = ("/", "/openapi.json", "/docs", "/game/", "/game/js/main.js", f"{IMAGES}/search")
    for path in (*varying, *fixed, f"{SCENES}/preview?location=Mill", "/api/v1/preferences"):
        shared_server.client.get(path)
        got = shared_server.client.get(path)
        head = shared_server.client.head(path)
        assert (head.status_code, got.status_code, head.content) == (200, 200, b""), path
        assert head.headers["content-type"] == got.headers["content-type"]
        if path not in varying:
            assert head.headers["content-length"] == got.headers["content-length"], path


def test_head_of_a_file_and_of_what_is_not_there(shared_server: RunningServer) -> None:
    made = make_image(shared_server.client)
    head = shared_server.client.head(made["url"])
    assert int(head.headers["content-length"]) == made["file_size_bytes"]
    answer = shared_server.client.head(f"{IMAGES}/424242")
    assert (answer.status_code, answer.content) == (404, b"")


def test_head_of_a_stream_ends_and_is_what_is_counted(shared_server: RunningServer) -> None:
    body = {"scenes": [{"location": "Far Place"}]}
    job = shared_server.client.post(f"{SCENES}/warm", json=body).json()["job"]["id"]
    answer = shared_server.client.head(f"/api/v1/jobs/{job}/events")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    counted = 'method="HEAD",route="/api/v1/jobs/{job_id}/events",status="200"'
    wait_until(lambda: counted in shared_server.client.get("/metrics").text)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/health", "GET, HEAD"),
        ("PATCH", f"{IMAGES}/1", "DELETE, GET, HEAD"),
        ("PUT", f"{IMAGES}/generate", "POST"),
        ("GET", f"{IMAGES}/generate", "POST"),
        ("DELETE", f"{IMAGES}/restore", "POST"),
        ("POST", f"{IMAGES}/search", "GET, HEAD"),
        ("DELETE", f"{IMAGES}/search", "GET, HEAD"),
        ("GET", f"{IMAGES}/1/restore", "POST"),
        ("POST", "/api/v1/saves/1", "DELETE, GET, HEAD, PUT"),
        ("POST", "/api/v1/preferences", "GET, HEAD, PUT"),
        ("DELETE", f"{SCENES}/generate", "POST"),
        ("POST", "/game/js/main.js", "GET, HEAD"),
        ("OPTIONS", "/metrics", "GET, HEAD"),
        ("TRACE", "/", "GET, HEAD"),
    ],
)
def test_405_names_every_method(
    method: str, path: str, allowed: str, shared_server: RunningServer
) -> None:
    answer = shared_server.client.request(method, path)
    assert_error(answer, 405)
    assert answer.headers["allow"] == allowed
