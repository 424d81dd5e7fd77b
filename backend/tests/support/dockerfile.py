"""Reads a Dockerfile, and lays its last stage out as a folder, without docker."""

import json
import shlex
import shutil
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from tests.support.script_project import ROOT


@dataclass
class Stage:
    """What one ``FROM`` begins: instructions in order, each a word and its arguments."""

    base: str
    name: str
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, word: str) -> list[str]:
        """The arguments of every instruction of one kind."""
        return [arguments for kind, arguments in self.instructions if kind == word]

    def one(self, word: str) -> str:
        """The arguments of the only instruction of one kind."""
        (found,) = self.all(word)
        return found

    @property
    def environment(self) -> dict[str, str]:
        """What ``ENV`` sets."""
        words = [word for line in self.all("ENV") for word in shlex.split(line)]
        return dict(word.split("=", 1) for word in words)

    @property
    def command(self) -> list[str]:
        """``CMD``, which must be in exec form."""
        words: list[str] = json.loads(self.one("CMD"))
        return words

    @property
    def health_check(self) -> list[str]:
        """The command of ``HEALTHCHECK``, which must be in exec form."""
        words: list[str] = json.loads(self.one("HEALTHCHECK").partition("CMD")[2])
        return words


def stages(path: Path = ROOT / "Dockerfile") -> list[Stage]:
    """Every stage in order."""
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    found: list[Stage] = []
    for instruction in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, arguments = instruction.strip().partition(" ")
        if word == "FROM":
            base, _, name = arguments.partition(" AS ")
            found.append(Stage(base, name))
        elif word:
            found[-1].instructions.append((word, arguments.strip()))
    return found


def lay_out(image: Path) -> None:
    """Copy into ``image/app`` what the first stage copies into its ``WORKDIR`` /app."""
    build, last = stages()
    assert build.one("WORKDIR") == "/app"
    assert last.all("COPY") == [f"--from={build.name} /app /app"]
    ignored = [
        line.removeprefix("**/")
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]

    def leave_out(folder: str, names: list[str]) -> set[str]:
        inside = Path(folder).relative_to(ROOT)
        return {
            name
            for name in names
            for form in ignored
            if fnmatch(name, form) or fnmatch(str(inside / name), form)
        }

    for line in build.all("COPY"):
        *sources, target = line.split()
        for source in sources:
            place = image / "app" / target
            if (ROOT / source).is_dir():
                shutil.copytree(ROOT / source, place, ignore=leave_out, dirs_exist_ok=True)
            else:
                place.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / source, place)
