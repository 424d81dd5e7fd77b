"""Words: which place, hour and weather a text means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixel_artist.mood import Hour, Weather, mood_of, read_hour, read_weather
from pixel_artist.places.atlas import PLACES, read_place
from pixel_artist.words import Lexicon, plain, tokens


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Starting Tavern", "tavern"),
        ("Town Square", "square"),
        ("Market Street", "market"),
        ("Blacksmith", "smithy"),
        ("City Gates", "gates"),
        ("Cemetery", "graveyard"),
        ("Old Bridge", "bridge"),
        ("Forest Path", "forest"),
        ("Hidden Grove", "grove"),
        ("Bandit Camp", "bandit camp"),
        ("Dark Cave", "cave"),
        ("Mine Entrance", "mine entrance"),
        ("Shaft Junction", "junction"),
        ("Crystal Cavern", "crystals"),
        ("Dark Passage", "passage"),
        ("Mining Camp", "mining camp"),
        ("Collapsed Tunnel", "collapsed"),
        ("Underground River", "underground river"),
        ("Deep Chamber", "deep chamber"),
        ("Rune Chamber", "rune chamber"),
        ("Ruins of the old castle", "ruin"),
        ("A bridge in the forest", "bridge"),
        ("Emberpeak", "mountain"),
        ("\u6751\u306e\u5e83\u5834", None),
        ("", None),
    ],
)
def test_place(text: str, place: str | None) -> None:
    assert read_place(text) == place


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("dawn", Hour.DAWN),
        ("Sunrise", Hour.DAWN),
        ("early morning", Hour.DAWN),
        ("noon", Hour.DAY),
        ("late afternoon", Hour.DUSK),
        ("EVENING", Hour.DUSK),
        ("at midnight", Hour.NIGHT),
        ("teatime", None),
    ],
)
def test_hour(text: str, hour: Hour | None) -> None:
    assert read_hour(text) == hour


@pytest.mark.parametrize(
    ("text", "weather"),
    [
        ("clear", Weather.CLEAR),
        ("light rain", Weather.RAIN),
        ("Drizzle", Weather.RAIN),
        ("blizzard", Weather.SNOW),
        ("misty", Weather.FOG),
        ("thunderstorm", Weather.STORM),
        ("overcast", Weather.CLOUDY),
        ("gale", Weather.WIND),
        ("plague of frogs", None),
    ],
)
def test_weather(text: str, weather: Weather | None) -> None:
    assert read_weather(text) == weather


def test_every_place_has_a_word() -> None:
    assert {read_place(kind) for kind in PLACES} == set(PLACES)


def test_every_mood_is_its_own() -> None:
    moods = {mood_of(hour, weather).sky for hour in Hour for weather in Weather}
    assert len(moods) == len(Hour) * len(Weather)


def test_longest_phrase_wins_then_the_last() -> None:
    lexicon = Lexicon({"a": "stone", "b": "stone bridge", "c": "river"})
    assert lexicon.find("stone bridge") == "b"
    assert lexicon.find("river stone") == "a"
    assert lexicon.find("stone of the river") == "a"


@given(st.text())
def test_plain_is_idempotent_for_case_and_space(text: str) -> None:
    assert plain(f"  {plain(text)}\n") == plain(plain(text))
    assert len(tokens(text)) <= 200
