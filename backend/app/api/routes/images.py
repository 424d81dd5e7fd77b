"""/api/v1/images: make, find, star, delete and restore images."""

import base64
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.routing import APIRoute
from pydantic import AfterValidator, Field
from starlette.routing import Match
from starlette.types import Scope

from app.api.dependencies import CallerDep, PlayerDep, ServicesDep
from app.api.response_cache.reuse import Reuse, allow_reuse
from app.domain import SubjectType
from app.schemas.error import GENERATION_ERRORS, error_responses
from app.schemas.image import (
    DeletedImage,
    FeaturedImage,
    GenerateImage,
    Image,
    ImagePage,
    ImageWithData,
    RestoredImage,
    RestoredImages,
    RestoreImages,
)
from app.schemas.provenance import Provenance
from app.schemas.text import FilterText, composed, storable, tidy
from app.services.generation.idempotency import key_of
from app.services.generation.order import GenerationOrder
from app.services.library.galleries import prompt_with_style
from app.services.library.images import ImageFilter

_NO_IDENTITIES = {"generate", "restore", "search"}


class _ImageRoute(APIRoute):
    """A route that leaves ``/search`` and the like alone, which are no identities of images."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether this route is meant."""
        match, child = super().matches(scope)
        if child.get("path_params", {}).get("image_id") in _NO_IDENTITIES:
            return Match.NONE, {}
        return match, child


router = APIRouter(prefix="/api/v1/images", tags=["images"], route_class=_ImageRoute)

ImageId = Annotated[int, Path(description="Identity of the image.", examples=[1])]


def _within(number: int, *, most: int) -> int:
    return min(max(number, 1), most)


@router.post(
    "/generate",
    summary="Make a new image",
    responses=error_responses(400, 410, 413, *GENERATION_ERRORS),
)
async def generate(
    body: GenerateImage,
    services: ServicesDep,
    player: PlayerDep,
    response: Response,
    idempotency_key: Annotated[
        str | None,
        Header(
            min_length=1,
            max_length=200,
            description="A random text of the client's: the same key and body are paid once. "
            "Keys of other clients do not matter.",
        ),
    ] = None,
) -> Image:
    """Make one more image of a subject and keep it.

    The image is finished and stored even where the client hangs up. Items and characters have
    at most `MAX_IMAGES_PER_ITEM` images.
    """
    order = GenerationOrder(
        subject_type=body.subject_type,
        subject_name=body.subject_name,
        prompt=prompt_with_style(body.prompt, body.custom_prompt),
        aspect_ratio=body.aspect_ratio,
        request_id=player.request_id,
        component=body.component,
        alt_text=f"{body.subject_name}: {body.prompt}",
        custom_prompt=body.custom_prompt or None,
        player_hash=player.player_hash,
        client=player.client,
    )
    key = key_of(player, idempotency_key) if idempotency_key else None
    image = await services.galleries.add(order, key, player.left)
    if key and not player.sent_cookie and image.player_hash != player.player_hash:
        # The key is this address's. With a cookie of its own the client would not find it again.
        del response.headers["Set-Cookie"]
    return Image.model_validate(image)


