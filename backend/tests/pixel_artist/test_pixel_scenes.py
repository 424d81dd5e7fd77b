"""Scenes: every place, hour and weather looks different, and keeps to the rules of the craft."""

import itertools
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context

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


def painted(key: tuple[str, str, str]) -> Image.Image:
    return paint(scene(*key))


@lru_cache(maxsize=1)
def all_scenes() -> dict[tuple[str, str, str], Image.Image]:
    """All 400, painted in another process: measured for coverage it takes nearly twice as long."""
    words = list(itertools.product(PLACES, HOURS, WEATHERS))
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        return dict(zip(words, process.map(painted, words, chunksize=20), strict=True))


def distance(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of a channel, 0-255."""
    return sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) / 3


class TestAllPlaces:
    """400 pictures: 20 places at 4 hours in 5 weathers."""

    def test_every_two_pictures_differ_visibly(self) -> None:
        small = {key: image.convert("RGB").reduce(8) for key, image in all_scenes().items()}
        nearest, one, other = 255.0, ("", "", ""), ("", "", "")
        for a, b in itertools.combinations(small, 2):
            difference = ImageChops.difference(small[a], small[b])
            # Cheap and rounded first: there are 79,800 pairs.
            if max(difference.resize((1, 1), Image.Resampling.BOX).tobytes()) < nearest + 1:
                exact = sum(ImageStat.Stat(difference).mean) / 3
                nearest, one, other = min((nearest, one, other), (exact, a, b))
        print(f"nearest pair: {one} and {other}, mean difference {nearest:.2f} of 255")  # noqa: T201 - the figure is the point
        assert nearest > 1.2, f"{one} looks like {other}"

    def test_two_places_differ_more_than_two_hours_may(self) -> None:
        """A place must be known by its shapes, not by its tint: compare at the same hour."""
        for hour, weather in (("day", "clear"), ("night", "rain")):
            images = {place: all_scenes()[place, hour, weather].convert("RGB") for place in PLACES}
            for one, other in itertools.combinations(PLACES, 2):
                assert distance(images[one], images[other]) > 10, f"{one} looks like {other}"

    def test_at_most_64_colours(self) -> None:
        for key, image in all_scenes().items():
            colours = image.convert("RGB").getcolors(256)
            assert colours is not None, key
            assert 12 <= len(colours) <= 64, key

    def test_size_and_mode(self) -> None:
        assert {(image.size, image.mode) for image in all_scenes().values()} == {((336, 189), "P")}

    def test_night_is_darker_than_day(self) -> None:
        for place in PLACES:
            day, night = (
                ImageStat.Stat(all_scenes()[place, hour, "clear"].convert("L")).mean[0]
                for hour in ("day", "night")
            )
            assert night < day, place

    def test_snow_is_paler_than_rain_outside(self) -> None:
        for place in ("Town Square", "City Gates", "Cemetery", "Mine Entrance"):
            snow, rain = (
                ImageStat.Stat(all_scenes()[place, "day", weather].convert("L")).mean[0]
                for weather in ("snow", "rain")
            )
            assert snow > rain + 5, place


class TestVariation:
    @pytest.mark.parametrize("place", ["Town Square", "Deep Chamber", "Forest Path"])
    def test_each_number_is_a_new_picture(self, place: str) -> None:
        images = [paint(scene(place, variation=n)).convert("RGB") for n in range(4)]
        for one, other in itertools.combinations(images, 2):
            assert distance(one, other) > 3

    def test_a_number_gives_the_same_picture_again(self) -> None:
        first, again = (paint(scene("Old Bridge", variation=7)) for _ in range(2))
        assert first.convert("RGB").tobytes() == again.convert("RGB").tobytes()


class TestOtherWords:
    @pytest.mark.parametrize("place", ["Town Square", "Collapsed Tunnel", "Starting Tavern"])
    @pytest.mark.parametrize("weather", ["windy", "overcast"])
    def test_wind_and_clouds_show(self, place: str, weather: str) -> None:
        clear = all_scenes()[place, "day", "clear"].convert("RGB")
        assert distance(paint(scene(place, "day", weather)).convert("RGB"), clear) > 1

    def test_a_rope_bridge_is_no_stone_bridge(self) -> None:
        rope, stone = (paint(scene(f"{kind} bridge")).convert("RGB") for kind in ("rope", "stone"))
        assert distance(rope, stone) > 10

    def test_unknown_words_mean_a_clear_day(self) -> None:
        odd = paint(scene("Market Street", "teatime", "plague of frogs")).convert("RGB")
        day = all_scenes()["Market Street", "day", "clear"].convert("RGB")
        night = all_scenes()["Market Street", "night", "clear"].convert("RGB")
        assert distance(odd, day) < distance(odd, night) / 2


class TestSizes:
    @pytest.mark.parametrize("ratio", list(AspectRatio))
    @pytest.mark.parametrize("place", PLACES[::3])
    def test_canvas_follows_the_ratio(self, ratio: AspectRatio, place: str) -> None:
        assert paint(scene(place, "dusk", ratio=ratio)).size == SIZES[ratio]

    @pytest.mark.parametrize("ratio", list(AspectRatio))
    def test_every_block_is_one_colour(self, ratio: AspectRatio) -> None:
        image = paint(scene("Market Street", "night", ratio=ratio))
        large = enlarge(image)
        assert large.size == (image.width * SCALE, image.height * SCALE)
        small, data = image.tobytes(), large.tobytes()
        for y in range(large.height):
            row = data[y * large.width : (y + 1) * large.width]
            line = small[y // SCALE * image.width : (y // SCALE + 1) * image.width]
            assert all(row[dx::SCALE] == line for dx in range(SCALE)), y


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
