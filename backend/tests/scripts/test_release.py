"""scripts/release.sh makes a tag and an archive, once, of what is committed."""

import hashlib
import subprocess
import tarfile
from pathlib import Path

import pytest

from app import __version__
from tests.conftest import ServerFactory
from tests.support.metrics_page import samples
from tests.support.script_project import ROOT

ARCHIVE = f"emberpeak-{__version__}.tar.gz"


def git(clone: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(clone), "-c", "user.name=t", "-c", "user.email=t@e.org", *arguments],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A checkout with what a release needs, whose CHANGELOG knows this version."""
    folder = tmp_path / "clone"
    (folder / "scripts").mkdir(parents=True)
    (folder / "backend" / "app").mkdir(parents=True)
    for name in ("scripts/release.sh", "scripts/environment.sh", "backend/app/__init__.py"):
        (folder / name).write_bytes((ROOT / name).read_bytes())
    (folder / "CHANGELOG.md").write_text(
        f"# Changelog\n\n## {__version__}\n\n- What is new.\n\n## 0.0.1\n\n- What is old.\n",
        "utf-8",
    )
    (folder / ".gitignore").write_text("dist/\n", "utf-8")
    (folder / "scripts" / "release.sh").chmod(0o755)
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "all")
    return folder


def release(clone: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [clone / "scripts" / "release.sh"],
        cwd=clone.parent,
        capture_output=True,
        text=True,
        check=False,
        env={
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "GIT_COMMITTER_NAME": "t",
            "GIT_COMMITTER_EMAIL": "t@e.org",
        },
    )


def test_makes_tag_archive_and_checksum(clone: Path) -> None:
    done = release(clone)
    assert (done.returncode, done.stderr) == (0, "")
    data = (clone / "dist" / ARCHIVE).read_bytes()
    checksum = (clone / "dist" / f"{ARCHIVE}.sha256").read_text("utf-8")
    assert checksum == f"{hashlib.sha256(data).hexdigest()}  {ARCHIVE}\n"
    with tarfile.open(clone / "dist" / ARCHIVE) as archive:
        names = archive.getnames()
        mode = archive.getmember(f"emberpeak-{__version__}/scripts/release.sh").mode
    assert all(name.startswith(f"emberpeak-{__version__}") for name in names)
    assert mode & 0o111 == 0o111
    tag = git(clone, "cat-file", "-p", f"v{__version__}")
    assert "- What is new." in tag
    assert "- What is old." not in tag
    assert git(clone, "rev-parse", f"v{__version__}^{{}}") == git(clone, "rev-parse", "HEAD")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        ("echo more >>CHANGELOG.md", "Commit first"),
        ("git tag v" + __version__, "raise the version"),
        (
            f"sed -i 's/^## {__version__}/## Unreleased/' CHANGELOG.md && git commit -qam x",
            "section",
        ),
    ],
)
def test_refuses(spoil: str, says: str, clone: Path) -> None:
    subprocess.run(
        ["bash", "-c", f"git config user.name t; git config user.email t@e.org; {spoil}"],
        cwd=clone,
        check=True,
    )
    tags = git(clone, "tag")
    done = release(clone)
    assert (done.returncode, says in done.stderr) == (2, True)
    assert git(clone, "tag") == tags


def test_version_is_told_everywhere(make_server: ServerFactory) -> None:
    client = make_server().client
    told = client.get("/", headers={"Accept": "application/json"}).json()["version"]
    assert told == client.get("/openapi.json").json()["info"]["version"] == __version__
    labels = frozenset({("version", __version__)})
    assert samples(client)["emberpeak_build_info", labels] == 1


def test_version_stands_in_one_place() -> None:
    # The test of released databases names the versions that it keeps.
    files = ("*.py", "*.toml", "*.js", ":!backend/tests/database/test_releases.py")
    texts = subprocess.run(
        ["git", "-C", str(ROOT), "grep", "-lF", f'"{__version__}"', "--", *files],
        capture_output=True,
        text=True,
        check=False,
    ).stdout.split()
    assert texts == ["backend/app/__init__.py"]
