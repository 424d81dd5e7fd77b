"""A route that sends a rendered response again while nothing has changed."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, cast

from fastapi import Request, Response
from fastapi.routing import APIRoute

from app.api.dependencies import PLAYER_COOKIE_HEADER, is_known_player
from app.services.container import Services

_KNOWN = {PLAYER_COOKIE_HEADER: "known"}


def cache_response(request: Request, until: datetime | None, image: str) -> None:
    """Let the response to this request stand for the same request of every player.

    Args:
        request: The request.
        until: When the response expires.
        image: Path of the image's full file; without it the response does not hold.
    """
    request.state.cached = {"until": until, "image": image}


class CachedRoute(APIRoute):
    """Sends the last response again if its endpoint allowed that and nothing has changed.

    To find a cached scene and render it takes ten times as long as to send it. A new player gets
    a cookie with the response, so theirs are neither kept nor sent again.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap what FastAPI does with a request."""
        answer = super().get_route_handler()

        async def cached_or_answer(request: Request) -> Response:
            if not is_known_player(request):
                return await answer(request)
            services = cast("Services", request.state.services)
            key = f"{request.method} {request.url.path}?{request.scope['query_string']!r}"
            if (body := await services.responses.find(key)) is not None:
                services.scenes.count_hit()
                return Response(body, headers=_KNOWN, media_type="application/json")
            version = services.responses.version()
            response = await answer(request)
            if hasattr(request.state, "cached"):
                body = bytes(response.body)
                services.responses.keep(key, body, version=version, **request.state.cached)
            return response

        return cached_or_answer
