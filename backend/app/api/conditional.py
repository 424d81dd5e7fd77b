"""Conditional requests and ranges: nothing is sent twice, or overwritten unseen."""

import re
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request, Response
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers

from app.entity_tags import parse_entity_tags
from app.services.players.saves import Precondition

# One range; of several the whole is sent, as RFC 9110 allows.
_RANGE = re.compile(r"bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*", re.IGNORECASE)
# More digits than any file has bytes.
_MOST_DIGITS = 18

_IF_MATCH = (
    "A list of tags; the stored object must have one of them. A tag is an ETag; `stamp:X`, for an "
    'object that says `"stamp": "X"` (1 to 64 letters, digits, `:`, `.`, `_`, `-`); `empty`, if '
    "nothing is stored; or `*`, for any object. A client that sends a newer object before the "
    "answer to an older one has arrived lists the ETag it knew and the older object's stamp. The "
    "newer object then stays, in whichever order the two arrive."
)
_IF_NONE_MATCH = "`*`: nothing may be stored yet. A tag: the stored object must not have it."


def etag_header(etag: str) -> str:
    """The tag as it travels, in quotes."""
    return f'"{etag}"'


def is_known(headers: Headers, etag: str) -> bool:
    """Whether the client has the version of this tag, given without quotes."""
    known = parse_entity_tags(headers.getlist("if-none-match"))
    return known is not None and known.match(etag)


class ConditionalFiles(StaticFiles):
    """Files whose tags are known again in the forms that proxies make of them."""

    def is_not_modified(self, response_headers: Headers, request_headers: Headers) -> bool:
        """Whether the client's copy is still good."""
        if "if-none-match" in request_headers:
            return is_known(request_headers, response_headers["etag"].strip('"'))
        return super().is_not_modified(response_headers, request_headers)


def picture_response(request: Request, data: bytes, headers: dict[str, str]) -> Response:
    """A WebP file, or the part of it that was asked for.

    Args:
        request: Whose Range and If-Range are looked at.
        data: The whole file.
        headers: For the answer, with the ETag.

    Raises:
        HTTPException: 416 when the range begins behind the end of the file.
    """
    headers = {**headers, "Accept-Ranges": "bytes"}
    part = _wanted(request.headers, headers["ETag"], len(data))
    if part is None:
        return Response(data, media_type="image/webp", headers=headers)
    if not part:
        # Neither the tag nor how long to keep it: they are the image's, not the error's.
        raise HTTPException(416, headers={"Content-Range": f"bytes */{len(data)}"})
    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(data)}"
    return Response(
        data[part.start : part.stop], status_code=206, media_type="image/webp", headers=headers
    )


def _wanted(headers: Headers, etag: str, size: int) -> range | None:
    """The bytes that are asked for: None is all, empty is none that there are."""
    # If-Range compares strongly: a weak tag, or the date of a file without one, is no match.
    if headers.get("if-range", etag) != etag:
        return None
    found = _RANGE.fullmatch(headers.get("range", "").strip())
    if found is None or max(map(len, found.groups())) > _MOST_DIGITS:
        return None
    first, last = found.groups()
    if first:
        if last and int(last) < int(first):
            return None  # no range at all, RFC 9110 section 14.1.1
        return range(int(first), min(int(last) + 1, size) if last else size)
    return range(max(0, size - int(last)), size) if last else None


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
