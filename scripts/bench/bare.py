"""The least that a server can do: a bare Starlette application on the same uvicorn.

``BENCH_FILE_BYTES`` and ``BENCH_THUMBNAIL_BYTES`` are the sizes of two responses in memory.
"""

import os

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_FILE = os.urandom(int(os.environ.get("BENCH_FILE_BYTES", "0")))
_THUMBNAIL = os.urandom(int(os.environ.get("BENCH_THUMBNAIL_BYTES", "0")))


async def _answer(_request: Request) -> JSONResponse:
    return JSONResponse({"a": 1})


async def _file(_request: Request) -> Response:
    return Response(_FILE, media_type="image/webp")


async def _thumbnail(_request: Request) -> Response:
    return Response(_THUMBNAIL, media_type="image/webp")


app = Starlette(
    routes=[Route("/a", _answer), Route("/file", _file), Route("/thumbnail", _thumbnail)]
)
