"""GET /api/v1/images/search: filters, order and pages."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.library import IMAGES, make_image
from tests.support.running_server import RunningServer

# The library of this file is made once on each worker that runs a part of it.
pytestmark = pytest.mark.xdist_group("search")

Search = Callable[..., Any]


@pytest.fixture(scope="module")
def library(shared_server: RunningServer) -> RunningServer:
    """Fifteen pictures in a known order, one of them featured, and one in the trash."""
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


@pytest.fixture
def search(library: RunningServer) -> Search:
    """Search, and check that the page's numbers fit together."""

    def ask(**wanted: Any) -> Any:
        response = library.client.get(f"{IMAGES}/search", params=wanted)
        assert response.status_code == 200, response.text
        page = response.json()
        assert set(page) == {"items", "total", "page", "page_size", "total_pages"}
        assert len(page["items"]) <= page["page_size"]
        assert page["total_pages"] == -(-page["total"] // page["page_size"])
        return page

    return ask


def names(page: Any) -> list[str]:
    return [item["subject_name"] for item in page["items"]]


class TestClientsOfTheOldBackend:
    """Its pages send every field of their form, also the empty ones, and any number."""

    @pytest.mark.parametrize(
        "field", ["subject_name", "subject_type", "component", "q", "is_featured"]
    )
    @pytest.mark.parametrize("empty", ["", " "])
    def test_empty_filter_is_no_filter(self, field: str, empty: str, search: Search) -> None:
        assert search(**{field: empty})["total"] == 15
        assert search(**{"component": "item-window", field: empty})["total"] in {1, 15}

    @pytest.mark.parametrize(
        ("asked", "given"),
        [
            ({"page_size": 500}, (1, 100)),
            ({"page_size": 0}, (1, 1)),
            ({"page_size": -5}, (1, 1)),
            ({"page_size": 10**30}, (1, 100)),
            ({"page": 0}, (1, 12)),
            ({"page": -3}, (1, 12)),
            ({"page": 10**30}, (10**9, 12)),
        ],
        ids=str,
    )
    def test_numbers_are_brought_within_bounds(
        self, asked: dict[str, int], given: tuple[int, int], search: Search
    ) -> None:
        page = search(**asked)
        assert (page["page"], page["page_size"]) == given


class TestPages:
    def test_pages_have_every_picture_once(self, search: Search) -> None:
        ids = [
            item["id"] for number in (1, 2, 3) for item in search(page=number, page_size=5)["items"]
        ]
        assert len(ids) == len(set(ids)) == 15


class TestOrder:
    def test_featured_first_then_newest(self, search: Search) -> None:
        items = search(page_size=100)["items"]
        assert items[0]["subject_name"] == "Key"
        assert [item["is_featured"] for item in items] == [True] + [False] * 14
        created = [item["created_at"] for item in items[1:]]
        assert created == sorted(created, reverse=True)


class TestFilters:
    def test_subject_name_is_exact(self, search: Search) -> None:
        assert names(search(subject_name="Rope")) == ["Rope", "Rope"]
        assert names(search(subject_name="rope")) == []

    def test_subject_type(self, search: Search) -> None:
        assert search(subject_type="character")["total"] == 1
        assert search(subject_type="scene")["total"] == 0

    def test_component(self, search: Search) -> None:
        assert names(search(component="item-window")) == ["Rope"]

    @pytest.mark.parametrize(("featured", "total"), [("true", 1), ("false", 14)])
    def test_is_featured(self, featured: str, total: int, search: Search) -> None:
        assert search(is_featured=featured)["total"] == total

    def test_filters_add_up(self, search: Search) -> None:
        assert search(subject_name="Lamp", subject_type="item", q="number 3")["total"] == 1
        assert search(subject_name="Lamp", component="item-window")["total"] == 0


class TestWords:
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
    def test_found_in(self, q: str, found: list[str], search: Search) -> None:
        assert names(search(q=q)) == found
