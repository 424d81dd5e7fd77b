"""The OpenAPI document is complete, true to the contract, and its examples are valid."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.support.library import IMAGES, MAINTENANCE, SCENES
from tests.support.running_server import RunningServer

# The table of DESIGN.md section 4: query or path parameters, or fields of the body.
CONTRACT: dict[tuple[str, str], set[str]] = {
    ("get", "/"): set(),
    ("get", "/health"): set(),
    ("get", "/health/live"): set(),
    ("get", "/health/ready"): set(),
    ("get", "/metrics"): set(),
    ("post", f"{IMAGES}/generate"): {
        *("subject_type", "subject_name", "prompt", "custom_prompt", "aspect_ratio", "component")
    },
    ("get", f"{IMAGES}/search"): {
        *("subject_name", "subject_type", "component", "is_featured", "q", "page", "page_size"),
        "deleted",
    },
    ("get", IMAGES + "/{image_id}"): {"image_id", "include_data"},
    ("put", IMAGES + "/{image_id}/feature"): {"image_id"},
    ("delete", IMAGES + "/{image_id}"): {"image_id"},
    ("post", IMAGES + "/{image_id}/restore"): {"image_id"},
    ("post", f"{IMAGES}/restore"): {"ids"},
    ("post", f"{SCENES}/generate"): {
        *("location", "time_of_day", "weather", "force_regenerate", "allow_fallback"),
        "priority",
    },
    ("get", SCENES): set(),
    ("get", f"{SCENES}/preview"): {"location", "time_of_day", "weather", "aspect_ratio"},
    ("get", f"{SCENES}/cache/stats"): set(),
    ("delete", f"{SCENES}/cache/clear"): {"location", "dry_run"},
    ("post", f"{MAINTENANCE}/cleanup/expired-cache"): {"dry_run"},
    ("post", f"{MAINTENANCE}/cleanup/orphaned-images"): {"dry_run", "force"},
    ("get", f"{MAINTENANCE}/stats"): set(),
    ("get", f"{MAINTENANCE}/spending"): {"days"},
    ("get", f"{MAINTENANCE}/verify"): {"repair", "force"},
    ("post", f"{MAINTENANCE}/verify"): {"repair", "force"},
    ("post", f"{SCENES}/warm"): {"scenes", "dry_run"},
    ("get", "/api/v1/jobs/{job_id}"): {"job_id"},
    ("get", "/api/v1/jobs/{job_id}/events"): {"job_id"},
    ("delete", "/api/v1/jobs/{job_id}"): {"job_id"},
    ("post", "/api/v1/migrate/from-localstorage"): {"dry_run"},
    ("get", "/api/v1/saves"): set(),
    ("get", "/api/v1/saves/{slot}"): {"slot"},
    ("put", "/api/v1/saves/{slot}"): {"slot", "if-match", "if-none-match"},
    ("delete", "/api/v1/saves/{slot}"): {"slot", "if-match"},
    ("get", "/api/v1/preferences"): set(),
    ("put", "/api/v1/preferences"): {"if-match"},
    ("get", "/images/{folder}/{name}"): {"folder", "name"},
}
LIMITS = [
    ("get", f"{IMAGES}/search", "page", {"type": "integer", "default": 1}),
    ("get", f"{IMAGES}/search", "page_size", {"type": "integer", "default": 12}),
    ("get", f"{IMAGES}/search", "deleted", {"default": False}),
    ("post", f"{IMAGES}/restore", "ids", {"minItems": 1, "maxItems": 100}),
    ("post", f"{SCENES}/generate", "location", {"minLength": 1, "maxLength": 200}),
    ("post", f"{SCENES}/generate", "time_of_day", {"maxLength": 50, "default": "day"}),
    ("post", f"{SCENES}/generate", "weather", {"maxLength": 50, "default": "clear"}),
    ("post", f"{SCENES}/generate", "force_regenerate", {"default": False}),
    ("post", f"{SCENES}/generate", "allow_fallback", {"default": False}),
    ("post", f"{IMAGES}/generate", "subject_name", {"minLength": 1, "maxLength": 200}),
    ("post", f"{IMAGES}/generate", "prompt", {"minLength": 10, "maxLength": 1000}),
    ("post", f"{IMAGES}/generate", "aspect_ratio", {"default": "16:9"}),
    ("post", f"{IMAGES}/generate", "component", {"default": "scene-viewer"}),
]
STORED_ALWAYS = {
    *("id", "storage_path_full", "storage_path_thumbnail", "file_size_bytes", "width"),
    *("height", "generation_time_ms", "created_at", "content_hash", "preview"),
}
DESCRIBE_THEMSELVES = {"/health", "/health/ready"}
ERROR = {"$ref": "#/components/schemas/ErrorBody"}


@pytest.fixture(scope="module")
def document(shared_server: RunningServer) -> Any:
    return shared_server.client.get("/openapi.json").json()


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def body_schema(document: Any, operation: Any) -> Any:
    if "requestBody" not in operation:
        return {}
    content = operation["requestBody"]["content"]
    if "application/json" not in content:  # the bytes of a file
        return {}
    schema = content["application/json"]["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    return document["components"]["schemas"][name] if name else schema


def inputs(document: Any, operation: Any) -> dict[str, Any]:
    """Schemas of parameters and of the body's fields, by name."""
    found = {item["name"]: item["schema"] for item in operation.get("parameters", [])}
    if "requestBody" in operation:
        found |= body_schema(document, operation).get("properties", {})
    return found


