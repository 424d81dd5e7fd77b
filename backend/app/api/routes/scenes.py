"""/api/v1/scenes: the image of a place, at an hour, in a weather."""

import hashlib
import math
from dataclasses import asdict
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from app.api import conditional
from app.api.conditional import etag_header, picture_response
from app.api.dependencies import AdminOnly, CallerDep, PlayerDep, ServicesDep
from app.api.response_cache.reuse import Reuse, allow_reuse
from app.clock import utc_now
from app.domain import PIXEL_ARTIST_MODEL, AspectRatio, SceneSetting, SubjectType
from app.root_path import below_root
from app.schemas.error import GENERATION_ERRORS, error_responses
from app.schemas.image import Image, ImageFacts
from app.schemas.scene import (
    AdventureScenes,
    ClearedCache,
    ForgottenSceneEntry,
    SceneCacheStatistics,
    SceneImage,
)
from app.schemas.text import FilterText, TidyText
from app.services.scenes.adventure import HOURS, PLACES, WEATHERS, is_known
from app.services.scenes.preview import PREVIEW_VERSION
from app.services.scenes.prompt import scene_alt_text, scene_prompt
from app.services.scenes.service import COMPONENT, ServedScene

PREFIX = "/api/v1/scenes"

router = APIRouter(prefix=PREFIX, tags=["scenes"])

Location = Annotated[
    TidyText,
    Query(min_length=1, max_length=200, description="The place.", examples=["Starting Tavern"]),
]
Hour = Annotated[
    TidyText,
    Query(min_length=1, max_length=50, description="The hour in words.", examples=["dusk"]),
]
Weather = Annotated[
    TidyText,
    Query(
        min_length=1, max_length=50, description="The weather in words.", examples=["light rain"]
    ),
]

_PREVIEW_SECONDS = 7 * 24 * 3600


@router.post(
    "/generate",
    summary="Get a scene's image, making it where there is none",
    responses=error_responses(*GENERATION_ERRORS),
)
async def generate(
    services: ServicesDep,
    request: Request,
    response: Response,
    player: PlayerDep,
    location: Location,
    time_of_day: Hour = "day",
    weather: Weather = "clear",
    force_regenerate: Annotated[
        bool, Query(description="Make a new image even where one is there.")
    ] = False,
    allow_fallback: Annotated[
        bool, Query(description="Answer with a stand-in where there is no image now.")
    ] = False,
    priority: Annotated[
        Literal["normal", "low"],
        Query(description="`low`: ahead of need, behind everyone else, with small limits."),
    ] = "normal",
) -> SceneImage:
    """Serve the image from the cache, or make it once however many ask for it at once.

    Case and spaces of the three words do not matter. Only images that are really made count
    against `SCENE_REQUESTS_PER_MINUTE`; with `priority=low` there are as many more, counted
    apart. With `allow_fallback=true` there is always something to show; what stands in is never
    stored, and says why and for how long. Where `provider` is `pixel` a `placeholder` is the
    very image that would have been stored.
    """
    setting = SceneSetting(location, time_of_day, weather)
    serve = services.scenes.serve_something if allow_fallback else services.scenes.serve
    low_priority = priority == "low"
    scene = await serve(setting, player, force=force_regenerate, low_priority=low_priority)
    if scene.served == "cached" and scene.image is not None:
        path = scene.image.storage_path_full
        stamp = await services.images.stamp(path)
        ids = (scene.image.id,)
        reuse = Reuse(scene.expires_at, path, stamp, image_ids=ids, counts_as="hit")
        allow_reuse(request.scope, reuse)
    if scene.is_stand_in:
        response.headers["Cache-Control"] = "no-store"
        response.headers["Retry-After"] = str(max(1, math.ceil(scene.retry_after or 1)))
    provider = "gemini" if services.settings.uses_gemini else "pixel"
    return _scene_image(scene, setting, provider)


