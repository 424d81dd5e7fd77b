"""The words of *The Emberpeak Expedition* that name its scenes.

The page's rules have the same (``frontend/js/rules``); a test compares the two.
"""

from app.domain import SceneSetting
from app.services.scenes.key import scene_key

# In the order in which a player comes by.
PLACES = (
    "Starting Tavern",
    "Town Square",
    "Market Street",
    "Blacksmith",
    "City Gates",
    "Cemetery",
    "Old Bridge",
    "Forest Path",
    "Hidden Grove",
    "Bandit Camp",
    "Dark Cave",
    "Mine Entrance",
    "Shaft Junction",
    "Crystal Cavern",
    "Dark Passage",
    "Mining Camp",
    "Collapsed Tunnel",
    "Underground River",
    "Deep Chamber",
    "Rune Chamber",
)
HOURS = ("dawn", "day", "dusk", "night")
WEATHERS = ("clear", "light rain", "storm", "fog")

_KEYS = frozenset(
    scene_key(SceneSetting(place, hour, weather))
    for place in PLACES
    for hour in HOURS
    for weather in WEATHERS
)


def is_known(setting: SceneSetting) -> bool:
    """Whether a scene is one of the adventure's, however it is spelled."""
    return scene_key(setting) in _KEYS
