"""Text that a database cannot hold, in every string that the OpenAPI document takes.

Half a surrogate pair cannot be written as UTF-8, and PostgreSQL refuses NUL. A game that cuts a
label in the middle of an emoji sends the one, a careless script the other.
"""

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest

from app.config import Settings
from app.main import create_app
from tests.support.errors import assert_error
from tests.support.library import IMAGES, SCENES, make_image, order
from tests.support.running_server import RunningServer

DOCUMENT = create_app(Settings(_env_file=None)).openapi()
IN_JSON = ["\ud800", "a\udfffb\x00c"]
IN_ADDRESSES = ["%00", "a%00b%ed%a0%80%ff"]
JSON = {"Content-Type": "application/json"}
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Operation:
    """One call, with what fits it."""

    method: str
    path: str
    definition: Any

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, bad: str | None = None, text: str = "") -> str:
        """Its address with examples; one of the parameters is given, as it stands in addresses."""
        path, query = self.path, []
        for parameter in self.definition.get("parameters", []):
            name = parameter["name"]
            shown = text if name == bad else quote(str(example_of(parameter["schema"])), safe="")
            if parameter["in"] == "path":
                path = path.replace(f"{{{name}}}", shown)
            elif parameter["in"] == "query" and (name == bad or parameter["required"]):
                query.append(f"{name}={shown}")
        return path + (f"?{'&'.join(query)}" if query else "")

    @property
    def body(self) -> Any:
        """The example of its body; None where it takes none."""
        if "requestBody" not in self.definition:
            return None
        content = self.definition["requestBody"]["content"]["application/json"]
        if "examples" in content:
            return next(iter(content["examples"].values()))["value"]
        schema = content["schema"]
        name = schema.get("$ref", "").rpartition("/")[2]
        return example_of(DOCUMENT["components"]["schemas"][name] if name else schema)


def example_of(schema: Any) -> Any:
    if "examples" in schema:
        return schema["examples"][0]
    for known in ("example", "default"):
        if known in schema:
            return schema[known]
    return schema["enum"][0] if "enum" in schema else "x"


def operations() -> Iterator[Operation]:
    for path, methods in DOCUMENT["paths"].items():
        for method, definition in methods.items():
            yield Operation(method.upper(), path, definition)


def addressed() -> Iterator[Any]:
    for operation in operations():
        for parameter in operation.definition.get("parameters", []):
            if parameter["in"] in {"path", "query"}:
                name = parameter["name"]
                yield pytest.param(operation, name, id=f"{operation} {name}")


def strings(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where texts stand in an example, names of fields aside."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict):
        for name, child in value.items():
            yield from strings(child, (*path, name))
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from strings(child, (*path, number))


def bodies() -> Iterator[Any]:
    for operation in operations():
        for path in strings(operation.body):
            yield pytest.param(operation, path, id=f"{operation} {'.'.join(map(str, path))}")


def put(body: Any, path: Path, text: str) -> Any:
    changed = copy.deepcopy(body)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = text
    return changed


def assert_answered(answer: Any, operation: Operation) -> None:
    """Done, or refused in the documented body; and no such text comes back but in a free object."""
    assert answer.status_code < 500, answer.text
    assert str(answer.status_code) in operation.definition["responses"], answer.text
    if answer.status_code >= 400:
        assert_error(answer, answer.status_code, (answer.json()["detail"] or {}).get("reason"))
    if "/preferences" not in operation.path and "json" in answer.headers.get("content-type", ""):
        written = json.dumps(answer.json())
        assert "\\u0000" not in written


@pytest.mark.thorough
@pytest.mark.parametrize(("operation", "name"), list(addressed()))
def test_in_addresses(operation: Operation, name: str, shared_server: RunningServer) -> None:
    body = operation.body
    for text in IN_ADDRESSES:
        answer = shared_server.client.request(
            operation.method,
            operation.address(name, text),
            json=body,
            headers={"Accept": "application/json"},
        )
        assert_answered(answer, operation)


@pytest.mark.parametrize(("operation", "path"), list(bodies()))
def test_in_bodies(operation: Operation, path: Path, shared_server: RunningServer) -> None:
    for text in IN_JSON:
        # json.dumps escapes what UTF-8 cannot say, as browsers do.
        content = json.dumps(put(operation.body, path, text))
        answer = shared_server.client.request(
            operation.method, operation.address(), content=content, headers=JSON
        )
        assert_answered(answer, operation)


@pytest.mark.parametrize("path", ["/api/v1/saves/1", "/api/v1/preferences"])
@pytest.mark.parametrize("text", IN_JSON, ids=ascii)
def test_in_free_objects(path: str, text: str, shared_server: RunningServer) -> None:
    """A player's game is kept, whatever it says, in its names and in its depth too."""
    game = {"label": text, "stamp": text, text: {"deep": [text, {text: text}]}}
    content = json.dumps(game)
    stored = shared_server.client.put(path, content=content, headers=JSON)
    assert stored.status_code == 200, stored.text
    loaded = shared_server.client.get(path)
    assert loaded.status_code == 200
    assert loaded.headers["etag"] == stored.headers["etag"]
    assert loaded.json() == game
    if path.endswith("/1"):
        assert stored.json()["label"] == text.replace("\x00", "\ufffd").encode(
            "utf-16", "surrogatepass"
        ).decode("utf-16", "replace")
        (listed,) = shared_server.client.get("/api/v1/saves").json()["saves"]
        assert listed["label"] == stored.json()["label"]
    else:
        assert stored.json() == game


def test_label_cut_within_an_emoji(shared_server: RunningServer) -> None:
    """As a page cuts it: by UTF-16 units."""
    label = "x" * 199 + "\ud83d"
    answer = shared_server.client.put(
        "/api/v1/saves/1", content=json.dumps({"label": label}), headers=JSON
    )
    assert answer.json()["label"] == "x" * 199 + "\ufffd"


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["Lamp", "Dark Cave"])
def test_finds_what_it_stored(name: str, shared_server: RunningServer) -> None:
    """The same text is tidied in the same way wherever it comes in."""
    odd = f"\x00{name}\x07"
    make_image(shared_server.client, subject_name=odd, component=odd)
    for field in ("subject_name", "component", "q"):
        found = shared_server.client.get(f"{IMAGES}/search", params={field: odd}).json()
        assert found["total"] == 1, field
        assert found["items"][0]["subject_name"] == name


def test_scenes_tidied_alike(shared_server: RunningServer) -> None:
    words = {"location": "\x00Mill", "time_of_day": "dus\x00k", "weather": "rain\x07"}
    shared_server.client.post(f"{SCENES}/generate", params=words)
    cleared = shared_server.client.delete(
        f"{SCENES}/cache/clear", params={"location": "Mill\x00"}
    ).json()
    assert cleared["deleted"] == 1
    assert (cleared["sample"][0]["time_of_day"], cleared["sample"][0]["weather"]) == (
        "dusk",
        "rain",
    )


@pytest.mark.thorough
@pytest.mark.parametrize("key", ["a\x7fb", "a\tb", "caf\xe9"])
def test_odd_idempotency_keys(key: str, shared_server: RunningServer) -> None:
    headers = {b"Idempotency-Key": key.encode("latin-1")}
    answer = shared_server.client.post(f"{IMAGES}/generate", json=order(), headers=headers)
    assert answer.status_code in {200, 400, 422}
