"""Who may import whom, and what no file may name.

The bugs behind the rules: a service that knows HTTP cannot be used by a script or a test without
a request; a route with SQL in it goes past the unit of work; a path of a developer's machine
works on that machine only.
"""

import ast
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
APP = ROOT / "backend" / "app"
ENGINE = APP / "database" / "engine.py"
SOURCES = (ROOT / "backend", ROOT / "scripts")

FORBIDDEN = {
    "services": ("app.api", "app.main", "app.wiring", "fastapi", "starlette"),
    "models": ("app.api", "app.services", "app.schemas", "fastapi", "starlette"),
    "schemas": ("app.api", "app.main", "app.services", "sqlalchemy", "fastapi", "starlette"),
    "api": (
        *("app.database", "app.main", "app.models", "app.services.storage", "app.wiring"),
        *("filelock", "sqlalchemy"),
    ),
}
# What only a service does: begin a unit of work, or write down what was counted.
WORK_OF_SERVICES = {"flush", "reading", "unit_of_work"}
# Imports that still close a circle between packages. Take a line away; never add one.
STILL_CIRCULAR = {
    ("app.services.billing", "app.services.generation"),
}

# Put together here, so that this file does not name them.
DEVELOPERS_PATHS = tuple(f"/{folder}/" for folder in ("work", "root", "home", "Users"))
REGISTRIES = (
    "pypi" + ".org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
    "crates" + ".io",
    "jsdelivr" + ".net",
    "unpkg" + ".com",
)


@cache
def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def test_the_painter_knows_nothing_of_the_server() -> None:
    painter = ROOT / "backend" / "pixel_artist"
    assert [
        path for path in painter.rglob("*.py") if any(within(n, ("app",)) for n in imported(path))
    ] == []


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("layer", FORBIDDEN)
def test_no_import_against_the_layers(layer: str) -> None:
    found = {
        str(path.relative_to(APP)): wrong
        for path in (APP / layer).rglob("*.py")
        if (wrong := sorted(name for name in imported(path) if within(name, FORBIDDEN[layer])))
    }
    assert found == {}


def attributes(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_routers_call_services_only() -> None:
    """Router, service, data: a method of a service is one unit of work."""
    found = {
        str(path.relative_to(APP)): wrong
        for path in (APP / "api").rglob("*.py")
        if (wrong := attributes(path) & WORK_OF_SERVICES)
    }
    assert found == {}
    assert WORK_OF_SERVICES & attributes(APP / "services" / "library" / "images.py")


def package(module: str) -> str:
    """``app.services.x`` of a service, else ``app.x``; empty for other names."""
    parts = module.split(".")
    if parts[0] != "app" or len(parts) < 2 or parts[1] == "__main__":
        return ""
    return ".".join(parts[: 3 if parts[1] == "services" else 2])


def circle(imports: dict[str, set[str]]) -> set[str]:
    """The packages that import each other in circles, and those between two circles."""
    left = {name: set(names) for name, names in imports.items()}
    while left:
        used = set().union(*left.values())
        free = {name for name in left if name not in used or not left[name] & left.keys()}
        if not free:
            break
        left = {name: names for name, names in left.items() if name not in free}
    return set(left)


def test_no_circle_between_packages() -> None:
    imports: dict[str, set[str]] = {}
    for path in APP.rglob("*.py"):
        module = ".".join(path.relative_to(APP.parent).with_suffix("").parts)
        own = package(module.removesuffix(".__init__"))
        names = {package(name) for name in imported(path)}
        imports.setdefault(own, set()).update(
            name for name in names - {own, ""} if (own, name) not in STILL_CIRCULAR
        )
    assert circle(imports) == set()


def test_one_copy_of_sqlite() -> None:
    """Two in one process do not see each other's locks, and either drops those of the other."""
    files = [path for root in SOURCES for path in root.rglob("*.py")]
    naming = [path for path in files if "sqlite3" in path.read_text(encoding="utf-8")]
    assert [path for path in naming if "sqlite3" in imported(path)] == [ENGINE]


def test_the_checks_see(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text("import a.b\nfrom c import d\ndef f():\n    from e.f import g as h\n")
    assert imported(path) == {"a.b", "c", "c.d", "e.f", "e.f.g"}
    assert within("fastapi.responses", ("fastapi",))
    assert not within("fastapi_offline", ("fastapi",))
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == {"b", "c"}
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == set()


@pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a git checkout"
)
def test_no_tracked_text_names_a_developers_path_or_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    paths = [ROOT / name for name in listed if name and (ROOT / name).is_file()]
    found = {
        str(path.relative_to(ROOT)): unwanted
        for path in paths
        for data in [path.read_bytes()]
        if b"\0" not in data
        for unwanted in DEVELOPERS_PATHS + REGISTRIES
        if unwanted.encode() in data
    }
    assert found == {}
