"""Reads the picture out of an answer, or the reason why there is none."""

from google.genai import types

from app.services.picture import GeneratedPicture
from app.services.provider_errors import GeminiError, PromptRefusedError

# Finish reasons that are a refusal of this prompt: asked again, it would be refused again.
# OTHER, IMAGE_OTHER and NO_IMAGE say nothing of the kind and stay out. The list of reasons is
# ``google/genai/types.py``, FinishReason.
_REFUSALS = frozenset(
    {
        types.FinishReason.SAFETY,
        types.FinishReason.RECITATION,
        types.FinishReason.LANGUAGE,
        types.FinishReason.BLOCKLIST,
        types.FinishReason.PROHIBITED_CONTENT,
        types.FinishReason.SPII,
        types.FinishReason.ESCALATION,
        types.FinishReason.IMAGE_SAFETY,
        types.FinishReason.IMAGE_PROHIBITED_CONTENT,
        types.FinishReason.IMAGE_RECITATION,
    }
)


def read_picture(answer: types.GenerateContentResponse, model: str) -> GeneratedPicture:
    """Take the picture from an answer; its bytes stay unchecked.

    Args:
        answer: What the SDK made of a body with status 200, which refusals have too.
        model: Id of the model that was asked. Google serves some retired ids by newer models,
            so the one that the answer names goes first.

    Raises:
        PromptRefusedError: When the safety rules refused the prompt or the picture.
        GeminiError: When there is no picture for another reason.
    """
    data = _picture_bytes(answer)
    if data is None:
        raise _explain(answer)
    usage = answer.usage_metadata or types.GenerateContentResponseUsageMetadata()
    return GeneratedPicture(
        data=data,
        model=answer.model_version or model,
        prompt_tokens=usage.prompt_token_count,
        output_tokens=_output_tokens(usage),
    )


def _picture_bytes(answer: types.GenerateContentResponse) -> bytes | None:
    """Find the first picture with bytes in it; drafts made while thinking do not count."""
    for candidate in answer.candidates or ():
        content = candidate.content
        for part in (content.parts if content else None) or ():
            if part.inline_data and part.inline_data.data and not part.thought:
                return part.inline_data.data
    return None


def _output_tokens(usage: types.GenerateContentResponseUsageMetadata) -> int | None:
    """Add up what is billed as output: the answer, and the thinking before it."""
    counts = (usage.candidates_token_count, usage.thoughts_token_count)
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _explain(answer: types.GenerateContentResponse) -> GeminiError | PromptRefusedError:
    blocked = answer.prompt_feedback.block_reason if answer.prompt_feedback else None
    if blocked:
        return PromptRefusedError(
            "Gemini's safety rules refused the prompt. Please describe the picture differently.",
            detail={"reason": f"prompt_{blocked.value.lower()}"},
        )
    finished = answer.candidates[0].finish_reason if answer.candidates else None
    if finished in _REFUSALS:
        return PromptRefusedError(
            "Gemini's safety rules refused the picture. Please describe it differently.",
            detail={"reason": f"image_{finished.value.lower().removeprefix('image_')}"},
        )
    return GeminiError(
        "Gemini answered without a picture.",
        detail={
            "reason": "no_picture",
            "finish_reason": finished.value.lower() if finished else None,
        },
    )
