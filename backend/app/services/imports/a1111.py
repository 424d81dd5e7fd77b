"""The line of AUTOMATIC1111's web UI, which SD.Next, Forge and many others write too.

Form: the prompt, perhaps in several lines; ``Negative prompt: ...``, likewise; and one last line
``Steps: 20, Sampler: Euler a, Seed: 1, ...``, in which a value with a comma stands in quotes.
"""

import json
import re
from collections.abc import Mapping

from app.services.imports.generation import Generation

_NEGATIVE = "Negative prompt:"
_SETTING = re.compile(r'\s*([A-Za-z][\w \-/.]*?):\s*("(?:\\.|[^"\\])*"|[^,]*)(?:,|$)')
# A last line with fewer settings is the end of the prompt.
_FEWEST = 3


def read(fields: Mapping[str, str]) -> Generation | None:
    """Read ``parameters`` of a PNG, or the comment of a JPEG or WebP."""
    for name in ("parameters", "UserComment", "ImageDescription"):
        text = fields.get(name, "")
        found = _parsed(text)
        if found is not None and (name == "parameters" or found.parameters):
            return found
    return None


def _parsed(text: str) -> Generation | None:
    lines = text.strip().splitlines()
    if not lines:
        return None
    settings = _settings(lines[-1])
    if settings:
        lines = lines[:-1]
    prompt, _, negative = "\n".join(lines).partition(_NEGATIVE)
    tool = settings.get("App", "A1111")
    model = settings.pop("Model", None)
    seed = settings.pop("Seed", None)
    return Generation(
        tool, prompt.strip(), negative.strip() or None, model, seed, parameters=settings
    )


def _settings(line: str) -> dict[str, str]:
    found = {name.strip(): _unquoted(value) for name, value in _SETTING.findall(line)}
    is_last_line = len(found) >= _FEWEST and "Steps" in found
    return found if is_last_line else {}


def _unquoted(value: str) -> str:
    value = value.strip()
    if value.startswith('"'):
        try:
            return str(json.loads(value))
        except ValueError:
            return value.strip('"')
    return value
