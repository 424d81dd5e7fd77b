"""The one place where errors become responses."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount
from starlette.types import HTTPExceptionHandler

from app.api.middleware.security_headers import security_headers
from app.errors import AppError
from app.observability.request import current_request_id
from app.schemas.error import ErrorBody

log = structlog.get_logger()

Translate = Callable[[Exception], AppError | None]

_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
_MESSAGES = {
    400: "The body of the request cannot be read.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "The request is too large.",
    416: "The range lies behind the end of the file.",
}
# These always say when another try makes sense, also where nothing is known about it.
_COME_BACK = {429, 503}
_COME_BACK_SECONDS = "60"


def error_response(
    status: int,
    message: str,
    *,
    detail: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Build the documented error body."""
    body = ErrorBody(code=status, message=message, detail=detail, request_id=current_request_id())
    shown = {"Cache-Control": "no-store", **(headers or {})}
    if status in _COME_BACK:
        shown.setdefault("Retry-After", _COME_BACK_SECONDS)
    return JSONResponse(body.model_dump(), status, headers=shown)


def error_bytes(status: int, message: str, request_id: str) -> bytes:
    """Write the documented error for a connection that never reaches a route, and is closed."""
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        # Every 429 says which limit it was.
        detail = {"reason": "rate_limit"} if status == HTTPStatus.TOO_MANY_REQUESTS else None
        response = error_response(status, message, detail=detail)
    own = [(b"x-request-id", request_id.encode()), (b"connection", b"close"), *security_headers()]
    lines = b"".join(b"%s: %s\r\n" % header for header in (*response.raw_headers, *own))
    phrase = HTTPStatus(status).phrase.encode()
    return b"HTTP/1.1 %d %s\r\n%s\r\n%s" % (status, phrase, lines, bytes(response.body))


def install_error_handlers(app: FastAPI, foreign: Mapping[type[Exception], Translate]) -> None:
    """Answer every expected error with the documented body; crashes are the middleware's.

    Args:
        app: The application.
        foreign: For errors of libraries: what they mean here, or None for a crash.
    """
    app.add_exception_handler(AppError, _expected)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for kind, translate in foreign.items():
        app.add_exception_handler(kind, _translated(translate))


async def _expected(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AppError)  # noqa: S101 - Starlette's handlers take any exception
    return error_response(
        error.status,
        error.message,
        detail=error.detail,
        headers=error.headers,
    )


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    message = _MESSAGES.get(error.status_code) or HTTPStatus(error.status_code).phrase
    headers = dict(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed_methods(request))
    return error_response(error.status_code, message, headers=headers)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    problems = [
        {
            "field": _field(problem),
            "location": str(problem["loc"][0]),
            "message": _message(problem),
            "type": problem["type"],
        }
        for problem in error.errors()
    ]
    summary = "; ".join(f"{problem['field']}: {problem['message']}" for problem in problems[:3])
    return error_response(
        422,
        f"The request is not valid. {summary}",
        detail={"errors": problems},
    )


def _field(problem: dict[str, Any]) -> str:
    location, *path = (str(part) for part in problem["loc"])
    # Where the body is no JSON at all, the path is a number: how far the parser came.
    return location if problem["type"] == "json_invalid" else ".".join(path) or location


def _message(problem: dict[str, Any]) -> str:
    # Text is measured after it was tidied, where pydantic no longer knows that it is text.
    match problem["type"], problem["input"]:
        case "too_short", str():
            return f"Text should have at least {problem['ctx']['min_length']} characters"
        case "too_long", str():
            return f"Text should have at most {problem['ctx']['max_length']} characters"
        case _:
            return str(problem["msg"]).removeprefix("Value error, ")


def _translated(translate: Translate) -> HTTPExceptionHandler:
    async def handle(request: Request, error: Exception) -> Response:
        expected = translate(error)
        if expected is None:
            raise error
        log.error("database trouble", reason=str(getattr(error, "orig", None) or error))
        return await _expected(request, expected)

    return handle


def _allowed_methods(request: Request) -> list[str]:
    """Every method that some route takes at this address; each route knows only its own."""
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