@router.get("/search", summary="Find images", responses=error_responses(401, 422, 429))
async def search(
    services: ServicesDep,
    request: Request,
    caller: CallerDep,
    subject_name: Annotated[
        Annotated[str, Field(min_length=1, max_length=200)] | None,
        Query(description="Exact name of the subject."),
    ] = None,
    subject_type: Annotated[SubjectType | None, Query(description="What is shown.")] = None,
    component: Annotated[
        FilterText | None, Query(description="Part of the game that asked.")
    ] = None,
    is_featured: Annotated[bool | None, Query(description="Only featured, or only not.")] = None,
    q: Annotated[FilterText | None, Query(description="Words in name, prompt or style.")] = None,
    deleted: Annotated[
        bool, Query(description="What is in the trash instead, for the operator.")
    ] = False,
    page: Annotated[
        int,
        AfterValidator(partial(_within, most=10**9)),
        Query(description="Number of the page, from 1; one below is the first."),
    ] = 1,
    page_size: Annotated[
        int,
        AfterValidator(partial(_within, most=100)),
        Query(description="Images on a page, 1 to 100; what is beyond is the nearest of them."),
    ] = 12,
) -> ImagePage:
    """One page of the images that fit: featured ones first, then the newest.

    With `deleted` those in the trash, what was deleted last first, each with its `deleted_at`
    and `purge_at`; where `ADMIN_TOKEN` is set that needs it.
    """
    if deleted:
        caller.require_admin()
    # Moved images have their subject's name exactly as the old game wrote it, untidied.
    names = None if subject_name is None else {composed(storable(subject_name)), tidy(subject_name)}
    wanted = ImageFilter(names, subject_type, component, is_featured, q, deleted)
    rows, total = await services.images.search(wanted, page, page_size, caller.client)
    items = [Image.model_validate(row) for row in rows]
    for item in items:
        if item.deleted_at is not None:
            item.purge_at = services.images.purge_at(item.deleted_at)
    if not deleted:
        allow_reuse(request.scope, Reuse(image_ids=tuple(item.id for item in items)))
    return ImagePage(
        items=items,
        total=total,
        page=page,
        page_size=page_size,
        total_pages=-(-total // page_size),
    )


@router.get("/{image_id}", summary="Get an image's facts", responses=error_responses(404, 422))
async def get(
    image_id: ImageId,
    services: ServicesDep,
    request: Request,
    include_data: Annotated[bool, Query(description="Add the file itself in base64.")] = False,
) -> ImageWithData:
    """Everything known about one image; counts as one use of it."""
    row = await services.images.get(image_id)
    image = ImageWithData.model_validate(row)
    if include_data:
        data = await services.images.read(row)
        image.base64_data = base64.b64encode(data).decode("ascii")
    else:
        allow_reuse(request.scope, Reuse(image_ids=(image.id,), counts_as="use"))
    return image


@router.get(
    "/{image_id}/provenance",
    summary="Get where an image came from",
    responses=error_responses(404, 422),
)
async def provenance(image_id: ImageId, services: ServicesDep, caller: CallerDep) -> Provenance:
    """Everything known of an image's origin; enough to send the same request again."""
    return Provenance.model_validate(await services.provenance.get(image_id, caller))


@router.put(
    "/{image_id}/feature",
    summary="Star an image, or take the star away",
    responses=error_responses(403, 404, 422, 507),
)
async def feature(image_id: ImageId, services: ServicesDep) -> FeaturedImage:
    """Toggle the mark; at most one image of a subject has it."""
    image = await services.images.toggle_featured(image_id)
    return FeaturedImage(
        id=image.id, is_featured=image.is_featured, subject_name=image.subject_name
    )


@router.delete(
    "/{image_id}",
    summary="Put an image into the trash",
    responses=error_responses(401, 403, 404, 422, 507),
)
async def delete(image_id: ImageId, services: ServicesDep, caller: CallerDep) -> DeletedImage:
    """Hide an image; it can be restored until the trash is emptied.

    Where `ADMIN_TOKEN` is set it is needed, unless the asking player caused the image.
    """
    image = await services.images.delete(image_id, caller)
    days = services.settings.backup_retention_days
    return DeletedImage(
        id=image.id,
        message=f"{image.subject_name} is in the trash; it can be restored for {days} days.",
    )


@router.post(
    "/restore",
    summary="Take many images out of the trash",
    responses=error_responses(400, 403, 413, 422, 507),
)
async def restore_many(
    body: RestoreImages, services: ServicesDep, caller: CallerDep
) -> RestoredImages:
    """Undo up to 100 deletes; the answer says of each image what came of it.

    Where `ADMIN_TOKEN` is set, images that the asking player did not cause are `forbidden`
    without it, and the others come back all the same.
    """
    found = await services.images.restore_many(body.ids, caller)
    items = [RestoredImage.model_validate(one) for one in found]
    return RestoredImages(restored=sum(one.status == "restored" for one in found), items=items)


@router.post(
    "/{image_id}/restore",
    summary="Take an image out of the trash",
    responses=error_responses(401, 403, 404, 422, 507),
)
async def restore(image_id: ImageId, services: ServicesDep, caller: CallerDep) -> Image:
    """Undo a delete; an image that is not in the trash stays as it is.

    Where `ADMIN_TOKEN` is set it is needed, unless the asking player caused the image.
    """
    image = await services.images.restore(image_id, caller)
    return Image.model_validate(image)
