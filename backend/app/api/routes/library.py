"""/api/v1/library: the library as a whole, for the operator."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from app.api.dependencies import AdminOnly, CallerDep, ServicesDep
from app.schemas.error import stream_error_responses
from app.schemas.text import FilterText
from app.services.packs.engines import FormName
from app.services.packs.selection import Selection

router = APIRouter(prefix="/api/v1/library", tags=["library"], dependencies=[AdminOnly])

_HEADERS = {
    "Content-Disposition": 'attachment; filename="emberpeak-pack.zip"',
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx would gather it in a file
}
_ANSWER = {
    "description": "The pack.",
    "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
}

Names = tuple[FilterText, ...]


def _named(description: str) -> Any:
    return Query(max_length=100, description=description)


@router.get(
    "/export",
    summary="Take images along",
    response_class=StreamingResponse,
    responses={200: _ANSWER, **stream_error_responses(401, 404, 422, 429, 503)},
)
async def export(
    services: ServicesDep,
    caller: CallerDep,
    place: Annotated[Names, _named("Scenes of this place; repeatable.")] = (),
    item: Annotated[Names, _named("Images of this item; repeatable.")] = (),
    character: Annotated[Names, _named("Images of this character; repeatable.")] = (),
    featured: Annotated[
        bool, Query(description="Only featured images and those that a scene shows.")
    ] = False,
    form: Annotated[FormName, Query(description="For which engine.")] = "plain",
) -> StreamingResponse:
    """A zip with images, thumbnails, `manifest.json` and `disclosure.txt`.

    The same library gives the same bytes. `place`, `item` and `character` name what to take and
    are repeatable; without them it is everything. An image whose file is missing or damaged is
    named in the manifest under `left_out`, and the rest is exported.
    """
    selection = Selection(place, item, character, featured)
    pieces = services.packs.export(selection, form, caller.client)
    first = await anext(pieces)  # what is refused is refused before the answer begins

    async def all_pieces() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return StreamingResponse(all_pieces(), media_type="application/zip", headers=_HEADERS)
