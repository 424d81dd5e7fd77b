"""If-Match and If-None-Match, so that two tabs do not overwrite each other unseen."""

from typing import Annotated

from fastapi import Depends, Header

from app.services.saves import Precondition


async def _precondition(
    if_match: Annotated[
        str | None, Header(max_length=1000, description="Tag that must be stored now.")
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
