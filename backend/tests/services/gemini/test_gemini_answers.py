"""Answers with status 200: the picture, or the reason why there is none."""

import warnings
from collections.abc import Mapping

import pytest
from google.genai import types

from app.services.gemini.answers import read_picture
from app.services.provider_errors import GeminiError, PromptRefusedError
from tests.services.gemini.conftest import Ask, Fail
from tests.support import gemini_answers
from tests.support.gemini_standin import GeminiStandin

pytestmark = pytest.mark.anyio

DATA = "iVBORw0="


def read(**body: object) -> types.GenerateContentResponse:
    return types.GenerateContentResponse.model_validate(body)


def candidate(*parts: Mapping[str, object]) -> dict[str, object]:
    return {"content": {"parts": list(parts)}, "finishReason": "STOP"}


class TestPicture:
    async def test_after_text_and_an_empty_part(self, gemini: GeminiStandin, ask: Ask) -> None:
        gemini.answer_with(gemini_answers.picture_after_text)
        assert (await ask()).data.startswith(b"\x89PNG")

    def test_drafts_of_the_thinking_are_left_out(self) -> None:
        draft = {"thought": True, "inlineData": {"mimeType": "image/png", "data": "AAAA"}}
        final = {"inlineData": {"mimeType": "image/png", "data": DATA}}
        assert read_picture(read(candidates=[candidate(draft, final)]), "m").data == b"\x89PNG\r"

    def test_in_a_later_candidate(self) -> None:
        final = {"inlineData": {"mimeType": "image/png", "data": DATA}}
        made = read_picture(read(candidates=[{}, candidate(final)]), "m")
        assert made.data == b"\x89PNG\r"

    def test_model_and_tokens(self) -> None:
        final = {"inlineData": {"mimeType": "image/png", "data": DATA}}
        usage = {"promptTokenCount": 7, "candidatesTokenCount": 1120, "thoughtsTokenCount": 80}
        made = read_picture(
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
        made = read_picture(read(candidates=[candidate(final)]), "gemini-nano-banana-2.1")
        assert made.model == "gemini-nano-banana-2.1"
        assert (made.prompt_tokens, made.output_tokens) == (None, None)


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
        assert type(error) is PromptRefusedError
        assert error.detail == {"reason": reason}

    def test_reason_the_sdk_does_not_know(self) -> None:
        with warnings.catch_warnings(action="ignore"):
            answer = read(promptFeedback={"blockReason": "NEW_REASON"})
        with pytest.raises(PromptRefusedError) as caught:
            read_picture(answer, "m")
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
