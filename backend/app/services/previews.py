"""Stand-in pictures of scenes, painted at once and kept only in memory."""

import asyncio
from collections import OrderedDict
from concurrent.futures import Executor
from io import BytesIO

from app.errors import OverloadedError
from app.services.picture import AspectRatio, SceneSetting
from app.services.pixel_artist import enlarge, paint
from app.services.scene_key import scene_key
from app.services.scenes import scene_request

# Changes whenever the painter paints differently, so that no browser shows an old picture.
PREVIEW_VERSION = "1"
_KEPT = 64
# Stored pictures wait behind them for the same threads, and who asks may hang up and ask again.
_MOST_UNDER_WAY = 100


class PreviewService:
    """Paints previews in an executor; the last few are kept, because players walk in circles."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._painted: OrderedDict[tuple[str, AspectRatio], bytes] = OrderedDict()
        self._under_way = 0

    async def paint(self, setting: SceneSetting, aspect_ratio: AspectRatio) -> bytes:
        """Give the WebP file of a scene's stand-in, the local painter's picture number 0.

        Raises:
            OverloadedError: When too many are being painted, or wait for it.
        """
        key = (scene_key(setting), aspect_ratio)
        data = self._painted.get(key)
        if data is None:
            data = await self._paint(setting, aspect_ratio)
        self._painted[key] = data
        self._painted.move_to_end(key)
        while len(self._painted) > _KEPT:
            self._painted.popitem(last=False)
        return data

    async def _paint(self, setting: SceneSetting, aspect_ratio: AspectRatio) -> bytes:
        if self._under_way >= _MOST_UNDER_WAY:
            raise OverloadedError(
                "Too many pictures are being painted; please try again in a moment.",
                detail={"reason": "queue_full"},
                retry_after=10,
            )
        self._under_way += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._executor, _paint, setting, aspect_ratio)
        finally:
            self._under_way -= 1


def _paint(setting: SceneSetting, aspect_ratio: AspectRatio) -> bytes:
    picture = enlarge(paint(scene_request(setting, aspect_ratio=aspect_ratio)))
    buffer = BytesIO()
    picture.convert("RGB").save(buffer, "WEBP", lossless=True, quality=0, method=2)
    return buffer.getvalue()
