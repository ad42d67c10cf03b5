"""The page on which a worker compares an order with its likely repeats, and says what they are."""

from collections.abc import Callable
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from caseworker.cache.drafts import Draft
from caseworker.desk import linking
from caseworker.desk.annotate import Refused
from caseworker.desk.batch import Linking
from caseworker.desk.chosen import Chosen
from caseworker.desk.linking import Pair
from caseworker.desk.repeats import (
    Candidate,
    candidates,
    compared,
    said_not_same,
    say_not_the_same,
    searcher,
    side_by_side,
    unsay_not_the_same,
)
from caseworker.desk.returned import reopened
from caseworker.desk.sheet import Sheet, sheet_of
from caseworker.desk.wording import code_label, sentence
from caseworker.locale import _
from caseworker.model.trouble import Trouble
from screens.batch.page import BatchPage
from screens.compose.fields import Words
from screens.hints import entitle
from screens.keys import ON_ORDER, OTHER_KINDS, SIDE_BY_SIDE, bindings
from screens.lines import Line, piece
from screens.order.writing import paragraph
from screens.page import Changed, Open, Page
from screens.queue.row import short_number
from screens.repeats.words import candidate_line, side_lines, why_pieces
from screens.seat import Seat
from screens.widgets.line_list import LineList
from screens.widgets.paper import Paper

SHOWN = 8
"""Candidates that are found; those marked in the queue come beside them."""

ALWAYS_SHOWN = 3
WORTH_SHOWING = 0.05
"""The score below which a candidate is shown only among the first `ALWAYS_SHOWN`."""

HINTS = ("side.link", "side.not_same", "side.kind", "side.words", "side.mark", "side.undo")


class CandidateList(LineList):
    """The orders that may be the same matter; a half page turns the texts, not the list."""

    def __init__(self, page: "SidePage") -> None:
        super().__init__("candidates")
        self._page = page

    def line_at(self, position: int, width: int) -> Line:
        """One candidate."""
        if position >= self.rows:
            return [] if self.rows else self.picture_line(position, width)
        return self._page.line_of(position, width)

    def action_page(self, halves: int) -> None:
        """Scroll both texts together."""
        self._page.scroll_texts(halves)


