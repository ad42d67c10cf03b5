"""What every page shares: the line at the top, the line at the bottom, and what befalls it."""

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen

from caseworker.desk.chosen import Chosen
from caseworker.locale import _
from caseworker.model.annotation import Kind
from caseworker.model.trouble import Trouble
from screens.lines import Tone
from screens.seat import Seat
from screens.widgets.bars import FOOT_KEYS, FootLine, StatusLine
from screens.widgets.paint import ROWS, TONES

if TYPE_CHECKING:
    from caseworker.desk.batch import Act
    from caseworker.desk.views import Gathering, Sorting

SHOWN_FOR = 10.0
"""Seconds for which masked data stays in sight, unless a key hides it sooner."""

BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (124, "-widest")]
"""Cells of width → the class of every page, for the stylesheets."""

LOW = [(0, "-low"), (16, "-high")]
"""Rows of height → the class of a page whose list must not be pushed out by what stands below."""


class Changed(Message):
    """This desk has written something: lists are out of date, and something may wait to be sent."""


class Looked(Message):
    """The worker looked at an order that was news: other pages show it no longer as such."""


class Write(Message):
    """The worker wants to write about an order, or about all that are marked."""

    def __init__(self, kind: Kind, order_no: str, chosen: Chosen | None = None) -> None:
        super().__init__()
        self.kind = kind
        self.order_no = order_no
        self.chosen = chosen


class UndoBatch(Message):
    """The worker takes back an act on many orders."""

    def __init__(self, batch: int) -> None:
        super().__init__()
        self.batch = batch


class Open(Message):
    """The worker wants to see an order whole; `part` is where to look first."""

    def __init__(self, order_no: str, part: str = "") -> None:
        super().__init__()
        self.order_no = order_no
        self.part = part


