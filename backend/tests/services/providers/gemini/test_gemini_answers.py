"""Answers with status 200: the image, or the reason why there is none."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from app.services.generation.errors import GeminiError, ImageRefusedError, PromptRefusedError
from app.services.providers.gemini.answers import read_image
from tests.services.providers.gemini.conftest import Ask, Fail
from tests.support import gemini_answers
from tests.support.gemini_standin import GeminiStandin

pytestmark = pytest.mark.anyio

DATA = "iVBORw0="


def read(**body: object) -> str:
    return json.dumps(body)


def candidate(*parts: Mapping[str, object]) -> dict[str, object]:
    return {"content": {"parts": list(parts)}, "finishReason": "STOP"}


class TestPicture:
    async def test_after_text_and_an_empty_part(self, gemini: GeminiStandin, ask: Ask) -> None:
        gemini.answer_with(gemini_answers.picture_after_text)
        assert (await ask()).data.startswith(b"\x89PNG")

    def test_drafts_of_the_thinking_are_left_out(self) -> None:
        draft = {"thought": True, "inlineData": {"mimeType": "image/png", "data": "AAAA"}}
        final = {"inlineData": {"mimeType": "image/png", "data": DATA}}
        assert read_image(read(candidates=[candidate(draft, final)]), "m").data == b"\x89PNG\r"

    def test_in_a_later_candidate(self) -> None:
        final = {"inlineData": {"mimeType": "image/png", "data": DATA}}
        made = read_image(read(candidates=[{}, candidate(final)]), "m")
        assert made.data == b"\x89PNG\r"

    def test_model_and_tokens(self) -> None:
        final = {"inlineData": {"mimeType": "image/png", "data": DATA}}
        usage = {"promptTokenCount": 7, "candidatesTokenCount": 1120, "thoughtsTokenCount": 80}
        made = read_image(
            read(
                candidates=[candidate(final)],
                usageMetadata=usage,
                modelVersion="gemini-nano-banana-2.1-002",
            ),
            "gemini-nano-banana-2.1",
        )
        assert made.model == "gemini-nano-banana-2.1-002"
        assert (made.prompt_tokens, made.output_tokens) == (7, 1200)

    def test_without_model_and_tokens(self) -> None:
        final = {"inlineData": {"mimeType": "image/png", "data": DATA}}
        made = read_image(read(candidates=[candidate(final)]), "gemini-nano-banana-2.1")
        assert made.model == "gemini-nano-banana-2.1"
        assert (made.prompt_tokens, made.output_tokens) == (None, None)


BYTES = bytes(range(256)) * 3
STANDARD = base64.b64encode(BYTES).decode()
WRAPPED = base64.encodebytes(BYTES).decode()
URL_SAFE = base64.urlsafe_b64encode(BYTES).decode()


def inline(data: object) -> dict[str, object]:
    return {"inlineData": {"mimeType": "image/png", "data": data}}


class TestForms:
    """What is paid for is read, however it is written."""

    @pytest.mark.parametrize(
        "data",
        [
            STANDARD,
            WRAPPED,
            WRAPPED.replace("\n", "\r\n"),
            URL_SAFE,
            base64.b64encode(BYTES[:-1]).decode(),
            base64.b64encode(BYTES[:-1]).decode().rstrip("="),
            f"data:image/png;base64,{STANDARD}",
            f" {STANDARD}\n",
        ],
        ids=["plain", "wrapped", "crlf", "url-safe", "padded", "unpadded", "data uri", "blanks"],
    )
    def test_base64(self, data: str) -> None:
        made = read_image(read(candidates=[candidate(inline(data))]), "m")
        assert made.data in {BYTES, BYTES[:-1]}

    async def test_wrapped_over_http(self, gemini: GeminiStandin, ask: Ask) -> None:
        """The SDK's own types refuse it, and the bytes would be gone."""
        body = read(candidates=[candidate(inline(WRAPPED))]).encode()
        gemini.answer_with(gemini_answers.Answer(body=body))
        assert (await ask()).data == BYTES

    @pytest.mark.parametrize(
        "body",
        [
            read(candidates=[candidate(inline(STANDARD))], error={"code": 503, "message": "late"}),
            read(candidates=[candidate(inline(STANDARD))], somethingNew={"a": [1, None]}),
            read(candidates=[candidate({"inline_data": {"mime_type": "a", "data": STANDARD}})]),
            read(candidates=[candidate({"text": f"![it](data:image/png;base64,{STANDARD})"})]),
            read(candidates=["odd", {"content": {"parts": ["odd", inline(STANDARD)]}}]),
            read(candidates=[{**candidate(inline(STANDARD)), "finishReason": ["new"]}]),
            read(candidates=[candidate(inline(7), inline(""), inline("!"), inline(STANDARD))]),
            read(candidates=[candidate({**inline(STANDARD), "thought": True})]),
            f"[{read(usageMetadata={})}, {read(candidates=[candidate(inline(STANDARD))])}]",
            read(candidates=[candidate(inline("?"))]).replace("?", WRAPPED),
        ],
        ids=[
            "error behind it",
            "unknown fields",
            "snake case",
            "in text",
            "odd entries",
            "odd reason",
            "behind unreadable ones",
            "a draft only",
            "a list of answers",
            "bare line breaks in the JSON",
        ],
    )
    def test_shape(self, body: str) -> None:
        assert read_image(body, "m").data == BYTES

    def test_facts_in_snake_case(self) -> None:
        usage = {"prompt_token_count": 3, "candidates_token_count": 5, "thoughts_token_count": 7}
        part = {"inline_data": {"mime_type": "image/png", "data": STANDARD}}
        body = read(candidates=[candidate(part)], usage_metadata=usage, model_version="newer")
        made = read_image(body, "m")
        assert (made.model, made.prompt_tokens, made.output_tokens) == ("newer", 3, 12)

    def test_several(self) -> None:
        made = read_image(read(candidates=[candidate(inline(DATA), inline(STANDARD))]), "m")
        assert (made.data, made.others) == (b"\x89PNG\r", (BYTES,))

    def test_drafts_the_last_one_first(self) -> None:
        drafts = [{**inline(data), "thought": True} for data in (DATA, STANDARD)]
        made = read_image(read(candidates=[candidate(*drafts)]), "m")
        assert (made.data, made.others) == (BYTES, (b"\x89PNG\r",))

    def test_draft_of_a_refused_picture_is_no_picture(self) -> None:
        refused = {**candidate({**inline(STANDARD), "thought": True}), "finishReason": "SAFETY"}
        with pytest.raises(PromptRefusedError):
            read_image(read(candidates=[refused]), "m")

    @pytest.mark.parametrize("count", [10**30, -1, 1.5, "many", None, True, {}])
    def test_token_counts_that_no_row_holds(self, count: object) -> None:
        usage = {"promptTokenCount": count, "candidatesTokenCount": count}
        made = read_image(read(candidates=[candidate(inline(STANDARD))], usageMetadata=usage), "m")
        assert (made.prompt_tokens, made.output_tokens) == (None, None)

    @pytest.mark.parametrize("name", ["", "\ud800", "a\0b", "x" * 10**6, 7, None])
    def test_model_names_that_no_row_holds(self, name: object) -> None:
        made = read_image(
            read(candidates=[candidate(inline(STANDARD))], modelVersion=name), "asked-model"
        )
        assert made.model == "asked-model"