class SidePage(Page):
    """Candidates above, why below them, the two orders side by side or one above the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings((*SIDE_BY_SIDE, *OTHER_KINDS)),
        *bindings(key for key in ON_ORDER if key.id not in ("order.repeat", "order.undo")),
        ("escape", "app.leave"),
    ]
    CSS_PATH = "page.tcss"
    AUTO_FOCUS = "#candidates"

    def __init__(self, seat: Seat, number: str, marked: tuple[str, ...] = ()) -> None:
        super().__init__(seat)
        self._number = number
        self._marked = marked
        self._found: list[Candidate] = []
        self._sheets: dict[str, Sheet | None] = {}
        self._unlike: set[str] = set()
        self._chosen: set[str] = set(marked)
        self._codes: dict[str, str] = {}
        """The kinds that the worker chose in place of the proposed ones."""
        self._acts: list[Callable[[], str] | None] = []
        """How to take back what was done here, the latest last; None for a batch, which is taken
        back as everywhere."""
        self._list = CandidateList(self)
        self._why = Words("why")
        self._mine = Paper("mine")
        self._theirs = Paper("theirs")

    def panes(self) -> ComposeResult:
        """The list, the reasons, the two texts."""
        yield self._list
        yield self._why
        with Container(id="sides"):
            yield self._mine
            yield self._theirs

    def on_mount(self) -> None:
        """Look for candidates once the frames stand."""
        self.reload()

    def on_resize(self) -> None:
        """The frames have other room."""
        self.call_after_refresh(self._entitle)

    def order_no(self) -> str | None:
        """The order that is compared."""
        return self._number

    def reload(self) -> None:
        """Search anew; the cursor stays on its order where that is still found."""
        current = self.current()
        self._sheets.clear()
        self._find()
        numbers = [one.order_no for one in self._found]
        at = numbers.index(current.order_no) if current and current.order_no in numbers else None
        rows = min(max(len(self._found), 1), 3 if self.has_class("-narrow") else SHOWN)
        self._list.styles.height = rows + 2
        self._list.set_rows(len(self._found), at)
        self._show()

    def relabel(self) -> None:
        """The language or the minute has changed."""
        super().relabel()
        self.reload()

    def line_of(self, position: int, width: int) -> Line:
        """One row of the list."""
        one = self._found[position]
        return candidate_line(
            one, self._sheet(one.order_no), self._code(one), self.seat.taxonomy,
            self.seat.now(), width,
            chosen=one.order_no in self._chosen, unlike=one.order_no in self._unlike,
        )  # fmt: skip

    def scroll_texts(self, halves: int) -> None:
        """Both texts by so many half pages."""
        self._mine.action_page(halves)
        self._theirs.action_page(halves)

    @on(LineList.Moved, "#candidates")
    def _moved(self) -> None:
        self._show()

    @on(LineList.Chosen, "#candidates")
    def _opened(self) -> None:
        one = self.current()
        if one is not None:
            self.post_message(Open(one.order_no))

    def action_next(self, by: int) -> None:
        """Another candidate, whichever pane has the keys."""
        self._list.move_to(self._list.cursor + by)

    def action_mark(self) -> None:
        """Mark the candidate, so that several are linked in one go."""
        one = self.current()
        if one is not None:
            self._chosen ^= {one.order_no}
            self._list.set_rows(len(self._found))
            self._entitle()

    def action_kind(self, place: int) -> None:
        """Another kind of repeat."""
        codes = list(self.seat.taxonomy.of_kind("repeat"))
        if place >= len(codes):
            return
        for one in self._meant():
            self._codes[one.order_no] = codes[place]
        self._list.set_rows(len(self._found))
        self.say(code_label(codes[place], self.seat.taxonomy))

    def action_link(self) -> None:
        """Link the candidate under the cursor or, after the dry run, all that are marked."""
        meant = [one for one in self._meant() if not one.linked]
        current = self.current()
        if not meant and current is not None and self._is_back(current):
            # The link stands, and so does a question or a reason: it is gone on from.
            self._open_form(self._pair(current))
            return
        if not meant:
            self.say(_("Nothing to link: these orders are linked already.") if self._found else "")
        elif len(meant) > 1:
            self._link_several([self._pair(one) for one in meant])
        else:
            self._link(self._pair(meant[0]))

    def _link(self, pair: Pair) -> None:
        seat = self.seat
        try:
            linked = linking.link(seat.cache, [pair], seat.worker, seat.now())
        except Refused:
            # What is missing is asked for in the form, where the worker can write it.
            self._open_form(pair)
            return
        ids = [said.id for said in linked.annotations]
        self._acts.append(lambda: self._unlink(ids))
        self._say_same(pair.other)
        self._chosen.clear()
        self.post_message(Changed())
        told = [_("{count} linked.  z  takes it back.").format(count=1)]
        told += [sentence(one.reason, one.params, seat.taxonomy) for one in linked.warnings[:1]]
        self.say(" ".join(told), "accent")

    def _link_several(self, pairs: list[Pair]) -> None:
        """Show what linking several orders in one go will do, and do it from there."""
        act = Linking(tuple(linking.drafted(self.seat.cache, pairs)))
        orders = Chosen(self.seat.cache)
        orders.add_numbers(act.numbers)
        others = {pair.other for pair in pairs}

        def done(words: str) -> None:
            self._acts.append(None)
            self._chosen.clear()
            self.reload()
            for one in self._found:
                if one.linked and one.order_no in others:
                    self._say_same(one.order_no)
            self.say(words, "accent")

        self.app.push_screen(BatchPage(self.seat, [act], orders, done))

    def action_not_same(self) -> None:
        """Remember that these are not one matter, or take that back."""
        for one in self._meant():
            number = one.order_no
            if number in self._unlike:
                self._say_same(number)
                self.say(_("Taken back: the pair may be suggested again."))
            else:
                say_not_the_same(self.seat.cache, self._number, number, self.seat.now())
                self._acts.append(partial(self._resay, number))
                self.say(_("Not the same: the pair is not suggested again.  z  takes it back."))
        self._chosen.clear()
        self.post_message(Changed())

    def action_words(self) -> None:
        """Write it in one's own words: the form, filled in with what is proposed."""
        one = self.current()
        self._open_form(None if one is None else self._pair(one))

    def action_undo(self) -> None:
        """Take back what was done here last; else what was written about the order last."""
        take_back = self._acts.pop() if self._acts else None
        if take_back is None:
            super().action_undo()
            return
        told = take_back()
        self.post_message(Changed())
        self.say(told)

    def _find(self) -> None:
        cache = self.seat.cache
        try:
            finder = searcher(cache)
            self._unlike = said_not_same(cache, self._number)
            found = [
                one
                for place, one in enumerate(candidates(cache, self._number, SHOWN, finder=finder))
                if place < ALWAYS_SHOWN or one.score >= WORTH_SHOWING or one.linked
            ]
            numbers = {one.order_no for one in found}
            asked = [
                other for other in (*self._marked, *sorted(self._unlike)) if other not in numbers
            ]
            beside = compared(cache, self._number, asked, finder)
        except Trouble as trouble:
            self._found = []
            self._list.show_picture(list(paragraph(str(trouble), 60, "warning")))
            return
        first = [one for one in beside if one.order_no not in self._unlike]
        last = [one for one in beside if one.order_no in self._unlike]
        # Nothing moves under the eyes: what stood here stays in its place.
        before = {one.order_no: place for place, one in enumerate(self._found)}
        self._found = sorted(
            [*first, *found, *last], key=lambda one: before.get(one.order_no, len(before))
        )
        alone = _("Nothing on this desk is like this order.  e  names an earlier order by hand.")
        self._list.show_picture(list(paragraph(alone, 76, "dim")))

    def current(self) -> Candidate | None:
        """The candidate under the cursor."""
        return self._found[self._list.cursor] if self._list.cursor < len(self._found) else None

    def _meant(self) -> list[Candidate]:
        chosen = [one for one in self._found if one.order_no in self._chosen]
        current = self.current()
        return chosen or ([] if current is None else [current])

    def _code(self, one: Candidate) -> str:
        return self._codes.get(one.order_no, one.kind)

    def _pair(self, one: Candidate) -> Pair:
        words = one.words or _("Compared side by side.")
        return Pair(self._number, one.order_no, self._code(one), words)

    def _sheet(self, number: str) -> Sheet | None:
        if number not in self._sheets:
            self._sheets[number] = sheet_of(self.seat.cache, number, self.seat.now())
        return self._sheets[number]

    def _open_form(self, pair: Pair | None) -> None:
        from caseworker.desk.annotate import drafts_for
        from screens.compose.page import form_for, open_form

        cache = self.seat.cache
        try:
            if pair is None:
                self.app.push_screen(open_form(self.seat, "repeat", self._number))
                return
            draft = linking.drafted(cache, [pair])[0]
            # Words that were begun about this pair are taken up again.
            begun = drafts_for(cache, draft.order_no, "repeat")
            again = self._come_back(draft)
            # So are those that came back with a question or a reason, however many they name.
            told = () if again is None else again.earlier
            draft = next(
                (one for one in begun if one.earlier in (draft.earlier, told)), again or draft
            )
            self.app.push_screen(form_for(self.seat, draft))
        except Trouble as trouble:
            self.say(str(trouble), "danger")

    def _is_back(self, one: Candidate) -> bool:
        """Whether one's own mark about this pair came back."""
        draft = linking.drafted(self.seat.cache, [self._pair(one)])[0]
        sheet = self._sheet(draft.order_no)
        me = self.seat.worker.name
        return sheet is not None and reopened(sheet, "repeat", me, draft.earlier) is not None

    def _come_back(self, draft: Draft) -> Draft | None:
        """The mark that came back, where it is about this pair or about orders not listed here."""
        sheet, me = self._sheet(draft.order_no), self.seat.worker.name
        if sheet is None:
            return None
        if about := reopened(sheet, "repeat", me, draft.earlier):
            return about
        last = reopened(sheet, "repeat", me)
        listed = {one.order_no for one in self._found}
        return last if last is not None and not listed & set(last.earlier) else None

    def _unlink(self, ids: list[str]) -> str:
        if linking.unlink(self.seat.cache, ids, self.seat.now()):
            return _("The hub has it already:  w  withdraws it.")
        return _("Undone: the orders are not linked.")

    def _say_same(self, number: str) -> None:
        unsay_not_the_same(self.seat.cache, self._number, number)

    def _resay(self, number: str) -> str:
        self._say_same(number)
        return _("Taken back: the pair may be suggested again.")

    def _show(self) -> None:
        mine, one = self._sheet(self._number), self.current()
        theirs = None if one is None else self._sheet(one.order_no)
        taxonomy, now = self.seat.taxonomy, self.seat.now()
        sides = None
        if mine is not None and theirs is not None:
            sides = side_by_side(self.seat.cache, self._number, theirs.order.order_no)
        self._why.show(*(why_pieces(one) if one is not None else ()))
        for paper, sheet in ((self._mine, mine), (self._theirs, theirs)):
            if sheet is None:
                paper.show(lambda width: [], from_top=True)
            else:
                paper.show(partial(side_lines, sheet, sides, taxonomy, now), from_top=True)
        self._entitle()

    def _entitle(self) -> None:
        title = [piece(_("Have we met this before?"), "strong")]
        title.append(piece(f"  {short_number(self._number)}", "dim"))
        if self._chosen:
            told = _("{count} marked").format(count=len(self._chosen))
            title.append(piece(f"  {told}", "accent"))
        entitle(self._list, title, HINTS if self._found else ("side.words",))
        one, mine = self.current(), self._sheet(self._number)
        name = mine.order.title if mine else ""
        entitle(self._mine, [piece(_("This one"), "strong"), piece(f"  {name}", "dim")])
        if one is None:
            entitle(self._theirs, [])
            return
        other = self._sheet(one.order_no)
        when = _("Earlier") if other and mine and _earlier(other, mine) else _("Later")
        entitle(
            self._theirs,
            [piece(when, "strong"), piece(f"  {short_number(one.order_no)}", "dim")],
            ("list.choose",),
        )


def _earlier(one: Sheet, other: Sheet) -> bool:
    from caseworker.repeats.sides import in_time

    return in_time(one.order, other.order)[0] is one.order
