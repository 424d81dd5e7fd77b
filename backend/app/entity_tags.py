"""Lists of entity tags in If-Match and If-None-Match (RFC 9110, sections 8.8.3 and 13.1)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# A quoted tag may hold commas. Clients that forget the quotes are understood too.
_MEMBER = re.compile(r'(?:[Ww]/)?"([^"]*)"|([^\s,]+)')
# What proxies that compress put behind our tags, all of which end in hexadecimal digits.
_SUFFIX = re.compile(r"(?<=[0-9a-f])(?:--?|;)(?:gzip|gz|br|zstd|deflate|;;)$")


@dataclass(frozen=True, slots=True)
class EntityTags:
    """What a client listed.

    A proxy that compresses an answer marks its tag as weak, or puts a suffix behind it. The client
    sends that form back, and it still means what this server stored.

    Attributes:
        any: Whether ``*`` is listed, which stands for any version.
        tags: The tags without quotes and marks of weakness, each also without its suffix.
    """

    any: bool
    tags: frozenset[str]

    def match(self, *current: str | None) -> bool:
        """Whether something that has one of these tags is meant."""
        return self.any or not self.tags.isdisjoint(current)


ANYTHING = EntityTags(any=True, tags=frozenset())


def parse_entity_tags(lines: Iterable[str]) -> EntityTags | None:
    """Read a header, which may come in several lines; None where there is none."""
    given = list(lines)
    if not given:
        return None
    is_any = False
    tags: set[str] = set()
    for member in _MEMBER.finditer(",".join(given)):
        quoted, bare = member.groups()
        if bare == "*":
            is_any = True
        else:
            tag = bare.strip('"') if quoted is None else quoted
            tags.update((tag, _SUFFIX.sub("", tag)))
    return EntityTags(is_any, frozenset(tags))
