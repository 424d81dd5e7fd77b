"""The audit of the packages never passes in silence where it could not look."""

from typing import Any

import pytest
from scripts.audit import judge

CLEAN = {"name": "a", "version": "1", "vulns": []}
HOLED = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3", "4"]}]}
SKIPPED = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "required", "status", "says"),
    [
        ([CLEAN], True, 0, ["No known vulnerabilities in 1 packages."]),
        ([CLEAN, HOLED], False, 1, ["b 2: CVE-1, fixed in 3, 4"]),
        ([CLEAN, SKIPPED], False, 0, ["No known vulnerabilities in 1", "NOT AUDITED: 1 of 2"]),
        ([CLEAN, SKIPPED], True, 1, ["No known vulnerabilities in 1", "NOT AUDITED: 1 of 2"]),
        ([HOLED, SKIPPED], False, 1, ["b 2: CVE-1", "NOT AUDITED: 1 of 2"]),
    ],
)
def test_report(
    packages: list[dict[str, Any]], required: bool, status: int, says: list[str]
) -> None:
    given, lines = judge({"dependencies": packages}, "", required=required)
    assert given == status
    assert len(lines) == len(says)
    assert all(line.startswith(start) for line, start in zip(lines, says, strict=True))


@pytest.mark.parametrize(("required", "status"), [(False, 0), (True, 1)])
def test_no_report(required: bool, status: int) -> None:
    given, lines = judge(None, "no network", required=required)
    assert given == status
    assert lines == ["NOT AUDITED: pip-audit failed: no network"]
