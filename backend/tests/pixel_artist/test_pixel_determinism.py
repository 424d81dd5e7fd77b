"""The same words give the same bytes, in any process; spelling details do not matter."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.domain import AspectRatio, ImageRequest, SceneSetting, SubjectType
from app.services.providers.pixel_artist import paint_file
from tests.support.patience import PATIENCE_SECONDS

BACKEND = Path(__file__).resolve().parents[2]

REQUESTS = [
    ImageRequest(
        SubjectType.SCENE, "Old Bridge", "any", setting=SceneSetting("Old Bridge", "dusk", "storm")
    ),
    ImageRequest(
        SubjectType.SCENE, "Deep", "any", setting=SceneSetting("Deep Chamber", "night", "snow")
    ),
    ImageRequest(SubjectType.ITEM, "Rusty Dagger", "An old dagger", AspectRatio.SQUARE),
    ImageRequest(SubjectType.CHARACTER, "Orc", "An angry orc", AspectRatio.SQUARE, None, 3),
]

CHILD = """
import hashlib, sys
sys.path.insert(0, sys.argv[1])
sys.path.insert(0, sys.argv[2])
from test_pixel_determinism import REQUESTS
from app.services.providers.pixel_artist import paint_file
for request in REQUESTS:
    print(hashlib.sha256(paint_file(request).data).hexdigest())
"""


def digests() -> list[str]:
    return [hashlib.sha256(paint_file(request).data).hexdigest() for request in REQUESTS]


@pytest.mark.thorough
def test_same_bytes_from_two_threads_at_once() -> None:
    """Gradients and dither tables are shared between threads; nobody may draw on them."""
    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(lambda _number: digests(), range(2))
    assert one == other == digests()


@pytest.mark.thorough
def test_same_bytes_in_another_process() -> None:
    """``hash()`` of a string differs between processes; the painter must not depend on it."""
    answer = subprocess.run(
        [sys.executable, "-c", CHILD, str(BACKEND), str(Path(__file__).parent)],
        env={**os.environ, "PYTHONHASHSEED": "4242"},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    assert answer.stdout.split() == digests()


@pytest.mark.parametrize(
    ("place", "hour", "weather"),
    [
        ("OLD BRIDGE", "Dusk", "STORM"),
        ("  old \t bridge ", " dusk", "storm\n"),
        ("\uff2fld Bridge", "dusk", "storm"),
    ],
)
def test_case_and_white_space_do_not_matter(place: str, hour: str, weather: str) -> None:
    spelt = ImageRequest(
        SubjectType.SCENE, place, "other", setting=SceneSetting(place, hour, weather)
    )
    assert paint_file(spelt).data == paint_file(REQUESTS[0]).data


def test_case_does_not_matter_for_items() -> None:
    spelt = ImageRequest(SubjectType.ITEM, "rusty  DAGGER", "an OLD dagger ", AspectRatio.SQUARE)
    assert paint_file(spelt).data == paint_file(REQUESTS[2]).data


def test_prompt_does_not_matter_where_there_is_a_setting() -> None:
    """The preview asks without a prompt, the paid way with one: both show one place."""
    setting = SceneSetting("Old Bridge", "dusk", "storm")
    other = ImageRequest(SubjectType.SCENE, "Old Bridge", "a long prompt", setting=setting)
    assert paint_file(other).data == paint_file(REQUESTS[0]).data
