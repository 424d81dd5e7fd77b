"""Text that people type: tidied the same way wherever it comes in."""

import re
import unicodedata
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

_TAG = re.compile(
    r"<\s*[/!]?\s*[a-zA-Z][^<>]*>|<\s*(?:script|iframe|img|svg|style)\b|<!--", re.IGNORECASE
)
_SCRIPT_URL = re.compile(r"(?:java|vb)\s*script\s*:", re.IGNORECASE)
# Marks that turn text around would let a name pretend to be another on the page.
_DIRECTION_MARKS = dict.fromkeys(
    [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)

# Letters and signs by their category, which draw nothing: fillers of Korean, a braille blank.
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def storable(text: str) -> str:
    """Text that every database holds and every answer can say.

    Half a surrogate pair, which a page leaves that cuts at UTF-16 units, and NUL, which
    PostgreSQL refuses, become U+FFFD. Two halves beside each other are one character, as in
    JavaScript.
    """
    if not text.isascii():
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def composed(text: str) -> str:
    """Write accents one way (NFC): macOS and Linux type the same name in two."""
    return unicodedata.normalize("NFC", text)


def can_be_seen(text: str) -> bool:
    """Whether there is more in a text than blanks and marks that draw nothing."""
    return any(unicodedata.category(char)[0] not in "CZM" and char not in _BLANKS for char in text)


def tidy(value: Any) -> Any:
    """Collapse white space, drop control characters and write accents one way.

    A text in which nothing can be seen becomes empty; other types pass.
    """
    if not isinstance(value, str):
        return value
    spaced = " ".join(value.split())
    kept = (char for char in spaced if unicodedata.category(char) not in {"Cc", "Cs"})
    tidied = " ".join("".join(kept).translate(_DIRECTION_MARKS).split())
    return composed(tidied) if can_be_seen(tidied) else ""


def refuse_markup(value: str) -> str:
    """Refuse what looks like an HTML tag or a script URL; "<3" and "medieval(ish)" are fine."""
    if _TAG.search(value):
        raise ValueError("must not contain HTML tags")
    if _SCRIPT_URL.search(value):
        raise ValueError("must not contain script URLs")
    return value


TidyText = Annotated[str, BeforeValidator(tidy, json_schema_input_type=str)]
StyleText = Annotated[TidyText, AfterValidator(refuse_markup)]
FilterText = Annotated[TidyText, Field(min_length=1, max_length=200)]
