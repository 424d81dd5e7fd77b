"""Everything that a model, or a gateway before it, was seen or may be expected to send."""

import base64
import json
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PIL import Image

from tests.support import gemini_answers, gemini_failures
from tests.support.colour_profiles import grey_profile, inverted_cmyk_profile, odd_profile
from tests.support.gemini_answers import Answer, AnswerMaker, Script, as_json, picture_of
from tests.support.gemini_pictures import draw_png, huge_header_png, oversize_png
from tests.support.gemini_requests import RecordedCall
from tests.support.pictures import encode, noise, png_chunk, quadrants, with_chunk
from tests.support.png_files import FORMS, long_text, sample_png, wrong_checksum

PNG = draw_png("small", "1:1", "512")
BASE64 = base64.b64encode(PNG).decode()


@dataclass(frozen=True)
class Shape:
    """An answer under status 200 or another, and whether there is a picture to be kept."""

    script: Script
    is_kept: bool = True


def inline(data: str, **more: Any) -> dict[str, Any]:
    """A part with a picture."""
    return {"inlineData": {"mimeType": "image/png", "data": data}, **more}


def answer(*parts: Any, reason: str = "STOP", **more: Any) -> Answer:
    """An answer of these parts, with further fields beside the candidates."""
    candidate = {"content": {"parts": list(parts), "role": "model"}, "finishReason": reason}
    return as_json({"candidates": [candidate], **more})


@lru_cache(maxsize=1)
def largest_png() -> bytes:
    """4K as the largest model sends it, hardly packed: 50 MB."""
    return encode(quadrants(5504, 3072), "PNG", compress_level=0)


def frames(image_format: str) -> bytes:
    """Two pictures in one file."""
    first = Image.new("RGB", (32, 32), "red")
    return encode(first, image_format, save_all=True, append_images=[noise(32, 32)])


def damaged_avif() -> bytes:
    """Its header is whole, and its pixels are not."""
    whole = encode(noise(), "AVIF")
    pixels = whole.index(b"mdat") + 4
    return whole[:pixels] + bytes(len(whole) - pixels)


def _behind_header(chunks: Iterable[bytes]) -> bytes:
    return PNG[:33] + b"".join(chunks) + PNG[33:]


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def _files() -> dict[str, bytes]:
    """Files that are pictures, whoever may dislike them."""
    return {
        **{
            f"PNG of kind {kind}, {depth} bits{', interlaced' * is_interlaced}": sample_png(
                kind, depth, is_interlaced=is_interlaced
            )
            for kind, depth in FORMS
            for is_interlaced in (False, True)
        },
        **{name: encode(noise(), name) for name in ("JPEG", "WEBP", "GIF", "BMP", "AVIF")},
        "JPEG, progressive": encode(noise(), "JPEG", progressive=True),
        "JPEG, grey": encode(noise().convert("L"), "JPEG"),
        "JPEG, four inks": encode(noise().convert("CMYK"), "JPEG"),
        "JPEG, four inks with a profile": encode(
            noise().convert("CMYK"), "JPEG", icc_profile=inverted_cmyk_profile()
        ),
        "JPEG, lying on its side": encode(noise(), "JPEG", exif=_exif(6)),
        "JPEG with two pictures": encode(
            noise(), "MPO", save_all=True, append_images=[noise(20, 20)]
        ),
        "profile of no known colours": encode(noise(), "PNG", icc_profile=odd_profile()),
        "grey with a profile": encode(noise().convert("L"), "PNG", icc_profile=grey_profile(1.0)),
        "palette": encode(noise().convert("P"), "PNG", transparency=3),
        "long texts": _behind_header(long_text(compressed=False)),
        "text with a wrong checksum": _behind_header([wrong_checksum(b"tEXt", b"a\0b")]),
        "profile that never ends": with_chunk(
            PNG, b"iCCP", b"a\0\0" + zlib.compress(bytes(20_000_000))
        ),
        "animated PNG": frames("PNG"),
        "animated WEBP": frames("WEBP"),
        "animated GIF": frames("GIF"),
        "bytes behind the end": PNG + b"trailer" * 100,
        "unknown chunk": _behind_header([png_chunk(b"caBX", b"c2pa" * 1000)]),
        "one pixel": encode(Image.new("RGB", (1, 1)), "PNG"),
    }


# Made when they are sent only: they take long.
_LARGE: dict[str, Callable[[], bytes]] = {
    "too long for WebP": lambda: encode(Image.new("1", (40_000, 30)), "PNG"),
    "30 million pixels": lambda: encode(Image.new("1", (6000, 5000)), "PNG"),
    "more than 5 MB": oversize_png,
    "4K of 50 MB": largest_png,
}


