"""Text in every place that takes some: what no database holds, nothing at all, odd names.

Half a surrogate pair cannot be written as UTF-8, and PostgreSQL refuses NUL. A game that cuts a
label in the middle of an emoji sends the one, a careless script the other.
"""

import copy
import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.support.errors import assert_error
from tests.support.legacy_dumps import gallery, image, library, move
from tests.support.library import IMAGES, SCENES, ask_scene, make_image, order
from tests.support.running_server import RunningServer

IN_JSON = ("\ud800", "a\udfffb\x00c")
IN_ADDRESSES = ("%00", "a%00b%ed%a0%80%ff")
JSON = {"Content-Type": "application/json"}
COMPOSED = "Épée du Château"
TAKEN_APART = unicodedata.normalize("NFD", COMPOSED)
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Operation:
    """One call, with what fits it."""

    method: str
    path: str
    definition: Any
    schemas: Any

    def parameters(self, *places: str) -> list[Any]:
        return [one for one in self.definition.get("parameters", []) if one["in"] in places]

    def address(self, bad: str | None = None, text: str = "") -> str:
        """Its address with examples; one of the parameters is given, as it stands in addresses."""
        path, query = self.path, []
        for parameter in self.parameters("path", "query"):
            name = parameter["name"]
            shown = text if name == bad else quote(str(example_of(parameter["schema"])), safe="")
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", shown)
            elif name == bad or parameter["required"]:
                query.append(f"{name}={shown}")
        return path + (f"?{'&'.join(query)}" if query else "")

    @property
    def body(self) -> Any:
        """The example of its body; None if it takes none, or the bytes of a file."""
        content = self.definition.get("requestBody", {}).get("content", {}).get("application/json")
        if content is None:
            return None
        if "examples" in content:
            return next(iter(content["examples"].values()))["value"]
        schema = content["schema"]
        name = schema.get("$ref", "").rpartition("/")[2]
        return example_of(self.schemas[name] if name else schema)

    def assert_answers(self, answer: httpx.Response) -> None:
        """Done, or refused in the documented body; no NUL comes back but in a free object."""
        assert answer.status_code < 500, (self.method, answer.url, answer.text)
        assert str(answer.status_code) in self.definition["responses"], (self.path, answer.text)
        if answer.status_code >= 400:
            assert_error(answer, answer.status_code, (answer.json()["detail"] or {}).get("reason"))
        if "/preferences" not in self.path and "json" in answer.headers.get("content-type", ""):
            assert "\\u0000" not in json.dumps(answer.json())


@pytest.fixture(scope="module")
def operations(shared_server: RunningServer) -> list[Operation]:
    document = shared_server.client.get("/openapi.json").json()
    return [
        Operation(method.upper(), path, definition, document["components"]["schemas"])
        for path, methods in document["paths"].items()
        for method, definition in methods.items()
    ]


def example_of(schema: Any) -> Any:
    if "examples" in schema:
        return schema["examples"][0]
    for known in ("example", "default"):
        if known in schema:
            return schema[known]
    return schema["enum"][0] if "enum" in schema else "x"


