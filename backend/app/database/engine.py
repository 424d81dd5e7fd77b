"""The database: one serialized writer, pooled read-only readers, and the unit of work.

Nothing else in the project commits; ``tests/rules`` checks that.
"""

import asyncio
import importlib
import sqlite3
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import quote

from sqlalchemy import URL, Engine, QueuePool, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.concurrency.thread_pool import ContextThreadPool
from app.database.errors import WriteTrouble, why_not_writable
from app.database.serialized_pool import SerializedStaticPool
from app.database.version import VersionWatcher
from app.domain import LibraryVersion
from app.stores import database_path

P = ParamSpec("P")
T = TypeVar("T")

_EVERY_CONNECTION = (
    "PRAGMA foreign_keys=ON",  # off by default, and set for each connection
    "PRAGMA busy_timeout=5000",  # wait for another process's write instead of failing at once
    "PRAGMA cache_size=-2000",  # each of many connections fills it; 20 MB made no search quicker
    "PRAGMA temp_store=MEMORY",  # sorting never needs room on the disk
)
_WRITER = (
    "PRAGMA journal_mode=WAL",  # readers go on while a write is under way
    "PRAGMA synchronous=FULL",  # what was acknowledged survives a power cut; costs 0.24 ms
    "PRAGMA journal_size_limit=67108864",  # a burst does not leave a huge -wal file for ever
)
_READER = ("PRAGMA query_only=ON",)  # a write through a reader fails instead of going unserialized

_NO_END = -1  # of connections beyond those kept, to SQLAlchemy


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand: the packaged one, else the interpreter's own."""
    try:
        return importlib.import_module("pysqlite3.dbapi2")
    except ImportError:  # pragma: no cover - platforms without a wheel
        return sqlite3


def _nobody(_waited: float, _held: float | None) -> None:
    """Stands in where nobody wants to know."""


def _is_on_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def folded(text: str | None) -> str | None:
    """Text without its case, for searches: SQLite's own ``lower`` knows ASCII letters only."""
    if text is None or text.isascii():
        return text and text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).casefold())


def file_address(path: Path, mode: str) -> str:
    """The address of an existing file for SQLite.

    Args:
        path: The file.
        mode: ``rw`` or ``ro``, perhaps with further options such as ``&immutable=1``.
    """
    # With two slashes at its beginning, which pathlib keeps, a path would be read as a host.
    return f"file:/{quote(str(path.absolute()).lstrip('/'))}?mode={mode}"


def _prepare(engine: Engine, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        # The driver's own BEGIN is deferred, and skipped before DDL: transactions are begun here.
        connection.isolation_level = None
        connection.create_function("folded", 1, folded, deterministic=True)
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()


def create_writer(url: str) -> Engine:
    """Make the engine whose one connection does all the writing."""
    path = database_path(url)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        URL.create("sqlite", database=str(path) if path else None),
        module=sqlite_module(),
        poolclass=SerializedStaticPool,
        hide_parameters=True,  # an error would quote prompts and players in the log
        connect_args={"check_same_thread": False},
    )
    _prepare(engine, _EVERY_CONNECTION + (_WRITER if path else ()))

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # Taking the write lock at once: a deferred BEGIN that turns into a write later fails
        # with "database is locked" and does not wait for the busy time-out.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _create_reader(path: Path, size: int, more: int) -> Engine:
    file, _, mode = file_address(path, "ro").partition("?mode=")
    engine = create_engine(
        # Put together from parts: read from a string, SQLAlchemy would undo the quoting, and a
        # folder such as C#/ or 50%/ would lead SQLite to another file.
        URL.create("sqlite", database=file, query={"mode": mode, "uri": "true"}),
        module=sqlite_module(),
        poolclass=QueuePool,
        pool_size=size,
        pool_use_lifo=True,  # few connections stay warm, instead of all that each keep pages
        max_overflow=more,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )
    _prepare(engine, _EVERY_CONNECTION + _READER)
    return engine


