"""Which methods an address takes: a router only knows it of one route at a time."""

from fastapi import Request
from starlette.routing import Match, Mount

_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")


def allowed_methods(request: Request) -> list[str]:
    """Every method that some route takes at the address of the request."""
    scope = request.scope
    asked = {
        "type": "http",
        "path": scope["path"],
        "headers": scope["headers"],
        # A mounted folder has put its own path in.
        "root_path": scope.get("app_root_path", scope.get("root_path", "")),
    }
    found: set[str] = set()
    for route in request.app.routes:
        methods = ("GET",) if isinstance(route, Mount) else _METHODS
        found.update(
            method
            for method in methods
            if route.matches({**asked, "method": method})[0] is Match.FULL
        )
    if "GET" in found:
        found.add("HEAD")
    return sorted(found)
