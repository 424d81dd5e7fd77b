"""From the three words of a scene to a prompt and to words for those who cannot see it."""

from app.domain import SceneSetting

_LIGHT = {
    "dawn": "first light, long pale shadows, a pink and amber horizon",
    "day": "clear working daylight with crisp shadows",
    "dusk": "a low red sun, windows being lit, deepening shadows",
    "night": "moonlight and small warm lamps against deep blue dark",
}
_AIR = {
    "clear": "still, clear air",
    "rain": "steady rain, wet stone and small puddles",
    "snow": "falling snow and white ledges",
    "fog": "thick fog that swallows the far end",
    "storm": "a thunderstorm, bent trees and a split of lightning",
}


def scene_prompt(setting: SceneSetting) -> str:
    """Describe a scene to the model that paints it."""
    light = _LIGHT.get(setting.time_of_day.casefold(), setting.time_of_day)
    air = _AIR.get(setting.weather.casefold(), setting.weather)
    return (
        f"Background picture for a retro fantasy adventure game. Place: {setting.location}. "
        f"Hour: {setting.time_of_day} ({light}). Weather: {setting.weather} ({air}). "
        "One wide view seen at eye level, rich detail, limited palette in the manner of "
        "hand-painted sixteen-bit game art. No lettering, no frame, no interface."
    )


def scene_alt_text(setting: SceneSetting) -> str:
    """Say what the image shows."""
    return f"{setting.location}, {setting.time_of_day}, {setting.weather}"
