"""Everything that the desk can do, by name, for the command palette."""

from collections.abc import Callable
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from textual.command import CommandPalette, Hit, Hits, SimpleProvider
from textual.widgets import Input

from caseworker.desk.views import VIEWS
from caseworker.locale import _
from screens.keys import (
    EVERYWHERE,
    IN_BATCH,
    IN_DRAFTS,
    IN_OUTBOX,
    IN_QUEUE,
    ON_FILE,
    ON_ORDER,
    key_name,
)
from screens.themes import LOOKS

if TYPE_CHECKING:
    from screens.app import Desk

Command = tuple[str, Callable[[], object], str]


class _Commands(SimpleProvider):
    """The commands by their names; where none is called so, that is said in the desk's words."""

    async def search(self, query: str) -> Hits:
        """Those whose names hold what was typed."""
        found = False
        async for hit in super().search(query):
            found = True
            yield hit
        if not found:
            yield Hit(0, _("No command is called so."), _nothing)


def _nothing() -> None:
    """What a sentence does that is no command."""


class _Palette(CommandPalette):
    """The palette, with a caret that stands still like that of every other field."""

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False


def palette(app: "Desk") -> CommandPalette:
    """Everything that can be done now, by name."""
    # Textual calls what it is given for a provider; one that holds its commands answers as itself.
    provider: Any = _Commands(app.screen, list(commands(app)))
    return _Palette(providers=[provider], placeholder=_("What do you want to do?"))


def commands(app: "Desk") -> list[Command]:
    """What works on the page in sight; then the views and the looks."""
    page = app.screen
    found: list[Command] = []
    groups = (ON_ORDER, IN_QUEUE, ON_FILE, IN_OUTBOX, IN_DRAFTS, IN_BATCH, EVERYWHERE)
    for key in chain.from_iterable(groups):
        target = app if key.action.startswith("app.") else page
        name = key.action.removeprefix("app.").split("(")[0]
        if key.palette and hasattr(target, f"action_{name}"):
            act = partial(app.run_action, key.action, page)
            found.append((f"{_(key.label)}  ({key.name})", act, _(key.tooltip)))
    for position, macro in enumerate(app.macros):
        name = f"{macro.name}  ({key_name(macro.key)})"
        found.append((name, partial(app.action_macro, position), " · ".join(macro.written)))
    if hasattr(page, "action_view"):
        for position, view in enumerate(VIEWS.values()):
            show = partial(page.action_view, position)
            found.append((_("view: {name}").format(name=_(view.label)), show, ""))
    for look, name in LOOKS.items():
        wear = partial(app.wear, look)
        found.append((_("colours: {name}").format(name=_(name)), wear, ""))
    return found
