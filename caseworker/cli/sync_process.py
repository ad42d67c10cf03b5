"""The process that syncs beside the desk: told by lines, heard by lines of JSON."""

import asyncio
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path
from typing import Final

from msgspec import MsgspecError, json

from caseworker.locale import _
from screens.sync_line import SyncEvent

GRACE: Final = 3.0
"""Seconds that the process has to end by itself."""

RESTARTS: Final = (5.0, 20.0, 60.0, 300.0)
"""Seconds before each new start of a process that ended by itself."""

_decode = json.Decoder(SyncEvent).decode


class SyncProcess:
    """Keeps `caseworker sync --watch` running while the desk is open (DESIGN §4, §5).

    The key goes through a pipe, never through the environment or the command line.
    """

    def __init__(self, home: Path, key: bytes) -> None:
        self._home = home
        self._key = key
        self._process: Process | None = None

    async def run(self, tell: Callable[[SyncEvent], None]) -> None:
        """Keep the process running and tell what it says, until cancelled."""
        for wait in chain(RESTARTS, repeat(RESTARTS[-1])):
            await self._run_once(tell)
            words = _("Syncing has stopped by itself and is started again. Run  caseworker doctor")
            tell(SyncEvent(event="trouble", sentence=words))
            await asyncio.sleep(wait)

    async def _run_once(self, tell: Callable[[SyncEvent], None]) -> None:
        options = ("--home", str(self._home), "--key-from-stdin")
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "caseworker", *options, "sync", "--watch", "--progress"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
        )
        try:
            self._write(self._key.hex())
            while process.stdout is not None and (line := await process.stdout.readline()):
                event = _event(line)
                if event is not None:
                    tell(event)
        finally:
            await self._end(process)

    def sync_now(self) -> None:
        """Ask for a sync at once."""
        self._write("sync")

    def _write(self, line: str) -> None:
        process = self._process
        if process is not None and process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(f"{line}\n".encode())

    async def _end(self, process: Process) -> None:
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), GRACE)
        except (TimeoutError, asyncio.CancelledError):
            if process.returncode is None:
                process.kill()
                await process.wait()


def _event(line: bytes) -> SyncEvent | None:
    try:
        return _decode(line)
    except MsgspecError:
        return None
