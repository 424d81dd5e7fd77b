"""Hour and weather of a scene: the words for them, and the light and colours they bring."""

from dataclasses import dataclass, replace
from enum import StrEnum

from pixel_artist.colour import Colour, clamp, mix, scale
from pixel_artist.words import Lexicon


class Hour(StrEnum):
    """The four hours that are painted."""

    DAWN = "dawn"
    DAY = "day"
    DUSK = "dusk"
    NIGHT = "night"


class Weather(StrEnum):
    """The seven kinds of weather that are painted."""

    CLEAR = "clear"
    CLOUDY = "cloudy"
    RAIN = "rain"
    SNOW = "snow"
    FOG = "fog"
    STORM = "storm"
    WIND = "wind"


_HOURS = Lexicon(
    {
        Hour.DAWN: "dawn,sunrise,morning,daybreak,first light,early,sunup,cockcrow",
        Hour.DAY: "day,noon,midday,afternoon,daytime,daylight,high noon,sunny",
        Hour.DUSK: "dusk,sunset,evening,twilight,sundown,nightfall,gloaming,late afternoon",
        Hour.NIGHT: "night,midnight,moonlit,moonlight,nighttime,starry,starlit,late night,witching",
    }
)
_WEATHERS = Lexicon(
    {
        Weather.CLEAR: "clear,sunny,fair,bright,cloudless",
        Weather.CLOUDY: "cloudy,cloud,overcast,grey,gray,gloomy,partly cloudy",
        Weather.RAIN: "rain,rainy,drizzle,light rain,heavy rain,shower,downpour,wet,raining",
        Weather.SNOW: "snow,snowy,blizzard,snowfall,snowing,sleet,hail,frost,snowstorm,light snow",
        Weather.FOG: "fog,foggy,mist,misty,haze,hazy",
        Weather.STORM: "storm,stormy,thunder,thunderstorm,lightning,tempest",
        Weather.WIND: "wind,windy,breeze,breezy,gale,gust,gusty",
    }
)


@dataclass(frozen=True, slots=True)
class Mood:
    """What hour and weather do to a scene.

    Attributes:
        hour: Which of the four hours.
        weather: Which of the seven weathers.
        sky: Colours from the top of the sky to the horizon.
        ambient: Light that falls on everything out of doors.
        under: Light that is left below ground or indoors.
        haze: Colour that far things fade into.
        sun: Colour of sun or moon, and of what it touches.
        lamp: How much fires and lamps matter, 0.0-1.2.
        shaft: How strong light falling in from outside is, 0.0-1.0.
    """

    hour: Hour
    weather: Weather
    sky: tuple[Colour, ...]
    ambient: Colour
    under: Colour
    haze: Colour
    sun: Colour
    lamp: float
    shaft: float

    @property
    def wet(self) -> bool:
        """Whether the ground shines."""
        return self.weather in (Weather.RAIN, Weather.STORM)

    @property
    def snowy(self) -> bool:
        """Whether snow lies on everything."""
        return self.weather is Weather.SNOW

    @property
    def dark(self) -> bool:
        """Whether lamps are lit in windows."""
        return self.hour in (Hour.DUSK, Hour.NIGHT) or self.weather is Weather.STORM


