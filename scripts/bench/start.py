"""Rows: processor time from start to healthy, and memory at rest with a key."""

import tempfile
from pathlib import Path
from statistics import median

from scripts.bench.figures import Row
from scripts.bench.server import PROJECT, emberpeak

_MEMORY_MB = 100
# Half of what the first measured release took; known only with another checkout to compare.
_PROCESSOR = 0.5


def measure(runs: int, against: Path | None) -> list[Row]:
    """Start servers in turn, each on a library that is there already."""
    checkouts = [PROJECT, *([against] if against else [])]
    seconds: list[list[float]] = [[] for _ in checkouts]
    memory: list[list[float]] = [[] for _ in checkouts]
    with tempfile.TemporaryDirectory() as name:
        folders = [Path(name) / str(number) for number in range(len(checkouts))]
        for checkout, folder in zip(checkouts, folders, strict=True):
            folder.mkdir()
            _start(checkout, folder)
        for _ in range(runs):
            for number, (checkout, folder) in enumerate(zip(checkouts, folders, strict=True)):
                processor, resident = _start(checkout, folder)
                seconds[number].append(processor)
                memory[number].append(resident)
    start = Row(
        "processor time from start to healthy",
        "s",
        seconds[0],
        seconds[1] if against else [],
        _PROCESSOR if against else median(seconds[0]),
    )
    before = memory[1] if against else ()
    return [start, Row("memory at rest", "MB", memory[0], [], _MEMORY_MB, before=before)]


def _start(checkout: Path, folder: Path) -> tuple[float, float]:
    values = {"IMAGE_PROVIDER": "gemini", "GEMINI_API_KEY": "bench"}
    with emberpeak(checkout, folder, **values) as server:
        return server.processor_seconds, server.memory_mb
