"""If-Match and If-None-Match, so that two tabs do not overwrite each other unseen."""

from typing import Annotated

from fastapi import Depends, Header, Request

from app.entity_tags import parse_entity_tags
from app.services.players.saves import Precondition

_IF_MATCH = (
    "Tags, one of which what is stored now must have: an ETag; `stamp:X` for an object that says "
    '`"stamp": "X"` (1 to 64 letters, digits, `:`, `.`, `_`, `-`); `empty` where nothing is '
    "stored; `*` for any object. A client that sends a newer object before the answer to an older "
    "one has come lists the ETag it knew and the older one's stamp: in whichever order the two "
    "arrive, the newer stays."
)


_IF_NONE_MATCH = "`*`: nothing may be stored yet. A tag: what is stored must not have it."


async def _precondition(
    request: Request,
    # Declared for the document, and bounded; both may come in several lines, or be a list.
    _if_match: Annotated[
        str | None,
        Header(
            alias="if-match",
            max_length=1000,
            description=_IF_MATCH,
            examples=['"5f70bf18a086007016e948b04aed3b82", "stamp:k2f9:7"'],
        ),
    ] = None,
    _if_none_match: Annotated[
        str | None,
        Header(alias="if-none-match", max_length=1000, description=_IF_NONE_MATCH),
    ] = None,
) -> Precondition:
    return Precondition(
        if_match=parse_entity_tags(request.headers.getlist("if-match")),
        if_none_match=parse_entity_tags(request.headers.getlist("if-none-match")),
    )


PreconditionDep = Annotated[Precondition, Depends(_precondition)]
