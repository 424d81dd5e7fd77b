"""Generated requests over the whole OpenAPI document: no 5xx, and no answer it does not declare.

Half of them fit the document, half do not. About 500 requests; 10,000 with ``--long``.
"""

from collections.abc import Iterator
from typing import Any, cast

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.support.library import ask_scene, make_image
from tests.support.running_server import RunningServer

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# They paint, which takes most of the time.
PAINTING = ("/generate", "/preview")
SHORT_CASES = {True: 16, False: 32}
LONG_CASES = 560


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as keeping_connections:
        yield keeping_connections


@pytest.fixture
def filled(shared_server: RunningServer) -> list[int]:
    """Ids of pictures that exist, however many the requests before have deleted."""
    made = [make_image(shared_server.client, subject_name=f"Lamp {n}")["id"] for n in range(3)]
    ask_scene(shared_server.client, "Mill")
    return made


def operations(url: str, mode: GenerationMode) -> list[Any]:
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    every: list[Any] = [cast("Any", result).ok() for result in schema.get_all_operations()]
    # What takes nothing cannot be asked in a wrong way.
    return [one for one in every if mode.is_positive or _takes_something(one)]


def _takes_something(operation: Any) -> bool:
    return bool({"parameters", "requestBody"} & set(operation.definition.raw))


@pytest.mark.parametrize("mode", GenerationMode)
def test_generated_requests(
    mode: GenerationMode,
    shared_server: RunningServer,
    session: requests.Session,
    filled: list[int],
    long_run: bool,
) -> None:
    asked = 0
    for operation in operations(shared_server.url, mode):
        cases = LONG_CASES if long_run else SHORT_CASES[operation.path.endswith(PAINTING)]

        @settings(
            max_examples=max(1, cases // 2),
            deadline=None,
            database=None,
            derandomize=not long_run,
            suppress_health_check=list(HealthCheck),
        )
        @given(
            case=operation.as_strategy(generation_mode=mode), known=st.sampled_from([0, *filled])
        )
        def check(case: Any, known: int) -> None:
            nonlocal asked
            if known and "image_id" in (case.path_parameters or {}):
                case.path_parameters["image_id"] = known
            case.call_and_validate(session=session, checks=CHECKS, timeout=30)
            asked += 1

        check()
    print(f"{asked} requests, {mode}")  # noqa: T201 - the issue asks for how many
