"""The dry run: what an act will do to each marked order and what not, and then the act itself."""

from asyncio import sleep as breathe
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from caseworker.cache import lists
from caseworker.cache.drafts import Draft
from caseworker.cache.lists import ListedOrder
from caseworker.desk import batch
from caseworker.desk.batch import Act, Linking, Outcome, Shelving, Shortlisting
from caseworker.desk.chosen import Chosen
from caseworker.desk.wording import code_label, kind_label, orders_words
from caseworker.locale import _
from caseworker.model.trouble import Trouble
from screens.batch.groups import Group, Groups
from screens.hints import entitle
from screens.keys import IN_BATCH, bindings
from screens.lines import Line, column, piece, wrap
from screens.moments import weekday
from screens.page import Changed, Open, Page
from screens.queue.row import NUMBER_CELLS, short_number
from screens.seat import Seat
from screens.widgets.line_list import LineList
from screens.widgets.paper import Paper

Row = tuple[Group, str]
"""A group, and one of its orders; an empty number for its heading or for a line of its reason."""


class FateList(LineList):
    """The groups one below the other, each with its orders."""

    def __init__(self, seat: Seat) -> None:
        super().__init__("fates")
        self._seat = seat
        self._lines: list[tuple[str, Line]] = []
        self._known: dict[str, ListedOrder | None] = {}
        self._groups = Groups()

    def show(self, groups: Groups) -> None:
        """Show what was found so far."""
        self._groups = groups
        self.lay_out()

    def lay_out(self) -> None:
        """Set the groups for the present width."""
        width = self.scrollable_content_region.width
        self._lines = list(self._written(width)) if width > 0 else []
        self.set_rows(len(self._lines))

    def order_no(self) -> str | None:
        """The order under the cursor, where it stands on one."""
        number = self._lines[self.cursor][0] if self.cursor < len(self._lines) else ""
        return number or None

    def line_at(self, position: int, width: int) -> Line:
        """A heading, a line of its reason, or one order."""
        if position >= len(self._lines):
            return []
        number, line = self._lines[position]
        return line or self._order(number, width)

    def _written(self, width: int) -> Iterator[tuple[str, Line]]:
        for group in self._groups.in_order():
            yield "", [piece(group.heading, group.tone)]
            for line in wrap(group.reason, width - 2) if group.reason else ():
                yield "", [piece("  "), piece(line, "plain")]
            for number in group.orders:
                yield number, []
            if group.count > len(group.orders):
                more = _("and {count} more").format(count=group.count - len(group.orders))
                yield "", [piece(f"    {more}", "dim")]
            yield "", [piece(" ")]

    def _order(self, number: str, width: int) -> Line:
        if number not in self._known:
            self._known[number] = lists.by_number(self._seat.cache, number)
        row = self._known[number]
        place = min(28, width // 4)
        words = _("no longer on this desk") if row is None else row.title or _("(no words)")
        return [
            piece("    "),
            column(short_number(number), NUMBER_CELLS, "dim"),
            piece("  "),
            column(words, max(width - NUMBER_CELLS - place - 8, 4)),
            piece("  "),
            column("" if row is None else row.address, place, "dim"),
        ]


class BatchPage(Page):
    """The act in short, and below it what will happen to each order."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(IN_BATCH)
    CSS_PATH = "page.tcss"
    AUTO_FOCUS = "#fates"
    FOOT = ("desk.help",)

    def __init__(
        self, seat: Seat, acts: Sequence[Act], chosen: Chosen, done: Callable[[str], None]
    ) -> None:
        super().__init__(seat)
        self._acts = acts
        self._chosen = chosen
        self._done = done
        self._summary = Paper("act")
        self._fates = FateList(seat)
        self._groups = Groups()
        self._busy = True
        """Whether orders are being gone through."""
        self._applying = False
        self._stopped = False

    def panes(self) -> ComposeResult:
        """The act and its fates."""
        yield self._summary
        yield self._fates

    def on_mount(self) -> None:
        """Begin to look at every order."""
        self._summary.show(self._act_lines)
        self._entitle()
        self.run_worker(self._foresee(), name="foresee")

    def on_resize(self) -> None:
        """The frames have other room."""
        self.call_after_refresh(self._entitle)

    def order_no(self) -> str | None:
        """The order under the cursor."""
        return self._fates.order_no()

    def relabel(self) -> None:
        """The language or the minute has changed."""
        super().relabel()
        self._summary.show(self._act_lines)
        self._fates.show(self._groups)
        self._entitle()

    @on(LineList.Chosen, "#fates")
    def _opened(self) -> None:
        number = self.order_no()
        if number is not None:
            self.post_message(Open(number))

    def action_apply(self) -> None:
        """Do it."""
        if self._busy:
            self.say(_("One moment: the orders are still being gone through."), "warning")
        elif not self._groups.will:
            self.say(_("There is nothing to do: every order refuses it."), "warning")
        else:
            self._busy = self._applying = True
            # The desk's own worker: one of this page would end with the page.
            self.app.run_worker(self._apply(), name="apply")

    def action_close(self) -> None:
        """Back to the form; an act that is under way stops, and can be undone as far as it came."""
        if self._applying:
            self._stopped = True
        else:
            self.app.pop_screen()

    async def _foresee(self) -> None:
        seat = self.seat
        found = batch.foresee(
            seat.cache, self._acts, self._chosen.numbers(), seat.worker, seat.now()
        )
        await self._go_through(found, self._groups)
        self._fates.show(self._groups)
        self._entitle()

    async def _apply(self) -> None:
        from screens.lock.page import until_unlocked

        seat = self.seat
        applied = Groups()
        done = batch.apply(seat.cache, self._acts, self._chosen.numbers(), seat.worker, seat.now())
        whole = await self._go_through(done, applied)
        self._applying = False
        self.post_message(Changed())
        if not whole:
            return
        self._chosen.clear()
        await until_unlocked(self.app)
        self.app.pop_screen()
        told = _("Done: {count}, waiting to be sent; refused: {refused}. z undoes it.")
        if self._stopped:
            told = _("Stopped. Done: {count}, refused: {refused}. z undoes it.")
        elif not any(isinstance(act, Draft | Linking) for act in self._acts):
            told = _("Done: {count}; refused: {refused}. z undoes it.")
        elif not applied.refused:
            told = _("Done: {count}, waiting to be sent. z undoes it.")
        self._done(told.format(count=applied.will, refused=applied.refused))

    async def _go_through(self, pieces: Iterator[list[Outcome]], groups: Groups) -> bool:
        """Whether all was gone through; keys are answered between the pieces."""
        self._busy = True
        shown = 0
        try:
            for outcomes in pieces:
                groups.add(outcomes, self.seat.taxonomy)
                if groups.seen >= 2 * shown:
                    shown = groups.seen
                    self._fates.show(groups)
                self._entitle(groups)
                await breathe(0)
                if self._stopped:
                    break
        except Trouble as trouble:
            self.say(str(trouble), "danger")
            return False
        finally:
            self._busy = False
        return True

    def _act_lines(self, width: int) -> list[Line]:
        return [line for act in self._acts for line in self._told(act, width)]

    def _told(self, act: Act, width: int) -> Iterator[Line]:
        if isinstance(act, Shelving):
            day = act.until
            words = _("take from the shelf")
            if day is not None:
                words = _("shelved until {day}").format(day=f"{weekday(day)} {day:%Y-%m-%d}")
            yield [piece(words, "strong")]
        elif isinstance(act, Shortlisting):
            words = _("put on the shortlist") if act.on else _("take off the shortlist")
            yield [piece(words, "strong")]
        elif isinstance(act, Linking):
            for draft in act.drafts:
                yield [piece(draft.order_no, "accent")]
                yield from self._said(draft, width)
        else:
            yield from self._said(act, width)

    def _said(self, act: Draft, width: int) -> Iterator[Line]:
        label = code_label(act.code, self.seat.taxonomy) if act.code else kind_label(act.kind)
        yield [piece(label, "strong")]
        if act.earlier:
            told = _("with {numbers}").format(numbers="  ".join(act.earlier))
            yield [piece(told, "accent")]
        yield from ([piece(line)] for line in wrap(act.text.strip(), width))

    def _entitle(self, groups: Groups | None = None) -> None:
        groups = groups or self._groups
        entitle(self._summary, [piece(_("Nothing is done yet: this is what would be"), "strong")])
        title = [piece(orders_words(len(self._chosen)), "strong")]
        if self._busy:
            seen = _("{count} looked at").format(count=groups.seen)
            title.append(piece(f"  {seen}", "warning"))
        else:
            will = _("{count} will get it").format(count=groups.will)
            title.append(piece(f"  {will}", "accent"))
            if groups.refused:
                refused = _("{count} refused").format(count=groups.refused)
                title.append(piece(f"  {refused}", "danger"))
        entitle(self._fates, title, ("batch.apply", "batch.close", "list.choose"))
