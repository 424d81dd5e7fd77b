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
    "\x00 \ud800",
    "\u9b54\u6cd5\u306e\u6d1e\u7a9f \U0001f409\U0001f525",
    "<b onload=alert(1)>cave</b>'; DROP TABLE scenes; --",
    "sword " * 160,
]


@pytest.mark.parametrize("words", ODD)
def test_odd_words(words: str) -> None:
    for kind in SubjectType:
        assert paint(ImageRequest(kind, words, words)).size == (336, 189)
    setting = SceneSetting(words, words, words)
    assert paint(ImageRequest(SubjectType.SCENE, words, words, setting=setting)).mode == "P"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


def test_every_place_in_a_tall_narrow_frame_leaves_nothing_behind() -> None:
    """Painters compose for a wide canvas. What a cycle keeps stays long in a server's memory."""
    gc.collect()
    gc.disable()
    try:
        for place in sorted(PLACES):
            request = ImageRequest(SubjectType.SCENE, place, place, AspectRatio.TALL)
            assert paint(request).size == (189, 336)
        gc.set_debug(gc.DEBUG_SAVEALL)
        gc.collect()
        assert [found for found in gc.garbage if isinstance(found, Image.Image)] == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
