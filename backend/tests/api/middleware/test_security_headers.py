"""Every answer says what a browser must not do with it."""

import httpx
import pytest

from tests.conftest import ServerFactory
from tests.support.library import IMAGES, SCENES, make_image
from tests.support.running_server import RunningServer

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    # On a laptop: pages on other ports of it may show the images.
    "cross-origin-resource-policy": "same-site",
}
STRICT = "default-src 'none'; frame-ancestors 'none'"
# Pages and what they are made of bring a policy of their own; all else gets the strictest.
PAGES = ("/game/", "/docs", "/redoc")
REQUESTS = [
    *(("GET", path) for path in ("/", "/health", "/metrics", "/openapi.json", "/favicon.ico")),
    *(("GET", path) for path in (*PAGES, "/game/js/main.js", "/docs/redoc.js")),
    *(("GET", path) for path in ("/game/nothing", "/nothing", "/health/", "/images/full/x.webp")),
    *(("GET", f"{IMAGES}/{path}") for path in ("search", "424242", "abc", "search?page=0")),
    *(("GET", f"{SCENES}/{path}") for path in ("preview?location=Mill", "cache/stats")),
    *((method, "/health") for method in ("HEAD", "OPTIONS", "DELETE")),
    *(("POST", f"{SCENES}/{path}") for path in ("generate?location=Mill", "generate")),
    ("GET", "/api/v1/saves"),
]


def assert_guarded(answer: httpx.Response) -> None:
    for name, value in EVERYWHERE.items():
        assert answer.headers.get_list(name) == [value], (answer.url, name)
    (policy,) = answer.headers.get_list("content-security-policy")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "camera=()" in answer.headers["permissions-policy"]


def test_every_answer(shared_server: RunningServer) -> None:
    for method, path in REQUESTS:
        answer = shared_server.client.request(method, path)
        assert_guarded(answer)
        if not path.startswith((*PAGES, "/game")) and answer.status_code != 405:
            assert answer.headers["content-security-policy"] == STRICT, path


def test_pictures_are_never_guessed_at(shared_server: RunningServer) -> None:
    made = make_image(shared_server.client)
    for path in (made["url"], made["thumbnail_url"]):
        answer = shared_server.client.get(path)
        assert answer.headers["content-type"] == "image/webp"
        assert_guarded(answer)
        etag = {"If-None-Match": answer.headers["etag"]}
        assert_guarded(shared_server.client.get(path, headers=etag))


def test_refusals(shared_server: RunningServer) -> None:
    for headers in ({"Host": "evil.example"}, {"Host": "a b"}):
        assert_guarded(shared_server.client.get("/", headers=headers))
    assert_guarded(shared_server.client.post("/", headers={"Origin": "https://evil.example"}))
    assert_guarded(shared_server.client.post("/", content=bytes(2 * 2**20)))


def test_crash_before_the_page_of_an_allowed_site(
    share_server: ServerFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("as a bug would")

    server = share_server(allowed_origins="https://studio.example")
    monkeypatch.setattr("app.services.library.images.ImageService.get", crash)
    origin = {"Origin": "https://studio.example"}
    answer = server.client.get(f"{IMAGES}/1", headers=origin)
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == STRICT
    assert answer.headers["access-control-allow-origin"] == "https://studio.example"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
