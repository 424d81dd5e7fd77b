"""Dockerfile and compose.yaml: what they promise, and a life in the layout that they make.

There is no docker here: the files that the Dockerfile names are laid out below a folder that is
``/`` to the programs, read-only, with its user, its environment and its commands.
"""

import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.config import Settings
from tests.support.dockerfile import lay_out, stages
from tests.support.library import ask_scene
from tests.support.script_project import ROOT
from tests.support.service_user import UID, Service, root_with

pytestmark = pytest.mark.xdist_group("installed")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return found


def test_image_runs_without_root_and_installs_nothing_at_the_start() -> None:
    build, last = stages()
    assert re.fullmatch(r"(\d+):\1", last.one("USER"))
    assert int(last.one("USER").partition(":")[0]) >= 10_000
    assert last.one("VOLUME") == '["/data"]'
    assert last.command == ["./start_server.sh"]
    assert "curl" not in " ".join(last.health_check)
    # What restarts it looks at nothing that a restart does not mend, such as a full disk.
    assert "'/health/live'" in last.health_check[-1]
    # Each layer of the last stage but /data is copied from the first, which installs.
    assert [line for line in last.all("RUN") if "/data" not in line] == []
    assert '["scripts/install.sh"]' in build.all("RUN")
    assert build.base == last.base


def test_compose_is_closed_but_for_this_machine(compose: dict[str, Any]) -> None:
    (service,) = compose["services"].values()
    assert service["ports"] == ["127.0.0.1:8000:8000"]
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]
    assert service["cap_drop"] == ["ALL"]
    assert service["volumes"] == ["data:/data"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["stop_grace_period"].removesuffix("s")) > 35


def test_every_setting_is_known(compose: dict[str, Any]) -> None:
    (service,) = compose["services"].values()
    names = {name.lower() for name in {**stages()[-1].environment, **service["environment"]}}
    assert names <= set(Settings.model_fields)


def test_trial_needs_no_token(compose: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    (service,) = compose["services"].values()
    for name, value in {**stages()[-1].environment, **service["environment"]}.items():
        monkeypatch.setenv(name, value)
    settings = Settings(_env_file=None)
    assert (settings.host, settings.admin_token) == ("0.0.0.0", None)


@pytest.fixture
def container(installed: Path, compose: dict[str, Any]) -> Service:
    """The layout on a volume of its own."""
    place = installed.parent / "container"
    shutil.rmtree(place, ignore_errors=True)
    root, volume = place / "root", place / "volume"
    lay_out(root)
    volume.mkdir()
    os.chown(volume, UID, UID)
    volume.chmod(0o700)
    mounts = root_with(root, {"data": volume, "app/.venv": installed / ".venv"})
    (service,) = compose["services"].values()
    values = {**stages()[-1].environment, **service["environment"]}
    return Service("/app", mounts, root, values)


def test_life(container: Service, installed: Path, tmp_path: Path) -> None:
    """Start, play, save, back up, stop, restore, and start the next image on the same volume."""
    last = stages()[-1]
    volume = installed.parent / "container" / "volume"
    with container.serving(tmp_path / "log", last.command) as client:
        port = str(client.base_url.port)
        assert container.run(*last.health_check, PORT=port).returncode == 0
        picture = ask_scene(client)
        saved = client.put("/api/v1/saves/1", json={"state": 1}, headers={"If-Match": '"empty"'})
        assert saved.status_code == 200, saved.text
        cookies = dict(client.cookies)
        backup = container.run("scripts/backup.sh")
        assert (backup.returncode, backup.stderr) == (0, "")
    for path in ("/app/x", "/x", "/app/backend/app/x", "/app/.venv/x", "/usr/x"):
        assert container.run("touch", path).returncode != 0, "the code cannot be changed"
    assert container.run("touch", "/data/x", "/tmp/x").returncode == 0
    assert container.run(*last.health_check, PORT=port).returncode != 0
    lines = (tmp_path / "log").read_text("utf-8").splitlines()
    assert all(line.startswith("{") for line in lines)

    shutil.rmtree(volume / "images")
    name = backup.stdout.split()[1].rstrip(":")
    restored = container.run("scripts/restore.sh", name, "--force")
    assert (restored.returncode, restored.stderr) == (0, "")
    with container.serving(tmp_path / "log", last.command) as client:
        client.cookies.update(cookies)
        assert ask_scene(client)["served"] == "cached"
        assert client.get(picture["url"]).status_code == 200
        assert client.get("/api/v1/saves/1").json() == {"state": 1}
