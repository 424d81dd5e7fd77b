"""A page of another site, in a real browser, against a server on the visitor's own machine."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.conftest import ServerFactory
from tests.support.browser import launch
from tests.support.library import IMAGES, SCENES, make_image, row_count
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.xdist_group("foreign pages")

# Both names lead to this machine; the second is what an attacker's DNS would say.
EVIL, REBOUND = "evil.example", "rebound.example"
SECRET = "A lamp that nobody else may see"


class _Evil(BaseHTTPRequestHandler):
    """An empty page, in which the tests run the attacker's scripts."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Evil</title><body></body>")

    def log_message(self, *_: Any) -> None:
        """Nothing: the log of the attacker is of no interest."""


@pytest.fixture(scope="module")
def evil_port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Evil)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def deceived(playwright: Playwright) -> Iterator[Browser]:
    """A browser whose DNS the attacker has in hand."""
    running = launch(
        playwright,
        f"--host-resolver-rules=MAP {EVIL} 127.0.0.1, MAP {REBOUND} 127.0.0.1",
        # Not every browser has them, and the server must not need them.
        switched_off=("LocalNetworkAccessChecks", "BlockInsecurePrivateNetworkRequests"),
    )
    yield running
    running.close()


@pytest.fixture
def evil(deceived: Browser, evil_port: int) -> Iterator[Page]:
    """A page of the other site, open in the browser of somebody who plays here."""
    context = deceived.new_context()
    page = context.new_page()
    page.goto(f"http://{EVIL}:{evil_port}/")
    yield page
    context.close()


@pytest.fixture
def library(server: RunningServer, evil: Page) -> RunningServer:
    """A server on which the visitor has an image, and to which the browser has its cookie."""
    made = make_image(server.client, prompt=SECRET)
    assert made["id"] == 1
    (cookie,) = server.client.cookies.jar
    evil.context.add_cookies(
        [
            {
                "name": cookie.name,
                "value": str(cookie.value),
                "url": server.url,
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )
    return server


CHANGES = [
    ("POST", f"{IMAGES}/generate"),
    ("POST", f"{SCENES}/generate?location=Mill"),
    ("PUT", f"{IMAGES}/1/feature"),
    ("DELETE", f"{IMAGES}/1"),
    ("DELETE", f"{SCENES}/cache/clear"),
    ("POST", "/api/v1/maintenance/cleanup/orphaned-images"),
    ("POST", "/api/v1/migrate/from-localstorage"),
    ("PUT", "/api/v1/saves/1"),
]


def state(server: RunningServer) -> Any:
    image = server.client.get(f"{IMAGES}/1").json()
    return (
        row_count(server.settings),
        image["is_featured"],
        server.client.get("/api/v1/saves").json(),
    )


@pytest.mark.parametrize("mode", ["cors", "no-cors"])
def test_fetch(mode: str, evil: Page, library: RunningServer) -> None:
    before = state(library)
    for method, path in CHANGES:
        if mode == "no-cors" and method != "POST":
            continue  # the browser itself refuses
        outcome = evil.evaluate(
            """async ([address, method, mode]) => {
                try {
                    const answer = await fetch(address, {
                        method, mode, credentials: "include",
                        body: method === "DELETE" ? null : "{}",
                    });
                    return answer.type === "opaque" ? "opaque" : await answer.text();
                } catch (error) {
                    return error.name;
                }
            }""",
            [library.url + path, method, mode],
        )
        assert outcome in {"TypeError", "opaque"}, path
    assert state(library) == before


@pytest.mark.parametrize("encoding", ["application/x-www-form-urlencoded", "text/plain"])
def test_form(encoding: str, evil: Page, library: RunningServer) -> None:
    before = state(library)
    address = evil.url
    for method, path in CHANGES:
        if method != "POST":
            continue
        with evil.expect_response(lambda answer, path=path: path in answer.url) as caught:  # type: ignore[misc]
            evil.evaluate(
                """([action, enctype]) => {
                    const form = document.createElement("form");
                    Object.assign(form, {action, enctype, method: "post"});
                    document.body.append(form);
                    form.submit();
                }""",
                [library.url + path, encoding],
            )
        assert caught.value.status == 403
        assert caught.value.json()["detail"]["reason"] == "foreign_origin"
        evil.goto(address)
    assert state(library) == before


@pytest.mark.parametrize("path", ["/api/v1/saves", "/api/v1/preferences", "/game/"])
def test_link(path: str, evil: Page, server: RunningServer) -> None:
    """Whoever follows a link stays the player that they are."""
    evil.context.request.get(f"{server.url}/api/v1/saves")
    (before,) = evil.context.cookies(server.url)
    with evil.expect_navigation(url=f"{server.url}{path}"):
        evil.evaluate("address => { location.href = address; }", f"{server.url}{path}")
    (after,) = evil.context.cookies(server.url)
    assert after["value"] == before["value"]


def test_reading(evil: Page, library: RunningServer) -> None:
    outcome = evil.evaluate(
        """async address => {
            try { return await (await fetch(address)).text(); } catch (error) { return error.name; }
        }""",
        f"{library.url}{IMAGES}/1",
    )
    assert outcome == "TypeError"


@pytest.mark.parametrize("element", ["img", "iframe", "script"])
def test_embedding(element: str, evil: Page, library: RunningServer) -> None:
    """Images are not shown, pages not framed, JSON not run as a script."""
    path = {
        "img": make_image(library.client)["url"],
        "iframe": "/game/",
        "script": f"{IMAGES}/search",
    }[element]
    shown = evil.evaluate(
        """([name, address]) => new Promise(resolve => {
            const element = document.createElement(name);
            element.onload = () => resolve(
                name === "iframe" ? element.contentDocument === null && "an error page" : "shown");
            element.onerror = () => resolve("refused");
            element.src = address;
            document.body.append(element);
        })""",
        [element, library.url + path],
    )
    if element == "iframe":
        assert evil.frames[1].locator("#game, canvas, main").count() == 0
    else:
        assert shown == "refused"


def test_rebinding(evil: Page, library: RunningServer) -> None:
    """The page's own name leads to the server, so that the browser takes both for one origin."""
    site = f"http://{REBOUND}:{library.url.rpartition(':')[2]}"
    # Loaded while the name still led to the attacker's machine.
    evil.route(
        f"{site}/", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html")
    )
    evil.goto(f"{site}/")
    outcome = evil.evaluate(
        """async path => {
            const answer = await fetch(path, {method: "DELETE"});
            return [answer.status, await answer.text(), await (await fetch(path)).text()];
        }""",
        f"{IMAGES}/1",
    )
    assert outcome[0] == 421
    assert SECRET not in outcome[1] + outcome[2]
    assert "unknown_host" in outcome[2]
    assert library.client.get(f"{IMAGES}/1").status_code == 200


def test_a_site_that_is_allowed(evil: Page, evil_port: int, make_server: ServerFactory) -> None:
    server = make_server(allowed_origins=f"http://{EVIL}:{evil_port}")
    made = make_image(server.client)
    outcome = evil.evaluate(
        """async address => (await fetch(address, {
            method: "POST", credentials: "include",
        })).status""",
        f"{server.url}{SCENES}/generate?location=Mill",
    )
    assert outcome == 200
    shown = evil.evaluate(
        """address => new Promise(resolve => {
            const image = new Image();
            image.onload = () => resolve(image.naturalWidth);
            image.onerror = () => resolve(0);
            image.src = address;
        })""",
        server.url + made["url"],
    )
    assert shown == made["width"]
