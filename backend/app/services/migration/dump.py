"""From the body of a request to the pictures it offers."""

import json
from typing import Any

from app.errors import AppError
from app.services.migration.documented_shape import read_documented_shape
from app.services.migration.legacy_storage import read_legacy_storage
from app.services.migration.offer import BadEntry, Dump, Offer


class InvalidDumpError(AppError):
    """The body as a whole is no storage of the old game."""

    status = 422


def read_dump(body: bytes) -> Dump:
    """Read any of the shapes that may be posted, or a mixture of them.

    An entry that cannot be used is listed and stops no other.

    Raises:
        InvalidDumpError: When the body is no JSON object.
    """
    dump = Dump()
    content = _parse(body)
    read_legacy_storage(content, dump)
    read_documented_shape(content, dump)
    sound = []
    for offer in dump.offers:
        if _can_be_stored(offer):
            sound.append(offer)
        else:
            dump.bad.append(BadEntry(offer.key, "A name or prompt holds half a character."))
    dump.offers = sound
    dump.bad = [BadEntry(_printable(entry.key), entry.error) for entry in dump.bad]
    return dump


def _parse(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _invalid("The body is no JSON.") from error
    if not isinstance(content, dict):
        raise _invalid("The body is no JSON object.")
    return content


def _invalid(message: str) -> InvalidDumpError:
    problem = {"field": "body", "location": "body", "message": message, "type": "json_invalid"}
    return InvalidDumpError(message, detail={"errors": [problem]})


def _can_be_stored(offer: Offer) -> bool:
    """Half of a surrogate pair passes JSON, but no database and no answer can hold it."""
    texts = [offer.key, offer.subject_name, offer.prompt, offer.custom_prompt]
    if offer.setting is not None:
        texts += [offer.setting.time_of_day, offer.setting.weather]
    return all(_printable(text) == text for text in texts)


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")
