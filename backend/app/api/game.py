"""/game/: the page and its files."""

from pathlib import Path, PurePosixPath

from fastapi import FastAPI
from fastapi.responses import FileResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

FRONTEND = Path(__file__).resolve().parents[3] / "frontend"
_PAGE = "retro-adventure-game.html"
# What the page is made of; its tests and notes lie in the same folder and are not served.
_SERVED = {"js", "styles", "images", _PAGE, "favicon.svg"}
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
        "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    # A new version must reach the player at once; unchanged files cost a 304.
    "Cache-Control": "no-cache",
}


class GameFiles(StaticFiles):
    """The page's files, with a policy under which nothing that was typed can run."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve one file; the folder itself is the page."""
        parts = PurePosixPath(path).parts
        wanted = parts[0] if parts else _PAGE
        if wanted not in _SERVED:
            raise HTTPException(404)
        response = await super().get_response(path if parts else _PAGE, scope)
        response.headers.update(_HEADERS)
        return response


def mount_game(app: FastAPI) -> None:
    """Serve the game, and its icon where browsers look by themselves."""
    app.mount("/game", GameFiles(directory=FRONTEND), name="game")

    @app.get("/favicon.ico", include_in_schema=False)
    async def favicon() -> FileResponse:
        return FileResponse(FRONTEND / "favicon.svg", media_type="image/svg+xml")