def strings(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where texts stand in an example, names of fields aside."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        for name, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from strings(child, (*path, name))


def put(body: Any, path: Path, text: str) -> Any:
    changed = copy.deepcopy(body)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = text
    return changed


class TestUnstorable:
    def test_in_addresses(self, operations: list[Operation], shared_server: RunningServer) -> None:
        headers = {"Accept": "application/json"}
        for one in operations:
            for parameter in one.parameters("path", "query"):
                for text in IN_ADDRESSES:
                    address = one.address(parameter["name"], text)
                    answer = shared_server.client.request(
                        one.method, address, json=one.body, headers=headers
                    )
                    one.assert_answers(answer)

    def test_in_bodies(self, operations: list[Operation], shared_server: RunningServer) -> None:
        for one in operations:
            for path in strings(one.body):
                for text in IN_JSON:
                    # json.dumps escapes what UTF-8 cannot say, as browsers do.
                    content = json.dumps(put(one.body, path, text))
                    answer = shared_server.client.request(
                        one.method, one.address(), content=content, headers=JSON
                    )
                    one.assert_answers(answer)

    @pytest.mark.parametrize("path", ["/api/v1/saves/1", "/api/v1/preferences"])
    @pytest.mark.parametrize("text", IN_JSON, ids=ascii)
    def test_in_free_objects(self, path: str, text: str, shared_server: RunningServer) -> None:
        """A player's game is kept, whatever it says, in its names and in its depth too."""
        game = {"label": text, "stamp": text, text: {"deep": [text, {text: text}]}}
        content = json.dumps(game)
        stored = shared_server.client.put(path, content=content, headers=JSON)
        assert stored.status_code == 200, stored.text
        loaded = shared_server.client.get(path)
        assert loaded.headers["etag"] == stored.headers["etag"]
        assert loaded.json() == game
        if path.endswith("/1"):
            label = text.replace("\x00", "\ufffd").encode("utf-16", "surrogatepass")
            assert stored.json()["label"] == label.decode("utf-16", "replace")
            (listed,) = shared_server.client.get("/api/v1/saves").json()["saves"]
            assert listed["label"] == stored.json()["label"]
        else:
            assert stored.json() == game

    def test_label_cut_within_an_emoji(self, shared_server: RunningServer) -> None:
        """As a page cuts it: by UTF-16 units."""
        content = json.dumps({"label": "x" * 199 + "\ud83d"})
        answer = shared_server.client.put("/api/v1/saves/1", content=content, headers=JSON)
        assert answer.json()["label"] == "x" * 199 + "\ufffd"

    def test_is_tidied_in_the_same_way_wherever_it_comes_in(
        self, shared_server: RunningServer
    ) -> None:
        client, odd = shared_server.client, "\x00Odd Lamp\x07"
        make_image(client, subject_name=odd, component=odd)
        for field in ("subject_name", "component", "q"):
            found = client.get(f"{IMAGES}/search", params={field: odd}).json()
            assert [item["subject_name"] for item in found["items"]] == ["Odd Lamp"], field
        ask_scene(client, "\x00Odd Mill", time_of_day="dus\x00k", weather="rain\x07")
        only = {"location": "Odd Mill\x00"}
        cleared = client.delete(f"{SCENES}/cache/clear", params=only).json()
        (sample,) = cleared["sample"]
        assert (sample["time_of_day"], sample["weather"]) == ("dusk", "rain")

    @pytest.mark.parametrize("key", ["a\x7fb", "a\tb", "caf\xe9"])
    def test_odd_idempotency_keys(self, key: str, shared_server: RunningServer) -> None:
        headers = {b"Idempotency-Key": key.encode("latin-1")}
        answer = shared_server.client.post(f"{IMAGES}/generate", json=order(), headers=headers)
        assert answer.status_code in {200, 400, 422}


def query_errors(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code < 500, answer.text
    if answer.status_code != 422:
        return []
    problems = answer.json()["detail"]["errors"]
    return [(one["field"], one["type"]) for one in problems if one["location"] == "query"]


class TestEmptyQuery:
    @pytest.mark.parametrize("empty", ["", "+", "%20", "%E2%80%8B"])
    def test_was_not_given(
        self, empty: str, operations: list[Operation], shared_server: RunningServer
    ) -> None:
        for one in operations:
            for parameter in one.parameters("query"):
                address = one.address(parameter["name"], empty)
                found = query_errors(shared_server.client.request(one.method, address))
                missing = [(parameter["name"], "missing")] if parameter["required"] else []
                assert found == missing, (one.method, address)

    def test_name_without_equals_sign_is_refused(
        self, operations: list[Operation], shared_server: RunningServer
    ) -> None:
        """Who writes `?dry_run` means that it be set: doing it in earnest would be the worst."""
        for one in operations:
            for parameter in one.parameters("query"):
                name = parameter["name"]
                address = one.address(name, "").replace(f"{name}=", name)
                answer = shared_server.client.request(one.method, address)
                assert query_errors(answer), (one.method, address)

    def test_what_is_given_beside_it_counts(self, shared_server: RunningServer) -> None:
        asked = f"{SCENES}/generate?weather=&location=Mill+%26+Weir&time_of_day=%20&weather=rain&"
        made = shared_server.client.post(asked).json()
        assert made["subject_name"] == "Mill & Weir"
        assert "rain" in made["prompt_used"]
        query = "page=&q=+weir&page_size=1&subject_type="
        found = shared_server.client.get(f"{IMAGES}/search?{query}").json()
        assert (found["total"], found["page_size"]) == (1, 1)


class TestNames:
    def test_both_spellings_are_one_gallery_with_one_star(
        self, shared_server: RunningServer
    ) -> None:
        client = shared_server.client
        made = [make_image(client, subject_name=name) for name in (COMPOSED, TAKEN_APART)]
        assert {one["subject_name"] for one in made} == {COMPOSED}
        for one in made:
            client.put(f"{IMAGES}/{one['id']}/feature")
        [result] = move(shared_server, library(**{TAKEN_APART: [image(1)]}))["results"]
        for name in (COMPOSED, TAKEN_APART):
            found = {item["id"]: item["is_featured"] for item in gallery(shared_server, name)}
            assert found == {
                made[0]["id"]: False,
                made[1]["id"]: True,
                result["image_id"]: False,
            }

    @pytest.mark.parametrize(
        "name",
        ["\u200b", "\u2800\u2800", "\u3164", "\u2060 \u200d", "\u0301", "\ufeff"],
        ids=ascii,
    )
    def test_that_nobody_can_see(self, name: str, shared_server: RunningServer) -> None:
        client = shared_server.client
        assert_error(client.post(f"{IMAGES}/generate", json=order(subject_name=name)), 422)
        assert_error(client.post(f"{SCENES}/generate", params={"location": name}), 422)

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("Ärmel", "ärmel"),
            ("ΟΔΟΣ", "οδος"),
            ("Straße", "STRASSE"),
            ("ЩИТ", "щит"),
            ("Crème", unicodedata.normalize("NFD", "CRÈME")),
        ],
    )
    def test_are_found_in_the_case_of_every_script(
        self, name: str, words: str, shared_server: RunningServer
    ) -> None:
        made = make_image(shared_server.client, subject_name=name)
        found = shared_server.client.get(f"{IMAGES}/search", params={"q": words}).json()
        assert made["id"] in [item["id"] for item in found["items"]]
