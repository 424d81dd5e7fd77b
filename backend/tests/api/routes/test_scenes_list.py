"""GET /api/v1/scenes: what the adventure has, and what an answer says of other words."""

import json
import re
from pathlib import Path

import pytest

from app.services.scenes.adventure import HOURS, PLACES, WEATHERS
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


def test_painter_knows_every_place() -> None:
    assert [place for place in PLACES if read_place(place) is None] == []


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
    for fallback in ("true", "false", "false", "false"):  # made, cached, and sent again as it was
        scene = ask_scene(shared_server.client, allow_fallback=fallback, **words)
        assert scene["known"] is known
