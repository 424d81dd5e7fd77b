"""What attacks share: a victim as it ships, and a normal client that must not notice."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.support.gemini_standin import GeminiStandin
from tests.support.library import make_image
from tests.support.server_process import ServerProcess, server_process
from tests.support.visitor import ENOUGH, Visits, visitor

ADMIN_TOKEN = "operator-token-never-shown"
GEMINI_KEY = "test-key-never-shown"

# One worker runs them one after the other, so that one victim is enough and figures mean something.
ONE_AFTER_THE_OTHER = pytest.mark.xdist_group("attacks")

UnderAttack = Callable[[str], AbstractContextManager[Visits]]


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


@pytest.fixture(scope="session")
def idle(victim: ServerProcess) -> float:
    """The p99 of a normal client while nothing else happens, in milliseconds."""
    path = _picture(victim)
    with visitor(victim.url, path):
        pass  # the first requests are slower
    with visitor(victim.url, path, at_least=ENOUGH) as visits:
        pass
    return visits.p99


@pytest.fixture
def under_attack(victim: ServerProcess, idle: float) -> UnderAttack:
    """A block in which a normal client looks at a picture all the while, and must be served."""
    path = _picture(victim)

    @contextmanager
    def attacked(name: str) -> Iterator[Visits]:
        with visitor(victim.url, path) as visits:
            yield visits
        assert visits.failures == []
        few = "" if visits.enough.is_set() else ", too few for a p99: the attack was short"
        print(  # noqa: T201 - a figure to look at, not to assert: machines differ
            f"{name}: p99 {visits.p99:.1f} ms of {len(visits.milliseconds)} requests{few}; "
            f"idle {idle:.1f} ms; {visits.p99 / idle:.1f} times"
        )

    return attacked


def _picture(victim: ServerProcess) -> str:
    found = victim.client.get("/api/v1/images/search", params={"subject_name": "Lamp"}).json()
    made = found["items"][0] if found["items"] else make_image(victim.client)
    return f"/api/v1/images/{made['id']}"
