"""CORS for the origins that the operator allows."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from app.api.error_handlers import error_response


class CorsMiddleware(CORSMiddleware):
    """Starlette's, with its refusals in the documented error body."""

    def __init__(self, app: ASGIApp, allowed_origins: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=allowed_origins,
            allow_methods=("GET", "POST", "PUT", "DELETE"),
            allow_headers=("Authorization", "Content-Type", "If-Match", "Idempotency-Key"),
            expose_headers=("X-Request-ID", "Retry-After", "ETag"),
            allow_credentials=True,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer a preflight; a refusal says why."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        return error_response(response.status_code, bytes(response.body).decode())
