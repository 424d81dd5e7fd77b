"""A real nginx with TLS that runs the configuration in deploy/nginx."""

import os
import re
import shlex
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

from tests.support.free_port import free_port
from tests.support.patience import PATIENCE_SECONDS
from tests.support.tools import is_missing

CONFIGURATION = Path(__file__).parents[3] / "deploy" / "nginx" / "emberpeak.conf"
NAME = "game.example.org"

# Of each worker, in Debian.
WORKER_CONNECTIONS = 768

# Debian's nginx.conf as far as it matters. Its protocols are those of Debian 12, and OpenSSL is
# told to take them: the shipped file has to refuse them by itself.
_MAIN = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections {connections}; }}
http {{
    sendfile on;
    tcp_nopush on;
    types_hash_max_size 2048;
    default_type application/octet-stream;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    ssl_ciphers DEFAULT@SECLEVEL=0;
    access_log off;
    gzip on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/conf.d/*.conf;
    include {folder}/sites-enabled/*;
}}
"""
_DEFAULT_SITE = """
server {{
    listen 127.0.0.1:{http_port} default_server;
    root /var/www/html;
    server_name _;
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
            timeout=PATIENCE_SECONDS,
            **options,  # type: ignore[arg-type]
        )

    def connect(self, source: str | None = None) -> ssl.SSLSocket:
        """A connection for bytes that no client library would send; ``source`` is its address."""
        context = ssl.create_default_context(cafile=self.certificate)
        address = ("127.0.0.1", self.https_port)
        own = (source, 0) if source else None
        plain = socket.create_connection(address, PATIENCE_SECONDS, own)
        return context.wrap_socket(plain, server_hostname=NAME)


@contextmanager
def running_nginx(folder: Path, server_port: int, *, hurried: bool = False) -> Iterator[Nginx]:
    """Run nginx before whatever listens on a port of 127.0.0.1.

    Args:
        folder: An empty folder.
        server_port: Where the server is, or nobody.
        hurried: Whether it waits a few seconds only for slow clients, and forgives no request.
    """
    http_port, https_port = _lay_out(folder, server_port, hurried=hurried)
    nginx = subprocess.Popen(_command(folder))
    try:
        _wait_for(nginx, https_port, folder)
        yield Nginx(http_port, https_port, folder / "fullchain.pem")
    finally:
        nginx.terminate()
        nginx.wait(PATIENCE_SECONDS)


@contextmanager
def plain_nginx(folder: Path, site: str) -> Iterator[str]:
    """Run nginx as many do, by a few lines of their own and without TLS; gives its address.

    Args:
        folder: An empty folder.
        site: What stands in the ``server`` block beside the port.
    """
    port = free_port()
    _write_main(folder, f"server {{ listen 127.0.0.1:{port}; {site} }}")
    nginx = subprocess.Popen(_command(folder))
    try:
        _wait_for(nginx, port, folder)
        yield f"http://127.0.0.1:{port}"
    finally:
        nginx.terminate()
        nginx.wait(PATIENCE_SECONDS)


def refusal_beside_the_default_site(folder: Path, command: str) -> tuple[str, str]:
    """What nginx says of the file where Debian's own site is enabled, before and after a command.

    Args:
        folder: An empty folder, which stands in for /etc/nginx in the command.
        command: What is run in between.
    """
    http_port, _ = _lay_out(folder, free_port())
    site = folder / "sites-enabled" / "default"
    site.write_text(_DEFAULT_SITE.format(http_port=http_port), "utf-8")
    before = _try_out(folder)
    subprocess.run(shlex.split(command.replace("/etc/nginx", str(folder))), check=True)
    return before, _try_out(folder)


def _try_out(folder: Path) -> str:
    """Why nginx would not start; empty where it would."""
    done = subprocess.run(
        [*_command(folder), "-t", "-q"], capture_output=True, text=True, check=False
    )
    return done.stderr if done.returncode else ""


def _lay_out(folder: Path, server_port: int, *, hurried: bool = False) -> tuple[int, int]:
    """Fill a folder as /etc/nginx is in Debian; gives the ports for HTTP and for TLS."""
    _make_certificate(folder)
    http_port, https_port = free_port(), free_port()
    text = _adapted(folder, server_port, http_port, https_port)
    text = _in_a_hurry(text) if hurried else text
    _write_main(folder, text)
    return http_port, https_port


def _write_main(folder: Path, text: str) -> None:
    for name in ("conf.d", "sites-enabled"):
        (folder / name).mkdir()
    (folder / "conf.d" / "emberpeak.conf").write_text(text, "utf-8")
    # Started by root, its workers would otherwise be nobody, and have no folder to write to.
    user = "user root;" if os.geteuid() == 0 else ""
    main = _MAIN.format(folder=folder, user=user, connections=WORKER_CONNECTIONS)
    (folder / "nginx.conf").write_text(main, "utf-8")


def _command(folder: Path) -> list[str]:
    program = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if program is None:
        is_missing("nginx")
    own = ["-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    return [program, *own]


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
        # What was asked counts for as long as a test lasts.
        (r"rate=\d+r/s", "rate=1r/m"),
    )
    return _replaced(text, replacements)


def _replaced(text: str, replacements: Iterable[tuple[str, str]]) -> str:
    for pattern, replacement in replacements:
        text, count = re.subn(pattern, replacement, text)
        assert count, pattern
    return text


def _wait_for(nginx: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert nginx.poll() is None, (folder / "error.log").read_text("utf-8")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionError:
            time.sleep(0.01)
        else:
            return
    raise TimeoutError("nginx does not listen")