class Database:
    """Owns the engines; the only place that begins and commits.

    Args:
        url: The database's address.
        observe_write: Told how many seconds each write waited for its turn, and took then;
            None where it waited in vain.
    """

    def __init__(
        self, url: str, observe_write: Callable[[float, float | None], None] = _nobody
    ) -> None:
        self.path = database_path(url)
        self.in_memory = self.path is None
        self._observe_write = observe_write
        self._trouble = WriteTrouble()
        self.writer = create_writer(url)
        # A database in memory exists on one connection only, so reads take their turn there.
        self.reader = self._prompt = self.writer
        if self.path is not None:
            self.reader = _create_reader(self.path, size=5, more=10)
            # The event loop's own, never empty: were it to wait for a connection, so would
            # everybody, and those who could give one back.
            self._prompt = _create_reader(self.path, size=2, more=_NO_END)
        self._writing = ContextThreadPool(max_workers=1, thread_name_prefix="db-writer")
        self._watcher = VersionWatcher(sqlite_module(), self._prompt) if self.path else None

    @contextmanager
    def unit_of_work(self, asked_at: float | None = None) -> Iterator[Session]:
        """Open the writing session: committed at the end, rolled back on any error.

        Never held across a model call, an encode, or the sending of an answer.

        Args:
            asked_at: When the caller began to wait, by ``time.perf_counter``; now, if left out.
        """
        asked = time.perf_counter() if asked_at is None else asked_at
        begun: float | None = None
        try:
            with Session(self.writer, expire_on_commit=False) as session, session.begin():
                session.connection()  # waits here for the turn, so that waiting can be told
                begun = time.perf_counter()
                yield session
            self._trouble.ended(None)
        except SQLAlchemyError as error:
            self._trouble.ended(error)
            raise
        finally:
            # Failed ones too: where every write waits in vain, nobody else would tell.
            ended = time.perf_counter()
            held = None if begun is None else ended - begun
            self._observe_write((begun or ended) - asked, held)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that can only read; each statement sees the newest commit.

        On the event loop it never waits for a connection; on a thread it may.
        """
        engine = self._prompt if _is_on_a_loop() else self.reader
        with Session(engine, expire_on_commit=False, autoflush=False) as session:
            yield session

    def version(self) -> LibraryVersion | None:
        """The version of the library, for the event loop; None if nobody can tell.

        In memory the one connection does not see its own commits as changes.
        """
        return None if self._watcher is None else self._watcher.read()

    async def write(
        self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``work`` as one unit of work, off the event loop, one after the other."""
        asked_at = time.perf_counter()

        def unit() -> T:
            with self.unit_of_work(asked_at) as session:
                return work(session, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._writing, unit)

    async def read(
        self, work: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a longer read off the event loop; a look-up by key is quicker with ``reading``."""

        def look() -> T:
            with self.reading() as session:
                return work(session, *args, **kwargs)

        return await asyncio.to_thread(look)

    def size_bytes(self, session: Session) -> dict[str, int]:
        """How large the database is, and the log of what was written last."""
        pages = session.scalar(
            text("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        )
        log = self.path.with_name(f"{self.path.name}-wal") if self.path else None
        return {"main": pages or 0, "wal": log.stat().st_size if log and log.is_file() else 0}

    def connections_in_use(self) -> dict[str, int]:
        """How many connections of each pool work just now."""
        writer = self.writer.pool
        taken = int(writer.is_taken) if isinstance(writer, SerializedStaticPool) else 0
        pools = [engine.pool for engine in (self.reader, self._prompt)]
        reading = [pool.checkedout() for pool in pools if isinstance(pool, QueuePool)]
        watching = self._watcher.connections if self._watcher else 0
        return {"writer": taken, "reader": sum(reading) - watching if reading else taken}

    def why_not_writable(self) -> str | None:
        """What keeps units of work from being written; None where nothing does.

        Asks the file system and what became of the last writes, and writes nothing itself. The
        heartbeat writes every few seconds, so that there is always a last one.
        """
        if self.path is None:
            return None
        return why_not_writable(self.path) or self._trouble.why()

    def close(self) -> None:
        """Finish the writes under way and close every connection."""
        self._writing.shutdown(wait=True)
        if self._watcher is not None:
            self._watcher.close()
        # The writer last: the last connection folds the -wal file in, which a reader may not.
        self.reader.dispose()
        self._prompt.dispose()
        self.writer.dispose()
