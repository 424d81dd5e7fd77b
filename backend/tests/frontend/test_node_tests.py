"""The tests of the rules and of the page's modules, which need no browser and no server."""

import re

import pytest

from tests.frontend.conftest import ROOT, RunNode

pytestmark = pytest.mark.xdist_group("frontend-node")

FOLDERS = ("frontend/tests/rules", "frontend/tests/page")


@pytest.mark.parametrize("folder", FOLDERS)
def test_all_pass(folder: str, run_node: RunNode) -> None:
    files = sorted(str(path) for path in (ROOT / folder).rglob("*.test.js"))
    assert files
    # One process for all files: starting Node.js and reading the modules is most of a short file.
    answer = run_node("--test", "--test-isolation=none", "--test-reporter=tap", *files)
    report = answer.stdout + answer.stderr
    assert answer.returncode == 0, report
    counted = dict(re.findall(r"^# (tests|pass|fail|skipped|todo) (\d+)$", report, re.MULTILINE))
    assert int(counted["tests"]) > len(files)
    assert counted["pass"] == counted["tests"], report
