"""Everything that the desk can do, by name, for the command palette."""

from collections.abc import Callable
from functools import partial
from typing import Any

from textual.app import App

from caseworker.desk.views import VIEWS
from caseworker.locale import _, mark
from screens.keys import EVERYWHERE, IN_BATCH, IN_DRAFTS, IN_OUTBOX, IN_QUEUE, ON_ORDER

_THEME_NAMES = {
    "desk-dark": mark("dark"),
    "desk-light": mark("light"),
    "desk-contrast": mark("high contrast"),
    "desk-terminal": mark("the terminal's own colours"),
}

Command = tuple[str, Callable[[], object], str]


def commands(app: App[Any]) -> list[Command]:
    """What works on the page in sight; then the views and the looks."""
    page = app.screen
    found: list[Command] = []
    for key in (*ON_ORDER, *IN_QUEUE, *IN_OUTBOX, *IN_DRAFTS, *IN_BATCH, *EVERYWHERE):
        target = app if key.action.startswith("app.") else page
        name = key.action.removeprefix("app.").split("(")[0]
        if key.palette and hasattr(target, f"action_{name}"):
            act = partial(app.run_action, key.action, page)
            found.append((f"{_(key.label)}  ({key.name})", act, _(key.tooltip)))
    if hasattr(page, "action_view"):
        for position, view in enumerate(VIEWS.values()):
            show = partial(page.action_view, position)
            found.append((_("view: {name}").format(name=_(view.label)), show, ""))
    for theme, name in _THEME_NAMES.items():
        wear = partial(setattr, app, "theme", theme)
        found.append((_("colours: {name}").format(name=_(name)), wear, ""))
    return found
