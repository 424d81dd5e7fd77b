"""If-Match and If-None-Match, so that two tabs do not overwrite each other unseen."""

from typing import Annotated

from fastapi import Depends, Header

from app.services.saves import Precondition

_IF_MATCH = (
    "Tags, one of which what is stored now must have: an ETag; `stamp:X` for an object that says "
    '`"stamp": "X"` (1 to 64 letters, digits, `:`, `.`, `_`, `-`); `empty` where nothing is '
    "stored; `*` for any object. A client that sends a newer object before the answer to an older "
    "one has come lists the ETag it knew and the older one's stamp: in whichever order the two "
    "arrive, the newer stays."
)


async def _precondition(
    if_match: Annotated[
        str | None,
        Header(
            max_length=1000,
            description=_IF_MATCH,
            examples=['"5f70bf18a086007016e948b04aed3b82", "stamp:k2f9:7"'],
        ),
    ] = None,
    if_none_match: Annotated[
        str | None, Header(max_length=1000, description="`*`: nothing may be stored yet.")
    ] = None,
) -> Precondition:
    tags = None
    if if_match is not None:
        tags = tuple(tag.strip().strip('"') for tag in if_match.split(","))
    return Precondition(if_match=tags, if_absent=(if_none_match or "").strip() == "*")


PreconditionDep = Annotated[Precondition, Depends(_precondition)]


def etag_header(etag: str) -> str:
    """The tag as it travels, in quotes."""
    return f'"{etag}"'
