"""Rows: a million images cost what a thousand cost."""

import importlib
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from scripts.bench.figures import Row
from scripts.bench.hot import rate, rate_row
from scripts.bench.load import Request, latencies, request, requests, send
from scripts.bench.server import PROJECT, Server, bare, emberpeak

_SMALL = 1000
_SEARCH = "/api/v1/images/search"
_PAGES = 200
# Of one row of the library all are made: these columns differ between them.
_OF_ITS_OWN = {
    "id": "n.i + 1",
    "subject_name": "'Subject ' || (n.i % 977)",
    "storage_path_full": "'images/full/Bench_' || n.i || '.webp'",
    "storage_path_thumbnail": "'images/thumbnails/Bench_' || n.i || '.webp'",
    "content_hash": "printf('%064x', n.i)",
    "source_hash": "printf('%064x', n.i)",
    "created_at": "datetime('2026-01-01', '+' || n.i || ' seconds') || '.000000'",
    "is_featured": "0",
}


def measure(runs: int, count: int, size: int, against: Path | None) -> list[Row]:
    """Time cold pages beside the bare server, then each query beside a small library."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        plain = stack.enter_context(bare(folder))
        small = stack.enter_context(_library(PROJECT, _SMALL))
        large = stack.enter_context(_library(PROJECT, size))
        before = stack.enter_context(_library(against, size)) if against else None
        return [
            _cold_pages(runs, count, large, plain, before),
            *(_growth(name, runs, size, small, large, before) for name in _queries(size)),
        ]


def _cold_pages(runs: int, count: int, large: Server, plain: Server, before: Server | None) -> Row:
    rounds = [(large, _pages()), (plain, request("/a"))]
    rounds += [(before, _pages())] if before else []
    found: list[list[float]] = [[] for _ in rounds]
    for _ in range(runs):
        for (server, wanted), figures in zip(rounds, found, strict=True):
            send(server.port, wanted, 64)
            figures.append(rate(server, wanted, count // 10))
    return rate_row("search, cold page", found, 0.30)


def _growth(
    name: str, runs: int, size: int, small: Server, large: Server, before: Server | None
) -> Row:
    """Milliseconds of one query, asked for the first time with each parameter."""
    rounds = [(large, size), (small, _SMALL)] + ([(before, size)] if before else [])
    found: list[list[float]] = [[] for _ in rounds]
    for run in range(runs):
        for (server, rows), figures in zip(rounds, found, strict=True):
            wanted = _queries(rows, run)[name]
            figures.append(1000 * median(latencies(server.port, wanted, len(wanted.raw))))
    title = f"{name}: {size:,} images to {_SMALL:,}"
    return Row(title, "ms", found[0], found[1], 1.5, before=found[2] if before else ())


def _pages() -> Request:
    return requests([f"{_SEARCH}?page={page}&page_size=12" for page in range(1, _PAGES)])


def _queries(rows: int, run: int = 0) -> dict[str, Request]:
    """Of each kind a few that no earlier run has asked for."""
    turns = range(run * 10, run * 10 + 10)
    last = rows // 12
    return {
        "first pages": requests([f"{_SEARCH}?page_size={12 + turn}" for turn in turns]),
        "deepest page": requests([f"{_SEARCH}?page={last - turn}" for turn in turns]),
        "subject": requests([f"{_SEARCH}?subject_name=Subject+{turn}" for turn in turns]),
        "type": requests([f"{_SEARCH}?subject_type=item&page_size={12 + turn}" for turn in turns]),
        "words": requests([f"{_SEARCH}?q=Subject+{100 + turn}" for turn in turns]),
    }


@contextmanager
def _library(checkout: Path, size: int) -> Iterator[Server]:
    """A server whose library has rows without files, all made from one real row."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with emberpeak(checkout, folder) as server, server.client() as client:
            order = {
                "subject_type": "item",
                "subject_name": "Subject",
                "prompt": "A round flask of red glass",
            }
            client.post("/api/v1/images/generate", json=order).raise_for_status()
        _fill(folder / "data/game.db", size)
        with emberpeak(checkout, folder) as server:
            yield server


def _fill(path: Path, size: int) -> None:
    """Copy the one row; the schema may be of another version, so its columns are asked for."""
    sqlite = _sqlite()
    with sqlite.connect(path) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(image_assets)")]
        values = [_OF_ITS_OWN.get(column, f"one.{column}") for column in columns]
        pieces = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)",
            f"INSERT INTO image_assets ({', '.join(columns)})",
            "SELECT",
            ", ".join(values),
            "FROM n, (SELECT * FROM image_assets LIMIT 1) AS one",
        )
        connection.execute(" ".join(pieces), (size - 1,))
    connection.close()


def _sqlite() -> Any:
    """The same build as the server's, where there is one."""
    try:
        return importlib.import_module("pysqlite3")
    except ImportError:
        return importlib.import_module("sqlite3")
