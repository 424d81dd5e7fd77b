"""Images that are small to send and huge to open, or no images at all."""

import struct
import zlib
from base64 import b64encode
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from PIL import Image

from tests.attacks.conftest import ONE_AFTER_THE_OTHER, UnderAttack
from tests.support import gemini_answers
from tests.support.errors import assert_error
from tests.support.gemini_standin import GeminiStandin
from tests.support.library import IMAGES, make_image, order, row_count, stored_files
from tests.support.pictures import encode, noise, png_chunk
from tests.support.server_process import ServerProcess

pytestmark = ONE_AFTER_THE_OTHER

SIGNATURE = b"\x89PNG\r\n\x1a\n"
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">'
    b'<image href="file:///etc/passwd"/><script>alert(1)</script></svg>'
)
BILLION_LAUGHS = (
    b'<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<svg xmlns="http://www.w3.org/2000/svg">&b;</svg>'
)


def png(width: int, height: int, rows: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        SIGNATURE
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(rows, 9))
        + png_chunk(b"IEND", b"")
    )


def zip_like_png() -> bytes:
    """Says that it is small, and unpacks to 200 MB."""
    return png(64, 64, bytes(200 * 2**20))


def text_bomb_png() -> bytes:
    """A sound image with a text chunk that unpacks to 200 MB."""
    sound = encode(noise(), "PNG")
    text = png_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(200 * 2**20), 9))
    return sound[:33] + text + sound[33:]


def animated(image_format: str) -> bytes:
    frames = [noise().rotate(90 * turn) for turn in range(4)]
    return encode(frames[0], image_format, save_all=True, append_images=frames[1:])


def archive() -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as file:
        file.writestr("evil.html", "<script>alert(1)</script>")
    return buffer.getvalue()


REFUSED = {
    "10^9 pixels": png(31_623, 31_623, bytes(1000)),
    "2^31 pixels wide": png(2**31 - 1, 1, bytes(1000)),
    "animated PNG": animated("PNG"),
    "animated WebP": animated("WEBP"),
    "GIF": animated("GIF"),
    "SVG": SVG,
    "SVG with entities": BILLION_LAUGHS,
    "HTML": b"<!doctype html><script>alert(1)</script>",
    "ZIP": archive(),
    "TIFF": encode(noise(), "TIFF"),
    "ICO": encode(noise(), "ICO"),
    "PDF": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n",
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nquit\n",
}
# The first image of an animation is worth what was paid for it.
KEPT_IF_PAID = {"animated PNG", "animated WebP", "GIF"}
# They are images; what they are beside it must be neither unpacked nor stored. Made only where
# they are used: every worker imports this file, and the bombs take a second and a half to pack.
HARMLESS: tuple[Callable[[], bytes], ...] = (
    zip_like_png,
    text_bomb_png,
    lambda: encode(noise(), "PNG") + b"<script>alert(1)</script>",
    lambda: encode(noise(), "PNG") + archive(),
)


def move(victim: ServerProcess, data: bytes) -> dict[str, object]:
    uri = "data:image/png;base64," + b64encode(data).decode()
    images = [{"id": "img_1", "data": uri, "timestamp": "2026-11-22T23:17:50.941Z"}]
    dump = {"nanoBananaImageLibrary": {"Bomb": {"featured": "img_1", "images": images}}}
    answer = victim.client.post("/api/v1/migrate/from-localstorage", json=dump)
    assert answer.status_code == 200, answer.text
    report: dict[str, object] = answer.json()
    return report


def forget_failures(victim: ServerProcess, painter: GeminiStandin) -> None:
    """An image between two failures of one kind keeps the circuit breaker closed."""
    painter.answer_with(gemini_answers.SMALL)
    make_image(victim.client)


def test_painted(victim: ServerProcess, painter: GeminiStandin, under_attack: UnderAttack) -> None:
    with under_attack():
        for name, data in REFUSED.items():
            forget_failures(victim, painter)
            before = row_count(victim.settings), stored_files(victim.settings)
            painter.answer_with(gemini_answers.picture_of(data))
            answer = victim.client.post(f"{IMAGES}/generate", json=order(subject_name="Painted"))
            if name in KEPT_IF_PAID:
                assert answer.json()["url"].endswith(".webp"), name
            else:
                assert_error(answer, 502)
                assert (row_count(victim.settings), stored_files(victim.settings)) == before, name


def test_moved_in(victim: ServerProcess, under_attack: UnderAttack) -> None:
    before = row_count(victim.settings), stored_files(victim.settings)
    with under_attack():
        for name, data in REFUSED.items():
            report = move(victim, data)
            assert report["errors"], name
            assert report["items"] == 0, name
    assert (row_count(victim.settings), stored_files(victim.settings)) == before


def test_what_is_more_than_a_picture_becomes_only_a_picture(
    victim: ServerProcess, painter: GeminiStandin, under_attack: UnderAttack
) -> None:
    with under_attack():
        for make in HARMLESS:
            forget_failures(victim, painter)
            painter.answer_with(gemini_answers.picture_of(make()))
            answer = victim.client.post(f"{IMAGES}/generate", json=order(subject_name="Polyglot"))
            if answer.status_code != 200:
                assert_error(answer, 502)
                continue
            file = victim.client.get(answer.json()["url"])
            assert file.headers["content-type"] == "image/webp"
            assert b"<script" not in file.content
            assert b"PK\x03\x04" not in file.content
            assert int.from_bytes(file.content[4:8], "little") + 8 == len(file.content)
            with Image.open(BytesIO(file.content)) as stored:
                assert stored.format == "WEBP"
                # Of all that it brought along nothing is left; the marks are ours.
                assert set(stored.info) <= {"background", "exif", "loop", "xmp"}
                assert b'CreatorTool="Emberpeak"' in stored.info["xmp"]


def test_memory_stays_what_it_was(victim: ServerProcess) -> None:
    status = Path(f"/proc/{victim.process.pid}/status").read_text("ascii").splitlines()
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    assert peak < 1024 * 1024
