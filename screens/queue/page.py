"""The page on which the desk opens."""

from collections.abc import Iterable
from functools import partial
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.timer import Timer

from caseworker.desk.chosen import Chosen
from caseworker.desk.queue import take_in
from caseworker.desk.views import VIEWS, Gathering, View
from caseworker.locale import _, mark
from screens.hints import entitle
from screens.keys import IN_QUEUE, ON_ORDER, bindings
from screens.lines import piece
from screens.page import Open, Page
from screens.queue.empty import empty_lines
from screens.queue.order_list import OrderList
from screens.queue.row import short_number
from screens.queue.views import DIGITS, ViewList
from screens.seat import Seat
from screens.widgets.bars import FOOT_KEYS, FootLine
from screens.widgets.paper import Paper

COUNT_AFTER = 0.2
"""Seconds from the first paint to counting the views."""

RESTS_AFTER = 0.07
"""Seconds without a move after which the cursor rests, and the order under it is previewed."""

LOOKED_AFTER = 1.5
"""Seconds with an order's preview in sight after which the worker has looked at it."""

NEXT_GATHERING: dict[Gathering, Gathering] = {"": "matter", "matter": "place", "place": ""}

VIEW_KEYS = [
    Binding(digit, f"view({position})", show=False, id=f"queue.view_{digit}")
    for position, digit in enumerate(DIGITS)
]


