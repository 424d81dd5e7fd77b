"""A kept response says what the application says, and is sent only if it fits the request."""

import re
from typing import Any

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from app.api.middleware.request_context import RequestContextMiddleware
from tests.conftest import ServerFactory
from tests.support.ledger import wait_until
from tests.support.library import IMAGES, SCENES, ask_scene, make_image
from tests.support.metrics_page import samples
from tests.support.running_server import RunningServer

SCENE = f"{SCENES}/generate?location=Old+Mill"
HOT = ["scene", "scene_with_fallback", "image", "search", "filtered", "full", "thumbnail", "module"]
# Each request has its own; counts rise with every look.
VARYING = {"date", "x-request-id", "content-length"}
COUNTS = re.compile(r'"use_count":\d+,"last_used":(null|"[^"]*")')


@pytest.fixture(scope="module")
def server(share_server: ServerFactory) -> RunningServer:
    running = share_server()
    ask_scene(running.client)
    return running


@pytest.fixture(scope="module")
def addresses(server: RunningServer) -> dict[str, tuple[str, str]]:
    image = make_image(server.client)
    page = server.client.get("/game/").text
    script = re.search(r'src="([^"]+\.js)"', page)
    assert script
    return {
        "scene": ("POST", SCENE),
        "scene_with_fallback": ("POST", f"{SCENE}&allow_fallback=true"),
        "image": ("GET", f"{IMAGES}/{image['id']}"),
        "search": ("GET", f"{IMAGES}/search"),
        "filtered": ("GET", f"{IMAGES}/search?subject_type=item&q=lamp&page_size=3"),
        "full": ("GET", image["url"]),
        "thumbnail": ("GET", image["thumbnail_url"]),
        "module": ("GET", f"/game/{script[1]}"),
    }


@pytest.fixture
def passed_on(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The requests that the application answered."""
    seen: list[str] = []
    answer = RequestContextMiddleware.__call__

    async def watched(
        self: RequestContextMiddleware, scope: Scope, receive: Receive, send: Send
    ) -> None:
        seen.append(scope["path"])
        await answer(self, scope, receive, send)

    monkeypatch.setattr(RequestContextMiddleware, "__call__", watched)
    return seen


def comparable(answer: httpx.Response) -> tuple[int, dict[str, str], str | bytes]:
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    assert int(answer.headers["content-length"]) == len(answer.content)
    if headers["content-type"] == "application/json":
        return answer.status_code, headers, COUNTS.sub("", answer.text)
    return answer.status_code, headers, answer.content


@pytest.mark.parametrize("name", HOT)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost:3000"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://127.0.0.1", "Accept-Encoding": "br"},
    ],
    ids=["program", "page of another port", "own page"],
)
def test_says_the_same(
    name: str,
    headers: dict[str, str],
    server: RunningServer,
    addresses: dict[str, tuple[str, str]],
    passed_on: list[str],
) -> None:
    method, path = addresses[name]
    slow, quick = (
        server.client.request(method, path, headers={**headers, "X-Request-ID": f"{name}-{turn}"})
        for turn in range(2)
    )
    assert len(passed_on) == 1
    assert comparable(slow) == comparable(quick)
    assert quick.headers["x-request-id"] == f"{name}-1"


@pytest.mark.parametrize(
    ("name", "headers", "status"),
    [
        ("image", {"Host": "elsewhere.example"}, 421),
        ("scene", {"Origin": "https://elsewhere.example"}, 403),
        ("scene", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("full", {"Range": "bytes=0-9"}, 206),
        ("full", {"If-None-Match": "*"}, 304),
        ("module", {"If-None-Match": "*"}, 304),
        ("search", {"Authorization": "Bearer nothing"}, 200),
    ],
)
def test_other_requests_are_passed_on(
    name: str,
    headers: dict[str, str],
    status: int,
    server: RunningServer,
    addresses: dict[str, tuple[str, str]],
    passed_on: list[str],
) -> None:
    method, path = addresses[name]
    for _ in range(2):
        server.client.request(method, path)
    passed_on.clear()
    for _ in range(2):
        assert server.client.request(method, path, headers=headers).status_code == status
    assert len(passed_on) == 2


def test_each_is_counted(server: RunningServer, addresses: dict[str, tuple[str, str]]) -> None:
    route = ("route", f"{IMAGES}/{{image_id}}")

    def counted() -> float:
        return sum(
            number
            for (name, labels), number in samples(server.client).items()
            if name == "emberpeak_http_responses_total"
            and {route, ("status_class", "2xx")} <= set(labels)
        )

    before = counted()
    uses = [server.client.get(addresses["image"][1]).json()["use_count"] for _ in range(5)]
    assert uses == list(range(uses[0], uses[0] + 5))
    wait_until(lambda: counted() == before + 5)
    item = server.client.get(addresses["filtered"][1]).json()["items"][0]
    wait_until(
        lambda: (
            server.client.get(addresses["filtered"][1]).json()["items"][0]["use_count"] == uses[-1]
        )
    )
    assert item["id"] == int(addresses["image"][1].rpartition("/")[2])


@pytest.mark.parametrize(
    "cookie",
    [
        'emberpeak_player="{0}"',
        "emberpeak_player={0}; emberpeak_player={1}",
        "other=1;emberpeak_player={0}",
        "emberpeak_player={0}; __Secure-emberpeak_player={1}",
        "theme=dark; emberpeak_player={0}",
    ],
)
def test_a_player_keeps_the_cookie_in_whatever_form(cookie: str, server: RunningServer) -> None:
    with server.another_client() as client:
        for _ in range(2):
            assert "set-cookie" in client.post(SCENE, headers={"Cookie": "theme=dark"}).headers
            client.cookies.clear()
        sent = {"Cookie": cookie.format("a" * 32, "b" * 32)}
        for _ in range(2):
            answer = client.post(SCENE, headers=sent)
            assert answer.headers["player-cookie"] == "known"
            assert "set-cookie" not in answer.headers


def test_nothing_is_kept_of_the_trash_or_with_the_file_itself(
    server: RunningServer, addresses: dict[str, tuple[str, str]], passed_on: list[str]
) -> None:
    paths = [f"{IMAGES}/search?deleted=true", f"{addresses['image'][1]}?include_data=true"]
    bodies: list[Any] = [server.client.get(path).json() for path in paths * 2]
    assert len(passed_on) == 4
    assert bodies[1]["base64_data"] == bodies[3]["base64_data"]
