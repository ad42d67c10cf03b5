"""What stands on the screen, as text, once nothing more is about to change it."""

from typing import Any

from textual.pilot import Pilot
from textual.timer import Timer

from screens.app import Desk

SOON = 1.0
"""Seconds: what a page puts off for less than that belongs to what the key before it did."""


def shown(desk: Desk) -> str:
    """The rows of the page in sight."""
    strips = desk.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until everything that the pages put off for a moment was done and painted."""
    await pilot.pause()
    while put_off := _put_off(pilot.app):
        for timer in put_off:
            if timer._task is not None:
                await timer._task
        await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def _put_off(desk: Any) -> list[Timer]:
    return [
        timer
        for page in desk.pages
        for timer in page._timers
        if timer._repeat == 0
        and timer._interval < SOON
        and timer._task is not None
        and not timer._task.done()
    ]
