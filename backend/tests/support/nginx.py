"""A real nginx with TLS that runs the configuration in deploy/nginx."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.support.free_port import free_port

CONFIGURATION = Path(__file__).parents[3] / "deploy" / "nginx" / "emberpeak.conf"
NAME = "game.example.org"
_PATIENCE_SECONDS = 60.0

# As many connections as Debian's nginx has for each of its workers.
_MAIN = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 768; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/emberpeak.conf;
}}
"""


@dataclass(frozen=True)
class Nginx:
    """Where nginx listens, and how it is met."""

    http_port: int
    https_port: int
    certificate: Path

    @property
    def url(self) -> str:
        """The address under its own name, for who finds that name here."""
        return f"https://{NAME}:{self.https_port}"

    def client(self, **options: object) -> httpx.Client:
        """A client that trusts the certificate and finds the name here."""
        context = ssl.create_default_context(cafile=self.certificate)
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.https_port}",
            verify=context,
            headers={"Host": NAME},
            timeout=_PATIENCE_SECONDS,
            **options,  # type: ignore[arg-type]
        )

    def connect(self, source: str | None = None) -> ssl.SSLSocket:
        """A connection for bytes that no client library would send; ``source`` is its address."""
        context = ssl.create_default_context(cafile=self.certificate)
        address = ("127.0.0.1", self.https_port)
        own = (source, 0) if source else None
        plain = socket.create_connection(address, _PATIENCE_SECONDS, own)
        return context.wrap_socket(plain, server_hostname=NAME)


@contextmanager
def running_nginx(folder: Path, server_port: int, *, hurried: bool = False) -> Iterator[Nginx]:
    """Run nginx before whatever listens on a port of 127.0.0.1.

    Args:
        folder: An empty folder.
        server_port: Where the server is, or nobody.
        hurried: Whether it waits a few seconds only for slow clients.
    """
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if program is None:
        pytest.fail("no nginx: install it, such as by apt-get install nginx-light")
    _make_certificate(folder)
    http_port, https_port = free_port(), free_port()
    text = _adapted(folder, server_port, http_port, https_port)
    text = _in_a_hurry(text) if hurried else text
    (folder / "emberpeak.conf").write_text(text, "utf-8")
    # Started by root, its workers would otherwise be nobody, and have no folder to write to.
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(_MAIN.format(folder=folder, user=user), "utf-8")
    command = [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c"]
    nginx = subprocess.Popen([*command, str(folder / "nginx.conf")])
    try:
        _wait_for(nginx, https_port, folder)
        yield Nginx(http_port, https_port, folder / "fullchain.pem")
    finally:
        nginx.terminate()
        nginx.wait(_PATIENCE_SECONDS)


def _make_certificate(folder: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-keyout", "privkey.pem", "-out", "fullchain.pem", "-subj", f"/CN={NAME}"),
            *("-addext", f"subjectAltName=DNS:{NAME},IP:127.0.0.1"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def _adapted(folder: Path, server_port: int, http_port: int, https_port: int) -> str:
    """The shipped file, with nothing changed but ports and folders."""
    replacements = (
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{server_port}"),
        (r"listen 80\b", f"listen 127.0.0.1:{http_port}"),
        (r"listen 443\b", f"listen 127.0.0.1:{https_port}"),
        (r"/etc/ssl/emberpeak", str(folder)),
    )
    return _replaced(CONFIGURATION.read_text("utf-8"), replacements)


def _in_a_hurry(text: str) -> str:
    replacements = (
        (r"client_header_timeout 10s", "client_header_timeout 3s"),
        (r"client_body_timeout 30s", "client_body_timeout 4s"),
    )
    return _replaced(text, replacements)


def _replaced(text: str, replacements: Iterable[tuple[str, str]]) -> str:
    for pattern, replacement in replacements:
        text, count = re.subn(pattern, replacement, text)
        assert count, pattern
    return text


def _wait_for(nginx: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert nginx.poll() is None, (folder / "error.log").read_text("utf-8")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionError:
            time.sleep(0.01)
        else:
            return
    raise TimeoutError("nginx does not listen")
