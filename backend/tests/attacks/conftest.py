"""What attacks share: a victim as it ships, and a normal client that must not notice."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from threading import Event

import pytest

from tests.support.gemini_standin import GeminiStandin
from tests.support.library import make_image
from tests.support.server_process import ServerProcess, server_process
from tests.support.visitor import visitor

ADMIN_TOKEN = "operator-token-never-shown"
GEMINI_KEY = "test-key-never-shown"

# One worker runs them one after the other, so that one victim is enough and figures mean something.
ONE_AFTER_THE_OTHER = pytest.mark.xdist_group("attacks")

UnderAttack = Callable[[], AbstractContextManager[Event]]


@pytest.fixture(scope="session")
def painter() -> Iterator[GeminiStandin]:
    """The model behind the victim; it may paint what it is told to."""
    with GeminiStandin(api_key=GEMINI_KEY) as standin:
        yield standin


@pytest.fixture(scope="session")
def victim(
    tmp_path_factory: pytest.TempPathFactory, painter: GeminiStandin
) -> Iterator[ServerProcess]:
    """`python -m app` with a token and a model, in a process of its own."""
    with server_process(
        tmp_path_factory.mktemp("victim"),
        fresh=True,
        ADMIN_TOKEN=ADMIN_TOKEN,
        GEMINI_API_KEY=GEMINI_KEY,
        GOOGLE_GEMINI_BASE_URL=painter.base_url,
        MAX_REQUESTS_PER_MINUTE="100000",
        DAILY_IMAGE_LIMIT="100000",
        PLAYER_DAILY_IMAGE_LIMIT="100000",
    ) as running:
        yield running


@pytest.fixture
def under_attack(victim: ServerProcess) -> UnderAttack:
    """A block in which a normal client looks at an image all the while, and must be served."""
    return partial(visitor, victim.url, _picture(victim))


def _picture(victim: ServerProcess) -> str:
    found = victim.client.get("/api/v1/images/search", params={"subject_name": "Lamp"}).json()
    made = found["items"][0] if found["items"] else make_image(victim.client)
    return f"/api/v1/images/{made['id']}"