def _made_late(make: Callable[[], bytes]) -> AnswerMaker:
    def answer_late(call: RecordedCall) -> Answer:
        return picture_of(make())(call)

    return answer_late


def _kept_answers() -> dict[str, Answer]:
    wrapped = base64.encodebytes(PNG).decode()
    bare = answer(inline("?")).body.decode().replace('"?"', f'"{wrapped}"').encode()
    return {
        "wrapped base64": answer(inline(wrapped)),
        "wrapped base64, CRLF": answer(inline(wrapped.replace("\n", "\r\n"))),
        "bare line breaks": Answer(body=bare),
        "URL-safe base64": answer(inline(base64.urlsafe_b64encode(PNG).decode())),
        "unpadded base64": answer(inline(BASE64.rstrip("="))),
        "data URI": answer(inline(f"data:image/png;base64,{BASE64}")),
        "data URI in text": answer({"text": f"![here](data:image/png;base64,{BASE64}) it is"}),
        "snake case": answer({"inline_data": {"mime_type": "image/png", "data": BASE64}}),
        "several": answer(
            inline(BASE64), inline(base64.b64encode(encode(noise(), "PNG")).decode())
        ),
        "several, the first damaged": answer(inline(BASE64[:4000]), inline(BASE64)),
        "a draft and the picture": answer(inline("AAAA", thought=True), inline(BASE64)),
        "a draft only": answer(inline(BASE64, thought=True)),
        "after text": answer({"text": "Here:"}, {}, inline(""), inline(BASE64)),
        "error behind it": answer(inline(BASE64), error={"code": 503, "status": "UNAVAILABLE"}),
        "unknown fields": answer(inline(BASE64, glow=[1]), modelStatus={"stage": "LEGACY"}),
        "odd tokens": answer(
            inline(BASE64),
            usageMetadata={"promptTokenCount": 10**30, "candidatesTokenCount": "many"},
            modelVersion="\ud800\0",
        ),
        "new reason": answer(inline(BASE64), reason="FINISHED_WELL"),
        "byte order mark": Answer(body=b"\xef\xbb\xbf" + answer(inline(BASE64)).body),
        "more behind it": Answer(body=answer(inline(BASE64)).body + b"\n\0"),
        "several, the first a damaged AVIF": answer(
            inline(base64.b64encode(damaged_avif()).decode()), inline(BASE64)
        ),
        "list of answers": Answer(body=b"[" + answer(inline(BASE64)).body + b"]"),
        "wrong type": answer(
            {"inlineData": {"mimeType": "application/octet-stream", "data": BASE64}}
        ),
    }


def _others() -> dict[str, Script]:
    return {
        "HTML": gemini_failures.HTML_200,
        "HTML as a picture": picture_of(b"<!doctype html><title>Login</title>", "text/html"),
        "SVG": picture_of(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        "text only": gemini_answers.TEXT_ONLY,
        "nothing": gemini_answers.EMPTY,
        "no body": Answer(),
        "no JSON": Answer(body=b"{"),
        "a number": Answer(body=b"7"),
        "nested without end": Answer(body=b'{"a":' * 50_000),
        "odd content": as_json({"candidates": [{"content": "none"}, None]}),
        "no base64": answer(inline("!!!")),
        "cut short": gemini_answers.truncated_picture,
        "30000 x 30000": picture_of(huge_header_png()),
        "damaged AVIF": picture_of(damaged_avif()),
        "damaged pixels": picture_of(PNG[:99] + bytes(len(PNG) - 99)),
        "refused prompt": gemini_answers.blocked_prompt(),
        "refused picture": gemini_answers.blocked_image(),
        "error under 200": as_json({"error": {"code": 500, "message": json.dumps("\0")}}),
        "connection lost": gemini_failures.DROPPED_MIDWAY,
        "gateway": gemini_failures.HTML_502,
        "400": gemini_failures.BAD_REQUEST,
    }


@lru_cache(maxsize=1)
def catalogue() -> dict[str, Shape]:
    """All of them by name."""
    return {
        **{name: Shape(picture_of(data)) for name, data in _files().items()},
        **{name: Shape(_made_late(make)) for name, make in _LARGE.items()},
        **{name: Shape(given) for name, given in _kept_answers().items()},
        **{name: Shape(script, is_kept=False) for name, script in _others().items()},
    }
