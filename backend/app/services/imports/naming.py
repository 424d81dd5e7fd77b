"""What an imported image shows: by rules, by folder names, or by what its tool wrote."""

import re
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.domain import SceneSetting, SubjectType
from app.errors import AppError
from app.schemas.text import composed, storable
from app.services.imports.generation import Generation
from app.services.scenes.adventure import HOURS, WEATHERS

_FOLDERS = {
    **dict.fromkeys(("item", "items"), SubjectType.ITEM),
    **dict.fromkeys(("character", "characters", "portraits"), SubjectType.CHARACTER),
    **dict.fromkeys(("scene", "scenes", "places"), SubjectType.SCENE),
}
# "00012-1234567890" of A1111, "ComfyUI_00001_": no name that a person gave.
_NUMBERED = re.compile(r"(?i)(?:comfyui|image|img)?[\W_]*[\d\W_]*")
_LONGEST_NAME = 200


class RulesError(AppError):
    """The file of rules cannot be used; the message says where."""

    status = 422


class Rule(BaseModel):
    """What files show whose path matches; the first rule that matches counts.

    ``name`` may hold ``{stem}``, ``{folder}`` and ``{card}``: the file's name without its ending,
    its folder's, and that of the character whose card it is.
    """

    model_config = ConfigDict(extra="forbid")

    path: str
    type: SubjectType | None = None
    name: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    time_of_day: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    weather: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    skip: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What an image shows; a scene has its hour and weather."""

    subject_type: SubjectType
    name: str
    setting: SceneSetting | None = None


def read_rules(text: str) -> list[Rule]:
    """Read a TOML file with ``[[rule]]`` tables.

    Raises:
        RulesError: When it is damaged, or has a word that no rule has.
    """
    try:
        found: dict[str, Any] = tomllib.loads(text)
        if unknown := found.keys() - {"rule"}:
            raise RulesError(f"The rules have {', '.join(sorted(unknown))}; [[rule]] is known.")
        return [Rule.model_validate(rule) for rule in found.get("rule", [])]
    except tomllib.TOMLDecodeError as error:
        raise RulesError(f"The rules are no TOML: {error}.") from error
    except ValidationError as error:
        (first, *_) = error.errors()
        place = ".".join(map(str, first["loc"]))
        raise RulesError(f"A rule cannot be used: {place}: {first['msg']}.") from error


def rule_for(path: PurePosixPath, rules: list[Rule]) -> Rule | None:
    """The first rule whose pattern matches a path, in which ``*`` stands for anything."""
    return next((rule for rule in rules if fnmatchcase(str(path), rule.path)), None)


def subject_of(path: PurePosixPath, rule: Rule | None, generation: Generation | None) -> Subject:
    """Choose what the image at a path inside of the folder shows.

    Without a rule, a folder named ``items``, ``characters`` or ``scenes`` says the type, and the
    folder in it, or else the file, the name. A card is a character of the card's name.
    """
    card = generation.name if generation else None
    top = _FOLDERS.get(path.parts[0].lower()) if len(path.parts) > 1 else None
    inner = path.parts[1:-1] if top else path.parts[:-1]
    usual = SubjectType.CHARACTER if card else SubjectType.ITEM
    kind = (rule.type if rule else None) or top or usual
    stem, folder = _words(path.stem), _words(inner[-1]) if inner else ""
    if rule is not None and rule.name is not None:
        name = rule.name.format_map(_Words(stem=stem, folder=folder, card=card or ""))
    else:
        name = card or folder or ("" if _NUMBERED.fullmatch(path.stem) else stem)
    name = composed(storable(name)).strip()[:_LONGEST_NAME] or "Imported"
    if kind is not SubjectType.SCENE:
        return Subject(kind, name)
    hour = (rule.time_of_day if rule else None) or _word_in(stem, HOURS) or "day"
    weather = (rule.weather if rule else None) or _word_in(stem, WEATHERS) or "clear"
    return Subject(kind, name, SceneSetting(name, hour, weather))


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"


def _words(name: str) -> str:
    """A file's name as a person would write it: underscores are spaces."""
    return " ".join(name.replace("_", " ").split())


def _word_in(stem: str, words: tuple[str, ...]) -> str | None:
    text = f" {stem.lower().replace('-', ' ')} "
    return next((word for word in words if f" {word} " in text), None)
