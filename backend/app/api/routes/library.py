"""/api/v1/library: the library as a whole, for the operator."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from starlette.requests import ClientDisconnect

from app.api.dependencies import AdminOnly, CallerDep, ServicesDep
from app.errors import ClientGoneError
from app.schemas.error import error_responses, stream_error_responses
from app.schemas.library import ImportedFile, LibraryImport
from app.schemas.text import FilterText
from app.services.imports.service import ImportOptions, ImportReport
from app.services.imports.source import SourceError
from app.services.packs.engines import FormName
from app.services.packs.selection import Selection

PREFIX = "/api/v1/library"
IMPORT = f"{PREFIX}/import"
# Of what is sent; a larger zip is imported by the command.
MAX_BYTES = 512 * 2**20
_MOST_FILES = 1000

router = APIRouter(prefix=PREFIX, tags=["library"], dependencies=[AdminOnly])

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


@router.post(
    "/import",
    summary="Import images of other tools, or a pack",
    responses=error_responses(400, 401, 403, 413, 422, 429, 503, 507),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: {"schema": {"type": "string", "format": "binary"}}
                for kind in ("application/zip", "image/png", "image/jpeg", "image/webp")
            },
        }
    },
)
async def import_images(
    request: Request,
    services: ServicesDep,
    caller: CallerDep,
    file_name: Annotated[
        FilterText, Query(description="Name of the image, which says what it shows.")
    ] = "image",
    remove_hidden: Annotated[
        bool, Query(description="Remove prompts that are hidden in transparency.")
    ] = False,
    dry_run: Annotated[bool, Query(description="Only say what would be imported.")] = False,
) -> LibraryImport:
    """Take a zip of images, one image, or a pack as the body, up to 512 MB.

    Subject, name and prompt come from what the tool wrote into each file, or from the names of
    folders. A file that is no image is reported, and the rest is kept. The same again changes
    nothing.
    """
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        why = "Send the file itself as the body, not in a form."
        raise SourceError(why, detail={"reason": "body_is_a_form"})
    options = ImportOptions(remove_hidden=remove_hidden, dry_run=dry_run)
    report = await services.imports.receive(_chunks(request), file_name, options, caller.client)
    if not isinstance(report, ImportReport):
        return LibraryImport(
            is_pack=True,
            stored=report.stored + report.restored,
            already_there=report.already_there,
            skipped=0,
            failed=0,
            files=[],
            dry_run=dry_run,
        )
    # What failed comes first, so that no bound hides it.
    files = sorted(report.files, key=lambda file: file.outcome != "failed")
    return LibraryImport(
        is_pack=False,
        stored=report.count("stored"),
        already_there=report.count("already_there"),
        skipped=report.count("skipped"),
        failed=report.count("failed"),
        files=[ImportedFile.model_validate(file) for file in files[:_MOST_FILES]],
        dry_run=dry_run,
    )


async def _chunks(request: Request) -> AsyncIterator[bytes]:
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect as error:
        raise ClientGoneError("The client hung up.") from error
