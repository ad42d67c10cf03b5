"""The page on which one writes about an order: any kind, one form."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from msgspec import structs
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from caseworker.cache.drafts import Draft
from caseworker.desk import annotate, assembly, carried, evidence, returned
from caseworker.desk.chosen import Chosen
from caseworker.desk.sheet import Sheet, reviewable, sheet_of, withdrawable
from caseworker.desk.templates import Template, begin, templates
from caseworker.desk.wording import kind_label, sentence
from caseworker.locale import _
from caseworker.model.annotation import Annotation, FileRef, Kind
from caseworker.model.rules import UNFINISHED, Finding, refusals
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe
from screens.compose import form
from screens.compose.fields import Answered, Area, OneLine, TooMuch, Words, Written
from screens.compose.form import Field
from screens.compose.notes import notes
from screens.compose.row import Known, Row, code_options, row_for
from screens.hints import entitle
from screens.keys import IN_DIALOG, bindings
from screens.lines import Piece, piece
from screens.moments import at, day
from screens.page import Changed, Page
from screens.queue.preview import preview_lines
from screens.queue.row import short_number
from screens.seat import Seat
from screens.widgets.bars import FootLine
from screens.widgets.paper import Paper

SAVE_WITHIN = 0.15
"""Seconds from a key to the disk, at most, however fast one goes on typing."""

BESIDE_FROM = 72
"""Cells of width from which the order stands beside the form."""


def open_form(seat: Seat, kind: Kind, order_no: str, chosen: Chosen | None = None) -> Page:
    """The form for a kind of annotation, with the draft that is there already; where there are
    several drafts, the list of them.

    Raises `Trouble` where there is nothing to review or to withdraw, and where a mark that can
    hurt a citizen is meant for several orders.
    """
    several = chosen if chosen is not None and len(chosen) > 1 else None
    if several is not None and kind == "unreasonable":
        raise Trouble(
            _("This can hurt a citizen, so it is proposed one by one: unmark all with Esc first.")
        )
    kept = annotate.drafts_for(seat.cache, order_no, kind)
    if len(kept) > 1:
        from screens.drafts.page import DraftsPage

        return DraftsPage(seat, order_no, kind, several)
    draft = kept[0] if kept else _first_draft(seat, kind, order_no)
    return form_for(seat, draft, several)


def _first_draft(seat: Seat, kind: Kind, order_no: str) -> Draft:
    """What came back is gone on from, in its own words; else an empty draft."""
    sheet = sheet_of(seat.cache, order_no, seat.now())
    again = None if sheet is None else returned.reopened(sheet, kind, seat.worker.name)
    return again or annotate.new_draft(order_no, kind)


def form_for(seat: Seat, draft: Draft, chosen: Chosen | None = None) -> "ComposePage":
    """The form for a draft. Raises `Trouble` as `open_form` does."""
    sheet = sheet_of(seat.cache, draft.order_no, seat.now())
    if sheet is None:
        raise Trouble(_("This order is no longer on this desk: it has left your unit."))
    targets: list[Annotation] = []
    if draft.kind == "review":
        targets = reviewable(sheet, seat.worker.name)
        if not targets:
            raise Trouble(_("No colleague's proposal waits on this order."))
    if draft.kind == "withdrawal":
        targets = withdrawable(sheet, seat.worker.name)
        if not targets:
            raise Trouble(_("You have written nothing on this order that still stands."))
    if targets and draft.target not in {one.id for one in targets}:
        draft = structs.replace(draft, target=targets[0].id)
    return ComposePage(seat, sheet, draft, targets, chosen)


def _places(sheet: Sheet, draft: Draft) -> list[str]:
    return carried.places_of_order(sheet.order) if draft.kind == "context" else []


class ComposePage(Page):
    """A form at the left, the order at the right. The draft is on the disk as one types."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(IN_DIALOG)
    CSS_PATH = "page.tcss"
    AUTO_FOCUS = "Choice, OneLine, Area"
    FOOT = ()

    def __init__(
        self,
        seat: Seat,
        sheet: Sheet,
        draft: Draft,
        targets: list[Annotation],
        chosen: Chosen | None,
    ) -> None:
        super().__init__(seat)
        self._sheet = sheet
        self._draft = draft
        self._targets = targets
        self._known = Known(seat.taxonomy, targets, _places(sheet, draft))
        self._chosen = chosen
        self._rows: dict[str, Row] = {}
        self._timer: Timer | None = None
        self._written = False
        self._taking = 0
        """Files that are being read and stored."""
        self._stood = 0.0
        """How far the form was scrolled when the field got the keys, in cells."""

    def panes(self) -> ComposeResult:
        """The form, and beside it the order."""
        kind = self._draft.kind
        with Horizontal(id="panes"):
            with VerticalScroll(id="form", can_focus=False):
                yield Words("about")
                yield from self._asked(form.questions(kind))
                with Vertical(id="evidence"):
                    yield from self._asked(form.evidence_asked(self._draft, self.seat.taxonomy))
                yield from self._asked(form.last_questions(kind))
            yield Paper("beside")

    def on_mount(self) -> None:
        """Say what is written about, and what is missing."""
        about = []
        if self._chosen is not None:
            more = _("and {count} more marked orders").format(count=len(self._chosen) - 1)
            about.append(piece(more, "accent"))
        about += self._answered_words()
        if question := returned.on_top(self._sheet, self._draft):
            about.append(piece(question, "warning"))
        self.query_one("#about", Words).show(*about)
        self.watch(self.query_one("#form"), "virtual_size", self._fields_moved, init=False)
        self._show_order()
        self._examine()

    def on_resize(self) -> None:
        """The frames have other room."""
        self.set_class(self.size.width < BESIDE_FROM, "-slim")
        self.call_after_refresh(self._entitle)

    def on_unmount(self) -> None:
        """Whatever closes the page, the words are kept."""
        self._keep()

    def put_by(self) -> None:
        """The words are on the disk before the desk is locked."""
        super().put_by()
        self._keep()

    def order_no(self) -> str | None:
        """The order that is written about."""
        return self._draft.order_no

    def reload(self) -> None:
        """The order may have changed under the form."""
        sheet = sheet_of(self.seat.cache, self._draft.order_no, self.seat.now())
        if sheet is not None:
            self._sheet = sheet
            self._show_order()
        self._take_taxonomy()
        self.refresh_bars()

    def _take_taxonomy(self) -> None:
        """The hub may have put other reason codes in force while one writes."""
        taxonomy = self.seat.taxonomy
        if taxonomy.version == self._known.taxonomy.version:
            return
        self._known = structs.replace(self._known, taxonomy=taxonomy)
        if "code" in self._rows:
            options = code_options(self._draft.kind, taxonomy)
            self._rows["code"].offer(options, self._draft.code)
        self._examine()

    def action_save(self) -> None:
        """Check, save and queue; what the rules refuse stands at its field, and nothing is lost."""
        if self._taking:
            self.say(_("A file is still being taken in: save in a moment."), "warning")
            return
        self._keep()
        draft = annotate.with_whole_numbers(self.seat.cache, self._draft, self.seat.taxonomy)
        refused = refusals(self._findings(draft))
        if self._chosen is not None:
            # What another order refuses stands in the dry run: only the form itself counts here.
            refused = [finding for finding in refused if finding.reason in UNFINISHED]
        if refused:
            self._show_notes(refused)
            self.say(_("Not saved yet: see what is missing."), "danger")
        elif self._chosen is not None:
            self._foresee(draft, self._chosen)
        else:
            self._write(draft)

    def _write(self, draft: Draft) -> None:
        written = annotate.write(self.seat.cache, draft, self.seat.worker, self.seat.now())
        self._written = True
        told = [_("Saved, and waiting to be sent.")]
        told += [
            sentence(one.reason, one.params, self.seat.taxonomy) for one in written.warnings[:1]
        ]
        self._leave(" ".join(told))

    def _foresee(self, draft: Draft, chosen: Chosen) -> None:
        from screens.batch.page import BatchPage

        self.app.push_screen(BatchPage(self.seat, [draft], chosen, self._done))

    def _done(self, words: str) -> None:
        self._written = True
        self._leave(words)

    def action_close(self) -> None:
        """Leave; the draft stays."""
        told = [_("Kept as a draft.")] if self._keep() else []
        if self._taking:
            told.append(_("The file was not taken in yet: add it again."))
        self._leave(" ".join(told))

    def action_template(self) -> None:
        """Choose a template to begin with."""
        if self._draft.kind != "context":
            self.say(_("Templates are for contexts."))
            return
        from screens.choose import ChooseDialog

        known = templates(self.seat.home, self.seat.taxonomy)
        named = list(known.named.values())
        options = [(one.title, one.words()) for one in named]

        def begin_with(position: int | None) -> None:
            if position is not None:
                self._begin_with(named[position])

        dialog = ChooseDialog(_("Begin with which words?"), options, known.troubles)
        self.app.push_screen(dialog, begin_with)

    def _begin_with(self, template: Template) -> None:
        draft = begin(self._draft, template)
        # The fields answer as if they had been typed into: what is asked and kept follows.
        self._rows["code"].fill(draft.code)
        self._draft = structs.replace(self._draft, openings=draft.openings)
        text = self._rows["text"].field
        if isinstance(text, Area):
            text.begin(draft.text, draft.openings)

    def action_file(self) -> None:
        """Add a file as evidence, look at one, or take one away again."""
        if self._targets:
            self._look_at_files()
            return
        asked = form.evidence_asked(self._draft, self.seat.taxonomy)
        if not asked:
            self.say(_("Choose the reason first: it says which evidence is asked for."))
            return
        from screens.compose import files

        held = files.files_in(self._draft)
        focused = next((n for n, row in self._rows.items() if row.field is self.focused), "")
        kind = files.kind_for(self._draft, asked, focused, self.seat.taxonomy)

        def add(path: Path | None) -> None:
            if path is not None:
                self.run_worker(self._take_in(kind, path), name="file")

        def choose(position: int | None) -> None:
            if position is not None and position > len(held):
                self._look_at_own(held[position - 1 - len(held)])
            elif position == 0:
                self.app.push_screen(files.path_dialog(kind, self.seat.taxonomy), add)
            elif position is not None:
                gone = held[position - 1].sha256
                self._change_files(lambda draft: evidence.without_file(draft, gone))

        if held:
            self.app.push_screen(files.choice_dialog(held), choose)
        else:
            choose(0)

    async def _take_in(self, kind: str, path: Path) -> None:
        """Read, hash and store a file in a thread: it may be large, and lie on a slow disk."""
        foot = self.query_one(FootLine)
        foot.show_place(_("taking in {file} …").format(file=safe(path.name)))
        seat = self.seat
        self._taking += 1

        def take_in() -> FileRef:
            with evidence.beside(seat.cache) as own:
                return evidence.take_in(own, path, seat.now())

        try:
            file = await asyncio.to_thread(take_in)
        except Trouble as trouble:
            foot.show_place("")
            self.say(str(trouble), "danger")
            return
        finally:
            self._taking -= 1
        foot.show_place("")
        self._change_files(lambda draft: evidence.with_file(draft, kind, file))

    def _look_at_files(self) -> None:
        from screens.evidence.page import choose_file

        target = [one for one in self._targets if one.id == self._draft.target]
        choose_file(self, evidence.files_on(target))

    def _look_at_own(self, file: FileRef) -> None:
        from screens.evidence.page import FilePage

        said = next(one for one in self._draft.evidence if one.file == file)
        author, now = self.seat.worker.name, self.seat.now()
        named = evidence.Named(said, file, author, now, in_draft=True)
        self.app.push_screen(FilePage(self.seat, self._draft.order_no, named))

    def _change_files(self, change: Callable[[Draft], Draft]) -> None:
        before = self._draft
        try:
            self._draft = assembly.followed(self.seat.cache, before, change(before))
        except Trouble as trouble:
            self.say(str(trouble), "danger")
            return
        self._fill_assembled(before)
        self._pause()

    def _fill_assembled(self, before: Draft) -> None:
        field = assembly.FIELD.get(self._draft.kind)
        if field is not None and getattr(self._draft, field) != getattr(before, field):
            self._rows[field].fill(form.value_of(self._draft, field))

    def action_another(self) -> None:
        """Keep this draft, and begin another one of its kind on the same order."""
        self._keep()
        empty = annotate.new_draft(self._draft.order_no, self._draft.kind)
        self.app.switch_screen(form_for(self.seat, empty, self._chosen))

    @on(Answered)
    async def _answered(self, message: Answered) -> None:
        before = self._draft
        answered = form.with_value(before, message.field, message.value, self.seat.now())
        if answered == before:
            return
        self._draft = answered
        self.query_one(FootLine).hush()
        if message.field == "code":
            await self._ask_for_evidence()
        if message.field == "about":
            self._ask_for_place()
        self._follow(before)
        # Not put off by the next key: whoever types without a pause is saved all the same.
        if self._timer is None:
            # What the foot says of the draft is true of all that was typed.
            self.query_one(FootLine).show_place("")
            self._timer = self.set_timer(SAVE_WITHIN, self._pause)

    def _follow(self, before: Draft) -> None:
        """Put the text together anew where nobody has changed a word of it."""
        field = assembly.FIELD.get(self._draft.kind)
        # What was typed there a moment ago, and is still on its way here, is not written over.
        if field is not None and self._rows[field].shows(form.value_of(before, field)):
            self._draft = assembly.followed(self.seat.cache, before, self._draft)
            text = form.value_of(self._draft, field)
            if not self._rows[field].shows(text):
                self._rows[field].fill(text)

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Give a field the keys; where it lies is known once the one before it has closed."""
        super().set_focus(widget, scroll_visible=False, from_app_focus=from_app_focus)

    def on_descendant_focus(self) -> None:
        """Another field has the keys: fields open and close, and the caret moves with them."""
        self._stood = self.query_one("#form").scroll_y
        self.call_after_refresh(self._come_into_sight)

    def _fields_moved(self) -> None:
        self.call_after_refresh(self._come_into_sight)

    def _come_into_sight(self) -> None:
        # From where the form stood when the field got the keys, however many layouts later: where
        # it comes to stand must not hang on which of them is seen.
        field, frame = self.focused, self.query_one("#form")
        if field is not None and field in self.query("#form *"):
            frame.scroll_to(y=self._stood, animate=False, immediate=True)
            row = next(one for one in field.ancestors if isinstance(one, Row))
            if row.size.height <= frame.size.height:
                frame.scroll_to_widget(row, animate=False, immediate=True)
            frame.scroll_to_widget(field, animate=False, immediate=True)
        self._place_cursor()

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    @on(Written)
    def _written_ahead(self, message: Written) -> None:
        """Words that came at a choice go on in the next field; none slip into the citizen's."""
        rows = list(self._rows.values())
        at = next(at for at, row in enumerate(rows) if row.field is message.choice)
        for row in (*rows[at:], self._rows["text"]):
            if row.display and row.voice != "citizen" and row.go_on(message.words):
                return

    @on(TooMuch)
    def _too_much(self, message: TooMuch) -> None:
        self.say(message.words, "danger")

    def _asked(self, fields: "list[Field] | tuple[Field, ...]") -> ComposeResult:
        for field in fields:
            row = row_for(field, self._draft, self._known)
            row.display = form.is_asked(field.name, self._draft)
            self._rows[field.name] = row
            yield row

    async def _ask_for_evidence(self) -> None:
        """Ask for what the code demands; a field that goes on being asked for is never remade."""
        asked = {one.name: one for one in form.evidence_asked(self._draft, self.seat.taxonomy)}
        shown = [name for name in self._rows if name.startswith(form.EVIDENCE)]
        if shown == list(asked):
            return
        place = self.query_one("#evidence")
        with self.app.batch_update():
            for name in [name for name in shown if name not in asked]:
                # Typed a moment ago, and still on its way to the draft.
                self._take_over(name)
                await self._rows.pop(name).remove()
            for at, (name, field) in enumerate(asked.items()):
                if name not in self._rows:
                    await place.mount(*self._asked([field]))
                row = self._rows[name]
                if place.children[at] is not row:
                    place.move_child(row, before=at)
                row.name_it(_(field.label) if field.label else "")

    def _take_over(self, name: str) -> None:
        row = self._rows[name]
        if not row.shows(form.value_of(self._draft, name)):
            self._draft = form.with_value(self._draft, name, row.value(), self.seat.now())

    def _answered_words(self) -> list[Piece]:
        """The earlier context that this one ends, so that nobody ends it unread."""
        ended = carried.ended_one(self.seat.cache, self._draft)
        if ended is None:
            return []
        told = _("holds no longer: {author}, {day}").format(
            author=ended.author, day=day(ended.written_at, self.seat.now())
        )
        return [piece(told, "warning"), piece(ended.text, "dim")]

    def _ask_for_place(self) -> None:
        row = self._rows.get("place")
        if row is not None:
            row.display = form.is_asked("place", self._draft)
            row.fill(form.value_of(self._draft, "place"))

    def _findings(self, draft: Draft) -> list[Finding]:
        return annotate.examine(self.seat.cache, draft, self.seat.worker, self.seat.now())

    def _pause(self) -> None:
        try:
            if self._keep():
                now = self.seat.now()
                self.query_one(FootLine).show_place(_("draft kept {at}").format(at=at(now, now)))
            self._examine()
        except Trouble as trouble:
            self.say(str(trouble), "danger")

    def _keep(self) -> bool:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._written:
            return False
        return annotate.keep_draft(self.seat.cache, self._draft, self.seat.now())

    def _examine(self) -> None:
        draft = annotate.with_whole_numbers(self.seat.cache, self._draft, self.seat.taxonomy)
        try:
            self._show_notes(self._findings(draft))
        except Trouble as trouble:
            self.say(str(trouble), "danger")

    def _show_notes(self, findings: list[Finding]) -> None:
        told = notes(self.seat, self._draft, self._targets, findings)
        for name, row in self._rows.items():
            row.note(told.get(name, ()))
        self.call_after_refresh(self._place_cursor)
        if "" in told:
            self.say(" ".join(one.text for one in told[""]), "warning")

    def _place_cursor(self) -> None:
        # An input method opens its window at the terminal's cursor; Textual moves that when the
        # caret moves in its field, and not when the field itself moves.
        field = self.focused
        if isinstance(field, OneLine | Area):
            self.app.cursor_position = field.cursor_screen_offset
            field.refresh()

    def _show_order(self) -> None:
        sheet = self._sheet
        beside = self.query_one("#beside", Paper)
        beside.show(lambda width: preview_lines(sheet, self.seat, width))
        self._entitle()

    def _entitle(self) -> None:
        frame = self.query_one("#form")
        number = short_number(self._draft.order_no)
        title = [piece(kind_label(self._draft.kind), "strong"), piece(f"  {number}", "dim")]
        entitle(frame, title, self._keys())

    def _keys(self) -> tuple[str, ...]:
        bare = bool(self._targets) and not evidence.files_on(self._targets)
        file = () if bare else ("dialog.file",)
        template = ("dialog.template",) if self._draft.kind == "context" else file
        return ("dialog.save", "dialog.close", *template, "desk.next_pane", "dialog.another")

    def _leave(self, words: str) -> None:
        below = self.app.screen_stack[-2]
        self.post_message(Changed())
        self.app.pop_screen()
        if words and isinstance(below, Page):
            below.say(words, "accent")
