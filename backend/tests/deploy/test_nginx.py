"""The configuration in deploy/nginx, run by a real nginx with TLS in front of the real server."""

import re
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.config import Settings
from app.main import MAX_SECONDS
from tests.support.errors import assert_error
from tests.support.library import IMAGES, MAINTENANCE, SCENES, make_image, order
from tests.support.nginx import (
    CONFIGURATION,
    NAME,
    Nginx,
    refusal_beside_the_default_site,
    running_nginx,
)
from tests.support.patience import PATIENCE_SECONDS
from tests.support.server_process import ServerProcess, server_process

pytestmark = pytest.mark.xdist_group("nginx")

ROOT = Path(__file__).parents[3]
TOKEN = "operator-token-never-shown"


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """The server behind nginx."""
    with server_process(
        tmp_path_factory.mktemp("behind"),
        ADMIN_TOKEN=TOKEN,
        ALLOWED_HOSTS=NAME,
        TRUSTED_PROXIES="127.0.0.1",
    ) as running:
        yield running


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory, behind: ServerProcess) -> Iterator[Nginx]:
    server_port = int(behind.url.rpartition(":")[2])
    with running_nginx(tmp_path_factory.mktemp("nginx"), server_port, hurried=True) as nginx:
        yield nginx


@pytest.fixture
def client(proxy: Nginx) -> Iterator[httpx.Client]:
    with proxy.client() as client:
        yield client


def read_status(connection: ssl.SSLSocket) -> int:
    answer = connection.recv(65536)
    return int(answer.split(b" ")[1]) if answer else 0


@pytest.mark.parametrize("name", ["proxy_read_timeout", "proxy_send_timeout"])
def test_nginx_waits_longer_than_the_server_takes_to_answer(name: str) -> None:
    patience = re.search(rf"{name} (\d+)s;", CONFIGURATION.read_text(encoding="utf-8"))
    assert patience is not None
    assert int(patience[1]) > MAX_SECONDS + Settings(_env_file=None).gemini_timeout_seconds


@pytest.mark.parametrize("told_in", [CONFIGURATION, ROOT / "docs" / "security.md"])
def test_debians_own_site_must_go_before(told_in: Path, tmp_path: Path) -> None:
    command = re.search(r"\brm /etc/nginx/\S+", told_in.read_text("utf-8"))
    assert command is not None
    before, after = refusal_beside_the_default_site(tmp_path, command[0])
    assert "a duplicate default server" in before
    assert after == ""


class TestTls:
    def test_plain_http_is_sent_on(self, proxy: Nginx) -> None:
        url = f"http://127.0.0.1:{proxy.http_port}/game/?x=1"
        answer = httpx.get(url, headers={"Host": NAME})
        assert answer.status_code == 308
        assert answer.headers["location"] == f"https://{NAME}/game/?x=1"

    def test_browsers_are_told_to_stay(self, client: httpx.Client) -> None:
        for path in ("/", "/nothing", "/game/"):
            assert client.get(path).headers["strict-transport-security"] == "max-age=31536000"

    @pytest.mark.parametrize("name", [NAME, "evil.example", None])
    def test_old_protocols_are_refused(self, name: str | None, proxy: Nginx) -> None:
        offer = ("openssl", "s_client", "-connect", f"127.0.0.1:{proxy.https_port}")
        asked = ("-servername", name) if name else ("-noservername",)
        for version, taken in (("-tls1", False), ("-tls1_1", False), ("-tls1_2", True)):
            done = subprocess.run(
                [*offer, *asked, version, "-cipher", "DEFAULT@SECLEVEL=0"],
                input=b"",
                capture_output=True,
                timeout=PATIENCE_SECONDS,
                check=False,
            )
            assert (done.returncode == 0) == taken, version
            # Its own refusal would prove nothing.
            assert taken or b"alert protocol version" in done.stderr

    @pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost"])
    def test_other_names_get_nothing(self, host: str, client: httpx.Client) -> None:
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/", headers={"Host": host})


class TestPassedOn:
    def test_playing(self, client: httpx.Client, behind: ServerProcess) -> None:
        assert client.get("/health").json()["status"] == "ok"
        assert client.get("/game/").status_code == 200
        made = make_image(client)
        assert client.get(made["url"]).headers["content-type"] == "image/webp"
        own = {"Origin": f"https://{NAME}", "Sec-Fetch-Site": "same-origin"}
        answer = client.post(f"{SCENES}/generate", params={"location": "Mill"}, headers=own)
        assert answer.status_code == 200
        foreign = {"Origin": "https://evil.example"}
        assert_error(client.post(f"{SCENES}/generate?location=A", headers=foreign), 403)
        assert client.get("/health/").headers["location"] == "/health"
        # Figures are not for everyone, nor is the version of nginx.
        hidden = client.get("/metrics")
        assert (hidden.status_code, hidden.headers["server"]) == (404, "nginx")
        assert behind.client.get("/metrics").status_code == 200

    def test_cookie_is_for_tls_only(self, proxy: Nginx) -> None:
        with proxy.client() as stranger:
            cookie = stranger.get("/api/v1/saves").headers["set-cookie"].lower().split("; ")
        assert {"secure", "httponly", "samesite=lax"} <= set(cookie)

    def test_events_come_one_by_one(self, client: httpx.Client) -> None:
        token = {"Authorization": f"Bearer {TOKEN}"}
        scenes = [{"location": f"Far Place {number}"} for number in range(40)]
        warm = client.post(f"{SCENES}/warm", json={"scenes": scenes}, headers=token)
        job = warm.json()["job"]["id"]
        with client.stream("GET", f"/api/v1/jobs/{job}/events", headers=token) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            first = next(stream.iter_lines())
        assert first.startswith(("event:", "data:"))
        state = client.get(f"/api/v1/jobs/{job}", headers=token).json()["state"]
        client.delete(f"/api/v1/jobs/{job}", headers=token)
        assert state not in {"done", "cancelled"}, "it came when everything was over"


class TestForged:
    def test_addresses_that_the_client_writes_are_not_believed(self, client: httpx.Client) -> None:
        statuses = [
            client.get(
                f"{MAINTENANCE}/stats",
                headers={
                    "Authorization": "Bearer wrong",
                    "X-Forwarded-For": f"10.0.0.{number}",
                    "Forwarded": f"for=10.0.0.{number}",
                    "X-Real-IP": f"10.0.0.{number}",
                },
            ).status_code
            for number in range(11)
        ]
        assert statuses == [401] * 10 + [429]

    def test_scheme_and_host_that_the_client_writes(self, client: httpx.Client) -> None:
        forged = {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil.example"}
        answer = client.get("/health/", headers=forged)
        assert answer.headers["location"] == "/health"


class TestBounds:
    def test_size(self, client: httpx.Client) -> None:
        answer = client.post("/api/v1/migrate/from-localstorage", content=bytes(20 * 2**20))
        assert answer.status_code == 413
        # Within what nginx takes.
        answer = client.post(f"{IMAGES}/generate", json=order(note="x" * 2 * 2**20))
        assert_error(answer, 413)
        assert client.get("/", headers={"X": "x" * 40_000}).status_code == 400

    def test_slow_headers_and_body(self, proxy: Nginx) -> None:
        with proxy.connect() as headers, proxy.connect() as body:
            headers.sendall(f"GET / HTTP/1.1\r\nHost: {NAME}\r\nX: ".encode())
            head = f"POST {IMAGES}/generate HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 100"
            body.sendall(f"{head}\r\n\r\n{{".encode())
            assert read_status(headers) in {0, 408}
            assert read_status(body) in {0, 408}
