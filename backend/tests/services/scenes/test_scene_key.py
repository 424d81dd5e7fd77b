"""When two scenes are the same, and when they never are."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain import SceneSetting
from app.services.scenes.key import normalized_location, scene_key

# Letters that differ from their capitals by nothing but case: dotless i, for one, does not.
AWKWARD = st.text(st.sampled_from("aA |%|%257Cc/\\ \t\u00a0"), max_size=8)


def key(location: str, hour: str = "day", weather: str = "clear") -> str:
    return scene_key(SceneSetting(location, hour, weather))


def plain(part: str) -> tuple[str, ...]:
    """Another way to say what does not matter: the folded words of a part."""
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", part).casefold())
    return tuple(folded.split())


@pytest.mark.parametrize(
    "same",
    [
        "starting tavern",
        "STARTING TAVERN",
        "  Starting   Tavern ",
        "Starting\tTavern\n",
        "Starting\u00a0Tavern",
        "Starting\u2003Tavern",
    ],
)
def test_case_and_spaces_do_not_matter(same: str) -> None:
    assert key(same) == key("Starting Tavern")
    assert key("x", same, same) == key("x", "Starting Tavern", "Starting Tavern")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Café", "Cafe\u0301"),
        ("STRASSE", "Straße"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("\u1fb3\u0308", "\u03b1\u0308\u0345"),  # two orders of the same marks
    ],
)
def test_ways_to_write_the_same(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a|b", "c", "d"), ("a", "b|c", "d")),
        (("a", "b|c", "d"), ("a", "b", "c|d")),
        (("a|b", "c", "d"), ("a%7cb", "c", "d")),
        (("a%7cb", "c", "d"), ("a%257cb", "c", "d")),
        (("a%", "c", "d"), ("a%25", "c", "d")),
        (("a b", "c", "d"), ("ab", "c", "d")),
        (("a", "b", "c"), ("b", "a", "c")),
        (("a|", "b", "c"), ("a", "|b", "c")),
    ],
)
def test_different_ones(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    assert key(*one) != key(*other)


@settings(max_examples=400)
@given(st.tuples(AWKWARD, AWKWARD, AWKWARD), st.tuples(AWKWARD, AWKWARD, AWKWARD))
def test_two_scenes_never_share_a_key(
    one: tuple[str, str, str], other: tuple[str, str, str]
) -> None:
    same = [plain(part) for part in one] == [plain(part) for part in other]
    assert (key(*one) == key(*other)) is same


@given(st.tuples(st.text(max_size=8), st.text(max_size=8), st.text(max_size=8)))
def test_the_parts_can_be_told_apart(parts: tuple[str, str, str]) -> None:
    made = key(*parts)
    assert made.count("|") == 2
    assert made.startswith(normalized_location(parts[0]))
    assert normalized_location(parts[0]).count("|") == 1
