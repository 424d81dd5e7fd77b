"""No words make the painter fail, and no painting leaves anything behind."""

import gc

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from app.domain import AspectRatio, ImageRequest, SceneSetting, SubjectType
from pixel_artist import paint
from pixel_artist.places.atlas import PLACES

pytestmark = pytest.mark.thorough

ODD = [
    "",
    " ",
    "\x00",
    "\u9b54\u6cd5\u306e\u6d1e\u7a9f",
    "\U0001f409\U0001f525",
    "<b onload=alert(1)>cave</b>",
    "a" * 1000,
    "sword " * 160,
    "\u202eevac\u202c",
    "\ud800",
    "'; DROP TABLE scenes; --",
]


@pytest.mark.parametrize("words", ODD)
@pytest.mark.parametrize("kind", list(SubjectType))
def test_odd_words(kind: SubjectType, words: str) -> None:
    assert paint(ImageRequest(kind, words, words)).size == (336, 189)


@pytest.mark.parametrize("words", ODD)
def test_odd_settings(words: str) -> None:
    setting = SceneSetting(words, words, words)
    assert paint(ImageRequest(SubjectType.SCENE, words, words, setting=setting)).mode == "P"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(SubjectType),
    ratio=st.sampled_from(AspectRatio),
    name=st.text(max_size=200),
    prompt=st.text(max_size=1000),
    setting=st.none() | st.builds(SceneSetting, st.text(), st.text(), st.text()),
    variation=st.integers(0, 10**9),
)
def test_any_words(
    kind: SubjectType,
    ratio: AspectRatio,
    name: str,
    prompt: str,
    setting: SceneSetting | None,
    variation: int,
) -> None:
    image = paint(ImageRequest(kind, name, prompt, ratio, setting, variation))
    assert len(image.convert("RGB").getcolors(64) or ()) > 1


@pytest.mark.parametrize("place", sorted(PLACES))
def test_every_place_in_a_tall_narrow_frame(place: str) -> None:
    """Painters compose for a wide canvas; coordinates must hold on a narrow one too."""
    request = ImageRequest(SubjectType.SCENE, place, place, AspectRatio.TALL)
    assert paint(request).size == (189, 336)


def test_no_picture_waits_for_the_collector() -> None:
    """It comes by so seldom that each layer kept by a cycle is seen in the server's memory."""
    gc.collect()
    gc.disable()
    try:
        for place in sorted(PLACES):
            paint(ImageRequest(SubjectType.SCENE, place, place))
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        assert [found for found in gc.garbage if isinstance(found, Image.Image)] == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
