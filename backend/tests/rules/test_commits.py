"""Who may begin and commit.

The bug behind the rule: commits scattered through services acknowledge half of a unit of work,
and a session opened past the serialized pool makes two units share one connection; measured, that
loses a third of the acknowledged commits.
"""

import ast
from pathlib import Path

APP = Path(__file__).parents[2] / "app"
MAY = {APP / "database" / "engine.py", APP / "database" / "schema.py"}

METHODS = {"commit", "begin", "begin_nested"}
NAMES = {"Session", "sessionmaker", "scoped_session", "async_sessionmaker", "AsyncSession"}


def offences(source: str) -> list[str]:
    """Each call that begins, commits or opens a session, with its line."""
    return [
        f"line {node.lineno}: {called}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        for called in [name_of(node.func)]
        if called is not None
    ]


def name_of(function: ast.expr) -> str | None:
    if isinstance(function, ast.Attribute) and function.attr in METHODS | NAMES:
        return f".{function.attr}("
    if isinstance(function, ast.Name) and function.id in NAMES:
        return f"{function.id}("
    return None


def test_only_the_unit_of_work_commits() -> None:
    found = {
        str(path.relative_to(APP)): wrong
        for path in set(APP.rglob("*.py")) - MAY
        if (wrong := offences(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_the_check_finds() -> None:
    source = "db().commit()\nwith e.begin(): s = orm.Session(e)\nmake = sessionmaker(begin)"
    assert len(offences(source)) == 4