class TestRefusal:
    @pytest.mark.parametrize(
        ("blocked", "reason"),
        [
            ("SAFETY", "prompt_safety"),
            ("PROHIBITED_CONTENT", "prompt_prohibited_content"),
            ("IMAGE_SAFETY", "prompt_image_safety"),
            ("OTHER", "prompt_other"),
        ],
    )
    async def test_prompt(
        self, blocked: str, reason: str, gemini: GeminiStandin, fail: Fail
    ) -> None:
        gemini.answer_with(gemini_answers.blocked_prompt(blocked))
        error = await fail()
        assert type(error) is PromptRefusedError
        assert error.detail == {"reason": reason}

    @pytest.mark.parametrize(
        ("finished", "reason"),
        [
            ("IMAGE_SAFETY", "image_safety"),
            ("IMAGE_PROHIBITED_CONTENT", "image_prohibited_content"),
            ("SAFETY", "image_safety"),
            ("RECITATION", "image_recitation"),
        ],
    )
    async def test_picture(
        self, finished: str, reason: str, gemini: GeminiStandin, fail: Fail
    ) -> None:
        gemini.answer_with(gemini_answers.blocked_image(finished))
        error = await fail()
        assert type(error) is ImageRefusedError
        assert error.detail == {"reason": reason}

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            ({"prompt_feedback": {"block_reason": "SAFETY"}}, "prompt_safety"),
            (
                {"promptFeedback": None, "prompt_feedback": {"block_reason": "OTHER"}},
                "prompt_other",
            ),
            ({"candidates": [{"finish_reason": "IMAGE_SAFETY"}]}, "image_safety"),
        ],
        ids=["prompt", "both spellings", "image"],
    )
    def test_in_snake_case(self, answer: dict[str, Any], reason: str) -> None:
        with pytest.raises(PromptRefusedError) as caught:
            read_image(read(**answer), "m")
        assert caught.value.detail == {"reason": reason}

    def test_reason_the_sdk_does_not_know(self) -> None:
        with pytest.raises(PromptRefusedError) as caught:
            read_image(read(promptFeedback={"blockReason": "NEW_REASON"}), "m")
        assert caught.value.detail == {"reason": "prompt_new_reason"}


class TestNoPicture:
    @pytest.mark.parametrize("finished", ["STOP", "OTHER", "IMAGE_OTHER", "NO_IMAGE", "MAX_TOKENS"])
    async def test_finished_otherwise(
        self, finished: str, gemini: GeminiStandin, fail: Fail
    ) -> None:
        """None of these says that the prompt would be refused again."""
        gemini.answer_with(gemini_answers.blocked_image(finished))
        error = await fail()
        assert type(error) is GeminiError
        assert error.detail == {"reason": "no_picture", "finish_reason": finished.lower()}

    async def test_feedback_without_a_reason(self, gemini: GeminiStandin, fail: Fail) -> None:
        gemini.answer_with(gemini_answers.as_json({"promptFeedback": {"safetyRatings": []}}))
        error = await fail()
        assert error.detail == {"reason": "no_picture", "finish_reason": None}
