"""How uvicorn is run: the same for ``python -m app`` and for the tests."""

from typing import Any

from app.config import Settings
from app.server.http_protocol import bounded_http
from app.server.limits import HTTP_LIMITS, HttpLimits

# Longest wait for a worker that is asked how it is: one killed just then is missed that late.
HEALTHCHECK_SECONDS = 60


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
        # while they wait for an image that is paid for.
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
