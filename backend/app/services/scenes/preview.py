"""Stand-in images of scenes, painted at once and kept only in memory."""

import asyncio
from collections import OrderedDict
from concurrent.futures import Executor

from app.concurrency.bulkhead import Bulkhead
from app.domain import PIXEL_ARTIST_MODEL, AspectRatio, ImageRequest, SceneSetting, SubjectType
from app.services.provenance.mark import Mark
from app.services.scenes.key import scene_key
from app.services.scenes.prompt import scene_prompt
from app.services.storage.codec import webp

# Changes whenever the files change, so that no browser shows an old image.
PREVIEW_VERSION = "2"
_KEPT = 64


class PreviewService:
    """Paints previews in an executor; the last few are kept, because players walk in circles.

    No limit a minute counts them, since they must be there when everything else is refused. They
    are not stored, and only a few are painted at once: stored images wait for the same threads.
    """

    def __init__(self, executor: Executor, bulkhead: Bulkhead | None = None) -> None:
        self._executor = executor
        self._painted: OrderedDict[tuple[str, AspectRatio], bytes] = OrderedDict()
        # Of one address may be a school, whose thirty games ask at once.
        self._bulkhead = bulkhead or Bulkhead(
            "previews", at_once=4, of_a_client=2, in_line=96, in_line_of_a_client=48
        )

    async def paint(self, setting: SceneSetting, aspect_ratio: AspectRatio, client: str) -> bytes:
        """Give the WebP file of a scene's stand-in, the local painter's image number 0."""
        key = (scene_key(setting), aspect_ratio)
        data = self._painted.get(key)
        if data is None:
            async with self._bulkhead.enter(client):
                data = self._painted.get(key) or await self._paint(setting, aspect_ratio)
        self._painted[key] = data
        self._painted.move_to_end(key)
        while len(self._painted) > _KEPT:
            self._painted.popitem(last=False)
        return data

    async def _paint(self, setting: SceneSetting, aspect_ratio: AspectRatio) -> bytes:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, paint_preview, setting, aspect_ratio)


def paint_preview(setting: SceneSetting, aspect_ratio: AspectRatio) -> bytes:
    """Paint a stand-in and encode it; takes its time, so not to be called on the event loop."""
    from pixel_artist import enlarge, paint  # 60 modules, which a start does not need

    request = ImageRequest(
        subject_type=SubjectType.SCENE,
        subject_name=setting.location,
        prompt=scene_prompt(setting),
        aspect_ratio=aspect_ratio,
        setting=setting,
    )
    image = enlarge(paint(request)).convert("RGB")
    mark = Mark("algorithmicMedia", PIXEL_ARTIST_MODEL, created_at=None)
    return mark.on(webp(image, quality=0, method=2, lossless=True))
