"""Reads the image out of an answer, or the reason why there is none.

The body is read as it came and not by the SDK's types: those refuse base64 with line breaks, a
number too many or an unknown shape, and what they refuse is paid for and lost.
"""

import binascii
import json
import re
from collections.abc import Iterator
from typing import Any

from app.domain import GeneratedImage
from app.services.generation.errors import GeminiError, ImageRefusedError, PromptRefusedError
from app.services.providers.gemini.quota import dicts_in

# Finish reasons that are a refusal of this prompt: asked again, it would be refused again.
# OTHER, IMAGE_OTHER and NO_IMAGE say nothing of the kind and stay out. The list of reasons is
# ``google/genai/types.py``, FinishReason.
_REFUSALS = frozenset(
    {
        "SAFETY",
        "RECITATION",
        "LANGUAGE",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "ESCALATION",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
    }
)
# More would only be decoded in vain.
_MOST_IMAGES = 8
# A row holds it as a 32-bit number; one that does not fit must not cost the image.
_MOST_TOKENS = 2**31 - 1

_WORD = re.compile(r"\w{1,60}", re.ASCII)
_MODEL = re.compile(r"[\w./:@-]{1,100}", re.ASCII)
_DATA_URI = re.compile(r"data:image/[\w.+-]+;base64,([\w+/=\s-]+)", re.ASCII)
_SNAKE = re.compile(r"_([a-z])")
_URL_SAFE = str.maketrans("-_", "+/", " \t\r\n=")


def read_image(body: str, model: str) -> GeneratedImage:
    """Take the image from an answer; its bytes stay unchecked.

    Args:
        body: An answer with status 200, which refusals have too.
        model: Id of the model that was asked. Google serves some retired ids by newer models,
            so the one that the answer names goes first.

    Raises:
        PromptRefusedError: When the safety rules refused the prompt or the image.
        GeminiError: When there is no image for another reason.
        ValueError: When the body is no JSON.
    """
    answers = _answers_in(body)
    images = list(_images_in(answers))[:_MOST_IMAGES]
    if not images:
        raise _explain(answers)
    usage = _first(answers, "usageMetadata", dict) or {}
    named = _first(answers, "modelVersion", str)
    return GeneratedImage(
        data=images[0],
        others=tuple(images[1:]),
        source_type="trainedAlgorithmicMedia",
        model=named if named and _MODEL.fullmatch(named) else model,
        prompt_tokens=_tokens(usage.get("promptTokenCount")),
        output_tokens=_output_tokens(usage),
    )


def _answers_in(body: str) -> list[dict[str, Any]]:
    """The objects of a body: one, or a list of them, as some gateways send."""
    text = body.lstrip("\ufeff \t\r\n")
    if not text:
        return []
    # A line break inside a string, a byte order mark, or more behind: no reason to pay in vain.
    document, _ = json.JSONDecoder(strict=False, object_hook=_in_camel_case).raw_decode(text)
    if not isinstance(document, (dict, list)):
        raise TypeError("the answer is neither an object nor a list")
    return list(dicts_in(document if isinstance(document, list) else [document]))


def _in_camel_case(found: dict[str, Any]) -> dict[str, Any]:
    """Both spellings are on the wire: Google's own, and that of gateways in Python."""
    return {
        _SNAKE.sub(lambda letter: letter[1].upper(), name): value
        for name, value in found.items()
        if value is not None  # of a field in both spellings one is empty
    }


def _images_in(answers: list[dict[str, Any]]) -> Iterator[bytes]:
    """Images, the likeliest first: parts of their own, then those inside of text.

    Drafts made while thinking count only where nothing else came, the last one first, and
    never behind a refusal.
    """
    parts = list(_parts_in(answers))
    final = [part for part in parts if not part.get("thought")]
    found = False
    for text in [*_inline_data(final), *_data_uris(final)]:
        if data := _decoded(text):
            found = True
            yield data
    if not found and _finish_reason(answers) not in _REFUSALS:
        drafts = [part for part in parts if part.get("thought")]
        yield from filter(None, map(_decoded, reversed(list(_inline_data(drafts)))))


def _candidates_in(answers: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for answer in answers:
        yield from dicts_in(answer.get("candidates"))


def _parts_in(answers: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for candidate in _candidates_in(answers):
        content = candidate.get("content")
        if isinstance(content, dict):
            yield from dicts_in(content.get("parts"))


def _inline_data(parts: list[dict[str, Any]]) -> Iterator[str]:
    for part in parts:
        blob = part.get("inlineData")
        if isinstance(blob, dict) and isinstance(blob.get("data"), str):
            yield blob["data"]


def _data_uris(parts: list[dict[str, Any]]) -> Iterator[str]:
    for part in parts:
        if isinstance(text := part.get("text"), str):
            yield from _DATA_URI.findall(text)


def _decoded(text: str) -> bytes | None:
    """Decode base64 in any of its forms: wrapped, URL-safe, unpadded, as a data URI."""
    letters = text.rpartition(",")[2].translate(_URL_SAFE)
    try:
        return binascii.a2b_base64(letters + "=" * (-len(letters) % 4))
    except ValueError:
        return None


def _first(answers: list[dict[str, Any]], name: str, kind: type) -> Any:
    return next((answer[name] for answer in answers if isinstance(answer.get(name), kind)), None)


def _output_tokens(usage: dict[str, Any]) -> int | None:
    """Add up what is billed as output: the answer, and the thinking before it."""
    counts = (_tokens(usage.get(name)) for name in ("candidatesTokenCount", "thoughtsTokenCount"))
    known = [count for count in counts if count is not None]
    return _tokens(sum(known)) if known else None


def _tokens(count: object) -> int | None:
    is_number = isinstance(count, int) and not isinstance(count, bool)
    return count if is_number and 0 <= count <= _MOST_TOKENS else None  # type: ignore[operator,return-value]


def _finish_reason(answers: list[dict[str, Any]]) -> str | None:
    first = next(_candidates_in(answers), {})
    return _word(first.get("finishReason"))


def _word(value: object) -> str | None:
    """A value of an enumeration; anything else is text from upstream that nobody shall see."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def _explain(answers: list[dict[str, Any]]) -> GeminiError | PromptRefusedError:
    feedback = _first(answers, "promptFeedback", dict) or {}
    blocked = _word(feedback.get("blockReason"))
    if blocked:
        return PromptRefusedError(
            "Gemini's safety rules refused the prompt. Please describe the image differently.",
            detail={"reason": f"prompt_{blocked.lower()}"},
        )
    finished = _finish_reason(answers)
    if finished in _REFUSALS:
        return ImageRefusedError(
            "Gemini's safety rules refused the image. Please describe it differently.",
            detail={"reason": f"image_{finished.lower().removeprefix('image_')}"},
        )
    return GeminiError(
        "Gemini answered without an image.",
        detail={
            "reason": "no_picture",
            "finish_reason": finished.lower() if finished else None,
        },
    )
