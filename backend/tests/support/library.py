"""Short ways to ask for pictures, and to look at or change what is stored behind the server."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from app.config import Settings
from app.database.engine import sqlite_module
from app.services.storage.layout import FOLDERS, MARKER
from tests.support.patience import PATIENCE_SECONDS
from tests.support.running_server import RunningServer

IMAGES = "/api/v1/images"
SCENES = "/api/v1/scenes"
MAINTENANCE = "/api/v1/maintenance"
LONG_AGO = "2020-01-01 00:00:00.000000"

Ask = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


def order(**fields: Any) -> dict[str, Any]:
    """A body for /images/generate; an ``...`` takes a field out."""
    body = {
        "subject_type": "item",
        "subject_name": "Lamp",
        "prompt": "A small brass lamp with a wick",
        "aspect_ratio": "1:1",
        **fields,
    }
    return {name: value for name, value in body.items() if value is not ...}


def make_image(client: httpx.Client, **fields: Any) -> Any:
    """Ask for a picture that must come."""
    response = client.post(f"{IMAGES}/generate", json=order(**fields))
    assert response.status_code == 200, response.text
    return response.json()


def ask_scene(client: httpx.Client, location: str = "Old Mill", **words: Any) -> Any:
    """Ask for a scene that must come."""
    response = client.post(f"{SCENES}/generate", params={"location": location, **words})
    assert response.status_code == 200, response.text
    return response.json()


def scene_asked(location: str, **words: str) -> Ask:
    """A request for a scene, to be sent together with others."""

    def ask(client: httpx.AsyncClient) -> Awaitable[httpx.Response]:
        return client.post(f"{SCENES}/generate", params={"location": location, **words})

    return ask


def image_asked(**fields: Any) -> Ask:
    """A request for a picture, to be sent together with others."""

    def ask(client: httpx.AsyncClient) -> Awaitable[httpx.Response]:
        return client.post(f"{IMAGES}/generate", json=order(**fields))

    return ask


def ask_together(url: str, asks: Iterable[Ask]) -> list[httpx.Response]:
    """Send many requests at once, each on a connection of its own."""

    async def send() -> list[httpx.Response]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(
            base_url=url, timeout=PATIENCE_SECONDS, limits=limits, verify=False
        ) as client:
            return await asyncio.gather(*(ask(client) for ask in asks))

    return asyncio.run(send())


def execute(settings: Settings, statement: str, *values: object) -> list[tuple[Any, ...]]:
    """Run one statement in the real SQLite file, as another program would."""
    path = settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite_module().connect(path, timeout=PATIENCE_SECONDS)) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(statement, values).fetchall()
        connection.commit()
    return rows


@contextmanager
def write_lock(settings: Settings) -> Iterator[None]:
    """Nobody else may write meanwhile: another program is in the middle of a transaction.

    By the driver of the app: two copies of SQLite in one process do not see each other's locks.
    """
    path = settings.database_url.removeprefix("sqlite:///")
    connect = sqlite_module().connect
    with closing(connect(path, timeout=PATIENCE_SECONDS, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")


def deleted_days_ago(settings: Settings, image_id: int, days: float) -> None:
    """Put a picture into the trash as of then."""
    moment = datetime.now(UTC) - timedelta(days=days)
    execute(
        settings,
        "UPDATE image_assets SET deleted_at = ? WHERE id = ?",
        moment.strftime("%Y-%m-%d %H:%M:%S.%f"),
        image_id,
    )


def row_count(settings: Settings, table: str = "image_assets") -> int:
    """Rows of a table, those in the trash included."""
    return int(execute(settings, f"SELECT count(*) FROM {table}")[0][0])


def stored_files(settings: Settings) -> list[Path]:
    """Everything in the two folders of images but the marker, temporary files included."""
    return sorted(
        path
        for folder in FOLDERS
        for path in (settings.image_storage_dir / folder).rglob("*")
        if path.is_file() and path.name != MARKER
    )


def file_of(server: RunningServer, image: dict[str, Any], field: str = "storage_path_full") -> Path:
    """Where the file of a picture lies."""
    return server.settings.image_storage_dir.parent / str(image[field])
