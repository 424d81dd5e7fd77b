"""Scenes: every place, hour and weather looks different, and keeps to the rules of the craft."""

import itertools
from functools import cache

import pytest
from PIL import Image, ImageChops, ImageStat

from app.domain import AspectRatio, ImageRequest, SceneSetting, SubjectType
from pixel_artist import enlarge, paint
from pixel_artist.canvas import SCALE

PLACES = (
    "Starting Tavern", "Town Square", "Market Street", "Blacksmith", "City Gates", "Cemetery",
    "Old Bridge", "Forest Path", "Hidden Grove", "Bandit Camp", "Dark Cave", "Mine Entrance",
    "Shaft Junction", "Crystal Cavern", "Dark Passage", "Mining Camp", "Collapsed Tunnel",
    "Underground River", "Deep Chamber", "Rune Chamber",
)  # fmt: skip
HOURS = ("dawn", "day", "dusk", "night")
WEATHERS = ("clear", "rain", "snow", "fog", "storm")
SIZES = {
    AspectRatio.WIDE: (336, 189),
    AspectRatio.SQUARE: (256, 256),
    AspectRatio.CLASSIC: (256, 192),
    AspectRatio.TALL: (189, 336),
}


def scene(
    place: str,
    hour: str = "day",
    weather: str = "clear",
    *,
    ratio: AspectRatio = AspectRatio.WIDE,
    variation: int = 0,
) -> ImageRequest:
    return ImageRequest(
        subject_type=SubjectType.SCENE,
        subject_name=place,
        prompt="A place in a retro adventure game",
        aspect_ratio=ratio,
        setting=SceneSetting(place, hour, weather),
        variation=variation,
    )


# On one worker: each would paint the 400 pictures for itself.
pytestmark = [pytest.mark.thorough, pytest.mark.xdist_group("pixel-scenes")]

# Every place twice, and three of them (a square, a tunnel, a room) in every mood.
KEYS = list(
    dict.fromkeys(
        [
            *itertools.product(PLACES, ("day",), ("clear",)),
            *itertools.product(PLACES, ("night",), ("rain",)),
            *itertools.product(("Town Square", "Collapsed Tunnel", "Blacksmith"), HOURS, WEATHERS),
        ]
    )
)


@cache
def painted(place: str, hour: str, weather: str) -> Image.Image:
    return paint(scene(place, hour, weather))


def distance(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of a channel, 0-255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


def brightness(place: str, hour: str, weather: str) -> float:
    return float(ImageStat.Stat(painted(place, hour, weather).convert("L")).mean[0])


class TestAllPlaces:
    def test_every_two_pictures_differ_visibly(self) -> None:
        small = {key: painted(*key).convert("RGB").reduce(8) for key in KEYS}
        for one, other in itertools.combinations(small, 2):
            assert distance(small[one], small[other]) > 1.2, f"{one} looks like {other}"

    def test_two_places_differ_more_than_two_hours_may(self) -> None:
        """A place is known by its shapes, not by its tint: compare at the same hour."""
        for mood in (("day", "clear"), ("night", "rain")):
            images = {place: painted(place, *mood).convert("RGB") for place in PLACES}
            for one, other in itertools.combinations(PLACES, 2):
                assert distance(images[one], images[other]) > 10, f"{one} looks like {other}"

    def test_size_mode_and_at_most_64_colours(self) -> None:
        for key in KEYS:
            image = painted(*key)
            assert (image.size, image.mode) == ((336, 189), "P")
            colours = image.convert("RGB").getcolors(256)
            assert colours is not None, key
            assert 12 <= len(colours) <= 64, key

    def test_night_is_darker_than_day_and_snow_paler_than_rain(self) -> None:
        for place in PLACES:
            assert brightness(place, "night", "rain") < brightness(place, "day", "clear"), place
        snow, rain = (brightness("Town Square", "day", words) for words in ("snow", "rain"))
        assert snow > rain + 5


class TestVariation:
    @pytest.mark.parametrize("place", ["Deep Chamber", "Forest Path"])
    def test_each_number_is_a_new_picture(self, place: str) -> None:
        images = [paint(scene(place, variation=n)).convert("RGB") for n in range(3)]
        for one, other in itertools.combinations(images, 2):
            assert distance(one, other) > 3

    def test_a_number_gives_the_same_picture_again(self) -> None:
        first, again = (paint(scene("Old Bridge", variation=7)) for _ in range(2))
        assert first.convert("RGB").tobytes() == again.convert("RGB").tobytes()


class TestOtherWords:
    @pytest.mark.parametrize("place", ["Town Square", "Collapsed Tunnel"])
    @pytest.mark.parametrize("weather", ["windy", "overcast"])
    def test_wind_and_clouds_show(self, place: str, weather: str) -> None:
        clear = painted(place, "day", "clear").convert("RGB")
        assert distance(paint(scene(place, "day", weather)).convert("RGB"), clear) > 1

    def test_a_rope_bridge_is_no_stone_bridge(self) -> None:
        rope, stone = (paint(scene(f"{kind} bridge")).convert("RGB") for kind in ("rope", "stone"))
        assert distance(rope, stone) > 10

    def test_unknown_words_mean_a_clear_day(self) -> None:
        odd = paint(scene("Market Street", "teatime", "plague of frogs")).convert("RGB")
        day = painted("Market Street", "day", "clear").convert("RGB")
        night = painted("Market Street", "night", "clear").convert("RGB")
        assert distance(odd, day) < distance(odd, night) / 2


@pytest.mark.parametrize("ratio", list(AspectRatio))
def test_the_canvas_follows_the_ratio_and_every_block_is_one_colour(ratio: AspectRatio) -> None:
    image = paint(scene("Market Street", "night", ratio=ratio))
    assert image.size == SIZES[ratio]
    large = enlarge(image)
    assert large.size == (image.width * SCALE, image.height * SCALE)
    assert large.tobytes() == image.resize(large.size, Image.Resampling.NEAREST).tobytes()


class TestWithoutSetting:
    """A scene asked for through /images/generate has a name and a prompt only."""

    def test_hour_and_weather_come_from_the_prompt(self) -> None:
        def ask(prompt: str) -> float:
            request = ImageRequest(SubjectType.SCENE, "Village", prompt)
            return ImageStat.Stat(paint(request).convert("L")).mean[0]

        assert ask("A quiet village at midnight") + 20 < ask("A quiet village at noon")

    def test_prompts_make_different_pictures(self) -> None:
        one, other = (
            paint(ImageRequest(SubjectType.SCENE, "Forest", f"A forest {words}")).convert("RGB")
            for words in ("with tall pines", "with a hidden shrine")
        )
        assert distance(one, other) > 3
