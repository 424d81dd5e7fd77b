"""Names of subjects: two ways to write an accent are one, and what nobody can see is none."""

import unicodedata

import pytest

from tests.support.errors import assert_error
from tests.support.legacy_dumps import image, library, move
from tests.support.library import IMAGES, SCENES, make_image, order
from tests.support.running_server import RunningServer

COMPOSED = "Épée du Château"
TAKEN_APART = unicodedata.normalize("NFD", COMPOSED)
UNSEEN = ["\u200b", "\u2800\u2800", "\u3164", "\u2060 \u200d", "\u0301", "\ufeff"]


def gallery(server: RunningServer, name: str) -> list[int]:
    found = server.client.get(f"{IMAGES}/search", params={"subject_name": name}).json()
    return [item["id"] for item in found["items"]]


def test_both_spellings_are_one_gallery(server: RunningServer) -> None:
    made = [make_image(server.client, subject_name=name) for name in (COMPOSED, TAKEN_APART)]
    ids = sorted(one["id"] for one in made)
    assert {one["subject_name"] for one in made} == {COMPOSED}
    assert sorted(gallery(server, COMPOSED)) == sorted(gallery(server, TAKEN_APART)) == ids


def test_both_spellings_have_one_star(server: RunningServer) -> None:
    made = [make_image(server.client, subject_name=name) for name in (COMPOSED, TAKEN_APART)]
    for one in made:
        server.client.put(f"{IMAGES}/{one['id']}/feature")
    found = server.client.get(f"{IMAGES}/search", params={"is_featured": "true"}).json()
    assert [item["id"] for item in found["items"]] == [made[1]["id"]]


def test_moved_pictures_join_the_gallery(server: RunningServer) -> None:
    made = make_image(server.client, subject_name=COMPOSED)
    [result] = move(server, library(**{TAKEN_APART: [image(1)]}))["results"]
    assert sorted(gallery(server, COMPOSED)) == [made["id"], result["image_id"]]


@pytest.mark.parametrize("name", UNSEEN, ids=[name.encode().hex() for name in UNSEEN])
def test_name_that_nobody_can_see(shared_server: RunningServer, name: str) -> None:
    client = shared_server.client
    assert_error(client.post(f"{IMAGES}/generate", json=order(subject_name=name)), 422)
    assert_error(client.post(f"{SCENES}/generate", params={"location": name}), 422)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ärmel", "ärmel"),
        ("ΟΔΟΣ", "οδος"),
        ("Straße", "STRASSE"),
        ("ЩИТ", "щит"),
        (COMPOSED, "épée"),
        ("Crème", unicodedata.normalize("NFD", "CRÈME")),
    ],
)
def test_search_by_words_ignores_the_case_of_every_script(
    shared_server: RunningServer, name: str, words: str
) -> None:
    made = make_image(shared_server.client, subject_name=name)
    found = shared_server.client.get(f"{IMAGES}/search", params={"q": words}).json()
    assert made["id"] in [item["id"] for item in found["items"]]
