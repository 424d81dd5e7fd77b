"""/images: the image files themselves."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from app.api.conditional import etag_header, is_known, picture_response
from app.api.dependencies import ServicesDep
from app.api.response_cache.reuse import Reuse, allow_reuse
from app.schemas.error import error_responses

router = APIRouter(prefix="/images", tags=["files"])

_FOR_EVER = "public, max-age=31536000, immutable"


@router.get(
    "/{folder}/{name}",
    summary="Get an image file",
    response_class=Response,
    responses={
        200: {
            "description": "The image.",
            "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}},
        },
        206: {"description": "The part of it that `Range` asks for."},
        304: {"description": "The client's copy is still good."},
        **error_responses(404, 416, 422),
    },
)
async def picture_file(
    folder: Annotated[Literal["full", "thumbnails"], Path(description="Which size.")],
    name: Annotated[
        str,
        Path(
            description="File name, from the image's facts.",
            examples=["Healing_Potion_20261123_081500_3f9a1c2b4d5e6f70.webp"],
        ),
    ],
    services: ServicesDep,
    request: Request,
) -> Response:
    """The file; a name is never used twice, so it may be kept for ever."""
    etag = name.removesuffix(".webp").rpartition("_")[2]
    headers = {"Cache-Control": _FOR_EVER, "ETag": etag_header(etag)}
    if is_known(request.headers, etag) and await services.images.has_file(folder, name):
        return Response(status_code=304, headers=headers)
    data, stamp = await services.images.read_file(folder, name)
    reuse = Reuse(file=f"images/{folder}/{name}", stamp=stamp, follows_library=False)
    allow_reuse(request.scope, reuse)
    return picture_response(request, data, headers)
