"""/docs and /redoc without outside network and without inline scripts."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import HTMLResponse

from app.api.conditional import ConditionalFiles

_OWN_ASSETS = Path(__file__).with_name("docs_assets")
_VENDOR = Path(str(files("fastapi_offline"))) / "static"
# Redoc fetches its maker's logo from the network, and the policy reports that.
_REDOC_LOGO = "https://cdn.redoc.ly/redoc/logo-mini.svg"
_OWN_LOGO = "docs/vendor/favicon.png"
# Redoc writes its styles into the page and searches in a worker made from a blob.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY}

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def swagger_ui() -> HTMLResponse:
    """The API to try out."""
    return HTMLResponse(_page("swagger.html"), headers=_HEADERS)


@router.get("/redoc")
async def redoc() -> HTMLResponse:
    """The API to read."""
    return HTMLResponse(_page("redoc.html"), headers=_HEADERS)


@router.get("/docs/redoc.js")
async def redoc_script() -> Response:
    """Redoc itself, with every address in it on this server."""
    headers = {"Cache-Control": "public, max-age=3600"}
    return Response(_redoc(), media_type="text/javascript", headers=headers)


def mount_docs(app: FastAPI) -> None:
    """Serve the scripts that both pages need; most come with a package."""
    app.mount("/docs/vendor", ConditionalFiles(directory=_VENDOR), name="docs-vendor")
    app.mount("/docs/assets", ConditionalFiles(directory=_OWN_ASSETS), name="docs-assets")


@cache
def _redoc() -> str:
    script = (_VENDOR / "redoc.standalone.js").read_text(encoding="utf-8")
    return script.replace(_REDOC_LOGO, _OWN_LOGO)


def _page(name: str) -> str:
    return (_OWN_ASSETS / name).read_text(encoding="utf-8")
