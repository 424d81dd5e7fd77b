"""Checks the pinned packages for known vulnerabilities, and says so if it could not.

pip-audit alone passes if its service knows none of the packages or cannot be reached. Exit status
1: a vulnerability was found, or, with REQUIRE_AUDIT=1, a package was not audited.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

_PROJECT = Path(__file__).resolve().parents[1]
_FILES = ("-r", "requirements.txt", "-r", "requirements-dev.txt")
_PATIENCE_SECONDS = 300


def main() -> int:
    """Run pip-audit over both files and return the exit status."""
    report, complaint = _ask()
    required = bool(os.environ.get("REQUIRE_AUDIT"))
    status, lines = judge(report, complaint, required=required)
    print("\n".join(lines))
    return status


def judge(
    report: dict[str, Any] | None, complaint: str, *, required: bool
) -> tuple[int, list[str]]:
    """Exit status and lines to print, from pip-audit's report or, without one, its error."""
    if report is None:
        return int(required), [f"NOT AUDITED: pip-audit failed: {complaint}"]
    packages = report["dependencies"]
    vulnerabilities = [
        f"{package['name']} {package['version']}: {found['id']}, "
        f"fixed in {', '.join(found['fix_versions']) or 'no version yet'}"
        for package in packages
        for found in package.get("vulns", ())
    ]
    skipped = [package for package in packages if "skip_reason" in package]
    lines = vulnerabilities or [
        f"No known vulnerabilities in {len(packages) - len(skipped)} packages."
    ]
    if skipped:
        reason = skipped[0]["skip_reason"]
        lines.append(f"NOT AUDITED: {len(skipped)} of {len(packages)} packages, such as: {reason}")
    return int(bool(vulnerabilities) or (required and bool(skipped))), lines


def _ask() -> tuple[dict[str, Any] | None, str]:
    command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip", "--format=json"]
    try:
        done = subprocess.run(
            [*command, "--progress-spinner=off", "--timeout=10", *_FILES],
            cwd=_PROJECT,
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
        report: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return None, f"no answer within {_PATIENCE_SECONDS} s"
    except ValueError:
        complaints = done.stderr.strip().splitlines() or ["it said nothing"]
        return None, complaints[-1]
    return report, ""


if __name__ == "__main__":
    sys.exit(main())
