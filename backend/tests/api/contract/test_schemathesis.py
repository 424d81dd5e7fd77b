"""Generated requests over the whole OpenAPI document: no 5xx, and no answer it does not declare.

Half of them fit the document, half do not; half have the admin token, half have none, and must
do nothing that needs it. About 500 requests; 10,000 with ``--long``.
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

from tests.conftest import ServerFactory
from tests.support.library import ask_scene, make_image
from tests.support.patience import PATIENCE_SECONDS
from tests.support.permissions import OPERATOR_ONLY, OPERATOR_OR_OWNER
from tests.support.running_server import RunningServer

pytestmark = pytest.mark.thorough

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# They paint, which takes most of the time.
PAINTING = ("/generate", "/preview")
SHORT_CASES = {True: 6, False: 12}
LONG_CASES = 300
TOKEN = "operator-token"
# Told once for all operations, in the document's description: no HTTP, or too long an address.
BEFORE_ANY_ROUTE = {400, 414}


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as keeping_connections:
        yield keeping_connections


@pytest.fixture
def token_server(share_server: ServerFactory) -> RunningServer:
    return share_server(max_images_per_item=10**6, admin_token=TOKEN)


@pytest.fixture
def filled(token_server: RunningServer) -> list[int]:
    """Ids of images that exist, however many the requests before have deleted."""
    made = [make_image(token_server.client, subject_name=f"Lamp {n}")["id"] for n in range(3)]
    ask_scene(token_server.client, "Mill")
    return made


def operations(url: str, mode: GenerationMode) -> list[Any]:
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    every: list[Any] = [cast("Any", result).ok() for result in schema.get_all_operations()]
    # What takes nothing cannot be asked in a wrong way.
    return [one for one in every if mode.is_positive or _takes_something(one)]


def _takes_something(operation: Any) -> bool:
    return bool({"parameters", "requestBody"} & set(operation.definition.raw))


def _is_refused_before_any_route(answer: Any) -> bool:
    """Only then does the server close the connection after it."""
    if answer.status_code not in BEFORE_ANY_ROUTE or answer.headers.get("connection") != ["close"]:
        return False
    body = answer.json()
    assert set(body) == {"status", "code", "message", "detail", "request_id"}
    assert body["code"] == answer.status_code
    return True


def _assert_kept_out(answer: Any, operation: Any) -> None:
    """Without the token nothing that needs it is done, whatever else is wrong with the request."""
    call = (operation.method.upper(), operation.path)
    if call in OPERATOR_ONLY:
        assert answer.status_code in {400, 401, 403, 413, 422, 429}, (call, answer.status_code)
    elif call in OPERATOR_OR_OWNER:
        assert answer.status_code in {401, 403, 404, 413, 422, 429}, (call, answer.status_code)


@pytest.mark.parametrize("token", [TOKEN, None], ids=["with token", "without token"])
@pytest.mark.parametrize("mode", GenerationMode)
def test_generated_requests(
    mode: GenerationMode,
    token: str | None,
    token_server: RunningServer,
    session: requests.Session,
    filled: list[int],
    long_run: bool,
) -> None:
    for operation in operations(token_server.url, mode):
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
            if known and "image_id" in (case.path_parameters or {}):
                case.path_parameters["image_id"] = known
            # Generated ones would be wrong guesses, after which even the right one is refused.
            case.headers = {k: v for k, v in (case.headers or {}).items() if k != "Authorization"}
            if token is not None:
                case.headers["Authorization"] = f"Bearer {token}"
            else:
                session.cookies.clear()  # or it would own what it asked for before
            answer = case.call(session=session, timeout=PATIENCE_SECONDS)
            if _is_refused_before_any_route(answer):
                return
            case.validate_response(answer, checks=CHECKS)
            if token is None:
                _assert_kept_out(answer, case.operation)

        check()
