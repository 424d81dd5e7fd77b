"""An nginx of a few lines, as people write it: it compresses, leaves out the port, adds a path."""

from collections.abc import Iterator

import httpx
import pytest

from tests.support.nginx import plain_nginx
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server_process import ServerProcess, server_process

pytestmark = pytest.mark.xdist_group("nginx")

SAVE = "/api/v1/saves/1"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """The server with its defaults."""
    with server_process(tmp_path_factory.mktemp("behind")) as running:
        yield running


@pytest.fixture(scope="module")
def compressing(
    tmp_path_factory: pytest.TempPathFactory, behind: ServerProcess
) -> Iterator[httpx.Client]:
    """A client of an nginx that compresses JSON, which makes every tag a weak one."""
    site = f"gzip_types application/json; location / {{ proxy_pass {behind.url}; }}"
    with (
        plain_nginx(tmp_path_factory.mktemp("nginx"), site) as url,
        httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as client,
    ):
        yield client


def test_three_turns_are_kept_where_tags_become_weak(compressing: httpx.Client) -> None:
    stored = compressing.put(SAVE, json={"turn": 0}, headers={"If-None-Match": "*"})
    for turn in (1, 2, 3):
        tag = stored.headers["etag"]
        assert tag.startswith('W/"'), "the test can tell"
        stored = compressing.put(SAVE, json={"turn": turn}, headers={"If-Match": tag})
        assert stored.status_code == 200
    assert compressing.get(SAVE).json() == {"turn": 3}
    again = compressing.get(SAVE, headers={"If-None-Match": stored.headers["etag"]})
    assert again.status_code == 304


def test_page_behind_a_proxy_that_takes_the_port_away(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with (
        server_process(
            tmp_path_factory.mktemp("named"), ALLOWED_HOSTS="game.example.org"
        ) as behind,
        plain_nginx(
            tmp_path_factory.mktemp("nginx"),
            f"location / {{ proxy_set_header Host $host; proxy_pass {behind.url}; }}",
        ) as url,
        httpx.Client(base_url=url, timeout=PATIENCE_SECONDS) as client,
    ):
        port = url.rpartition(":")[2]
        browser = {
            "Host": f"game.example.org:{port}",
            "Origin": f"http://game.example.org:{port}",
            "Sec-Fetch-Site": "same-origin",
        }
        assert client.put(SAVE, json={"turn": 1}, headers=browser).status_code == 200
        assert client.get("/game", headers=browser).headers["location"] == "/game/"
        refused = client.put(SAVE, json={}, headers={**browser, "Sec-Fetch-Site": "cross-site"})
        assert refused.status_code == 403


def test_game_below_a_path(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whether nginx passes the path on or takes it away."""
    with server_process(tmp_path_factory.mktemp("below"), ROOT_PATH="/ember") as behind:
        for end in ("", "/"):
            site = (
                "location /ember/ { proxy_set_header Host $http_host; "
                f"proxy_pass {behind.url}{end}; }}"
            )
            with (
                plain_nginx(tmp_path_factory.mktemp("nginx"), site) as url,
                httpx.Client(
                    base_url=url, timeout=PATIENCE_SECONDS, follow_redirects=True
                ) as client,
            ):
                check_game_below(client, url)


def check_game_below(client: httpx.Client, url: str) -> None:
    page = client.get("/ember/", headers={"Accept": "text/html"})
    assert str(page.url) == f"{url}/ember/game/"
    assert "Emberpeak" in page.text
    scene = client.post("/ember/api/v1/scenes/generate?location=Mill").json()
    assert client.get(scene["url"]).status_code == 200
    assert client.put(f"/ember{SAVE}", json={"turn": 1}).status_code == 200
    assert client.get(f"/ember{SAVE}").json() == {"turn": 1}
    assert client.get("/ember/openapi.json").json()["servers"] == [{"url": "/ember"}]
    assert client.get("/ember/docs/").status_code == 200
