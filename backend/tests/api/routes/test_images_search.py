"""GET /api/v1/images/search: filters, order and pages."""

from typing import Any

import pytest

from tests.support.library import IMAGES, make_image
from tests.support.running_server import RunningServer

# The library of this file is made once on each worker that runs a part of it.
pytestmark = pytest.mark.xdist_group("search")


@pytest.fixture(scope="module")
def library(shared_server: RunningServer) -> RunningServer:
    """Fifteen images in a known order, one of them featured, and one in the trash."""
    client = shared_server.client
    for number in range(9):
        make_image(client, subject_name="Lamp", prompt=f"A brass lamp, number {number}")
    make_image(client, subject_name="Lamp", subject_type="character", prompt="A talking lamp-post")
    make_image(client, subject_name="Rope", prompt="Hemp, 100% of it", component="item-window")
    make_image(client, subject_name="Rope", prompt="Hemp, one coil", custom_prompt="Woodcut")
    make_image(client, subject_name="Rope_2", prompt="A second rope of silk")
    make_image(client, subject_name="Ärmel", prompt="The sleeve of a coat")
    star = make_image(client, subject_name="Key", prompt="A rusty iron key")
    client.put(f"{IMAGES}/{star['id']}/feature")
    gone = make_image(client, subject_name="Lamp", prompt="A lamp nobody wants")
    client.delete(f"{IMAGES}/{gone['id']}")
    return shared_server


def search(library: RunningServer, **wanted: Any) -> Any:
    """Search, and check that the page's numbers fit together."""
    response = library.client.get(f"{IMAGES}/search", params=wanted)
    assert response.status_code == 200, response.text
    page = response.json()
    assert set(page) == {"items", "total", "page", "page_size", "total_pages"}
    assert len(page["items"]) <= page["page_size"]
    assert page["total_pages"] == -(-page["total"] // page["page_size"])
    return page


@pytest.mark.parametrize(
    ("wanted", "total"),
    [
        # The old backend's pages send every field of their form, also the empty ones.
        *(
            ({field: empty, "component": ""}, 15)
            for field in ("subject_name", "subject_type", "q", "is_featured")
            for empty in ("", " ")
        ),
        ({"subject_name": "Rope"}, 2),
        ({"subject_name": "rope"}, 0),
        ({"subject_type": "character"}, 1),
        ({"subject_type": "scene"}, 0),
        ({"component": "item-window"}, 1),
        ({"is_featured": "true"}, 1),
        ({"is_featured": "false"}, 14),
        ({"subject_name": "Lamp", "subject_type": "item", "q": "number 3"}, 1),
        ({"subject_name": "Lamp", "component": "item-window"}, 0),
    ],
    ids=str,
)
def test_filters(wanted: dict[str, str], total: int, library: RunningServer) -> None:
    assert search(library, **wanted)["total"] == total


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("Ärm", ["Ärmel"]),
        ("RUSTY", ["Key"]),
        ("woodcut", ["Rope"]),
        ("100%", ["Rope"]),
        ("rope_", ["Rope_2"]),
        ("%", ["Rope"]),
        ("\\", []),
        ("' OR 1=1 --", []),
    ],
)
def test_words(q: str, found: list[str], library: RunningServer) -> None:
    assert [item["subject_name"] for item in search(library, q=q)["items"]] == found


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ({"page_size": 500}, (1, 100)),
        ({"page_size": 0}, (1, 1)),
        ({"page_size": 10**30}, (1, 100)),
        ({"page": 0}, (1, 12)),
        ({"page": 10**30}, (10**9, 12)),
    ],
    ids=str,
)
def test_numbers_are_brought_within_bounds(
    asked: dict[str, int], given: tuple[int, int], library: RunningServer
) -> None:
    page = search(library, **asked)
    assert (page["page"], page["page_size"]) == given


def test_pages_have_every_image_once_featured_first_then_newest(library: RunningServer) -> None:
    items = [
        item for page in (1, 2, 3) for item in search(library, page=page, page_size=5)["items"]
    ]
    assert len({item["id"] for item in items}) == len(items) == 15
    assert [item["is_featured"] for item in items] == [True] + [False] * 14
    created = [item["created_at"] for item in items[1:]]
    assert created == sorted(created, reverse=True)
