"""Keys act in the order in which they were typed, however busy the desk is.

Textual hands a key to whatever has the focus when the key arrives. Where the key before it is
still opening a page or moving the focus, fast fingers would type into the page that they are
leaving, and words would be lost. Here a key waits until the one before it has done its work,
however long that takes: a clock would run out on a busy machine, where it matters most.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Generic

from textual.app import App, ReturnType
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump

LOST_AFTER = 10.0
"""Seconds after which a key goes ahead although the one before it has not ended: it never will."""


class TypeAhead(App[ReturnType], Generic[ReturnType]):
    """An application in which nothing typed or pasted overtakes what came before it."""

    def __init__(self, stylesheets: list[str]) -> None:
        super().__init__(css_path=[*stylesheets])
        self._settling: asyncio.Task[None] | None = None
        self._waiting: deque[Key | Paste] = deque()

    async def on_event(self, event: Event) -> None:
        """Let a key or a paste act now, or keep it until its turn."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        elif self._settling is None:
            await self._act(event)
        else:
            self._waiting.append(event)

    async def _act(self, event: Key | Paste) -> None:
        target = self.focused or self.screen
        page = self.screen
        await super().on_event(event)
        self._settling = asyncio.create_task(self._settle(target, page))

    async def _settle(self, target: MessagePump, page: MessagePump) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOST_AFTER):
                await self._done_with(target, page)
        self._settling = None
        if self._waiting:
            await self._act(self._waiting.popleft())

    async def _done_with(self, target: MessagePump, page: MessagePump) -> None:
        # What a key does travels upwards: from its widget through every frame around it to the
        # page, and to the desk.
        pump: MessagePump | None = target
        while pump is not None:
            await _idle(pump)
            pump = pump._parent
        # The page may have opened, filled or left a field; a page that was opened is laid out.
        if self.focused is not None:
            await _idle(self.focused)
        await _idle(page)
        while self.screen is not page:
            page = self.screen
            opened = asyncio.Event()
            if page.call_after_refresh(opened.set):
                await _first(opened, page)


async def _idle(pump: MessagePump) -> None:
    """Wait until a pump has done all that it was sent, or has closed."""
    idle = False

    def look() -> None:
        # Nothing is under way in a pump while this runs in it.
        nonlocal idle
        idle = not pump.message_queue_size
        looked.set()

    while not idle:
        looked = asyncio.Event()
        if not pump.call_later(look):
            return
        await _first(looked, pump)
        if not looked.is_set():
            return


async def _first(done: asyncio.Event, pump: MessagePump) -> None:
    """Wait for an event; a pump that closes meanwhile will never set it."""
    waiting = asyncio.create_task(done.wait())
    ends = [waiting] if pump._task is None else [waiting, pump._task]
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
