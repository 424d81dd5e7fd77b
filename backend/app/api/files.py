"""/images: the picture files themselves."""

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Path, Response

from app.api.dependencies import ServicesDep
from app.schemas.error import error_responses

router = APIRouter(prefix="/images", tags=["files"])

_FOR_EVER = "public, max-age=31536000, immutable"


@router.get(
    "/{folder}/{name}",
    summary="Get a picture file",
    response_class=Response,
    responses={
        200: {
            "description": "The picture.",
            "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}},
        },
        304: {"description": "The client's copy is still good."},
        **error_responses(404, 422),
    },
)
async def picture_file(
    folder: Annotated[Literal["full", "thumbnails"], Path(description="Which size.")],
    name: Annotated[
        str,
        Path(
            description="File name, from the picture's facts.",
            examples=["Healing_Potion_20261123_081500_3f9a1c2b4d5e6f70.webp"],
        ),
    ],
    services: ServicesDep,
    if_none_match: Annotated[str | None, Header(include_in_schema=False)] = None,
) -> Response:
    """The file; a name is never used twice, so it may be kept for ever."""
    data = services.storage.read(folder, name)
    headers = {
        "Cache-Control": _FOR_EVER,
        "ETag": f'"{name.removesuffix(".webp").rpartition("_")[2]}"',
    }
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(data, media_type="image/webp", headers=headers)
