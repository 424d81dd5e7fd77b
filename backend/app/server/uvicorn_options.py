"""How uvicorn is run: the same for ``python -m app`` and for the tests."""

import ctypes
import multiprocessing
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from app.config import Settings
from app.server.http_protocol import bounded_http
from app.server.limits import HTTP_LIMITS, HttpLimits

# Longest wait for a worker that is asked how it is: one killed just then is missed that late.
HEALTHCHECK_SECONDS = 60
# malloc.h of glibc
_M_ARENA_MAX = -8
# sys/prctl.h of Linux
_PR_SET_PDEATHSIG = 1


def server_options(settings: Settings, limits: HttpLimits = HTTP_LIMITS) -> dict[str, Any]:
    """Options for ``uvicorn.Config``, all but the application, the workers and the address."""
    return {
        "http": bounded_http(limits),
        # Requests whose clients hung up count too; uvicorn answers the next one 503.
        "limit_concurrency": limits.requests,
        "ws": "none",
        "log_config": None,  # the set-up of logging_setup, not uvicorn's own
        "access_log": False,  # one line a request is ours, with the request id
        "server_header": False,
        # By itself 5: on a busy machine workers are then killed while they start, for ever, or
        # while they wait for a picture that is paid for.
        "timeout_worker_healthcheck": HEALTHCHECK_SECONDS,
        # uvicorn by itself believes X-Forwarded-For from loopback.
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": [
            form for proxy in settings.trusted_proxies for form in _forms_of(proxy)
        ],
    }


def _forms_of(proxy: str) -> tuple[str, ...]:
    """An address or network as peers show it: a socket for both IPs gives IPv4 in IPv6 form."""
    if ":" in proxy:
        return (proxy,)
    address, _, prefix = proxy.partition("/")
    return proxy, f"::ffff:{address}/{96 + int(prefix or 32)}"


def end_with_parent() -> None:
    """Let this worker be told to stop when the process that started it is gone; Linux only.

    A parent that is killed tells nobody: its workers would keep the port, and the next start fail.
    """
    parent = multiprocessing.parent_process()
    if parent is None or sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent.pid:  # gone before it could be asked for
        os.kill(os.getpid(), signal.SIGTERM)


def share_one_heap() -> None:
    """Let all threads allocate from one heap; call it before there are any.

    By itself glibc gives each thread its own, and a page of SQLite's cache or a picture that one
    frees is no use to the next: six players searching 3,000 pictures took 50 MB instead of 12.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library, which has no such thing
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
