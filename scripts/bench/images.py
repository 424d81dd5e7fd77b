"""Rows: an image costs what Pillow costs, and reads stay quick while images are encoded."""

import base64
import io
import json
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image
from scripts.bench.figures import Row
from scripts.bench.load import latencies, request
from scripts.bench.server import PROJECT, Server, emberpeak

_SIZE = (1344, 768)
_IMAGES = 12
_AT_ONCE = 8
_READS = 300
_LIMITS = {"DAILY_IMAGE_LIMIT": "100000", "PLAYER_DAILY_IMAGE_LIMIT": "100000"}


def measure(runs: int, against: Path | None) -> list[Row]:
    """Time images of a stand-in model, by the server's processor."""
    picture = _picture()
    with ExitStack() as stack:
        address = stack.enter_context(_model(picture))
        ours = stack.enter_context(_server(PROJECT, address))
        before = stack.enter_context(_server(against, address)) if against else None
        servers = [ours, *([before] if before else [])]
        figures: list[list[float]] = [[] for _ in servers]
        plain = []
        for run in range(runs):
            plain.append(_pillow_alone(picture))
            for server, found in zip(servers, figures, strict=True):
                found.append(_own_time(server, run))
        earlier = figures[1] if before else ()
        own = Row("own time of an image", "ms", figures[0], plain, 1.0, before=earlier)
        return [own, _reads_beside(runs, ours)]


def _own_time(server: Server, run: int) -> float:
    """Milliseconds of processor for one image, request and model's answer included."""
    began = server.processor_seconds
    with server.client() as client:
        for number in range(_IMAGES):
            _generate(client, f"Bench {run} {number}")
    return 1000 * (server.processor_seconds - began) / _IMAGES


def _pillow_alone(data: bytes) -> float:
    """Milliseconds of processor to decode, encode and make a thumbnail."""
    began = time.process_time()
    for _ in range(_IMAGES):
        image = Image.open(io.BytesIO(data)).convert("RGB")
        image.save(io.BytesIO(), "WEBP", quality=85)
        image.thumbnail((200, 200))
        image.save(io.BytesIO(), "WEBP", quality=85)
    return 1000 * (time.process_time() - began) / _IMAGES


def _reads_beside(runs: int, server: Server) -> Row:
    """The 99th percentile of reads while eight images are made, beside an idle server."""
    read = request("/api/v1/images/1")
    idle, busy = [], []
    for run in range(runs):
        idle.append(_p99(latencies(server.port, read, _READS)))
        threads = [
            threading.Thread(target=_make, args=(server, f"Beside {run} {number}"))
            for number in range(_AT_ONCE)
        ]
        for thread in threads:
            thread.start()
        taken: list[float] = []
        while any(thread.is_alive() for thread in threads):
            taken += latencies(server.port, read, 20)
        busy.append(_p99(taken))
    return Row("p99 of reads beside eight images", "ms", busy, idle, 2.0)


def _p99(seconds: list[float]) -> float:
    return 1000 * sorted(seconds)[int(len(seconds) * 0.99) - 1]


def _make(server: Server, subject: str) -> None:
    with server.client() as client:
        _generate(client, subject)


def _generate(client: httpx2.Client, subject: str) -> None:
    order = {"subject_type": "item", "subject_name": subject, "prompt": "A round flask of glass"}
    client.post("/api/v1/images/generate", json=order).raise_for_status()


def _picture() -> bytes:
    """A soft image with fine noise, which compresses about as well as a painted one."""
    dice = random.Random(1)
    soft = Image.frombytes("RGB", (9, 6), dice.randbytes(162)).resize(
        _SIZE, Image.Resampling.BICUBIC
    )
    noise = Image.frombytes("L", _SIZE, dice.randbytes(_SIZE[0] * _SIZE[1]))
    mixed = Image.blend(soft, Image.merge("RGB", (noise, noise, noise)), 0.04)
    buffer = io.BytesIO()
    mixed.save(buffer, "PNG")
    return buffer.getvalue()


@contextmanager
def _server(checkout: Path, address: str) -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        key = {"GEMINI_API_KEY": "bench", "GOOGLE_GEMINI_BASE_URL": address}
        values = {"IMAGE_PROVIDER": "gemini", **key, **_LIMITS}
        with emberpeak(checkout, Path(folder), **values) as server:
            _make(server, "Warm-up")
            yield server


@contextmanager
def _model(picture: bytes) -> Iterator[str]:
    """A stand-in for the model, which answers each call with the same image."""
    inline = {"mimeType": "image/png", "data": base64.b64encode(picture).decode()}
    content = {"parts": [{"inlineData": inline}]}
    answer = json.dumps({"candidates": [{"content": content}]}).encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
