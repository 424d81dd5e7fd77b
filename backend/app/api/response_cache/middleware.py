"""The entry in front of FastAPI: what is kept is sent at once, everything else goes on."""

import time
from typing import cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.middleware.request_context import RequestRecorder, route_template
from app.api.response_cache.keys import Key, key_of
from app.api.response_cache.reuse import allowed_reuse
from app.api.response_cache.store import KeptResponse, RawHeaders, ResponseStore
from app.domain import LibraryVersion
from app.observability.request import begin_without_wait, request_id_of
from app.services.container import Services


class ResponseCacheMiddleware:
    """Sends kept responses, and keeps those that their routes allow.

    Args:
        app: The application with all its guards; it has let each kept response pass.
        recorder: Logs and counts what is sent from here; the application does so for the rest.
    """

    def __init__(self, app: ASGIApp, recorder: RequestRecorder) -> None:
        self._app = app
        self._recorder = recorder
        self._store = ResponseStore()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory, or pass the request on."""
        key = key_of(scope) if scope["type"] == "http" else None
        if key is None:
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        services = cast("Services", scope["state"]["services"])
        version = services.images.version()
        if version is None:
            await self._app(scope, receive, send)
            return
        kept = self._store.find(key, version)
        if kept is not None and await _holds(kept, version, services):
            await _send_again(kept, services, scope, send)
            begin_without_wait()
            seconds = time.perf_counter() - began
            self._recorder.record(scope, kept.route, 200, seconds)
        else:
            await self._answer(key, version, scope, receive, send)

    async def _answer(
        self, key: Key, version: LibraryVersion, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Let the application answer, and keep what it says if its route allows that."""
        headers: RawHeaders = []
        parts: list[bytes] = []

        async def seen(message: Message) -> None:
            nonlocal headers
            if message["type"] == "http.response.start":
                if message["status"] == 200 and allowed_reuse(scope) is not None:
                    headers = list(message["headers"])
            elif headers:
                parts.append(message.get("body", b""))
                if not message.get("more_body", False):  # before the client can ask again
                    self._keep(key, version, scope, headers, b"".join(parts))
            await send(message)

        await self._app(scope, receive, seen)

    def _keep(
        self, key: Key, version: LibraryVersion, scope: Scope, headers: RawHeaders, body: bytes
    ) -> None:
        reuse, route = allowed_reuse(scope), route_template(scope)
        if reuse is not None:
            kept = KeptResponse(headers, body, reuse=reuse, route=route, number=version.number)
            if kept.fits_its_images:
                self._store.keep(key, kept)


async def _holds(kept: KeptResponse, version: LibraryVersion, services: Services) -> bool:
    """Whether its image file is still there, which no commit tells; and its counts are right."""
    reuse = kept.reuse
    if reuse.file is not None and await services.images.stamp(reuse.file) != reuse.stamp:
        return False
    if kept.is_filled(version.commits):
        return True
    return kept.fill(services.images.counts(reuse.image_ids), version.commits)


async def _send_again(kept: KeptResponse, services: Services, scope: Scope, send: Send) -> None:
    body = kept.body
    if kept.reuse.counts_as == "hit":
        services.scenes.count_hit()
    elif kept.reuse.counts_as == "use":
        use = services.images.count_use(kept.reuse.image_ids[0], kept.counts[0][0])
        body = kept.body_with([(use.counted, use.last_used)])
    headers = kept.headers(request_id_of(scope), body)
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