class Page(Screen[None]):
    """One page of the desk. A subclass says what stands in the middle, and follows changes."""

    COMPONENT_CLASSES = TONES | ROWS
    FOOT: ClassVar[tuple[str, ...]] = FOOT_KEYS
    """The keys that the line at the bottom shows."""

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self.seat = seat

    def compose(self) -> ComposeResult:
        """The status line, the page's own panes, the foot."""
        # Textual sets this class after the first layout: to lay out twice shows at the start.
        width = self.app.size.width
        self.add_class([name for least, name in BREAKPOINTS if width >= least][-1])
        yield StatusLine(self.seat)
        yield from self.panes()
        yield FootLine(self.FOOT)

    def panes(self) -> ComposeResult:
        """The page's own widgets."""
        raise NotImplementedError

    def order_no(self) -> str | None:
        """The order that the keys act on."""
        return None

    def chosen(self) -> Chosen | None:
        """The marked orders, where this page has some: acts are for all of them."""
        return None

    def reload(self) -> None:
        """Something in the cache has changed."""

    def relabel(self) -> None:
        """The language or the minute has changed."""
        self.refresh_bars()

    def refresh_bars(self) -> None:
        """Paint the lines at the top and the bottom again."""
        self.query_one(StatusLine).refresh()
        self.query_one(FootLine).refresh()

    def say(self, words: str, tone: Tone = "plain") -> None:
        """Tell the worker something, until the next key."""
        self.query_one(FootLine).say(words, tone)

    def put_by(self) -> None:
        """The desk is about to be locked: save what is half typed, show nothing uncovered.

        Raises `Trouble` where it cannot be saved.
        """
        self.query_one(FootLine).hush()

    def on_key(self) -> None:
        """What was said has been read."""
        self.query_one(FootLine).hush()

    def action_write(self, kind: Kind) -> None:
        """Write about the marked orders, else about the one under the cursor."""
        chosen = self.chosen()
        number = self.order_no() if chosen is None else next(chosen.numbers(), None)
        if number is not None:
            self.post_message(Write(kind, number, chosen))

    def action_attach(self) -> None:
        """Give the order what is known of its place or matter from before."""
        from screens.order.carrying import attach

        attach(self)

    def action_say_ended(self) -> None:
        """Say that something known from before holds no longer."""
        from screens.order.carrying import say_ended

        say_ended(self)

    def action_matter(self) -> None:
        """Look at the matter of the order."""
        from screens.matter.page import MatterPage

        number = self.order_no()
        if number is not None:
            self.app.push_screen(MatterPage(self.seat, number))

    def action_timeline(self) -> None:
        """Look at what was said about the order."""
        self._open("history")

    def action_deadline(self) -> None:
        """See how the deadlines came about."""
        from screens.order.deadline import DeadlinePage

        number = self.order_no()
        if number is not None:
            self.app.push_screen(DeadlinePage(self.seat, number))

    def action_files(self) -> None:
        """Look at the files of evidence on the order."""
        from screens.evidence.page import look_at_files

        number = self.order_no()
        if number is not None:
            look_at_files(self, number)

    def action_reveal(self) -> None:
        """Show the masked caller until the next key, and say that this is recorded."""
        from caseworker.desk.reveal import reveal_caller

        number = self.order_no()
        if number is None:
            return
        who = reveal_caller(self.seat.cache, number, self.seat.now())
        self.say(_("{who}  (this look is recorded)").format(who=who), "warning")
        foot = self.query_one(FootLine)
        self.set_timer(SHOWN_FOR, foot.hush)
        self.post_message(Changed())

    def action_copy(self) -> None:
        """Copy the order number."""
        number = self.order_no()
        if number is not None:
            self.app.copy_to_clipboard(number)
            self.say(_("Copied {number}.").format(number=number))

    def action_undo(self) -> None:
        """Take back the last act, or the last words about the order, that no hub has seen."""
        from caseworker.desk import batch
        from caseworker.desk.annotate import undo_last

        number = self.order_no()
        together = batch.to_undo(self.seat.cache, number)
        if together is not None:
            self.post_message(UndoBatch(together))
            return
        if number is None:
            return
        if undo_last(self.seat.cache, number, self.seat.now()) is None:
            self.say(
                _("Nothing here can be undone: what was sent is taken back with  w  withdraw.")
            )
            return
        self.post_message(Changed())
        told = _("Undone: the words are a draft again.")
        if batch.to_undo(self.seat.cache, None) is not None:
            told += " " + _("They came after the act on several orders:  z  again undoes that.")
        self.say(told)

    def action_shelve(self) -> None:
        """Put the orders aside until a day, or take them back where all lie on the shelf."""
        from caseworker.desk import shelf
        from caseworker.desk.day import begin_of
        from screens.ask import LineDialog
        from screens.moments import weekday

        chosen, number = self.chosen(), self.order_no()
        numbers = [number] if chosen is None else chosen.numbers()
        if number is None and chosen is None:
            return
        cache, now = self.seat.cache, self.seat.now()
        if all(shelf.lies_there(cache, one, now) for one in numbers if one is not None):
            self._put_aside(chosen, number, None)
            return

        def read(written: str) -> datetime:
            until = begin_of(written, self.seat.now())
            if chosen is None and number is not None:
                self._foresee_shelving(number, until)
            return until

        title = (
            _("Shelve …{number}").format(number=(number or "")[-6:])
            if chosen is None
            else _("Shelve {count} orders").format(count=len(chosen))
        )
        dialog = LineDialog(
            title,
            _("Until which day? It comes back by itself."),
            _("3d  12-01  tomorrow  next monday"),
            _("shelve"),
            read,
            lambda day: _("shelved until {day}").format(day=f"{weekday(day)} {day:%Y-%m-%d}"),
        )

        def put(until: datetime | None) -> None:
            if until is not None:
                self._put_aside(chosen, number, until)

        self.app.push_screen(dialog, put)

    def _foresee_shelving(self, number: str, until: datetime) -> None:
        # Said while one types the day: it can be mended there.
        from caseworker.desk.batch import Shelving, foresee
        from caseworker.desk.wording import sentence
        from caseworker.model.rules import refusals

        seat = self.seat
        act = Shelving(until)
        [[outcome]] = foresee(seat.cache, [act], [number], seat.worker, seat.now())
        for finding in refusals(outcome.findings):
            raise Trouble(sentence(finding.reason, finding.params, seat.taxonomy))

    def _put_aside(self, chosen: Chosen | None, number: str | None, until: datetime | None) -> None:
        from caseworker.desk.batch import Shelving

        if chosen is not None:
            self._dry_run(Shelving(until), chosen)
        elif number is not None:
            told = _("Taken from the shelf: it stands in today's queue again.  z  undoes it.")
            if until is not None:
                words = _("{count} shelved until {day}.  z  undoes it.")
                told = words.format(count=1, day=f"{until:%m-%d}")
            self._do_alone(Shelving(until), number, told)

    def _do_alone(self, act: "Act", number: str, told: str) -> None:
        from caseworker.desk.batch import do_alone
        from caseworker.desk.wording import sentence

        seat = self.seat
        refused = do_alone(seat.cache, act, number, seat.worker, seat.now())
        if refused:
            self.say(sentence(refused[0].reason, refused[0].params, seat.taxonomy), "warning")
            return
        self.post_message(Changed())
        self.say(told)

    def _dry_run(self, act: "Act", chosen: Chosen) -> None:
        from screens.batch.page import BatchPage

        self.app.push_screen(BatchPage(self.seat, [act], chosen, self.say))

    def action_shortlist(self) -> None:
        """Put the orders on the shortlist, or take them off where all are on it."""
        from caseworker.desk import shelf
        from caseworker.desk.batch import Shortlisting

        chosen, number = self.chosen(), self.order_no()
        if chosen is not None:
            on = not all(shelf.is_short(self.seat.cache, one) for one in chosen.numbers())
            self._dry_run(Shortlisting(on=on), chosen)
            return
        if number is None:
            return
        on = not shelf.is_short(self.seat.cache, number)
        told = (
            _("On your shortlist.  z  undoes it.")
            if on
            else _("Off your shortlist.  z  undoes it.")
        )
        self._do_alone(Shortlisting(on=on), number, told)

    def ask_to_save(self, query: str, order: "Sorting" = "due", group: "Gathering" = "") -> None:
        """Ask for a name, and keep a query as an own view under it."""
        from caseworker.desk.own_views import save_view
        from screens.ask import LineDialog

        home = self.seat.home
        if home is None:
            return

        def save(name: str | None) -> None:
            if name is None:
                return
            try:
                file = save_view(home, name, query, self.seat.now(), order, group)
            except Trouble as trouble:
                self.say(str(trouble), "danger")
                return
            self.post_message(Changed())
            self.say(_("Saved as your view {name}: {file}").format(name=name, file=file.name))

        dialog = LineDialog[str](
            _("Save as a view of your own"),
            _("Name it; it stands below the other views."),
            "",
            _("save"),
            str.strip,
            lambda name: query,
        )
        self.app.push_screen(dialog, save)

    def _open(self, part: str) -> None:
        number = self.order_no()
        if number is not None:
            self.post_message(Open(number, part))
