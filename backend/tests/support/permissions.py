"""Who may call what: the table of every route, every route that there is, and how to call it."""

from typing import Any

import httpx
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount, Route

from app.config import Settings
from app.main import create_app
from tests.support.library import IMAGES, MAINTENANCE, SCENES, make_image, order
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer

Operation = tuple[str, str]

OPERATOR_ONLY: set[Operation] = {
    ("POST", f"{MAINTENANCE}/cleanup/expired-cache"),
    ("POST", f"{MAINTENANCE}/cleanup/orphaned-images"),
    ("DELETE", f"{MAINTENANCE}/refused-prompts"),
    ("GET", f"{MAINTENANCE}/stats"),
    ("GET", f"{MAINTENANCE}/spending"),
    ("GET", f"{MAINTENANCE}/verify"),
    ("POST", f"{MAINTENANCE}/verify"),
    ("DELETE", f"{SCENES}/cache/clear"),
    ("GET", "/api/v1/library/export"),
    ("POST", "/api/v1/library/import"),
    ("POST", f"{SCENES}/warm"),
    ("GET", "/api/v1/jobs/{job_id}"),
    ("GET", "/api/v1/jobs/{job_id}/events"),
    ("DELETE", "/api/v1/jobs/{job_id}"),
}
# The player who caused the picture may, too.
OPERATOR_OR_OWNER: set[Operation] = {
    ("DELETE", IMAGES + "/{image_id}"),
    ("POST", IMAGES + "/{image_id}/restore"),
}
# Open, but for one query parameter.
OPERATOR_FOR_A_PART: dict[Operation, dict[str, str]] = {
    ("GET", f"{IMAGES}/search"): {"deleted": "true"},
}
FOR_EVERYONE: set[Operation] = {
    *(("GET", path) for path in ("/", "/health", "/health/live", "/health/ready", "/metrics")),
    *(("GET", path) for path in ("/docs", "/redoc", "/docs/redoc.js", "/openapi.json")),
    ("GET", "/images/{folder}/{name}"),
    ("GET", "/favicon.ico"),
    ("GET", f"{IMAGES}/search"),
    ("GET", IMAGES + "/{image_id}"),
    ("GET", IMAGES + "/{image_id}/provenance"),  # what was paid is for owner and operator
    ("PUT", IMAGES + "/{image_id}/feature"),
    ("POST", f"{IMAGES}/generate"),
    ("POST", f"{IMAGES}/restore"),  # says of each picture whether it may
    ("POST", f"{SCENES}/generate"),
    ("GET", SCENES),
    ("GET", f"{SCENES}/preview"),
    ("GET", f"{SCENES}/cache/stats"),
    ("POST", "/api/v1/migrate/from-localstorage"),  # restores only what the caller may restore
    # What belongs to a player is found by the player's cookie only.
    ("GET", "/api/v1/saves"),
    *((method, "/api/v1/saves/{slot}") for method in ("GET", "PUT", "DELETE")),
    *((method, "/api/v1/preferences") for method in ("GET", "PUT")),
}
FOLDERS_FOR_EVERYONE = {"/game", "/docs/vendor", "/docs/assets"}

TABLE = OPERATOR_ONLY | OPERATOR_OR_OWNER | FOR_EVERYONE


def routes() -> tuple[set[Operation], set[str]]:
    """Every method and path of the application, and every folder that is served.

    Taken from the router, since the document leaves some out. HEAD is GET without a body.
    """
    operations: set[Operation] = set()
    folders: set[str] = set()
    app = create_app(Settings(_env_file=None))
    for route in (context.original_route for context in iter_route_contexts(app.routes)):
        if isinstance(route, Mount):
            folders.add(route.path)
        elif isinstance(route, Route):
            operations.update(
                (method, route.path) for method in (route.methods or set()) - {"HEAD"}
            )
    return operations, folders


NO_HEADERS: dict[str, str] = {}


def stranger(server: RunningServer, headers: dict[str, str] = NO_HEADERS) -> httpx.Client:
    """A client without the cookie of anyone."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    # Reading the certificates again for each client would take longer than the test.
    return httpx.Client(base_url=server.url, headers=raw, timeout=PATIENCE_SECONDS, verify=False)


def call(client: httpx.Client, method: str, path: str, image: Any) -> httpx.Response:
    """Call an operation with what it needs to be let through."""
    filled = path.replace("{slot}", "1").replace("{job_id}", "unknown")
    if image is not None:
        filled = filled.replace("{image_id}", str(image["id"]))
        file = image["storage_path_full"].removeprefix("images/")
        filled = filled.replace("{folder}/{name}", file)
    body = order() if path.endswith("/images/generate") else {"scenes": [{"location": "Mill"}]}
    return client.request(
        method,
        filled,
        params={"location": "Mill"} if SCENES in path else {},
        json=body if method in {"POST", "PUT"} else None,
    )


def call_as_stranger(
    server: RunningServer, method: str, path: str, headers: dict[str, str] = NO_HEADERS
) -> httpx.Response:
    """Call an operation; a picture that it is about was caused by another player."""
    image = make_image(server.client, subject_name=path[-60:]) if "{" in path else None
    with stranger(server, headers) as client:
        return call(client, method, path, image)
