"""The page of a matter: its orders, everything that befell them, and what is remembered."""

from datetime import date
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical

from caseworker.desk import linking
from caseworker.desk.fallen import fallen_words
from caseworker.desk.memory import Memory, look_again, memory
from caseworker.desk.sheet import Sheet, sheet_of
from caseworker.locale import _
from caseworker.model.annotation import Annotation
from caseworker.model.trouble import Trouble
from screens.hints import entitle
from screens.keys import BY_ID, ON_MATTER, ON_ORDER, bindings
from screens.lines import Line, piece
from screens.matter.next_look import NextLookDialog
from screens.matter.words import count_words, memory_lines, next_look_piece
from screens.order.writing import flowing, heading, history_of, matter_line, paragraph
from screens.page import Changed, Open, Page
from screens.queue.row import short_number
from screens.seat import Seat
from screens.widgets.line_list import LineList
from screens.widgets.paper import Paper

HINTS = ("list.choose", "matter.split", "matter.next_look", "order.repeat", "order.context")
ORDERS_SHOWN = 12
ORDERS_SHOWN_NARROW = 6


class OrdersOfMatter(LineList):
    """The orders of a matter, the earliest first."""

    def __init__(self, seat: Seat, number: str) -> None:
        super().__init__("orders")
        self._seat = seat
        self._number = number
        self._memory: Memory | None = None

    def show(self, remembered: Memory) -> None:
        """Show a matter's orders; the first time the cursor stands on the order one came from."""
        first = self._memory is None
        self._memory = remembered
        numbers = [one.order_no for one in remembered.orders]
        at = numbers.index(self._number) if first and self._number in numbers else None
        self.set_rows(len(numbers), at)

    def current(self) -> str | None:
        """The order under the cursor."""
        orders = self._memory.orders if self._memory else []
        return orders[self.cursor].order_no if self.cursor < len(orders) else None

    def line_at(self, position: int, width: int) -> Line:
        """One order."""
        if self._memory is None or position >= self.rows:
            return []
        orders = self._memory.orders
        line = matter_line(orders[position], orders, self._number, self._seat.now(), width - 1)
        return [piece(" "), *line]


class MatterPage(Page):
    """Orders and events at the left, the memory at the right; one above the other where narrow."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(ON_MATTER),
        *bindings(key for key in ON_ORDER if key.id not in ("order.matter", "order.attach")),
        ("escape", "app.leave"),
    ]
    CSS_PATH = "page.tcss"
    AUTO_FOCUS = "#orders"

    def __init__(self, seat: Seat, number: str) -> None:
        super().__init__(seat)
        self._number = number
        self._orders = OrdersOfMatter(seat, number)
        self._events = Paper("events")
        self._paper = Paper("memory")
        self._memory: Memory | None = None
        self._sheets: list[Sheet] = []

    def panes(self) -> ComposeResult:
        """The panes."""
        with Container(id="panes"):
            with Vertical(id="left"):
                yield self._orders
                yield self._events
            yield self._paper

    def on_mount(self) -> None:
        """Gather what is remembered."""
        self.reload()

    def on_resize(self) -> None:
        """The frames have other room."""
        self.call_after_refresh(self._entitle)

    def order_no(self) -> str | None:
        """The order under the cursor."""
        return self._orders.current()

    def reload(self) -> None:
        """Read the matter anew."""
        seat = self.seat
        self._memory = remembered = memory(seat.cache, self._number, seat.now())
        numbers = [one.order_no for one in remembered.orders]
        found = (sheet_of(seat.cache, number, seat.now()) for number in numbers)
        self._sheets = [sheet for sheet in found if sheet is not None]
        most = ORDERS_SHOWN_NARROW if self.has_class("-narrow") else ORDERS_SHOWN
        self._orders.styles.height = min(len(numbers), most) + 2
        self._orders.show(remembered)
        self._paper.show(lambda width: self._memory_lines(remembered, width))
        self._events.show(self._history)
        self._entitle()

    def relabel(self) -> None:
        """The language or the minute has changed."""
        super().relabel()
        self.reload()

    @on(LineList.Chosen, "#orders")
    def _opened(self) -> None:
        number = self.order_no()
        if number is not None:
            self.post_message(Open(number))

    async def action_split(self) -> None:
        """Take the order under the cursor out of the matter."""
        number = self.order_no()
        if number is None or self._memory is None:
            return
        seat = self.seat
        split = linking.split_off(seat.cache, number, seat.worker, seat.now())
        if split.taken_back:
            self.post_message(Changed())
        if split.to_withdraw:
            await self._withdraw(split.to_withdraw)
        elif split.of_others:
            names = "、".join(sorted({one.author for one in split.of_others}))
            told = _("Linked by {names}: they can withdraw it.").format(names=names)
            self.say(told, "warning")
        elif split.taken_back:
            self.say(_("Split off: the order stands by itself."), "accent")
        else:
            self.say(_("This order stands alone: no repeat link joins it with another."))

    def action_next_look(self) -> None:
        """Ask when to look again."""
        standing = self._memory.next_look if self._memory else None
        dialog = NextLookDialog(self.seat.now().date(), standing)
        self.app.push_screen(dialog, self._look_again)

    def _look_again(self, on_day: date | str | None) -> None:
        if on_day is None:
            return
        day = on_day if isinstance(on_day, date) else None
        look_again(self.seat.cache, self.order_no() or self._number, day)
        self.post_message(Changed())
        if day is None:
            self.say(_("No next look is set."))
        else:
            self.say(_("Next look {day}").format(day=day.isoformat()), "accent")

    async def _withdraw(self, links: list[Annotation]) -> None:
        """Open the withdrawal of the first link that a hub has seen, and say so there."""
        from msgspec import structs

        from caseworker.desk.annotate import new_draft
        from screens.compose.page import form_for

        draft = structs.replace(new_draft(links[0].order_no, "withdrawal"), target=links[0].id)
        try:
            form = form_for(self.seat, draft)
        except Trouble as trouble:
            self.say(str(trouble), "danger")
            return
        await self.app.push_screen(form)
        told = _("This link was sent: withdraw it, and say why.")
        if len(links) > 1:
            told = _("{count} links were sent: withdraw them one by one, {key} for the next.")
        form.say(told.format(count=len(links), key=BY_ID["matter.split"].name), "warning")

    def _memory_lines(self, remembered: Memory, width: int) -> list[Line]:
        counts = [piece(count_words(remembered), "strong")]
        lines = flowing([counts, [next_look_piece(remembered, self.seat.now())]], width)
        if len(remembered.orders) == 1:
            alone = _("This order stands alone: no repeat link joins it with another.")
            lines += paragraph(alone, width, "dim")
        for fallen in remembered.fallen:
            told = fallen_words(fallen, self._number, short_number(fallen.order_no))
            lines += paragraph(told, width, "warning")
        lines += memory_lines(remembered, self.seat.taxonomy, self.seat.now(), width, whole=True)
        if not self._events.display:
            lines += heading(_("What happened"), width)
            lines += self._history(width)
        return lines

    def _history(self, width: int) -> list[Line]:
        return history_of(self._sheets, self.seat.taxonomy, self.seat.now(), width)

    def _entitle(self) -> None:
        title = [piece(_("Matter"), "strong"), piece(f"  {short_number(self._number)}", "dim")]
        alone = self._orders.rows < 2
        keys = [key for key in HINTS if not (alone and key == "matter.split")]
        entitle(self._orders, title, keys)
        entitle(self._events, [piece(_("What happened"))])
        entitle(self._paper, [piece(_("What the street remembers"))])
