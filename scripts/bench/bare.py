"""The least that a server can do: a bare Starlette route that answers ``{"a": 1}``."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route


async def _answer(_request: Request) -> JSONResponse:
    return JSONResponse({"a": 1})


app = Starlette(routes=[Route("/a", _answer)])
