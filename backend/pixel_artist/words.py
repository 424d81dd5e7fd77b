"""Reads the words of a request: plain tokens, and the phrase of a table that fits them best."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

_LIMIT = 4000
_BREAKS = frozenset(
    (
        *("of", "near", "by", "at", "in", "on", "with", "under", "beneath", "below", "above"),
        *("behind", "beside", "along", "through", "from", "to", "before", "after", "and", "for"),
        *("over", "inside", "outside", "within"),
    )
)


def plain(text: str) -> str:
    """Fold case, width and white space, so that two spellings of the same words are one."""
    return " ".join(unicodedata.normalize("NFKC", text[:_LIMIT]).casefold().split())


def tokens(text: str) -> list[str]:
    """Split a text into words without punctuation or plural endings; at most 200 of them."""
    found = re.findall(r"[^\W_]+", plain(text).replace("\u2019", "'").replace("'s ", " "))
    return [_singular(word) for word in found[:200]]


def _singular(word: str) -> str:
    keeps = len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is"))
    return word if keeps else word[:-1]


def chunks(words: Iterable[str]) -> list[list[str]]:
    """Split at prepositions: "ruins of the castle" is a ruin first and a castle second."""
    parts: list[list[str]] = [[]]
    for word in words:
        if word in _BREAKS:
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part]


class Lexicon:
    """A table of phrases and what each of them stands for."""

    def __init__(self, table: Mapping[str, str]) -> None:
        """Take a table from a kind to its phrases, which are separated by commas."""
        self._kinds: dict[tuple[str, ...], str] = {}
        for kind, phrases in table.items():
            for phrase in phrases.split(","):
                self._kinds.setdefault(tuple(tokens(phrase)), kind)
        self._longest = max(len(phrase) for phrase in self._kinds)

    def find(self, text: str) -> str | None:
        """The kind a text is about, or None.

        The first part of the text that says anything decides; in it the longest phrase wins,
        and of equals the last one, because the head of an English name stands last.
        """
        for chunk in chunks(tokens(text)):
            best: tuple[int, int] | None = None
            kind: str | None = None
            for length in range(self._longest, 0, -1):
                for start in range(len(chunk) - length + 1):
                    entry = self._kinds.get(tuple(chunk[start : start + length]))
                    if entry is not None and (best is None or (length, start) > best):
                        best, kind = (length, start), entry
            if kind is not None:
                return kind
        return None

    def find_all(self, text: str) -> list[str]:
        """Every kind that a single word of the text names, in the order of the text."""
        found = (self._kinds.get((word,)) for word in tokens(text))
        return list(dict.fromkeys(kind for kind in found if kind is not None))