_CLEAR = {
    Hour.DAWN: Mood(
        Hour.DAWN,
        Weather.CLEAR,
        (
            (58, 84, 142),
            (92, 112, 166),
            (142, 142, 186),
            (196, 166, 190),
            (238, 186, 180),
            (252, 214, 178),
            (255, 240, 204),
        ),
        (234, 206, 208),
        (150, 140, 166),
        (214, 178, 190),
        (255, 226, 176),
        0.5,
        0.6,
    ),
    Hour.DAY: Mood(
        Hour.DAY,
        Weather.CLEAR,
        (
            (36, 92, 176),
            (56, 120, 200),
            (88, 152, 220),
            (128, 184, 232),
            (172, 212, 240),
            (214, 234, 244),
        ),
        (255, 255, 250),
        (160, 166, 178),
        (176, 206, 226),
        (255, 250, 214),
        0.25,
        0.8,
    ),
    Hour.DUSK: Mood(
        Hour.DUSK,
        Weather.CLEAR,
        (
            (30, 24, 70),
            (58, 34, 96),
            (104, 46, 106),
            (160, 60, 98),
            (216, 88, 76),
            (246, 138, 62),
            (255, 196, 92),
        ),
        (226, 152, 140),
        (136, 104, 124),
        (178, 92, 104),
        (255, 186, 96),
        0.85,
        0.55,
    ),
    Hour.NIGHT: Mood(
        Hour.NIGHT,
        Weather.CLEAR,
        ((8, 10, 32), (12, 18, 50), (20, 30, 70), (30, 46, 92), (46, 68, 116), (66, 92, 136)),
        (92, 108, 178),
        (84, 86, 132),
        (44, 62, 112),
        (214, 228, 255),
        1.0,
        0.32,
    ),
}

_GREY_SKY = {
    Weather.CLEAR: 0.0,
    Weather.WIND: 0.08,
    Weather.CLOUDY: 0.55,
    Weather.RAIN: 0.72,
    Weather.SNOW: 0.66,
    Weather.FOG: 0.7,
    Weather.STORM: 0.85,
}
_SKY_TONE: dict[Weather, Colour] = {
    Weather.CLEAR: (255, 255, 255),
    Weather.WIND: (255, 255, 250),
    Weather.CLOUDY: (206, 210, 216),
    Weather.RAIN: (142, 156, 178),
    Weather.SNOW: (216, 224, 238),
    Weather.FOG: (222, 226, 224),
    Weather.STORM: (88, 90, 124),
}
_GROUND_TONE: dict[Weather, Colour] = {
    Weather.CLEAR: (255, 255, 255),
    Weather.WIND: (255, 250, 240),
    Weather.CLOUDY: (218, 222, 230),
    Weather.RAIN: (194, 204, 226),
    Weather.SNOW: (226, 236, 255),
    Weather.FOG: (216, 222, 224),
    Weather.STORM: (168, 174, 212),
}


def _luminance(colour: Colour) -> float:
    return (colour[0] * 0.3 + colour[1] * 0.55 + colour[2] * 0.15) / 255


def mood_of(hour: Hour, weather: Weather) -> Mood:
    """Work out the colours of an hour in a weather."""
    clear = _CLEAR[hour]
    grey, tone, ground = _GREY_SKY[weather], _SKY_TONE[weather], _GROUND_TONE[weather]
    sky = []
    for colour in clear.sky:
        light = 0.12 + _luminance(colour) * 0.88
        overcast = mix(scale(tone, light), mix(colour, tone, 0.2), 0.35)
        sky.append(mix(colour, overcast, grey))
    if weather is Weather.FOG:
        sky = [mix(colour, mix(sky[-2], clear.haze, 0.4), 0.62) for colour in sky]
    gloom = {Weather.STORM: 0.3, Weather.RAIN: 0.14, Weather.FOG: 0.1}.get(weather, 0.0)

    def under(light: Colour, share: float) -> Colour:
        toned = [
            clamp(part * (1 + (by / 255 - 1) * share))
            for part, by in zip(light, ground, strict=True)
        ]
        return (toned[0], toned[1], toned[2])

    return replace(
        clear,
        weather=weather,
        sky=tuple(sky),
        ambient=mix(under(clear.ambient, 1.0), (150, 150, 158), 0.3 * (weather is Weather.SNOW)),
        under=under(clear.under, 0.7),
        haze=mix(clear.haze, mix(sky[-2], sky[-1], 0.4), 0.3 + 0.7 * grey),
        lamp=min(1.2, clear.lamp + gloom),
        shaft=clear.shaft * (1 - 0.45 * grey),
    )


def read_hour(text: str) -> Hour | None:
    """Find the hour that a text names, if any."""
    found = _HOURS.find(text)
    return None if found is None else Hour(found)


def read_weather(text: str) -> Weather | None:
    """Find the weather that a text names, if any."""
    found = _WEATHERS.find(text)
    return None if found is None else Weather(found)
