"""Where the server of this checkout listens, and its token, for commands that talk to it."""

from pathlib import Path

from app.config import load_settings

_PROJECT = Path(__file__).resolve().parents[3]


def own_server(project: Path = _PROJECT) -> tuple[str, str]:
    """Give its address and its admin token, which is empty where none is set.

    Args:
        project: Folder of the ``.env`` that is read after the environment.

    Raises:
        ConfigurationError: When a setting is not allowed.
    """
    settings = load_settings(_env_file=project / ".env")
    host = "localhost" if settings.listens_everywhere else settings.host
    if ":" in host:
        host = f"[{host}]"
    token = settings.admin_token
    return f"http://{host}:{settings.port}", token.get_secret_value() if token else ""