class TestContract:
    def test_every_call_is_there(self, document: Any) -> None:
        assert document["openapi"].startswith("3.1")
        assert document["info"]["title"] == "Emberpeak"
        found = {
            (method, path): set(inputs(document, operation))
            for method, path, operation in operations(document)
        }
        missing = {call: names - found.get(call, set()) for call, names in CONTRACT.items()}
        assert set(CONTRACT) - set(found) == set()
        assert [call for call, names in missing.items() if names] == []

    @pytest.mark.parametrize(("method", "path", "name", "limits"), LIMITS)
    def test_limits_and_defaults(
        self, method: str, path: str, name: str, limits: dict[str, Any], document: Any
    ) -> None:
        schema = inputs(document, document["paths"][path][method])[name]
        assert limits.items() <= schema.items()

    def test_choices(self, document: Any) -> None:
        schemas = document["components"]["schemas"]
        assert schemas["SubjectType"]["enum"] == ["scene", "item", "character"]
        assert schemas["AspectRatio"]["enum"] == ["1:1", "16:9", "4:3", "9:16"]

    def test_only_scenes_may_be_stand_ins_without_facts(self, document: Any) -> None:
        """Generated clients must handle null wherever the document says it may come."""
        for name in ("Image", "ImageWithData", "SceneImage"):
            schema = document["components"]["schemas"][name]
            nullable = {field for field in STORED_ALWAYS if is_nullable(schema, field)}
            if name == "SceneImage":
                assert nullable == STORED_ALWAYS
            else:
                assert (nullable, STORED_ALWAYS - set(schema["required"])) == (set(), set())


class TestEveryOperation:
    def test_is_described(self, document: Any) -> None:
        ids = [operation["operationId"] for _, _, operation in operations(document)]
        assert len(ids) == len(set(ids))
        for method, path, operation in operations(document):
            assert operation.get("summary"), (method, path)
            assert operation.get("description"), (method, path)
            assert len(operation.get("tags", [])) == 1, (method, path)
            for parameter in operation.get("parameters", []):
                assert parameter.get("description"), (method, path, parameter["name"])
            for status, response in operation["responses"].items():
                assert response["description"], (method, path, status)

    def test_required_inputs_have_an_example(self, document: Any) -> None:
        for method, path, operation in operations(document):
            for parameter in operation.get("parameters", []):
                known = set(parameter["schema"]) & {"examples", "enum", "$ref"}
                assert known or not parameter["required"], (method, path, parameter["name"])
            if body_schema(document, operation):
                content = operation["requestBody"]["content"]["application/json"]
                known = set(content) | set(body_schema(document, operation))
                assert {"example", "examples"} & known, (method, path)

    def test_errors_have_the_documented_body(self, document: Any) -> None:
        for method, path, operation in operations(document):
            for status, response in operation["responses"].items():
                # An ailing server describes itself rather than an error.
                if int(status) < 400 or (path in DESCRIBE_THEMSELVES and status == "503"):
                    continue
                schema = response["content"]["application/json"]["schema"]
                assert schema == ERROR, (method, path, status)
                if status in {"429", "503"}:
                    assert "Retry-After" in response["headers"], (method, path, status)

    def test_errors_that_may_come_are_declared(self, document: Any) -> None:
        for method, path, operation in operations(document):
            declared = set(operation["responses"])
            expected = {"500", "503"}
            if inputs(document, operation):
                expected.add("422")
            if method != "get":
                expected |= {"403", "507"}
            if "requestBody" in operation:
                expected |= {"400", "413"}
            if "{image_id}" in path:
                expected.add("404")
            if path.startswith(MAINTENANCE) or path.endswith("/cache/clear"):
                expected.add("401")
            if path.endswith("/generate"):
                expected |= {"429", "502", "504"}
            assert expected <= declared, (method, path, expected - declared)


class TestSchemas:
    def test_are_valid_described_and_used(self, document: Any) -> None:
        for name, schema in document["components"]["schemas"].items():
            Draft202012Validator.check_schema(schema)
            assert schema.get("description") or schema.get("enum") or schema == {}, name
        assert "ValidationError" not in str(document), "the framework's own errors"
        used = {ref.rpartition("/")[2] for ref in references(document)}
        assert used == set(document["components"]["schemas"])

    def test_examples_fit_their_schemas(self, document: Any) -> None:
        # Under an address of its own: each schema by itself is a document to the validator.
        addressed = json.loads(json.dumps(document).replace('"#/', '"openapi:all#/'))
        resource = DRAFT202012.create_resource(addressed)
        registry: Registry[Any] = Registry().with_resource("openapi:all", resource)
        count = 0
        for where, schema, example in examples(addressed, ""):
            validator = Draft202012Validator(schema, registry=registry)
            problems = [error.message for error in validator.iter_errors(example)]
            assert problems == [], (where, example)
            count += 1
        assert count >= 10


def is_nullable(schema: Any, name: str) -> bool:
    return {"type": "null"} in schema["properties"][name].get("anyOf", [])


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for child in node.values():
            yield from references(child)
    elif isinstance(node, list):
        for child in node:
            yield from references(child)


def examples(node: Any, where: str) -> Iterator[tuple[str, Any, Any]]:
    """Every example with the schema it stands for: in schemas, media types and parameters."""
    if isinstance(node, list):
        for number, child in enumerate(node):
            yield from examples(child, f"{where}/{number}")
    if not isinstance(node, dict):
        return
    schema = node.get("schema", node)
    if "example" in node:
        yield where, schema, node["example"]
    for example in node["examples"] if isinstance(node.get("examples"), list) else ():
        yield where, schema, example
    if isinstance(node.get("examples"), dict):
        for example in node["examples"].values():
            yield where, schema, example["value"]
    for name, child in node.items():
        if name not in {"example", "examples"}:
            yield from examples(child, f"{where}/{name}")
