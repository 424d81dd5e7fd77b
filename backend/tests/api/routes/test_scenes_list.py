"""GET /api/v1/scenes: what the adventure has, and what an answer says of other words."""

import json
import re
from pathlib import Path

import pytest

from app.domain import SceneSetting
from app.services.scenes.adventure import HOURS, PLACES, WEATHERS, is_known
from pixel_artist.places.atlas import read_place
from tests.support.library import SCENES, ask_scene
from tests.support.running_server import RunningServer

RULES = Path(__file__).resolve().parents[4] / "frontend" / "js" / "rules"


def test_lists_the_adventure(shared_server: RunningServer) -> None:
    answer = shared_server.client.get(SCENES)
    assert answer.status_code == 200
    assert answer.json() == {
        "locations": list(PLACES),
        "times_of_day": list(HOURS),
        "weathers": list(WEATHERS),
    }


def test_has_the_words_of_the_page() -> None:
    """The page's rules are the source; they are data, and need no browser."""
    world = (RULES / "world" / "world.js").read_text("utf-8")
    assert re.findall(r"^  \['\w+', '([^']+)', \d, \d\],$", world, re.MULTILINE) == list(PLACES)
    (hours,) = re.findall(r"@typedef \{([^}]+)\} Hour", (RULES / "types.js").read_text("utf-8"))
    assert re.findall(r"'([^']+)'", hours) == list(HOURS)
    (weathers,) = re.findall(
        r"WEATHERS = (\[.*\]);", (RULES / "world" / "weather.js").read_text("utf-8")
    )
    assert json.loads(weathers.replace("'", '"')) == list(WEATHERS)


@pytest.mark.parametrize("place", PLACES)
def test_painter_knows_every_place(place: str) -> None:
    assert read_place(place) is not None


@pytest.mark.parametrize(
    ("words", "known"),
    [
        ({"location": "Starting Tavern"}, True),
        ({"location": "starting  TAVERN", "time_of_day": "Dusk", "weather": "Light Rain"}, True),
        ({"location": "Nowhere"}, False),
        ({"location": "Starting Tavern", "time_of_day": "teatime"}, False),
        ({"location": "Starting Tavern", "weather": "hail"}, False),
    ],
    ids=str,
)
def test_answers_say_whether_they_are_known(
    words: dict[str, str], known: bool, shared_server: RunningServer
) -> None:
    for _ in range(3):  # made, from the cache, and sent again as it was
        assert ask_scene(shared_server.client, **words)["known"] is known


def test_stand_ins_say_it_too(shared_server: RunningServer) -> None:
    assert is_known(SceneSetting("Dark Cave", "night", "fog"))
    shown = ask_scene(shared_server.client, "Dark Cave", allow_fallback="true")
    assert shown["known"]
