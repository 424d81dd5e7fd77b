"""Row: 10 MB moves at the speed of plain Pillow on all cores."""

import base64
import io
import itertools
import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from PIL import Image, ImageChops
from scripts.bench.row import Row
from scripts.bench.server import fresh_server

NAME = "10 MB moved (to Pillow alone)"
GOAL = 1.3
_TEXT_BYTES = 10 * 2**20
_SIZES = ((1024, 1024), (1376, 768))
_FORMATS: tuple[tuple[str, dict[str, int]], ...] = (
    ("WEBP", {"quality": 85}),
    ("JPEG", {"quality": 90}),
    ("PNG", {}),
)
_PATH = "/api/v1/migrate/from-localstorage"
_NICENESS = 10


def measure(runs: int) -> Row:
    """Time both in turn, so that what else the machine does hits both alike."""
    pictures = _pictures()
    body = _dump(pictures)
    print(f"{len(pictures)} pictures, {len(body) / 2**20:.1f} MB of text")
    ours, baseline = [], []
    for _ in range(runs):
        baseline.append(_plain_pillow(pictures))
        ours.append(_migration(body, len(pictures)))
    return Row(NAME, "s", ours, baseline, GOAL)


def _migration(body: bytes, count: int) -> float:
    with fresh_server() as client:
        client.post(_PATH, content=_dump([_picture(10**6)])).raise_for_status()
        began = time.perf_counter()
        response = client.post(_PATH, content=body)
        seconds = time.perf_counter() - began
    report = response.raise_for_status().json()
    if report["items"] != count:
        raise RuntimeError(f"not everything was moved: {report['errors']}")
    return seconds


def _plain_pillow(pictures: list[bytes]) -> float:
    with ThreadPoolExecutor(os.cpu_count() or 1, initializer=_step_back) as pool:
        list(pool.map(_encode, pictures[: os.cpu_count() or 1]))
        began = time.perf_counter()
        list(pool.map(_encode, pictures))
        return time.perf_counter() - began


def _step_back() -> None:
    # The server encodes at lowered priority: without this, other programs would slow it alone.
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, 0, _NICENESS)


def _encode(data: bytes) -> int:
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    full, small = io.BytesIO(), io.BytesIO()
    picture.save(full, "WEBP", quality=85)
    picture.thumbnail((200, 200))
    picture.save(small, "WEBP", quality=85)
    return full.tell() + small.tell()


def _pictures() -> list[bytes]:
    found: list[bytes] = []
    room = _TEXT_BYTES * 3 // 4 - 2**16
    misses = 0
    for seed in itertools.count():
        data = _picture(seed)
        if len(data) <= room:
            found.append(data)
            room -= len(data)
        elif (misses := misses + 1) == len(_FORMATS):
            break
    return found


def _picture(seed: int) -> bytes:
    """A soft picture with fine noise, which compresses about as well as a painted one."""
    dice = random.Random(seed)
    width, height = _SIZES[seed % len(_SIZES)]
    colours = Image.frombytes("RGB", (9, 6), dice.randbytes(9 * 6 * 3))
    soft = colours.resize((width, height), Image.Resampling.BICUBIC)
    grain = Image.frombytes("L", (width, height), dice.randbytes(width * height))
    noise = grain.point(lambda value: value // 24)
    buffer = io.BytesIO()
    image_format, options = _FORMATS[seed % len(_FORMATS)]
    ImageChops.add(soft, Image.merge("RGB", (noise, noise, noise))).save(
        buffer, image_format, **options
    )
    return buffer.getvalue()


def _dump(pictures: list[bytes]) -> bytes:
    images = [
        {
            "id": f"img_{1795389470941 + number}_bench",
            "data": f"data:image/webp;base64,{base64.b64encode(data).decode()}",
            "timestamp": "2026-11-22T23:17:50.941Z",
            "customPrompt": "",
        }
        for number, data in enumerate(pictures)
    ]
    library = {"Dagger": {"featured": images[0]["id"], "images": images}}
    return json.dumps({"nanoBananaImageLibrary": json.dumps(library)}).encode()
