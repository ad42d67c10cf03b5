"""The page of the drafts."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from caseworker.cache.drafts import Draft
from caseworker.desk import annotate, drafting
from caseworker.desk.chosen import Chosen
from caseworker.desk.drafting import Begun, first_words
from caseworker.desk.wording import code_label, kind_label
from caseworker.locale import _
from caseworker.model.annotation import Kind
from caseworker.text.width import cells
from screens.hints import entitle
from screens.keys import IN_DRAFTS, bindings
from screens.lines import Line, Tone, column, piece
from screens.moments import at
from screens.order.writing import paragraph
from screens.page import LOW, Changed, Page
from screens.queue.row import short_number
from screens.seat import Seat
from screens.widgets.line_list import LineList
from screens.widgets.paper import Paper


class DraftList(LineList):
    """Drafts: kind, number, first words, what is missing, when."""

    HEADER_ROWS = 1

    def __init__(self, seat: Seat) -> None:
        super().__init__("drafts")
        self._seat = seat
        self._begun: list[Begun] = []

    def show(self, begun: list[Begun]) -> None:
        """Show other drafts; the cursor stays on its draft."""
        here = self.current()
        self._begun = begun
        ids = [one.draft.id for one in begun]
        self.show_picture(
            [
                [piece(_("No draft is left here."), "strong")],
                [],
                [piece(_("What you begin and leave stays here until you save it."), "dim")],
            ]
        )
        self.set_rows(
            len(begun), ids.index(here.draft.id) if here and here.draft.id in ids else None
        )

    def current(self) -> Begun | None:
        """The draft under the cursor."""
        return self._begun[self.cursor] if self.cursor < len(self._begun) else None

    def header(self, width: int) -> Line:
        """The names of the columns."""
        names = (_("kind"), _("number"), _("first words"), _("missing"), _("when"))
        return _columns([piece(name, "dim") for name in names], width)

    def line_at(self, position: int, width: int) -> Line:
        """One draft."""
        if position >= len(self._begun):
            return [] if self.rows else self.picture_line(position, width)
        one = self._begun[position]
        missing = one.misses[0] if one.misses else _("nothing")
        return _columns(
            [
                piece(kind_label(one.draft.kind), "accent"),
                piece(short_number(one.draft.order_no), "dim"),
                piece(first_words(one.draft)),
                piece(missing, "warning" if one.misses else "dim"),
                piece(at(one.saved_at, self._seat.now()), "dim"),
            ],
            width,
        )


def _columns(parts: Line, width: int) -> Line:
    kinds = ("context", "repeat", "unreasonable", "objection", "review", "withdrawal")
    kind = max(cells(kind_label(name)) for name in kinds)
    when = 11
    free = max(width - 1 - kind - 2 - 7 - 2 - 2 - when - 1, 8)
    missing = free * 2 // 5 if free >= 36 else 0
    rooms = (kind, 7, free - missing - (2 if missing else 0), missing, when)
    line: Line = []
    for room, part in zip(rooms, parts, strict=True):
        if room:
            line += [piece("  " if line else " "), column(part.text, room, part.tone)]
    return line


class DraftsPage(Page):
    """The list above, the words of the draft under the cursor below."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(IN_DRAFTS), ("escape", "app.leave")]
    VERTICAL_BREAKPOINTS = LOW
    CSS_PATH = "page.tcss"
    AUTO_FOCUS = "#drafts"

    def __init__(
        self,
        seat: Seat,
        number: str | None = None,
        kind: Kind | None = None,
        chosen: Chosen | None = None,
    ) -> None:
        """`number` and `kind` narrow the list; `chosen` is the set that is written about."""
        super().__init__(seat)
        self._number = number
        self._kind = kind
        self._chosen = chosen
        self._list = DraftList(seat)
        self._words = Paper("words")
        self._thrown: list[Draft] = []

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

    def on_screen_resume(self) -> None:
        """A form that was left has changed what stands here."""
        if self._list.is_mounted:
            self.reload()

    def order_no(self) -> str | None:
        """The order of the draft under the cursor."""
        one = self._list.current()
        return self._number if one is None else one.draft.order_no

    def reload(self) -> None:
        """Read anew."""
        seat = self.seat
        self._list.show(
            drafting.begun(
                seat.cache, seat.worker, seat.now(), order_no=self._number, kind=self._kind
            )
        )
        self._show_words()
        self.refresh_bars()

    def relabel(self) -> None:
        """The language or the minute has changed."""
        self.reload()

    def action_throw_away(self) -> None:
        """Forget the draft under the cursor; one key brings it back."""
        one = self._list.current()
        if one is None:
            return
        drafting.throw_away(self.seat.cache, one.draft)
        self._thrown.append(one.draft)
        self.post_message(Changed())
        self.reload()
        self.say(_("Thrown away.  z  brings it back while this page is open."), "warning")

    def action_undo(self) -> None:
        """Bring back what was thrown away last."""
        if not self._thrown:
            self.say(_("Nothing was thrown away here."))
            return
        annotate.keep_draft(self.seat.cache, self._thrown.pop(), self.seat.now())
        self.post_message(Changed())
        self.reload()
        self.say(_("It is a draft again."), "accent")

    def action_another(self) -> None:
        """Begin another draft on the same order."""
        one = self._list.current()
        number = self.order_no()
        kind = self._kind or (one.draft.kind if one is not None else None)
        if number is not None and kind is not None:
            self._go_on_with(annotate.new_draft(number, kind))

    @on(LineList.Moved, "#drafts")
    def _show_words(self) -> None:
        one = self._list.current()
        if one is None:
            self._words.show(lambda width: [])
        else:
            self._words.show(lambda width: self._draft_lines(one, width), from_top=True)
        self._entitle()

    @on(LineList.Chosen, "#drafts")
    def _go_on(self) -> None:
        one = self._list.current()
        if one is not None:
            self._go_on_with(one.draft)

    def _go_on_with(self, draft: Draft) -> None:
        from screens.compose.page import form_for

        self.app.push_screen(form_for(self.seat, draft, self._chosen))

    def _draft_lines(self, one: Begun, width: int) -> list[Line]:
        draft, taxonomy = one.draft, self.seat.taxonomy
        what = code_label(draft.code, taxonomy) if draft.code else kind_label(draft.kind)
        lines: list[Line] = [[piece(what, "strong"), piece(f"  {draft.order_no}", "dim")]]
        lines += paragraph(draft.text.strip() or _("(no words)"), width)
        if draft.tell_citizen.strip():
            told = _("to the citizen: {words}").format(words=draft.tell_citizen.strip())
            lines += paragraph(told, width, "accent")
        for misses in one.misses:
            lines += paragraph(misses, width, "warning")
        return lines

    def _entitle(self) -> None:
        title: list[tuple[str, Tone]] = [(_("Drafts"), "strong"), (f" {self._list.rows}", "plain")]
        if self._number is not None:
            title.append((f"  {short_number(self._number)}", "dim"))
        keys = ["list.choose", *(key.id for key in IN_DRAFTS)] if self._list.rows else []
        entitle(self._list, [piece(*part) for part in title], keys)
