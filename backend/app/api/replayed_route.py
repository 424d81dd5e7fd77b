"""A route whose answers may be sent again without asking anyone."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any, cast

from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.api.dependencies import PLAYER_COOKIE_HEADER, is_known_player
from app.services.container import Services
from app.services.storage import StorageUnavailableError

_KNOWN = {PLAYER_COOKIE_HEADER: "known"}


def allow_replay(request: Request, until: datetime | None, picture: str) -> None:
    """Let the answer to this request stand for the same request of every player.

    Args:
        request: What was asked.
        until: When the answer ceases to hold.
        picture: Path of the full file, without which it does not hold either.
    """
    request.state.replay = {"until": until, "picture": picture}


class ReplayedRoute(APIRoute):
    """Sends the bytes of the last answer where its endpoint allowed that and nothing changed.

    Finding a cached scene and rendering it takes some ten times as long as sending it. Who is
    not known yet gets a cookie with the answer, so theirs are neither kept nor replayed.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap what FastAPI does with a request."""
        answer = super().get_route_handler()

        async def replay_or_answer(request: Request) -> Response:
            if not is_known_player(request):
                return await answer(request)
            services = cast("Services", request.state.services)
            body = None
            key = f"{request.method} {request.url.path}?{request.scope['query_string']!r}"
            with suppress(StorageUnavailableError):  # which the endpoint knows how to answer
                body = await services.rendered.find(key)
            if body is not None:
                services.scenes.count_hit()
                return Response(body, headers=_KNOWN, media_type="application/json")
            version = services.rendered.version()
            response = await answer(request)
            if hasattr(request.state, "replay"):
                body = bytes(response.body)
                services.rendered.keep(key, body, version=version, **request.state.replay)
            return response

        return replay_or_answer
