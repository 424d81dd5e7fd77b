"""deploy/systemd: units that systemd takes, closed as far as the server allows."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app.config import Settings
from tests.support.script_project import ROOT

UNITS = ROOT / "deploy" / "systemd"
NAMES = ["emberpeak.service", "emberpeak-backup.service", "emberpeak-backup.timer"]
# systemd's own measure: 0 is closed, 10 open; a service without any of it has 9.6.
MOST_EXPOSURE = 20  # tenths


def section(name: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNITS / name, "utf-8")
    return parser["Service"]


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units with this checkout in the place of /opt/emberpeak."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not on this machine")
    for name in NAMES:
        text = (UNITS / name).read_text("utf-8").replace("/opt/emberpeak", str(ROOT))
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_systemd_takes_them(units: Path) -> None:
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(units / name for name in NAMES)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_is_closed(units: Path) -> None:
    judged = subprocess.run(
        [
            "systemd-analyze",
            "security",
            "--offline=true",
            f"--threshold={MOST_EXPOSURE}",
            units / "emberpeak.service",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unrecognized option" in judged.stderr:
        pytest.skip("this systemd cannot judge a file")
    assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize("name", ["emberpeak.service", "emberpeak-backup.service"])
def test_has_its_own_user_and_writes_its_data_only(name: str) -> None:
    service = section(name)
    assert service["User"] == "emberpeak"
    assert service["ProtectSystem"] == "strict"
    assert service["StateDirectory"] == "emberpeak"
    assert service["StateDirectoryMode"] == "0700"
    assert service["UMask"] == "0077"
    assert service["NoNewPrivileges"] == "yes"


def test_lets_paid_pictures_be_finished() -> None:
    service = section("emberpeak.service")
    longest = Settings(_env_file=None).gemini_timeout_seconds + 5
    assert int(service["TimeoutStopSec"]) > longest
    assert service["KillMode"] == "mixed"


def test_programs_are_in_the_project() -> None:
    for name in NAMES[:2]:
        program = re.sub("^/opt/emberpeak/", "", section(name)["ExecStart"])
        assert (ROOT / program).stat().st_mode & 0o111
