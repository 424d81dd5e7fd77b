"""A command that ends by a fault of its own still ends with a status that its help names."""

import importlib
import sys

import click
import pytest

from app.cli.__main__ import main


@pytest.mark.parametrize(
    ("command", "status"), [("backup", 2), ("restore", 1), ("verify", 2), ("migrate", 2)]
)
def test_fault_of_its_own(
    command: str,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Python's own 1 would say that a backup was made, or that a library is damaged."""

    def fail() -> int:
        raise RuntimeError("nobody thought of that")

    failing = click.Command(command, callback=fail)
    monkeypatch.setattr(importlib.import_module(f"app.cli.{command}"), "main", failing)
    monkeypatch.setattr(sys, "argv", ["commands", command])
    assert main() == status
    assert "nobody thought of that" in capsys.readouterr().err
