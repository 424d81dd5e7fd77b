"""What old browsers hold: small pictures, entries, and dumps in every shape that may be posted."""

import base64
import io
import json
import random
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from tests.support.library import execute, row_count, stored_files
from tests.support.running_server import RunningServer

MIGRATE = "/api/v1/migrate/from-localstorage"
LIBRARY = "nanoBananaImageLibrary"
SCENE_CACHE = "nanoBananaSceneCache"
SAVED_GAME = "aidnd_savegame"
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
TIME = "2026-11-22T23:17:50.941Z"

Json = dict[str, Any]


def sample(name: str) -> Json:
    """A dump that the old game wrote, with text as values."""
    content: Json = json.loads((FIXTURES / f"legacy-{name}.json").read_text("utf-8"))
    return content


def parsed(dump: Json) -> Json:
    """The same with the values parsed where they are JSON."""
    return {key: _parsed(value) for key, value in dump.items()}


def as_text(dump: Json) -> Json:
    """The same as the browser's storage holds it."""
    return {
        key: value if isinstance(value, str) else json.dumps(value) for key, value in dump.items()
    }


def documented(dump: Json) -> Json:
    """The same pictures in the shape that the old backend documented."""
    storage = parsed(dump)
    scenes = {
        f"scene_cache_{entry['location']}_{entry['timeOfDay']}_{entry['weather']}": {
            "image": entry["imageData"],
            "timestamp": entry["timestamp"],
        }
        for entry in storage.get(SCENE_CACHE, {}).values()
    }
    items = {
        f"item_image_{name}": {
            "images": [
                {
                    "image": image["data"],
                    "custom_prompt": image["customPrompt"],
                    "is_featured": image["id"] == entry["featured"],
                }
                for image in entry["images"]
            ]
        }
        for name, entry in storage.get(LIBRARY, {}).items()
    }
    return {"scene_cache": scenes, "item_images": items}


def picture(seed: object = 0, image_format: str = "PNG", size: tuple[int, int] = (24, 24)) -> bytes:
    """A small soft picture; the same seed gives the same bytes."""
    dice = random.Random(str(seed))
    corners = Image.frombytes("RGB", (3, 3), dice.randbytes(27))
    buffer = io.BytesIO()
    corners.resize(size, Image.Resampling.BICUBIC).save(buffer, image_format)
    return buffer.getvalue()


def bare(data: bytes) -> str:
    """Base64 as the older version wrote it."""
    return base64.b64encode(data).decode("ascii")


def data_uri(data: bytes) -> str:
    """A data URI as later versions wrote it: the label says WebP whatever it holds."""
    return f"data:image/webp;base64,{bare(data)}"


def image(seed: object = 0, **fields: Any) -> Json:
    """One image of the library; ``fields`` replace what a test is about."""
    return {
        "id": f"img_1795389470941_{str(seed)[:9]}",
        "data": bare(picture(seed)),
        "timestamp": TIME,
        "customPrompt": "",
        **fields,
    }


def library(featured: str | None = None, /, **items: Iterable[Json]) -> Json:
    """A dump of the library; names of items are the names of the arguments."""
    return {
        LIBRARY: {
            name: {"featured": featured, "images": list(images)} for name, images in items.items()
        }
    }


def scene(seed: object = 0, **fields: Any) -> Json:
    """A dump of one scene."""
    entry = {
        "location": "Old Mill",
        "imageData": bare(picture(seed, size=(32, 18))),
        "timeOfDay": "dusk",
        "weather": "light rain",
        "prompt": "An old mill in light rain.",
        "timestamp": TIME,
        "lastUsed": "2026-11-22T23:18:03.062Z",
        "useCount": 2,
        **fields,
    }
    return {SCENE_CACHE: {f"scene_{seed}": entry}}


def post(server: RunningServer, dump: Json | bytes | str, **params: Any) -> httpx.Response:
    """Send a dump as it is."""
    body = json.dumps(dump) if isinstance(dump, dict) else dump
    return server.client.post(MIGRATE, content=body, params=params, timeout=120)


def move(server: RunningServer, dump: Json | bytes | str, **params: Any) -> Any:
    """Send a dump that must be answered; every answer has to add up."""
    response = post(server, dump, **params)
    assert response.status_code == 200, response.text
    report = response.json()
    assert_adds_up(report)
    return report


def assert_adds_up(report: Any) -> None:
    """Assert what holds for every report."""
    errors, results = report["errors"], report["results"]
    stored = report["scenes"] + report["items"]
    assert stored + report["already_there"] + len(errors) == report["offered"]
    assert len(results) == stored + report["already_there"]
    assert sum(result["outcome"] == "stored" for result in results) == stored
    expected = "success" if not errors else "partial" if results else "failed"
    assert report["status"] == expected


def gallery(server: RunningServer, name: str, subject_type: str = "item") -> list[Any]:
    """The pictures of a subject, oldest first."""
    params: dict[str, str | int] = {
        "subject_name": name,
        "subject_type": subject_type,
        "page_size": 100,
    }
    response = server.client.get("/api/v1/images/search", params=params)
    assert response.status_code == 200, response.text
    return sorted(response.json()["items"], key=lambda found: (found["created_at"], found["id"]))


def everything(server: RunningServer) -> dict[str, Any]:
    """All that a migration could add or change, to be compared."""
    columns = "id, subject_name, custom_prompt, created_at, is_featured, use_count, last_used"
    return {
        "images": execute(server.settings, f"SELECT {columns} FROM image_assets ORDER BY id"),
        "cache": execute(server.settings, "SELECT * FROM scene_cache ORDER BY id"),
        "saves": execute(server.settings, "SELECT * FROM saved_games ORDER BY id"),
        "files": [(path.name, path.stat().st_mtime_ns) for path in stored_files(server.settings)],
    }


def empty(server: RunningServer) -> None:
    """Take everything away that tests before this one stored."""
    for table in ("scene_cache", "image_assets", "saved_games"):
        execute(server.settings, f"DELETE FROM {table}")
    for path in stored_files(server.settings):
        path.unlink()
    server.client.cookies.clear()


def moment(text: str) -> datetime:
    """A time as the server or the old game writes it, for comparing."""
    return datetime.fromisoformat(text)


def assert_no_strays(server: RunningServer) -> None:
    """Assert that each file in the image folder belongs to a row, and no row lacks one."""
    rows = execute(
        server.settings, "SELECT storage_path_full, storage_path_thumbnail FROM image_assets"
    )
    named = sorted(path for row in rows for path in row)
    folder = server.settings.image_storage_dir
    found = sorted(f"images/{path.relative_to(folder)}" for path in stored_files(server.settings))
    assert found == named
    assert len(named) == 2 * row_count(server.settings)


def _parsed(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
