"""How much one server process takes from its clients, and the open files that it needs for it."""

import sys
from dataclasses import dataclass

# Database, images, sockets to the model: what a process opens besides its connections.
_OTHER_FILES = 200


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """The bounds of connections and of what they may send.

    Attributes:
        connections: In all.
        connections_of_a_client: A browser opens six, but a whole school may have one address.
        requests: At work, also those whose clients hung up.
        headers: Of one request.
        header_bytes: Of all headers of a request.
        url_bytes: Of the address of a request.
        header_seconds: From the first byte to the last header; also for the rest of a body after
            its answer.
        body_seconds: For a whole body; one that comes at least at the rate may take longer.
        body_bytes_per_second: That rate.
    """

    connections: int = 1000
    connections_of_a_client: int = 250
    requests: int = 2000
    headers: int = 100
    header_bytes: int = 32 * 1024
    url_bytes: int = 8 * 1024
    header_seconds: float = 10.0
    body_seconds: float = 30.0
    body_bytes_per_second: int = 16 * 1024


HTTP_LIMITS = HttpLimits()


def allow_open_files() -> None:
    """Make room for as many connections as are allowed: 1024 files are the usual limit."""
    if sys.platform == "win32":
        return
    import resource  # Windows has none

    wanted = HTTP_LIMITS.connections + _OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
