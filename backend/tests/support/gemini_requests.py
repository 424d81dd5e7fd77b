"""What the stand-in records of a call, and whether the real Gemini would take it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.gemini_pictures import SCALES, SIZES

_GENERATION_FIELDS = {
    *("candidateCount", "enableEnhancedCivicAnswers", "frequencyPenalty", "imageConfig"),
    *("logprobs", "maxOutputTokens", "mediaResolution", "presencePenalty", "responseJsonSchema"),
    *("responseLogprobs", "responseMimeType", "responseModalities", "responseSchema", "seed"),
    *("speechConfig", "stopSequences", "temperature", "thinkingConfig", "topK", "topP"),
}
_BODY_FIELDS = {
    *("cachedContent", "contents", "generationConfig", "safetySettings", "systemInstruction"),
    *("toolConfig", "tools"),
}


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """One request as it came over the wire.

    Attributes:
        path: Path without the query; ``api_version`` and ``model`` are parts of it.
        headers: Header values by lower-case name.
        body: Decoded JSON, or None if it was none.
        problem: Why the real Gemini would refuse the request, or None.
        sent: The body as it came.
    """

    path: str
    api_version: str
    model: str
    headers: Mapping[str, str]
    body: Any
    problem: str | None = field(default=None, compare=False)
    sent: bytes = b""

    @property
    def prompt(self) -> str:
        """All text of the request, joined."""
        contents = self.body.get("contents", [])
        return "\n".join(
            part["text"] for content in contents for part in content["parts"] if "text" in part
        )

    @property
    def aspect_ratio(self) -> str:
        """The aspect ratio asked for; Gemini's default is square."""
        return str(self._image_config.get("aspectRatio", "1:1"))

    @property
    def image_size(self) -> str:
        """The size asked for; Gemini's default is 1K."""
        return str(self._image_config.get("imageSize", "1K"))

    @property
    def _image_config(self) -> dict[str, Any]:
        config: dict[str, Any] = self.body.get("generationConfig", {}).get("imageConfig", {})
        return config


def find_problem(body: Any) -> str | None:
    """Say what is wrong with a generateContent body, in the words of the real service.

    The wire format is the SDK's: ``_GenerateContentParameters_to_mldev`` in
    ``google/genai/models.py``; the fields of ``generationConfig`` are those of the public
    reference, https://ai.google.dev/api/generate-content#generationconfig.
    """
    if not isinstance(body, dict):
        return "Invalid JSON payload received."
    return (
        _unknown_name(body, _BODY_FIELDS, "")
        or _contents_problem(body.get("contents"))
        or _generation_config_problem(body.get("generationConfig"))
    )


def _unknown_name(part: dict[str, Any], known: set[str], where: str) -> str | None:
    for name in part:
        if name not in known:
            return (
                f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'
            )
    return None


def _contents_problem(contents: Any) -> str | None:
    if not isinstance(contents, list) or not contents:
        return "* GenerateContentRequest.contents: contents is not specified\n"
    for content in contents:
        parts = content.get("parts") if isinstance(content, dict) else None
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            return "* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.\n"
        if not any(part.get("text") for part in parts):
            return "* GenerateContentRequest.contents[0].parts[0].data: required oneof field\n"
    return None


def _generation_config_problem(config: Any) -> str | None:
    if not isinstance(config, dict):
        return "Model does not support the requested response modalities: text"
    problem = _unknown_name(config, _GENERATION_FIELDS, " at 'generation_config'")
    if problem:
        return problem
    if "IMAGE" not in config.get("responseModalities", []):
        return "Model does not support the requested response modalities: text"
    image = config.get("imageConfig", {})
    where = " at 'generation_config.image_config'"
    problem = _unknown_name(image, {"aspectRatio", "imageSize"}, where)
    if problem:
        return problem
    if image.get("aspectRatio", "1:1") not in SIZES:
        return "Invalid aspect ratio."
    if image.get("imageSize", "1K") not in SCALES:
        return "Invalid image size."
    return None
