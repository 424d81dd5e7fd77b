"""The application: wired here, built and closed by the lifespan, connected to nothing at import."""

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypedDict

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from app import __version__
from app.api import docs
from app.api.errors import install_error_handlers
from app.api.middleware.body_limit import BodyLimit, BodyLimitMiddleware
from app.api.middleware.guards import GuardMiddleware
from app.api.middleware.normalize import NormalizeMiddleware
from app.api.middleware.request_context import (
    UNMATCHED,
    RequestContextMiddleware,
    RequestRecorder,
    template_of_folder,
)
from app.api.middleware.root_path import RootPathMiddleware
from app.api.middleware.security_headers import SecurityHeadersMiddleware, ShownOn
from app.api.middleware.time_limit import TimeLimitMiddleware
from app.api.response_cache.middleware import ResponseCacheMiddleware
from app.api.routes import (
    files,
    game,
    images,
    jobs,
    library,
    maintenance,
    migration,
    preferences,
    saves,
    scenes,
    system,
    verification,
)
from app.config import Settings, load_settings
from app.database.errors import DATABASE_ERRORS, trouble_of
from app.observability.metrics import Metrics
from app.server.start_errors import start_reported
from app.services.container import Services
from app.services.health import HEALTH_SECONDS
from app.wiring import running_services

# Beside the time that the model may take: a hundred may wait for their turn before.
MAX_SECONDS = 300.0

_LOOPBACK_ORIGIN = r"https?://(localhost|127(\.\d+){3}|\[::1\])(:\d+)?"
# What routes read and answers say beyond what browsers pass on unasked.
_READ_HEADERS = (
    *("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"),
    *("If-Range", "Range", "X-Request-ID"),
)
_ANSWERED_HEADERS = (
    *("Accept-Ranges", "Allow", "Content-Range", "ETag", "Location", "Player-Cookie"),
    *("Retry-After", "WWW-Authenticate", "X-Request-ID"),
)
_ROUTERS = (
    *(system.router, scenes.router, images.router, jobs.router, saves.router, preferences.router),
    *(migration.router, maintenance.router, verification.router, library.router),
    *(files.router, docs.router),
)

_DESCRIPTION = """\
Generated art for a retro adventure game: made once, kept for ever, never paid for twice.

Every error has the same body: `status`, `code`, `message`, `detail` and `request_id`.

A query parameter without a value (`page=`) is taken as not given.

Before an address is looked at, any request may be refused: 400 (it is no HTTP, or has no proper
Host), 403 (a page of another site), 408 (it comes too slowly), 413, 414 or 431 (body, address or
headers too large), 421 (a name that this server does not answer for), 429 (too many connections of
one address), 503 (too many of all).
Where nothing was answered for five minutes, it is 504; what is being made is finished and kept.
"""


class _State(TypedDict):
    services: Services
    metrics: Metrics


class _Application(FastAPI):
    """FastAPI behind what is kept: a kept response needs nothing of it."""

    def __init__(self, settings: Settings, recorder: RequestRecorder, **options: Any) -> None:
        super().__init__(**options)
        self._settings, self._recorder = settings, recorder

    def build_middleware_stack(self) -> ASGIApp:
        """All layers; Starlette builds them with the first request or at the start."""
        kept_first = ResponseCacheMiddleware(super().build_middleware_stack(), self._recorder)
        if not self._settings.root_path:
            return kept_first
        return RootPathMiddleware(kept_first, self._settings.root_path)


def create_app(
    settings: Settings | None = None, *, health_seconds: float = HEALTH_SECONDS
) -> FastAPI:
    """Wire the application.

    Args:
        settings: What to run with; read from the environment where left out.
        health_seconds: How long what `/health` found is told again without another look.

    Raises:
        ConfigurationError: When a setting in the environment is not allowed.
    """
    chosen = settings or load_settings()
    metrics = Metrics()
    recorder = RequestRecorder(metrics)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[_State]:
        async with AsyncExitStack() as stack:
            with start_reported(chosen):
                services = await stack.enter_async_context(
                    running_services(chosen, metrics, health_seconds)
                )
            yield {"services": services, "metrics": metrics}

    app = _Application(
        chosen,
        recorder,
        title="Emberpeak",
        version=__version__,
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # Its hooks cost 10 microseconds a request, with nobody listening.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    install_error_handlers(app, dict.fromkeys(DATABASE_ERRORS, trouble_of))
    for router in _ROUTERS:
        app.include_router(router)
    docs.mount_docs(app)
    game.mount_game(app)
    included = [route for router in _ROUTERS for route in router.routes]
    metrics.expect_routes(_templates([*included, *app.routes]))
    _guard(app, chosen, recorder)
    return app


def _templates(routes: Iterable[BaseRoute]) -> set[str]:
    """Every route as it is counted."""
    return {UNMATCHED} | {
        template_of_folder(route.path) if isinstance(route, Mount) else route.path
        for route in routes
        if isinstance(route, Mount | Route)
    }


def _guard(app: FastAPI, settings: Settings, recorder: RequestRecorder) -> None:
    """Put the layers around the routes; the last one added is the outermost."""
    origins = settings.allowed_origins
    # Inside of the one for HEAD, which keeps the body of a 504 back too.
    app.add_middleware(TimeLimitMiddleware, seconds=MAX_SECONDS + settings.gemini_timeout_seconds)
    app.add_middleware(NormalizeMiddleware)
    app.add_middleware(
        BodyLimitMiddleware,
        limit=BodyLimit(),
        exceptions={
            saves.PREFIX: BodyLimit(saves.MAX_BYTES),
            preferences.PREFIX: BodyLimit(preferences.MAX_BYTES),
            library.IMPORT: BodyLimit(library.MAX_BYTES, values=library.MAX_BYTES),
            # A dump of the old game is mostly images, and may hold many.
            migration.PREFIX: BodyLimit(migration.MAX_BYTES, values=200_000),
        },
    )
    loopback = settings.welcomes_loopback_pages
    app.add_middleware(
        GuardMiddleware,
        allowed_hosts=settings.allowed_hosts or (settings.host,),
        allowed_origins=origins,
        any_address=settings.listens_everywhere and not settings.allowed_hosts,
        loopback_pages=loopback,
    )
    app.add_middleware(RequestContextMiddleware, recorder=recorder)
    if origins or loopback:
        # Outside of the handler of crashes, so that a page may read the answer to one.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_origin_regex=_LOOPBACK_ORIGIN if loopback else None,
            allow_methods=("GET", "HEAD", "POST", "PUT", "DELETE"),
            allow_headers=_READ_HEADERS,
            expose_headers=_ANSWERED_HEADERS,
            allow_credentials=True,
        )
    shown_on: ShownOn = "cross-origin" if origins else "same-site" if loopback else "same-origin"
    app.add_middleware(SecurityHeadersMiddleware, shown_on=shown_on)
