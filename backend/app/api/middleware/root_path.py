"""Serves below a path, if a proxy shows the server beside other things."""

from starlette.types import ASGIApp, Receive, Scope, Send

from app.root_path import enter_root


class RootPathMiddleware:
    """Lets every route be found below a path, whether the proxy takes that away or passes it on.

    Args:
        app: What to serve there.
        root: The path, such as ``/ember``; none of our own addresses begins with it.
    """

    def __init__(self, app: ASGIApp, root: str) -> None:
        self._app = app
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its whole path."""
        if scope["type"] == "http":
            enter_root(self._root)
            path = scope["path"]
            if path != self._root and not path.startswith(f"{self._root}/"):
                scope["path"] = self._root + path
                scope["raw_path"] = self._root.encode() + scope["raw_path"]
            scope["root_path"] = self._root
        await self._app(scope, receive, send)
