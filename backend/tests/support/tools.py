"""Programs that tests need and the project does not bring along."""

import os
from typing import NoReturn

import pytest


def is_missing(what: str) -> NoReturn:
    """Skip the test, or fail it if everything must be there, as ``.ci/run`` says."""
    if os.environ.get("EMBERPEAK_REQUIRE_TOOLS"):
        pytest.fail(f"{what} is missing", pytrace=False)
    pytest.skip(f"{what} is missing")
