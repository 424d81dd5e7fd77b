"""Keeps background work running: what dies is reported and begun again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, Literal

import structlog

log = structlog.get_logger()

BackgroundWork = Literal["heartbeat", "jobs", "pruning", "sampler", "usage"]
"""What runs all the time."""

Work = Callable[[], Coroutine[Any, Any, None]]

_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0
# Who has run for so long since the last death is well again.
STEADY_SECONDS = 60.0


class Supervisor:
    """Runs work that never ends by itself, such as writing counts every second.

    A task that died would otherwise be seen at the end of the process only, and what it did would
    stop for good.

    Args:
        deaths: Told the name of each work that died.
        pause: Waits for some seconds before work is begun again.
        now: Seconds on a clock that only goes forward.
    """

    def __init__(
        self,
        deaths: Callable[[BackgroundWork], None],
        *,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deaths = deaths
        self._pause = pause
        self._now = now
        self._tasks: dict[BackgroundWork, asyncio.Task[None]] = {}
        self._fallen: dict[BackgroundWork, tuple[float, str]] = {}

    def start(self, name: BackgroundWork, work: Work) -> None:
        """Run work until ``stop``; it is begun anew each time that it dies."""
        self._tasks[name] = asyncio.create_task(self._keep(name, work), name=name)

    async def stop(self, name: BackgroundWork) -> None:
        """End it, and wait for its end."""
        task = self._tasks.pop(name)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def troubles(self) -> dict[BackgroundWork, str]:
        """Why work died, by name; until it has run for ``STEADY_SECONDS`` again."""
        now = self._now()
        # A copy, since another thread asks than the one that writes.
        return {
            name: why
            for name, (at, why) in self._fallen.copy().items()
            if now - at < STEADY_SECONDS
        }

    async def _keep(self, name: BackgroundWork, work: Work) -> None:
        pause, told = _FIRST_PAUSE_SECONDS, ""
        while True:
            began = self._now()
            why = await self._run(name, work, told)
            if self._now() - began >= STEADY_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            told = why
            # From the next beginning on: while it waits to be begun, it is not well either.
            self._fallen[name] = (self._now() + pause, why)
            self._deaths(name)
            await self._pause(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

    async def _run(self, name: BackgroundWork, work: Work, told: str) -> str:
        """Run it to its death; gives the reason, whose traceback is logged where it is new."""
        try:
            await work()
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            why = "it was cancelled"
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            if why != told:
                log.exception("background work died", work=name)
                return why
        else:
            why = "it ended"
        log.warning("background work died", work=name, reason=why)
        return why
