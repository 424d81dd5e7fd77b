"""What a server checks and reports at its start, none of which keeps it from starting."""

import difflib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import structlog
from dotenv import dotenv_values

from app.config import Settings
from app.database.engine import sqlite_module

log = structlog.get_logger()

_ENV_FILE = Path(".env")
# In .env nearly every name is meant for this program; the environment is everybody's.
_ALIKE_IN_FILE = 0.6
_ALIKE_IN_ENVIRONMENT = 0.8
# Before it two processes could corrupt a WAL file: sqlite.org/wal.html#walresetbug
_SAFE_SQLITE = (3, 51, 3)
# So many random letters and digits nobody finds at ten guesses a minute.
_SAFE_TOKEN_LENGTH = 16


def keep_private() -> None:
    """Let nobody else read what this process makes from now on, whatever it inherited.

    Folders get 0700 and files 0600; SQLite's -wal and -shm take after the database.
    """
    os.umask(0o077)


def warn_of_settings(settings: Settings) -> None:
    """Log what is most likely not meant."""
    for line in mistyped_settings():
        log.warning(line)
    if opened := readable_by_others(settings):
        log.warning(
            "other users of this machine can read the library: chmod -R go-rwx closes it",
            paths=", ".join(str(path) for path in opened),
        )


def mistyped_settings() -> list[str]:
    """A line for each such name, with the setting that is meant; never with its value."""
    known = [name.upper() for name in Settings.model_fields]
    in_file = [name.upper() for name in _names_in_file()]
    lines = []
    for name in in_file:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, 1, _ALIKE_IN_FILE)
            meant = f"is {nearest[0]} meant?" if nearest else "it is ignored"
            lines.append(f"{name} in .env is no setting of Emberpeak: {meant}")
    given = {name.upper() for name in os.environ} | set(in_file)
    for name in sorted(os.environ):
        lines += _in_environment(name, known, given)
    return lines


def readable_by_others(settings: Settings) -> list[Path]:
    """Stores of earlier versions that other users of this machine can read."""
    stores = [settings.database_file, settings.image_storage_dir, settings.backup_dir]
    return [path for path in stores if path is not None and _is_open(path.absolute())]


def report_settings(settings: Settings) -> None:
    """Log a line for each thing that an operator looks for; never a secret."""
    log.info("images", **_painter(settings))
    log.info(
        "limits",
        paid_a_day=settings.daily_image_limit,
        a_day_each_player=settings.player_daily_image_limit,
        monthly_usd=str(settings.monthly_budget_usd) if settings.monthly_budget_usd else "none",
        images_a_minute=settings.max_requests_per_minute,
        scenes_a_minute=settings.scene_requests_per_minute,
        at_once=settings.max_concurrent_generations,
    )
    log.info(
        "folders",
        database=str(settings.database_file or "in memory"),
        images=str(settings.image_storage_dir.absolute()),
        backups=str(settings.backup_dir.absolute()),
    )
    log.info(
        "callers",
        names=", ".join(settings.allowed_hosts or (settings.host,)),
        origins=", ".join(settings.allowed_origins) or "its own",
        proxies=", ".join(settings.trusted_proxies) or "none",
        admin_token="set" if settings.admin_token else "not set",
    )
    _report_operator(settings)
    _warn_of_old_sqlite()


def _in_environment(name: str, known: list[str], given: set[str]) -> Iterator[str]:
    # Short ones such as PORTS or WORKER belong to anybody.
    if "_" not in name or name.upper() in known:
        return
    nearest = difflib.get_close_matches(name.upper(), known, 1, _ALIKE_IN_ENVIRONMENT)
    # Where the setting is there too, the other name is another program's.
    if nearest and nearest[0] not in given:
        yield f"{name} in the environment is no setting of Emberpeak: is {nearest[0]} meant?"


def _names_in_file() -> list[str]:
    try:
        return list(dotenv_values(_ENV_FILE)) if _ENV_FILE.is_file() else []
    except (OSError, UnicodeDecodeError):  # loading the settings says so
        return []


def _is_open(path: Path) -> bool:
    try:
        readable = path.stat().st_mode & stat.S_IROTH
        return bool(readable) and all(
            folder.stat().st_mode & stat.S_IXOTH for folder in path.parents
        )
    except OSError:
        return False


def _painter(settings: Settings) -> dict[str, object]:
    if not settings.uses_gemini:
        return {"painter": "local"}
    if settings.gemini_api_key is None:
        return {"painter": "none", "reason": "GEMINI_API_KEY is not set"}
    return {
        "painter": "gemini",
        "model": settings.gemini_model,
        "size": settings.gemini_image_size or "the model's own",
        "timeout_seconds": settings.gemini_timeout_seconds,
    }


def _report_operator(settings: Settings) -> None:
    if settings.admin_token is not None:
        if len(settings.admin_token.get_secret_value()) < _SAFE_TOKEN_LENGTH:
            log.warning("ADMIN_TOKEN is short enough to be guessed: take 'openssl rand -hex 32'")
    elif settings.is_published:
        log.warning(
            "no ADMIN_TOKEN is set, and a name or a proxy leads others here: nobody may do "
            "maintenance until it is set",
            allowed_hosts=settings.allowed_hosts,
            trusted_proxies=settings.trusted_proxies,
        )
    elif not settings.listens_on_loopback:
        log.warning(
            "no ADMIN_TOKEN is set and TRUST_LOCAL_NETWORK is on: everybody who can connect may "
            "play and have images made; only programs on this machine may do maintenance",
            host=settings.host,
        )
    else:
        log.info(
            "no ADMIN_TOKEN is set: programs on this machine may do everything, and requests that "
            "a proxy passes on no maintenance",
            host=settings.host,
        )


def _warn_of_old_sqlite() -> None:
    """Where there is no wheel of pysqlite3, as on ARM, it is the one that Python came with."""
    module = sqlite_module()
    if module.sqlite_version_info < _SAFE_SQLITE:
        log.warning(
            "this SQLite is older than 3.51.3 and may damage a file that several processes write: "
            "leave WORKERS=1, and stop the server for verify.sh --repair",
            sqlite=module.sqlite_version,
        )
