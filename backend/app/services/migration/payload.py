"""From the text that a browser kept to the bytes of a picture."""

import base64
import binascii
import re

from app.services.storage import InvalidImageError

# Later versions of the old game labelled everything image/webp; the label is not believed.
_DATA_URI = re.compile(r"\s*data:[^,]{0,100},", re.IGNORECASE)


def decode_payload(payload: str) -> bytes:
    """Decode base64, bare or in a data URI.

    Raises:
        InvalidImageError: When it is empty, or no base64.
    """
    uri = _DATA_URI.match(payload)
    text = payload[uri.end() :] if uri else payload
    try:
        data = _decode(text)
    except ValueError as error:
        raise InvalidImageError(
            "The picture's data is cut short or no base64.", "not_base64"
        ) from error
    if not data:
        raise InvalidImageError("The entry holds no picture: its data is empty.", "empty")
    return data


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        # Broken into lines, as some programs write it; rare, so the copy is made only here.
        return base64.b64decode("".join(text.split()), validate=True)