class QueuePage(Page):
    """Views at the left, the queue, the order under the cursor at the right, as room allows."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings((*ON_ORDER, *IN_QUEUE)), *VIEW_KEYS]
    AUTO_FOCUS = "#orders"
    FOOT = (*(key for key in FOOT_KEYS if key not in ("desk.next_pane", "desk.back")), "desk.leave")

    def __init__(self, seat: Seat) -> None:
        super().__init__(seat)
        self._orders = OrderList(seat, next(iter(VIEWS.values())), self._show_place)
        self._views = ViewList(seat)
        self._preview = Paper("preview")
        self._preview_asked = False
        self._moving: Timer | None = None
        self._resting: Timer | None = None
        self._troubles: list[str] = []

    def panes(self) -> ComposeResult:
        """The three panes."""
        yield self._views
        yield self._orders
        yield self._preview

    def on_mount(self) -> None:
        """Name the panes."""
        self._entitle()
        self.call_after_refresh(self.set_timer, COUNT_AFTER, self.settle_in)

    def settle_in(self) -> None:
        """What can wait until the first rows are painted: what is news, and the counts."""
        self._take_in_news()
        self._read_own_views()
        self._views.count()

    def _read_own_views(self) -> None:
        from caseworker.desk.own_views import read_views

        own = read_views(self.seat.home, self.seat.now())
        self._views.set_own(own.views.values())
        if own.troubles and own.troubles != self._troubles:
            if self.query_one(FootLine).speaks:
                return  # what the worker has not read yet stays; this is told the next time
            self.say(own.troubles[0], "warning")
        self._troubles = own.troubles

    def _take_in_news(self) -> None:
        # What came in while the desk was closed stands out until it is looked at.
        if take_in(self.seat.cache, self._orders.window):
            self._orders.reload()
            self._entitle()

    def on_screen_resume(self) -> None:
        """Another page may have changed what stands here."""
        self.refresh_bars()

    def on_resize(self) -> None:
        """The frames have other room."""
        self.call_after_refresh(self._entitle)
        self._ask_preview()

    @on(OrderList.Moved, "#orders")
    def _moved(self) -> None:
        # A move costs the two rows and the place: a preview of every row that the cursor passes
        # would keep the next key waiting.
        if self._orders.in_range:
            self._entitle()
        if self._moving is not None:
            self._moving.stop()
        self._moving = self.set_timer(RESTS_AFTER, self._show_preview)

    @on(OrderList.Chosen, "#orders")
    def _opened(self) -> None:
        number = self.order_no()
        if number is not None:
            self.post_message(Open(number))

    @on(ViewList.Chosen, "#views")
    def _view_chosen(self) -> None:
        view = self._views.current()
        if view is not None:
            self._show_view(view)
            self._orders.focus()

    def order_no(self) -> str | None:
        """The order under the cursor."""
        order = self._orders.current()
        return None if order is None else order.order_no

    def chosen(self) -> Chosen | None:
        """The marked orders; an open range ends here."""
        if self._orders.in_range:
            self._orders.end_range()
            self._entitle()
        return self._orders.chosen if self._orders.chosen else None

    def mark_only(self, numbers: Iterable[str]) -> None:
        """Mark these orders and no others."""
        self._orders.unmark_all()
        self._orders.chosen.add_numbers(numbers)
        self._entitle()

    def go_on_from(self, number: str | None) -> None:
        """Stand on the order after that one, also where it has left the view."""
        self.reload()
        if self.order_no() == number:
            self._orders.move_to(self._orders.cursor + 1)

    def reload(self) -> None:
        """Rows, signs, counts and the preview anew; new orders go on waiting."""
        self._orders.reload(let_in=not self._orders.rows)
        self._read_own_views()
        self._views.count()
        self._entitle()
        self.refresh_bars()

    def relabel(self) -> None:
        """The language or the minute has changed."""
        super().relabel()
        self._orders.repaint()
        self._views.set_rows(self._views.rows)
        self._entitle()
        self._ask_preview()

    def action_view(self, position: int) -> None:
        """Show a view by its digit."""
        self._show_view(list(VIEWS.values())[position])

    def action_save_view(self) -> None:
        """Keep the view that is shown under a name of one's own."""
        view = self._views.shown
        query = view.query or f"view:{view.name}"
        self.ask_to_save(query, view.order, self._orders.gathering)

    def action_mark(self) -> None:
        """Mark the order for an act on several."""
        self._orders.choose_current()
        self._entitle()

    def action_range(self) -> None:
        """Begin a range at the cursor, or mark the one that was begun."""
        if self._orders.in_range:
            self._orders.end_range()
        else:
            self._orders.begin_range()
            self.say(_("Move to the other end: V marks all between, and so does any act."))
        self._entitle()

    def action_mark_all(self) -> None:
        """Mark every order of the view."""
        self._orders.choose_all()
        self._entitle()

    def action_group(self) -> None:
        """Group by matter, by place, or not at all."""
        self._orders.gather(NEXT_GATHERING[self._orders.gathering])
        self._entitle()
        self.say(self._grouped_words())

    def action_unfold(self) -> None:
        """Show each order of a group."""
        self._orders.fold(is_open=True)
        self._entitle()

    def action_fold(self) -> None:
        """Fold a group into one line."""
        self._orders.fold(is_open=False)
        self._entitle()

    def action_clear(self) -> None:
        """Take the marks away."""
        self._orders.unmark_all()
        self._entitle()

    def action_let_in(self) -> None:
        """Take in the orders that wait."""
        self._orders.reload(let_in=True)
        self._take_in_news()
        self._entitle()
        self._read_own_views()
        self._views.count()

    def _show_view(self, view: View) -> None:
        self._views.show(view)
        self._orders.show(view)
        self._entitle()

    def _ask_preview(self) -> None:
        # Once for however much has changed since the last paint.
        if not self._preview_asked:
            self._preview_asked = True
            self.call_after_refresh(self._show_preview)

    def _show_preview(self) -> None:
        # Imported once the first rows are painted: nothing before that needs them.
        from caseworker.desk.sheet import sheet_of
        from screens.queue.preview import preview_lines

        self._preview_asked = False
        if not self._preview.size.width:
            return
        number = self.order_no()
        sheet = None if number is None else sheet_of(self.seat.cache, number, self.seat.now())
        if sheet is None:
            entitle(self._preview, [])
            self._preview.show(lambda width: [], from_top=True)
            return
        entitle(self._preview, [piece(short_number(sheet.order.order_no), "dim")])
        self._preview.show(lambda width: preview_lines(sheet, self.seat, width), from_top=True)
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(LOOKED_AFTER, partial(self._looked, sheet.order.order_no))

    def _looked(self, number: str) -> None:
        from caseworker.desk.shelf import looked_at

        if number == self.order_no() and looked_at(self.seat.cache, number, self.seat.now()):
            self._orders.reload()
            self._entitle()

    def _entitle(self) -> None:
        orders = self._orders
        view = self._views.shown
        entitle(self._views, [piece(_("Views"))])
        title = [
            piece(view.label if view.query else _(view.label), "strong"),
            piece(f" {orders.window.length}"),
        ]
        if orders.gathering:
            told = _("by matter") if orders.gathering == "matter" else _("by place")
            title.append(piece(f"  {told}", "accent"))
        if orders.marked:
            title.append(piece("  " + _("{count} marked").format(count=orders.marked), "accent"))
        if orders.waiting:
            told = _("{count} new, press .").format(count=orders.waiting)
            title.append(piece(f"  {told}", "warning"))
        entitle(orders, title, self._hints())
        if not orders.rows:
            orders.show_picture(empty_lines(self.seat, view.name))
        # While orders are grouped, the frame of the list says so; without any there is no use.
        group = ("queue.group",) if orders.rows and not orders.gathering else ()
        # In the smallest terminal the queue is the only pane, and the last key has no room.
        self.query_one(FootLine).offer((*self.FOOT, *group, "desk.next_pane"))
        self._show_place()

    def _show_place(self) -> None:
        orders = self._orders
        place = f"{orders.cursor + 1} / {orders.rows}" if orders.rows else ""
        self.query_one(FootLine).show_place(place)

    def _grouped_words(self) -> str:
        """What grouping came to."""
        arranged, by = self._orders.arranged, self._orders.gathering
        if arranged is None or not by:
            return _("Each order on a line of its own.")
        if not arranged.gathered:
            return _(_NOT_GATHERED[by])
        return _(_GATHERED[by]).format(groups=arranged.gathered)

    def _hints(self) -> list[str]:
        if not self._orders.rows:
            return []
        review = ["order.review"] if self._views.shown.name == "review" else []
        folds = ["queue.unfold", "queue.fold", "queue.group"] if self._orders.gathering else []
        return [
            *review,
            *folds,
            "list.choose",
            "order.context",
            "order.repeat",
            "order.unreasonable",
            "order.objection",
            *([] if review else ["order.review"]),
            "queue.mark",
            "order.undo",
            "order.withdraw",
            "order.matter",
        ]


_GATHERED: Final[dict[Gathering, str]] = {
    "matter": mark("Grouped by matter: {groups} lines stand for several orders."),
    "place": mark("Grouped by place: {groups} lines stand for several orders."),
}
_NOT_GATHERED: Final[dict[Gathering, str]] = {
    "matter": mark("No two orders of this view are linked as one matter."),
    "place": mark("No two orders of this view are at one place."),
}
