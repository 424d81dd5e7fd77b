"""/docs and /redoc without outside network and without inline scripts."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

_OWN_ASSETS = Path(__file__).with_name("docs_assets")
# Redoc writes its styles into the page and searches in a worker made from a blob.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "worker-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff"}

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def swagger_ui() -> HTMLResponse:
    """The API to try out."""
    return HTMLResponse(_page("swagger.html"), headers=_HEADERS)


@router.get("/redoc")
async def redoc() -> HTMLResponse:
    """The API to read."""
    return HTMLResponse(_page("redoc.html"), headers=_HEADERS)


def mount_docs(app: FastAPI) -> None:
    """Serve both pages and the scripts they need; the scripts come with a package."""
    app.include_router(router)
    vendor = StaticFiles(directory=str(files("fastapi_offline") / "static"))
    app.mount("/docs/vendor", vendor, name="docs-vendor")
    app.mount("/docs/assets", StaticFiles(directory=_OWN_ASSETS), name="docs-assets")


def _page(name: str) -> str:
    return (_OWN_ASSETS / name).read_text(encoding="utf-8")
