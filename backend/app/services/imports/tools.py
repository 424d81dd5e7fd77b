"""Which tool wrote an image, and what it said."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from app.services.imports import a1111, comfyui
from app.services.imports.generation import Generation, as_text, read_object, scalars

Reader = Callable[[Mapping[str, str]], Generation | None]


def generation_of(fields: Mapping[str, str]) -> Generation | None:
    """The facts of the first tool that knows its own; None if no tool wrote any."""
    for read in _READERS:
        found = read(fields)
        if found is not None:
            return found
    return None


def _character_card(fields: Mapping[str, str]) -> Generation | None:
    """SillyTavern: JSON in base64; ``ccv3`` before ``chara``, and version 1 has no ``data``.

    Like SillyTavern, it takes the names in any case.
    """
    for wanted in ("ccv3", "chara"):
        written = next((text for name, text in fields.items() if name.lower() == wanted), "")
        try:
            text = base64.b64decode(f"{written}==").decode()  # more padding than needed is allowed
        except (binascii.Error, UnicodeDecodeError):
            continue
        card = read_object(text)
        data = card.get("data", card) if card else None
        if isinstance(data, dict) and (who := as_text(data.get("name"))):
            description = as_text(data.get("description")) or ""
            leave_out = {"name", "description"}
            settings = {key: value for key, value in scalars(data, leave_out).items() if value}
            tool = "character card"
            return Generation(tool, parameters=settings, name=who, description=description or None)
    return None


def _invokeai(fields: Mapping[str, str]) -> Generation | None:
    """InvokeAI 3 and later; ``sd-metadata`` is that of version 2."""
    found = read_object(fields.get("invokeai_metadata"))
    if found is not None:
        model = found.get("model")
        named = model.get("model_name") or model.get("name") if isinstance(model, dict) else model
        own = {"positive_prompt", "negative_prompt", "seed", "model"}
        return _of_settings("InvokeAI", found, own, "positive_prompt", "negative_prompt", named)
    found = read_object(fields.get("sd-metadata"))
    image = found.get("image") if found else None
    if found is None or not isinstance(image, dict):
        return None
    prompt = image.get("prompt")
    if isinstance(prompt, list) and prompt and isinstance(prompt[0], dict):
        image = {**image, "prompt": prompt[0].get("prompt")}
    model = found.get("model_weights")
    return _of_settings("InvokeAI", image, {"prompt", "seed"}, "prompt", "", model)


def _novelai(fields: Mapping[str, str]) -> Generation | None:
    """NovelAI: settings in ``Comment``, the prompt in ``Description`` too."""
    comment = read_object(fields.get("Comment"))
    is_novelai = fields.get("Software", "").startswith("NovelAI") or (
        comment is not None and "uc" in comment
    )
    if not is_novelai:
        return None
    settings = {"prompt": fields.get("Description"), **(comment or {})}
    own = {"prompt", "uc", "seed"}
    return _of_settings("NovelAI", settings, own, "prompt", "uc", fields.get("Source"))


def _of_settings(
    tool: str,
    settings: dict[str, Any],
    own: set[str],
    prompt: str,
    negative: str,
    model: object,
) -> Generation:
    return Generation(
        tool,
        (as_text(settings.get(prompt)) or "").strip(),
        (as_text(settings.get(negative)) or "").strip() or None,
        as_text(model),
        as_text(settings.get("seed")),
        parameters=scalars(settings, own),
    )


_READERS: tuple[Reader, ...] = (*(_character_card, _invokeai, _novelai, comfyui.read, a1111.read),)
