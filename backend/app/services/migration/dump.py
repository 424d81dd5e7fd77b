"""From the body of a request to the pictures it offers."""

import codecs
import json
import re
from dataclasses import replace
from typing import Any

from app.domain import SceneSetting
from app.errors import AppError
from app.schemas.text import composed, storable
from app.services.migration.documented_shape import read_documented_shape
from app.services.migration.fields import parse_json
from app.services.migration.legacy_storage import read_legacy_storage
from app.services.migration.offer import BadEntry, Dump, Offer
from app.services.migration.saved_game import read_saved_game

_CHUNK = 2**16
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


class InvalidDumpError(AppError):
    """The body as a whole is no storage of the old game."""

    status = 422


def read_dump(body: bytearray) -> Dump:
    """Read any of the shapes that may be posted, or a mixture of them.

    An entry that cannot be used is listed and stops no other.

    Args:
        body: JSON in UTF-8; it is emptied, because it is as large as all that is found in it.

    Raises:
        InvalidDumpError: When the body is no JSON object.
    """
    dump = Dump()
    content = _parse(body)
    read_legacy_storage(content, dump)
    read_documented_shape(content, dump)
    read_saved_game(content, dump)
    dump.offers = [_made_storable(offer, dump) for offer in dump.offers]
    dump.bad = [BadEntry(storable(entry.key), entry.error) for entry in dump.bad]
    return dump


def _parse(body: bytearray) -> dict[str, Any]:
    try:
        content = parse_json(_in_ascii(body))
    except ValueError as error:
        raise _invalid("The body is no JSON.") from error
    if not isinstance(content, dict):
        raise _invalid("The body is no JSON object.")
    return content


def _in_ascii(body: bytearray) -> str:
    """Decode JSON with everything but ASCII written as escapes, and empty the body.

    One emoji among 16 MB makes Python keep 64: four bytes for each character.
    """
    decoder = codecs.getincrementaldecoder("utf-8-sig")("surrogatepass")
    parts = []
    for start in range(0, len(body), _CHUNK):
        part = decoder.decode(body[start : start + _CHUNK])
        parts.append(part if part.isascii() else _NOT_ASCII.sub(_escaped, part))
    decoder.decode(b"", final=True)
    body.clear()
    return "".join(parts)


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1]


def _invalid(message: str) -> InvalidDumpError:
    problem = {"field": "body", "location": "body", "message": message, "type": "json_invalid"}
    return InvalidDumpError(message, detail={"errors": [problem]})


def _made_storable(offer: Offer, dump: Dump) -> Offer:
    """Replace halves of characters and NUL, which not every database and answer can hold.

    The old game cut prompts at 200 UTF-16 units, in the middle of an emoji where there was one:
    a picture must not be lost for that.
    """
    changed = replace(
        offer,
        key=storable(offer.key),
        subject_name=storable(offer.subject_name),
        prompt=storable(offer.prompt),
        custom_prompt=storable(offer.custom_prompt),
        setting=offer.setting and _whole_setting(offer.setting),
    )
    named = replace(changed, subject_name=composed(changed.subject_name))
    if changed == offer:
        return named
    dump.notes.append(
        f"{changed.key}: half a character, or NUL, was replaced by \N{REPLACEMENT CHARACTER}."
    )
    return named


def _whole_setting(setting: SceneSetting) -> SceneSetting:
    return SceneSetting(
        storable(setting.location), storable(setting.time_of_day), storable(setting.weather)
    )
