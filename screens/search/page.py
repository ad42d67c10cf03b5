"""The page of the search: results while one types."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from caseworker.desk.query import fields
from caseworker.desk.search import Found, catch_up, find
from caseworker.locale import _
from caseworker.text.safe import safe
from screens.compose.fields import Answered, OneLine, TooMuch, Words
from screens.hints import entitle
from screens.keys import ON_ORDER, SEARCHING, bindings
from screens.lines import Line, piece
from screens.page import Open, Page
from screens.search.found import FoundList
from screens.seat import Seat
from screens.widgets.bars import FootLine
from screens.widgets.line_list import LineList

CATCH_UP_EVERY = 0.05
"""Seconds between small portions of orders that are made findable, where no sync does it."""


class SearchPage(Page):
    """The box above, what it finds below."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings((*SEARCHING, *ON_ORDER))]
    CSS_PATH = "page.tcss"
    AUTO_FOCUS = "OneLine"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self._box = OneLine(
            "query", safe(""), safe(_("number, phone tail, place, any words, due:<3d"))
        )
        self._notes = Words("notes")
        self._found = FoundList(seat)
        self._query = ""
        self._asking = False

    def panes(self) -> ComposeResult:
        """The box, what is to be said about the query, and the list."""
        with Horizontal(id="box"):
            yield self._box
        yield self._notes
        yield self._found

    def on_mount(self) -> None:
        """Say what can be typed."""
        self._ask()
        self.call_after_refresh(self._catch_up)

    def on_resize(self) -> None:
        """The frames have other room."""
        self.call_after_refresh(self._entitle)

    def on_descendant_focus(self) -> None:
        """Other keys work in the list than in the box."""
        self._entitle()

    def order_no(self) -> str | None:
        """The order under the cursor."""
        row = self._found.current()
        return None if row is None else row.order_no

    def reload(self) -> None:
        """Ask again."""
        self._ask()
        self.refresh_bars()

    def action_down(self) -> None:
        """From the box into the list."""
        if self._found.rows:
            self._found.focus()

    @on(Answered)
    def _typed(self, message: Answered) -> None:
        self._query = message.value
        # Once for however many keys have come since.
        if not self._asking:
            self._asking = True
            self.call_later(self._ask)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self._ask()
        self._chosen()

    @on(LineList.Chosen)
    def _chosen(self) -> None:
        number = self.order_no()
        if number is not None:
            self.post_message(Open(number))

    def action_save_view(self) -> None:
        """Keep the search under a name of one's own."""
        self.ask_to_save(self._query)

    @on(TooMuch)
    def _too_much(self) -> None:
        self.say(_("That is too much to search for: a few words will do."), "warning")

    def _ask(self) -> None:
        self._asking = False
        query = self._query.strip()
        found = find(self.seat.cache, query, self.seat.now()) if query else Found([], [], [])
        self._found.show(found)
        self._notes.show(*(piece(note, "warning") for note in found.notes))
        self._found.show_picture(_nothing_found() if query else _what_can_be_typed())
        self._entitle()

    def _catch_up(self) -> None:
        line = self.seat.line
        if line.enrolled and line.state in ("unknown", "syncing"):
            return  # the process that syncs does it
        if catch_up(self.seat.cache):
            self.set_timer(CATCH_UP_EVERY, self._catch_up)
        elif self._query.strip():
            self._ask()

    def _entitle(self) -> None:
        entitle(self.query_one("#box"), [piece(_("Find"), "strong")])
        title = [piece(_("{count} found").format(count=self._found.rows))] if self._query else []
        if not self._found.rows:
            keys: tuple[str, ...] = ()
        elif self._box.has_focus:  # where a letter is a letter
            keys = ("list.choose", "search.down", "search.save_view")
        else:
            keys = ("list.choose", "order.context", "order.repeat")
        entitle(self._found, title, (*keys, "search.close"))
        foot = ("desk.next_pane",) if self._box.has_focus else self.FOOT
        self.query_one(FootLine).offer(foot)


def _nothing_found() -> list[Line]:
    told = _("No order holds that. Try fewer words, or the last digits of the number.")
    return [[piece(told, "dim")]]


def _what_can_be_typed() -> list[Line]:
    examples = [f"{name}:{example}" for name, example in fields()]
    lines = [
        [piece(_("Type two characters or more; xfl finds 幸福里 by its initials."), "dim")],
        [],
        [piece(_("Fields go with the words:"), "dim")],
    ]
    for start in range(0, len(examples), 3):
        lines.append([piece("   ".join(examples[start : start + 3]), "dim")])
    return lines
