"""Who may call what: the table of every route, and every route that there is."""

from starlette.routing import Mount, Route

from app.config import Settings
from app.main import create_app
from tests.support.library import IMAGES, MAINTENANCE, SCENES

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
    for route in create_app(Settings(_env_file=None)).routes:
        if isinstance(route, Mount):
            folders.add(route.path)
        elif isinstance(route, Route):
            operations.update(
                (method, route.path) for method in (route.methods or set()) - {"HEAD"}
            )
    return operations, folders
