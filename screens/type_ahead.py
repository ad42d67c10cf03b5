"""Keys act in the order in which they were typed, however busy the desk is.

Textual hands a key to whatever has the focus when the key arrives. Where the key before it is
still opening a page or moving the focus, fast fingers would type into the page that they are
leaving, and words would be lost. Here a key waits until the one before it has done its work.
"""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Generic

from textual.app import App, ReturnType
from textual.events import Event, Key
from textual.message_pump import MessagePump

PATIENCE = 0.5
"""Seconds after which a key goes ahead although the one before it has not settled."""


class TypeAhead(App[ReturnType], Generic[ReturnType]):
    """An application in which no key overtakes what the one before it does."""

    def __init__(self, stylesheets: list[str]) -> None:
        super().__init__(css_path=[*stylesheets])
        self._settling: asyncio.Task[None] | None = None
        self._waiting: deque[Key] = deque()

    async def on_event(self, event: Event) -> None:
        """Let a key act now, or keep it until its turn."""
        if not isinstance(event, Key) or event.is_forwarded:
            await super().on_event(event)
        elif self._settling is None:
            await self._act(event)
        else:
            self._waiting.append(event)

    async def _act(self, key: Key) -> None:
        target = self.focused or self.screen
        page = self.screen
        await super().on_event(key)
        self._settling = asyncio.create_task(self._settle(target, page))

    async def _settle(self, target: MessagePump, page: MessagePump) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                # A key's work travels upwards: from its widget to the page, and to the desk.
                for pump in (target, page, self):
                    await _drained(pump)
                if self.screen is not page:
                    opened = asyncio.Event()
                    self.screen.call_after_refresh(opened.set)
                    await opened.wait()
        self._settling = None
        if self._waiting:
            await self._act(self._waiting.popleft())


async def _drained(pump: MessagePump) -> None:
    done = asyncio.Event()
    if pump.call_later(done.set):
        await done.wait()
