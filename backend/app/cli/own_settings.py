"""The settings of a command that works on this machine's library."""

from app.cli.speech import complain
from app.config import Settings, load_settings
from app.server.start_checks import keep_private, mistyped_settings


def own_settings(command: str | None = None) -> Settings:
    """Read the settings, tell of mistyped ones, and keep what is made from others.

    Args:
        command: Name that stands before each line, where the command's other lines have it.

    Raises:
        ConfigurationError: When a value is not allowed.
    """
    keep_private()
    for line in mistyped_settings():
        complain(line, command=command)
    return load_settings()
