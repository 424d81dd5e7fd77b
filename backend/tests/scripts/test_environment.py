"""scripts/environment.sh: who installs, who does not, and with which status they end."""

import os
import pty
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.script_project import ScriptProject

pytestmark = pytest.mark.thorough

# Each with what it is given to come as far as Python.
COMMANDS = {
    "backup": (),
    "restore": ("--list",),
    "verify": (),
    "seed": ("--dry-run",),
    "migrate": ("dump.json",),
}


@pytest.fixture
def project(tmp_path: Path) -> ScriptProject:
    return ScriptProject(tmp_path / "project")


def test_nothing_is_written_when_nothing_is_to_be_installed(project: ScriptProject) -> None:
    before = project.contents()
    for script, status in (("install", 0), ("backup", 2), ("restore", 0), ("verify", 2)):
        done = project.run(f"scripts/{script}.sh", *COMMANDS.get(script, ()))
        assert (done.returncode, "Permission" in done.stderr) == (status, False), script
    assert project.contents() == before


def test_start_does_not_open_the_lock(project: ScriptProject) -> None:
    """Its folder may belong to root: the start came to an end there."""
    project.run("start_server.sh", PORT="none")
    assert not (project.folder / ".venv" / ".lock").exists()


@pytest.mark.parametrize(
    ("python", "says"),
    [
        ("exit 127", "install.sh"),
        ('exec "$real" -S "$@"', "cannot begin: No module named"),
        ('case $1 in -c) exec "$real" "$@" ;; esac; exec "$real" -S "$@"', "cannot begin"),
    ],
    ids=["its Python is gone", "no packages", "half a package"],
)
def test_status_is_2_where_it_cannot_begin(python: str, says: str, project: ScriptProject) -> None:
    project.set_python(python)
    for name, arguments in COMMANDS.items():
        done = project.run(f"scripts/{name}.sh", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), name
        assert says in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("loss", [".venv", "scripts/environment.sh", "requirements.txt"])
def test_status_is_2_where_a_file_is_gone(loss: str, project: ScriptProject) -> None:
    lost = project.folder / loss
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    for name, arguments in COMMANDS.items():
        done = project.run(f"scripts/{name}.sh", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), name
        assert loss in done.stderr or "install.sh" in done.stderr


def test_an_error_that_nobody_expected_is_no_backup(project: ScriptProject, tmp_path: Path) -> None:
    """Python by itself ends with 1, which says that a backup was made."""
    broken = tmp_path / "broken" / "app" / "cli"
    shutil.copytree(project.folder / "backend" / "app", broken.parent)
    with (broken / "backup.py").open("a", encoding="utf-8") as file:
        file.write(
            "\n\ndef make_backup(*_: object, **__: object) -> None:\n    raise KeyError(1)\n"
        )
    (project.folder / "backend").unlink()
    (project.folder / "backend").symlink_to(tmp_path / "broken")
    done = project.run("scripts/backup.sh")
    assert (done.returncode, "KeyError" in done.stderr) == (2, True)


def test_installs_nothing_beside_a_running_server(project: ScriptProject) -> None:
    """Such as by cron after a pull: pip would change the packages under the server."""
    with (project.folder / "requirements.txt").open("a", encoding="utf-8") as file:
        file.write("another==1.0\n")
    before = project.contents()
    for name, arguments in COMMANDS.items():
        done = project.run(f"scripts/{name}.sh", *arguments)
        assert (done.returncode, done.stdout) == (2, ""), name
        assert f"{project.folder}/scripts/install.sh" in done.stderr
    assert project.contents() == before
    assert "pip" not in project.calls


@pytest.mark.parametrize("script", ["start_server.sh", "scripts/install.sh"])
def test_says_who_could_install(script: str, project: ScriptProject) -> None:
    shutil.rmtree(project.folder / ".venv")
    (project.folder / ".venv").symlink_to("/proc/nowhere")
    done = project.run(script)
    assert (done.returncode, done.stdout) == (2, "")
    assert "may not write" in done.stderr
    assert f"{project.folder}/scripts/install.sh as the user that owns it" in done.stderr


def test_tells_size_and_progress(project: ScriptProject) -> None:
    project.stamp.unlink()
    project.set_python(
        'case "$*" in\n'
        '*install*) for i in 1 2 3 4 5; do printf "Collecting p%s\\n" a b c d e; done\n'
        'echo "Installing collected packages: pa"; exit ;;\n'
        "*compileall*) exit ;; esac\n"
        'exec "$real" "$@"'
    )
    done = project.run("scripts/install.sh")
    assert (done.returncode, done.stderr) == (0, "")
    first, *rest = done.stdout.splitlines()
    assert re.fullmatch(
        r"Installing the \d+ packages of requirements\.txt into \.venv: "
        r"about \d+ MB to download, \d+ MB on disk, .*\.\.\.",
        first,
    )
    assert [re.sub(r"of \d+", "of all", line) for line in rest] == [
        "  10 of all",
        "  20 of all",
        "  unpacking ...",
    ]
    assert project.stamp.exists()


def test_draws_progress_on_a_terminal(project: ScriptProject) -> None:
    ours, theirs = pty.openpty()
    subprocess.run(
        ["bash", "-c", ". scripts/environment.sh; echo 'Collecting a==1' | show_progress 7"],
        cwd=project.folder,
        stdout=theirs,
        check=True,
    )
    os.close(theirs)
    assert "1 of 7: a==1" in os.read(ours, 10_000).decode()
    os.close(ours)


def test_a_failed_install_is_tried_again(project: ScriptProject) -> None:
    project.stamp.unlink()
    project.set_python('case "$*" in *install*) exit 1 ;; esac\nexec "$real" "$@"')
    done = project.run("scripts/install.sh")
    assert (done.returncode, project.stamp.exists()) == (2, False)
    assert "Is the package index reachable?" in done.stderr


def test_is_called_through_a_link(project: ScriptProject, tmp_path: Path) -> None:
    link = tmp_path / "backup"
    link.symlink_to(project.folder / "scripts" / "backup.sh")
    done = project.run(program=str(link))
    assert "there is no database" in done.stderr


def test_status_is_2_where_nobody_can_go_back_to(project: ScriptProject, tmp_path: Path) -> None:
    """Such as another user's home, whose dump is named from there."""
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        ["bash", "-c", f'rmdir "$PWD"; exec {project.folder}/scripts/migrate.sh dump.json'],
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
