"""What a tool wrote about how an image was generated, in one form for all tools."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any

_LONGEST_PROMPT = 10_000
_MOST_PARAMETERS = 60
_LONGEST_VALUE = 500


@dataclass(frozen=True, slots=True)
class Generation:
    """Facts as the tool wrote them; nothing of it is checked.

    Attributes:
        tool: Name of the tool or of its format.
        prompt: What was asked for.
        negative_prompt: What was to be avoided.
        model: Name of the model.
        seed: Its random seed, as text, because some are larger than any integer of a database.
        parameters: All other settings, as text.
        name: Of the character that the file is a card of.
        description: Of that character.
    """

    tool: str
    prompt: str = ""
    negative_prompt: str | None = None
    model: str | None = None
    seed: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    name: str | None = None
    description: str | None = None

    def as_json(self) -> str:
        """The facts as the database keeps them, within bounds."""
        facts = asdict(self)
        for name in ("prompt", "negative_prompt", "description"):
            facts[name] = facts[name] and facts[name][:_LONGEST_PROMPT]
        kept = list(self.parameters.items())[:_MOST_PARAMETERS]
        facts["parameters"] = {name: value[:_LONGEST_VALUE] for name, value in kept}
        return json.dumps(facts, ensure_ascii=False)


def as_text(value: object) -> str | None:
    """A single value as text; None if there is none, or if it is a structure."""
    if value is None or isinstance(value, dict | list):
        return None
    return value if isinstance(value, str) else json.dumps(value)


def scalars(values: dict[str, Any], leave_out: set[str]) -> dict[str, str]:
    """The single values among some settings."""
    texts = {name: as_text(value) for name, value in values.items() if name not in leave_out}
    return {name: text for name, text in texts.items() if text}


def read_object(text: str | None) -> dict[str, Any] | None:
    """A JSON object; None if it is anything else or damaged."""
    try:
        found = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