@router.get(
    "/preview",
    summary="An image of a scene at once, painted here",
    response_class=Response,
    responses={
        200: {
            "description": "The image.",
            "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}},
        },
        206: {"description": "The part of it that `Range` asks for."},
        304: {"description": "The client's copy is still good."},
        **error_responses(416, 422, 429, 503),
    },
)
async def preview(
    services: ServicesDep,
    request: Request,
    caller: CallerDep,
    location: Location,
    time_of_day: Hour = "day",
    weather: Weather = "clear",
    aspect_ratio: Annotated[AspectRatio, Query(description="Width to height.")] = AspectRatio.WIDE,
) -> Response:
    """Paint a stand-in without key or cost; it is stored nowhere, and counts in no minute.

    The same words always give the same image, so it may be cached.
    """
    words = f"{PREVIEW_VERSION}\n{location}\n{time_of_day}\n{weather}\n{aspect_ratio}"
    etag = hashlib.sha256(words.encode()).hexdigest()[:32]
    headers = {
        "Cache-Control": f"public, max-age={_PREVIEW_SECONDS}",
        "ETag": etag_header(etag),
    }
    if conditional.is_known(request.headers, etag):
        return Response(status_code=304, headers=headers)
    setting = SceneSetting(location, time_of_day, weather)
    data = await services.previews.paint(setting, aspect_ratio, caller.client)
    return picture_response(request, data, headers)


@router.get("", summary="What scenes the adventure has", responses=error_responses())
async def list_scenes() -> AdventureScenes:
    """The places, hours and weathers of the adventure, to be written as they are here.

    Other words are painted and kept too, as scenes of their own: a typing mistake is one, which
    the answer tells by `known: false`.
    """
    return AdventureScenes(
        locations=list(PLACES), times_of_day=list(HOURS), weathers=list(WEATHERS)
    )


@router.get("/cache/stats", summary="How well the cache works", responses=error_responses())
async def cache_statistics(services: ServicesDep) -> SceneCacheStatistics:
    """Entries by state, and the share of requests that they served since the first."""
    contents, requests = await services.maintenance.count_cache()
    return SceneCacheStatistics(
        total_scenes=contents.total,
        active_cache_entries=contents.active,
        expired=contents.expired,
        cache_hit_rate=requests.hit_rate,
        hits=requests.hits,
        misses=requests.misses,
        timestamp=utc_now(),
    )


@router.delete(
    "/cache/clear",
    summary="Forget which image scenes show",
    responses=error_responses(401, 403, 422, 507),
    dependencies=[AdminOnly],
)
async def clear_cache(
    services: ServicesDep,
    location: Annotated[
        FilterText | None, Query(description="Only this place; all if left out.")
    ] = None,
    dry_run: Annotated[bool, Query(description="Only say what would be removed.")] = False,
) -> ClearedCache:
    """Remove entries, of one place or all; the images themselves stay in the library."""
    found = await services.maintenance.clear_cache(location, dry_run=dry_run)
    of_place = f" of {location}" if location else ""
    verb = "Would forget" if dry_run else "Forgot"
    return ClearedCache(
        deleted=found.count,
        message=f"{verb} {found.count} scene entries{of_place}.",
        dry_run=dry_run,
        sample=[ForgottenSceneEntry.model_validate(one) for one in found.sample],
    )


def _scene_image(scene: ServedScene, setting: SceneSetting, provider: str) -> SceneImage:
    facts: dict[str, Any] = {
        "provider": provider,
        "served": scene.served,
        "expires_at": scene.expires_at,
        "reason": scene.reason,
        "known": is_known(setting),
    }
    if scene.image is not None:
        return SceneImage(**Image.model_validate(scene.image).model_dump(), **facts)
    address = below_root(f"{PREFIX}/preview?{urlencode(asdict(setting))}")
    only_of_stored = Image.model_fields.keys() & SceneImage.model_fields.keys()
    facts |= dict.fromkeys(only_of_stored - ImageFacts.model_fields.keys())
    return SceneImage(
        subject_name=setting.location,
        subject_type=SubjectType.SCENE,
        component=COMPONENT,
        url=address,
        thumbnail_url=address,
        aspect_ratio=AspectRatio.WIDE,
        is_featured=False,
        use_count=0,
        last_used=None,
        prompt_used=scene_prompt(setting),
        custom_prompt=None,
        model_used=PIXEL_ARTIST_MODEL,
        alt_text=scene_alt_text(setting),
        **facts,
    )
