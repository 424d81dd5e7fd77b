"""Answers in Gemini's wire format, as recorded from or documented for the real service."""

import base64
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.support import gemini_pictures
from tests.support.gemini_requests import RecordedCall


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, and how it reaches the client.

    Attributes:
        status: HTTP status.
        body: Bytes of the body.
        content_type: Its Content-Type.
        delay: Seconds before the first byte.
        once: What must be set before the first byte, or None.
        held: Whether nothing is ever sent, until the stand-in is released or closed.
        drip: Seconds between single bytes of the body, or None for all at once.
        cut_after: Bytes of the body after which the connection is dropped, or None.
        location: Where a redirect leads, or None.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json; charset=UTF-8"
    delay: float = 0.0
    once: threading.Event | None = None
    held: bool = False
    drip: float | None = None
    cut_after: int | None = None
    location: str | None = None


AnswerMaker = Callable[[RecordedCall], Answer]
Script = Answer | AnswerMaker


def as_json(document: Any, status: int = 200) -> Answer:
    """Wrap a JSON document as an answer."""
    return Answer(status=status, body=json.dumps(document).encode())


def failure(
    code: int, status: str, message: str, details: list[dict[str, Any]] | None = None
) -> Answer:
    """Wrap an error as Google does: https://cloud.google.com/apis/design/errors#http_mapping."""
    error: dict[str, Any] = {"code": code, "message": message, "status": status}
    if details is not None:
        error["details"] = details
    return as_json({"error": error}, code)


def answer_for(script: Script, call: RecordedCall) -> Answer:
    """Give the answer itself, made from the call where the script is a function."""
    return script if isinstance(script, Answer) else script(call)


# Pictures


def _with_picture(call: RecordedCall, data: bytes, mime_type: str) -> Answer:
    prompt_tokens = max(1, len(call.prompt) // 4)
    parts = [
        {"inlineData": {"mimeType": mime_type, "data": base64.b64encode(data).decode("ascii")}}
    ]
    return as_json(
        {
            "candidates": [
                {
                    "content": {"parts": parts, "role": "model"},
                    "finishReason": "STOP",
                    "index": 0,
                }
            ],
            "usageMetadata": _usage(prompt_tokens),
            "modelVersion": call.model,
            "responseId": "standin",
        }
    )


def _usage(prompt_tokens: int) -> dict[str, Any]:
    """Token counts as sent with a picture; a picture at 1K has 1120."""
    return {
        "promptTokenCount": prompt_tokens,
        "candidatesTokenCount": 1120,
        "totalTokenCount": prompt_tokens + 1120,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": prompt_tokens}],
        "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
    }


def picture(call: RecordedCall) -> Answer:
    """Answer with a sound PNG of the asked size, drawn from the prompt."""
    data = gemini_pictures.draw_png(call.prompt, call.aspect_ratio, call.image_size)
    return _with_picture(call, data, "image/png")


def jpeg_picture(call: RecordedCall) -> Answer:
    """Answer with the same picture as a JPEG."""
    data = gemini_pictures.draw_jpeg(call.prompt, call.aspect_ratio, call.image_size)
    return _with_picture(call, data, "image/jpeg")


def picture_of(data: bytes, mime_type: str = "image/png") -> AnswerMaker:
    """Answer with these bytes as the picture, whatever they are."""
    return lambda call: _with_picture(call, data, mime_type)


SMALL = picture_of(gemini_pictures.draw_png("small", "1:1", "512"))


def slow_picture(seconds: float, script: Script = picture) -> AnswerMaker:
    """Answer as the script does, after some seconds."""
    return lambda call: replace(answer_for(script, call), delay=seconds)


def picture_once(event: threading.Event, script: Script = SMALL) -> AnswerMaker:
    """Answer as the script does, once the event is set, however long the test takes till then."""
    return lambda call: replace(answer_for(script, call), once=event)


def no_image_bytes(call: RecordedCall) -> Answer:
    """Answer with bytes that say they are a PNG and are not."""
    return _with_picture(call, b"these bytes are no picture " * 40, "image/png")


def truncated_picture(call: RecordedCall) -> Answer:
    """Answer with the first half of a picture."""
    data = gemini_pictures.draw_png(call.prompt, call.aspect_ratio, call.image_size)
    return _with_picture(call, gemini_pictures.cut_short(data), "image/png")


def huge_picture(call: RecordedCall) -> Answer:
    """Answer with a small file whose header claims 30,000 x 30,000 pixels."""
    return _with_picture(call, gemini_pictures.huge_header_png(), "image/png")


def oversize_picture(call: RecordedCall) -> Answer:
    """Answer with a sound picture of more than 5 MB."""
    return _with_picture(call, gemini_pictures.oversize_png(), "image/png")


def picture_after_text(call: RecordedCall) -> Answer:
    """Answer with a sentence, an empty part and then the picture."""
    document = json.loads(picture(call).body)
    parts = document["candidates"][0]["content"]["parts"]
    parts[:0] = [
        {"text": "Here is your picture:"},
        {"inlineData": {"mimeType": "image/png", "data": ""}},
    ]
    return as_json(document)


# Refusals: all of them come with status 200.


def blocked_prompt(reason: str = "PROHIBITED_CONTENT") -> Answer:
    """Answer that the prompt was refused; ``reason`` is a value of BlockedReason."""
    return as_json(
        {
            "promptFeedback": {"blockReason": reason},
            "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9},
            "modelVersion": "gemini-nano-banana-2.1",
        }
    )


def blocked_image(reason: str = "IMAGE_SAFETY") -> Answer:
    """Answer that the picture was refused; ``reason`` is a value of FinishReason."""
    return as_json(
        {
            "candidates": [
                {
                    "content": {},
                    "finishReason": reason,
                    "finishMessage": "Unable to show the generated image. secret-upstream-text",
                    "index": 0,
                }
            ],
            "usageMetadata": {"promptTokenCount": 9, "totalTokenCount": 9},
            "modelVersion": "gemini-nano-banana-2.1",
        }
    )


TEXT_ONLY = as_json(
    {
        "candidates": [
            {
                "content": {
                    "parts": [{"text": "I would rather describe it: secret-upstream-text"}],
                    "role": "model",
                },
                "finishReason": "STOP",
                "index": 0,
            }
        ],
        "modelVersion": "gemini-nano-banana-2.1",
    }
)
EMPTY = as_json({})
