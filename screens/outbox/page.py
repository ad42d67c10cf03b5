"""The page of the outbox."""

from datetime import datetime
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from caseworker.cache import outbox
from caseworker.cache.outbox import OutboxItem, State
from caseworker.desk import annotate
from caseworker.desk.wording import code_label, kind_label, outbox_label, sentence
from caseworker.locale import _
from caseworker.model.taxonomy import Taxonomy
from caseworker.text.width import cells
from screens.hints import entitle
from screens.keys import IN_OUTBOX, bindings
from screens.lines import Line, Tone, column, piece
from screens.moments import at
from screens.order.writing import heading, paragraph
from screens.page import LOW, Changed, Open, Page
from screens.queue.row import short_number
from screens.seat import Seat
from screens.widgets.line_list import LineList
from screens.widgets.paper import Paper

TONES: Final[dict[State, Tone]] = {
    "waiting": "accent",
    "sending": "accent",
    "later": "plain",
    "receipted": "dim",
    "refused": "warning",
    "kept": "dim",
}

ORDER: Final[tuple[State, ...]] = ("refused", "later", "sending", "waiting", "receipted", "kept")
"""What needs the worker first, what is settled last."""


class OutboxList(LineList):
    """Own annotations: state, number, content, why, when."""

    HEADER_ROWS = 1

    def __init__(self, seat: Seat) -> None:
        super().__init__("outbox")
        self._seat = seat
        self._items: list[OutboxItem] = []

    def reload(self) -> None:
        """Read anew; the cursor stays on its item."""
        here = self.current()
        items = outbox.items(self._seat.cache, settled=True)
        items.sort(key=lambda item: (ORDER.index(item.state), -item.changed_at))
        self._items = items
        numbers = [item.annotation.id for item in items]
        stands = numbers.index(here.annotation.id) if here and here.annotation.id in numbers else 0
        self.show_picture(
            [
                [piece(_("Nothing was written here yet."), "strong")],
                [],
                [piece(_("In the queue,  c  writes down what the street knows."), "dim")],
            ]
        )
        self.set_rows(len(items), stands)

    def current(self) -> OutboxItem | None:
        """The item under the cursor."""
        return self._items[self.cursor] if self.cursor < len(self._items) else None

    def header(self, width: int) -> Line:
        """The names of the columns."""
        names = (_("state"), _("number"), _("content"), _("why"), _("when"))
        return _columns([piece(name, "dim") for name in names], width)

    def line_at(self, position: int, width: int) -> Line:
        """One item."""
        if position >= len(self._items):
            return [] if self.rows else self.picture_line(position, width)
        item = self._items[position]
        return _columns(
            [
                piece(outbox_label(item.state), TONES[item.state]),
                piece(short_number(item.annotation.order_no), "dim"),
                piece(content(item, self._seat.taxonomy)),
                piece(why(item, self._seat.taxonomy), "dim"),
                piece(at(item.changed_at, self._seat.now()), "dim"),
            ],
            width,
        )


def _columns(parts: Line, width: int) -> Line:
    state = max(cells(outbox_label(name)) for name in ORDER)
    when = 11
    free = max(width - 1 - state - 2 - 7 - 2 - 2 - when - 1, 8)
    # The reason has a column of its own only where both it and the content can be read.
    reason = free * 3 // 5 if free >= 60 else 0
    rooms = (state, 7, free - reason - (2 if reason else 0), reason, when)
    line: Line = []
    for room, part in zip(rooms, parts, strict=True):
        if room:
            line += [piece("  " if line else " "), column(part.text, room, part.tone)]
    return line


def content(item: OutboxItem, taxonomy: Taxonomy) -> str:
    """What an item says, in short."""
    one = item.annotation
    label = code_label(one.code, taxonomy) if one.code else kind_label(one.kind)
    if one.kind == "review":
        label = f"{label}  {_('endorse') if one.endorse else _('decline')}"
    return f"{label}  {one.text}"


def why(item: OutboxItem, taxonomy: Taxonomy) -> str:
    """Why an item is where it is."""
    if item.reason:
        return sentence(item.reason, item.params, taxonomy)
    if item.state == "receipted":
        return _("the hub has it: {receipt}").format(receipt=item.receipt)
    if item.state == "sending":
        return _("sent, and no answer came back yet: it is sent again by itself")
    return _("goes with the next sync") if item.state == "waiting" else ""


class OutboxPage(Page):
    """The list above, the words of the item under the cursor below."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(IN_OUTBOX), ("escape", "app.leave")]
    VERTICAL_BREAKPOINTS = LOW
    CSS_PATH = "page.tcss"
    AUTO_FOCUS = "#outbox"

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self._list = OutboxList(seat)
        self._words = Paper("words")

    def panes(self) -> ComposeResult:
        """The list and the words."""
        yield self._list
        yield self._words

    def on_mount(self) -> None:
        """Show what there is."""
        self.reload()

    def on_resize(self) -> None:
        """The frames have other room."""
        self.call_after_refresh(self._entitle)

    def order_no(self) -> str | None:
        """The order of the item under the cursor."""
        item = self._list.current()
        return None if item is None else item.annotation.order_no

    def reload(self) -> None:
        """Read anew."""
        self._list.reload()
        self._show_words()
        self.refresh_bars()

    def relabel(self) -> None:
        """The language or the minute has changed."""
        self.reload()

    @on(LineList.Moved)
    def _show_words(self) -> None:
        item, now = self._list.current(), self.seat.now()
        if item is None:
            self._words.show(lambda width: [])
        else:
            self._words.show(lambda width: _words(item, self.seat.taxonomy, now, width))
        self._entitle()

    @on(LineList.Chosen)
    def _open_order(self) -> None:
        number = self.order_no()
        if number is not None:
            self.post_message(Open(number, "history"))

    def action_again(self) -> None:
        """Take a refused one up again."""
        from screens.compose.page import form_for

        item = self._list.current()
        number = "" if item is None else item.annotation.id
        draft = annotate.rewrite(self.seat.cache, number, self.seat.now())
        if draft is None:
            self.say(_("Only what the hub has refused is changed and sent again."))
            return
        self.app.push_screen(form_for(self.seat, draft))

    def action_keep(self) -> None:
        """Settle a refused one as a note."""
        item = self._list.current()
        if item and outbox.keep(self.seat.cache, item.annotation.id, self.seat.now()):
            self.post_message(Changed())
            self.say(_("Kept as a note of yours."), "accent")
        else:
            self.say(_("Only what the hub has refused is kept as a note."))

    def _entitle(self) -> None:
        item = self._list.current()
        acts = [key.id for key in IN_OUTBOX] if item and item.state == "refused" else []
        keys = [*acts, *(["list.choose"] if item else []), "desk.sync"]
        title = [piece(_("Outbox"), "strong"), piece(f" {self._list.rows}")]
        entitle(self._list, title, keys)


def _words(item: OutboxItem, taxonomy: Taxonomy, now: datetime, width: int) -> list[Line]:
    """Mine and the centre's."""
    one = item.annotation
    label = code_label(one.code, taxonomy) if one.code else kind_label(one.kind)
    lines: list[Line] = [
        [piece(label, "strong"), piece(f"  {one.order_no}  {at(one.written_at, now)}", "dim")],
        *paragraph(one.text.strip(), width),
    ]
    told = why(item, taxonomy)
    if told:
        tone: Tone = "warning" if item.state == "refused" else "plain"
        lines += [*heading(_("The hub says"), width), *paragraph(told, width, tone)]
    return lines
