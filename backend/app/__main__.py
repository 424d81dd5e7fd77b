"""``python -m app``: bring the database up to date, then serve."""

import sys
from contextlib import nullcontext, suppress
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI
from sqlalchemy import Engine
from uvicorn.config import STARTUP_FAILURE

from app.config import ConfigurationError, Settings, load_settings, log_format
from app.database.engine import create_writer
from app.database.errors import WRITE_NOTHING
from app.database.schema import refuse_foreign, upgrade_schema
from app.main import create_app
from app.observability.logging_setup import set_up_logging
from app.observability.metrics import shared_metrics
from app.server.limits import allow_open_files
from app.server.start_checks import keep_private, report_settings, warn_of_settings
from app.server.start_errors import why_not_started
from app.server.uvicorn_options import server_options
from app.server.workers import Workers, end_with_parent
from app.services.backup.journal import finish_interrupted
from app.services.backup.store import place_of
from app.services.coordination.instances import InstanceRegistry
from app.services.storage.layout import layout_of

log = structlog.get_logger()


def main() -> int:
    """Run the server until it is told to stop; gives the exit status."""
    keep_private()
    try:
        settings = load_settings()
    except ConfigurationError as error:
        _report(error)
        return 2
    set_up_logging(settings.log_level, settings.log_format)
    warn_of_settings(settings)
    try:
        refuse_foreign(settings.database_file)
        _reach(settings.image_storage_dir)
        _end_restore(settings)
        _upgrade(settings)
    except Exception as error:
        reason = why_not_started(error, settings)
        if reason is None:
            raise
        log.error("cannot start", reason=reason)  # noqa: TRY400 - expected, no traceback
        return 1
    _serve(settings)
    return 0


def _report(error: ConfigurationError) -> None:
    if log_format() == "json":
        set_up_logging("INFO", "json")
        for line in str(error).splitlines():
            log.error("cannot start", reason=line)
    else:
        print(error, file=sys.stderr)  # noqa: T201 - one plain line is what a person needs


def _reach(image_folder: Path) -> None:
    """Make sure of the image folder, where the reason can still be told in one line."""
    image_folder.mkdir(parents=True, exist_ok=True)
    layout = layout_of(image_folder)
    with suppress(OSError):  # said below, unless nobody can write there at all
        layout.make_own()
    InstanceRegistry(layout.instances).close()


def _end_restore(settings: Settings) -> None:
    """A restore that was killed between its renames is ended before anything is opened."""
    if settings.database_file is None:
        return
    backup = finish_interrupted(place_of(settings))
    if backup is not None:
        log.warning("ended a restore that was cut off", backup=backup)


def _upgrade(settings: Settings) -> None:
    writer = create_writer(settings.database_url)
    upgrade_schema(writer)
    _try_to_write(writer)
    writer.dispose()


def _try_to_write(writer: Engine) -> None:
    """Notice a file of another user now: a server that can only read would keep nothing."""
    with writer.connect() as connection:
        connection.exec_driver_sql(WRITE_NOTHING)
        connection.rollback()


def worker_app() -> FastAPI:
    """Make the application in a worker process, which shares no memory with its parent."""
    end_with_parent()
    settings = load_settings()
    set_up_logging(settings.log_level, settings.log_format)
    return create_app(settings)


def _serve(settings: Settings) -> None:
    address = _own_address(settings)
    log.info(
        "starting", game=f"{address}/game/", docs=f"{address}/docs", health=f"{address}/health"
    )
    report_settings(settings)
    allow_open_files()
    several = settings.workers > 1
    with shared_metrics() if several else nullcontext():
        config = uvicorn.Config(
            "app.__main__:worker_app" if several else create_app(settings),
            factory=several,
            workers=settings.workers,
            host=settings.host,
            port=settings.port,
            **server_options(settings),
            timeout_graceful_shutdown=int(settings.gemini_timeout_seconds) + 5,
        )
        _run(config)


def _own_address(settings: Settings) -> str:
    """The address as a browser on this machine takes it; the README names the same.

    A player is known by a cookie, which another spelling of this machine would not have.
    """
    host = settings.host
    if settings.listens_everywhere or host == "localhost":
        host = "127.0.0.1"
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{settings.port}{settings.root_path}"


def _run(config: uvicorn.Config) -> None:
    """Serve as ``uvicorn.run`` does, but open the same door for one worker as for several.

    asyncio, which opens it for one, would take ``::`` for IPv6 alone.
    """
    door = config.bind_socket()
    if config.workers > 1:
        Workers(config, sockets=[door]).run()
        return
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[door])
    if not server.started:
        sys.exit(STARTUP_FAILURE)


if __name__ == "__main__":
    sys.exit(main())
