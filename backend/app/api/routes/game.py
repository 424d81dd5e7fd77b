"""/game/: the page and its files."""

from pathlib import Path, PurePosixPath

from fastapi import FastAPI, Request
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import NotModifiedResponse
from starlette.types import Scope

from app.api.conditional import ConditionalFiles
from app.api.page_release import NAME, read_release
from app.api.response_cache.reuse import Reuse, allow_reuse

FRONTEND = Path(__file__).resolve().parents[4] / "frontend"
_PAGE = "retro-adventure-game.html"
# What the page is made of; its tests and notes lie in the same folder and are not served.
_SERVED = {"js", "styles", "images", _PAGE, "favicon.svg"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# A new version must reach the player at once; the page costs a 304 where it is unchanged.
_ASK_EACH_TIME = "no-cache"
_KEEP = "public, max-age=31536000, immutable"


class GameFiles(ConditionalFiles):
    """The page's files, with a policy under which nothing that was typed can run.

    The page names its files under the name of their release, ``/game/v-.../js/main.js``, so that
    a browser keeps them all and never asks again, and gets all new ones with a new page. Each file
    is found without that name too. Files that change need a new start, as Python's do.
    """

    def __init__(self) -> None:
        super().__init__(directory=FRONTEND)
        self._release = read_release(FRONTEND, _PAGE, _SERVED)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve one file; the folder itself is the page."""
        parts = PurePosixPath(path).parts
        is_named = bool(parts) and NAME.fullmatch(parts[0]) is not None
        release, parts = (parts[0], parts[1:]) if is_named else ("", parts)
        wanted = parts[0] if parts else _PAGE
        if wanted not in _SERVED or (release and wanted == _PAGE):
            raise HTTPException(404)
        file = "/".join(parts) or _PAGE
        response = await super().get_response(file, scope)
        if wanted == _PAGE:
            response = self._page(scope)
        keep = release == self._release.name
        response.headers["Cache-Control"] = _KEEP if keep else _ASK_EACH_TIME
        response.headers["Content-Security-Policy"] = _POLICY
        if keep or wanted == _PAGE:
            allow_reuse(scope, Reuse(follows_library=False))
        return response

    def _page(self, scope: Scope) -> Response:
        release = self._release
        response = HTMLResponse(release.page, headers={"ETag": f'"{release.name}"'})
        if self.is_not_modified(response.headers, Headers(scope=scope)):
            return NotModifiedResponse(response.headers)
        return response


def mount_game(app: FastAPI) -> None:
    """Serve the game, and its icon where browsers look by themselves."""
    app.mount("/game", GameFiles(), name="game")
    icon = ConditionalFiles(directory=FRONTEND)

    @app.get("/favicon.ico", include_in_schema=False)
    async def favicon(request: Request) -> Response:
        return await icon.get_response("favicon.svg", request.scope)
