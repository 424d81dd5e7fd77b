"""An empty query parameter was not given, whatever it is and whichever call it belongs to."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.library import IMAGES, SCENES
from tests.support.running_server import RunningServer


@pytest.fixture(scope="module")
def document(shared_server: RunningServer) -> Any:
    return shared_server.client.get("/openapi.json").json()


def calls(document: Any, written: str) -> Iterator[tuple[str, str, Any]]:
    """For each query parameter of each call: method and address with it, and the parameter."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found = [one for one in operation.get("parameters", []) if one["in"] == "query"]
            needed = {one["name"]: "Mill" for one in found if one.get("required")}
            for one in found:
                query = httpx.QueryParams({**needed, one["name"]: "?"})
                address = f"{re.sub('{.*?}', '1', path)}?{query}".replace("=%3F", written)
                yield method, address, one


def query_errors(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code < 500, answer.text
    if answer.status_code != 422:
        return []
    problems = answer.json()["detail"]["errors"]
    return [(one["field"], one["type"]) for one in problems if one["location"] == "query"]


@pytest.mark.parametrize("empty", ["=", "=+", "=%20", "=%E2%80%8B"])
def test_of_every_call(empty: str, document: Any, shared_server: RunningServer) -> None:
    wrong = {}
    for method, address, one in calls(document, empty):
        errors = query_errors(shared_server.client.request(method, address))
        if errors != ([(one["name"], "missing")] if one.get("required") else []):
            wrong[f"{method} {address}"] = errors
    assert wrong == {}


def test_name_without_equals_sign_is_refused(document: Any, shared_server: RunningServer) -> None:
    """Who writes `?dry_run` means that it be set: doing it in earnest would be the worst."""
    taken = [
        f"{method} {address}"
        for method, address, _ in calls(document, "")
        if not query_errors(shared_server.client.request(method, address))
    ]
    assert taken == []


def test_what_is_given_beside_it_counts(shared_server: RunningServer) -> None:
    asked = f"{SCENES}/generate?weather=&location=Mill+%26+Weir&time_of_day=%20&weather=rain&"
    made = shared_server.client.post(asked).json()
    assert made["subject_name"] == "Mill & Weir"
    assert "rain" in made["prompt_used"]
    found = shared_server.client.get(f"{IMAGES}/search?page=&q=+weir&page_size=1&subject_type=")
    assert (found.json()["total"], found.json()["page_size"]) == (1, 1)
