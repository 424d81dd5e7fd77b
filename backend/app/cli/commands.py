"""The group of all commands; each is a module of its own."""

import importlib
import sys

import click

NAMES = ("backup", "export", "health", "import", "migrate", "restore", "seed", "verify")
# A module cannot have the name of one of Python's own words.
_MODULES = {"import": "image_import"}


class _Commands(click.Group):
    """Imports a command only if it is asked for, which saves the others' imports."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(NAMES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in NAMES:
            return None
        command: click.Command = importlib.import_module(
            f"app.cli.{_MODULES.get(cmd_name, cmd_name)}"
        ).main
        return command


@click.group(cls=_Commands)
def commands() -> None:
    """Work on the library of this checkout, or on its server."""


def run() -> int:
    """Run the command that the arguments name, and give its exit status."""
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        return int(commands.main(prog_name="emberpeak", standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        return error.exit_code
