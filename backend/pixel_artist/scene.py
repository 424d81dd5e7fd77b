"""Scenes: reads place, hour and weather from the request, and has the place painted."""

from dataclasses import dataclass

from PIL import Image

from pixel_artist import weather
from pixel_artist.mood import Hour, Weather, mood_of, read_hour, read_weather
from pixel_artist.places.atlas import PLACES, read_place
from pixel_artist.request import PaintRequest
from pixel_artist.seed import seeded
from pixel_artist.stage import Stage
from pixel_artist.words import plain


@dataclass(frozen=True, slots=True)
class SceneWords:
    """What a request says about a scene.

    Attributes:
        place: Kind of place, a key of ``PLACES``.
        hour: One of four hours.
        weather: One of seven weathers.
        layout: Words that decide where things stand.
        air: Words that decide clouds, drops and flakes.
    """

    place: str
    hour: Hour
    weather: Weather
    layout: tuple[str, ...]
    air: tuple[str, ...]


def read_scene(request: PaintRequest) -> SceneWords:
    """Find out what to paint; whatever the words do not say has a plain default."""
    name, prompt = plain(request.subject_name), plain(request.prompt)
    turn = str(request.variation)
    if request.setting is not None:
        where = plain(request.setting.location)
        hour_words = plain(request.setting.time_of_day)
        weather_words = plain(request.setting.weather)
        place = read_place(where) or read_place(prompt)
        layout: tuple[str, ...] = ("scene", where, turn)
        air: tuple[str, ...] = (*layout, hour_words, weather_words)
    else:
        hour_words = weather_words = f"{name} , {prompt}"
        place = read_place(name) or read_place(prompt)
        layout = air = ("scene", name, prompt, turn)
    return SceneWords(
        place=place or seeded("wild", *layout).choice(("wild", "road", "field", "lake")),
        hour=read_hour(hour_words) or Hour.DAY,
        weather=read_weather(weather_words) or Weather.CLEAR,
        layout=layout,
        air=air,
    )


def paint_scene(request: PaintRequest, size: tuple[int, int]) -> Image.Image:
    """Paint a place at its hour, in its weather; mode RGB."""
    words = read_scene(request)
    stage = Stage(
        size,
        mood_of(words.hour, words.weather),
        rng=seeded("layout", *words.layout),
        air=seeded("air", *words.air),
        title=words.layout[1],
    )
    PLACES[words.place](stage)
    picture = stage.compose()
    if not stage.indoors:
        weather.fall(stage, picture)
    return picture
