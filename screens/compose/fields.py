"""The widgets in which one answers: a choice, a line, a text. None takes a flood of characters."""

from typing import ClassVar

from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.document._wrapped_document import WrappedDocument
from textual.geometry import Offset, Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea
from textual.widgets.text_area import Selection

from caseworker.locale import _
from caseworker.model.annotation import TEXT_MAX
from caseworker.text.safe import SafeText, safe
from screens.compose.setting import SetText
from screens.keys import CHOOSING, bindings
from screens.lines import Line, Piece, column, piece, wrap
from screens.widgets.line_view import LineView
from screens.widgets.paint import paint


class Answered(Message):
    """A field has another answer."""

    def __init__(self, name: str, value: str) -> None:
        super().__init__()
        self.field = name
        # Textual keeps the very string that it was given, and a draft is written as plain text.
        self.value = str(value)


class TooMuch(Message):
    """More was pasted than a text may have; nothing of it was taken."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        told = _("{count} characters are too many, a text has at most {most}: nothing was pasted.")
        self.words = told.format(count=characters, most=TEXT_MAX)


class Written(Message):
    """Words came where one chooses: no choice begins with them, and they are not to be lost."""

    def __init__(self, choice: "Choice", words: str) -> None:
        super().__init__()
        self.choice = choice
        self.words = words


class Words(Widget):
    """A few lines of words that are as high as they need to be."""

    def __init__(self, name: str = "", classes: str = "") -> None:
        super().__init__(id=name or None, classes=f"{classes} -empty")
        self._pieces: list[Piece] = []

    def show(self, *pieces: Piece) -> None:
        """Show other words, each piece from a line of its own; nothing takes no room."""
        if list(pieces) != self._pieces:
            self._pieces = list(pieces)
            self.set_class(not pieces, "-empty")
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The lines that the words take."""
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        """One line of the words."""
        lines = self._lines(self.size.width)
        line = lines[y] if y < len(lines) else []
        return paint(self, line, self.size.width, self.rich_style)

    def _lines(self, width: int) -> list[Line]:
        return [[piece(line, one.tone)] for one in self._pieces for line in wrap(one.text, width)]


Option = tuple[str, str, str]
"""What can be chosen: the value, what it is called, what it means."""


class Choice(LineView):
    """One of a few: a line that opens to all of them while it has the keys."""

    BINDINGS = bindings(CHOOSING)

    def __init__(
        self, name: str, options: list[Option], chosen: str, *, brief: bool = False
    ) -> None:
        """A brief one shows its label alone while it is closed, where the note below says more."""
        super().__init__()
        self._brief = brief
        self._field = name
        self._options = options
        self._at = _place_of(chosen, options)
        self._be_passed_by()

    def on_mount(self) -> None:
        """As high as there are options."""
        self.set_length(len(self._options))

    def lay_out(self) -> None:
        """Keep the length."""
        self.set_length(len(self._options))

    def offer(self, options: list[Option], chosen: str) -> None:
        """Other options, while one may be choosing."""
        self._options = options
        self._at = _place_of(chosen, options)
        self._be_passed_by()
        self.lay_out()
        self.refresh(layout=True)

    def key_of(self, position: int) -> object:
        """A line depends on the answer and on whether the field is open."""
        return (position, self._at, self.has_focus)

    def row_of(self, position: int) -> str:
        """The answer stands out while the field is open."""
        return "row--cursor" if self.has_focus and position == self._at else ""

    def line_at(self, position: int, width: int) -> Line:
        """An option, or the answer alone while another field has the keys."""
        if not self.has_focus:
            if position:
                return []
            if self._at < 0:
                return [piece(_("choose with the arrows or a digit"), "dim")]
            position = self._at
        if position >= len(self._options):
            return []
        _value, label, meaning = self._options[position]
        if self._brief and not self.has_focus:
            return [piece(label, "strong")]
        digit = f"{position + 1} " if self.has_focus else ""
        room = min(max(width // 3, 18), 30)
        return [
            piece(digit, "dim"),
            column(label, room, "strong" if position == self._at else "plain"),
            piece(f" {meaning}", "dim"),
        ]

    def action_move(self, by: int) -> None:
        """Choose the next option, or the one before."""
        self._choose(min(max(self._at + by, 0), len(self._options) - 1))

    def action_pick(self, digit: int) -> None:
        """Choose by digit."""
        if digit <= len(self._options):
            self._choose(digit - 1)

    def action_done(self) -> None:
        """Go on to the next field."""
        self.screen.focus_next()

    def on_key(self, event: events.Key) -> None:
        """Whoever begins to write before the choice is left writes, and starts no command."""
        bound = self.screen.active_bindings.get(event.key)
        chooses = bound is not None and bound.node is self
        if event.is_printable and event.key != "space" and not chooses:
            event.stop()
            event.prevent_default()
            self.post_message(Written(self, event.character or ""))

    def on_paste(self, event: events.Paste) -> None:
        """Pasted words are words too."""
        event.stop()
        self.post_message(Written(self, event.text))

    def on_click(self, event: events.Click) -> None:
        """Choose with the mouse."""
        offset = event.get_content_offset(self)
        if offset is not None and self.has_focus and offset.y < len(self._options):
            self._choose(offset.y)

    def on_focus(self) -> None:
        """Open."""
        self.refresh(layout=True)

    def on_blur(self) -> None:
        """Close."""
        self.scroll_to(y=0, animate=False)
        self.refresh(layout=True)

    def choose(self, value: str) -> None:
        """Choose by value, as a template does."""
        values = [one for one, _label, _meaning in self._options]
        if value in values:
            self._choose(values.index(value))

    def _be_passed_by(self) -> None:
        # A choice of one that is made is nothing to choose: the keys begin at the next field.
        self.can_focus = len(self._options) != 1 or self._at < 0

    def _choose(self, at: int) -> None:
        if at != self._at and self._options:
            self._at = at
            self.refresh()
            self.post_message(Answered(self._field, self._options[at][0]))


def _place_of(value: str, options: list[Option]) -> int:
    values = [one for one, _label, _meaning in options]
    return values.index(value) if value in values else -1


class OneLine(Input):
    """A line of words."""

    def __init__(self, name: str, value: SafeText, hint: SafeText) -> None:
        super().__init__(value, placeholder=hint, compact=True, select_on_focus=False)
        self._field = name
        self.cursor_blink = False

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the caret stands: Textual counts a cell too many at the end of the line."""
        offset = super().cursor_screen_offset
        return offset - (1, 0) if self.cursor_at_end else offset

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say so."""
        event.stop()
        self.post_message(Answered(self._field, event.value))

    def on_paste(self, event: events.Paste) -> None:
        """Take a paste as safe words, on one line."""
        event.stop()
        event.prevent_default()
        if len(event.text) > TEXT_MAX:
            self.post_message(TooMuch(len(event.text)))
        else:
            self.insert_text_at_cursor(safe(event.text))


class Area(TextArea):
    """Some lines of words; Tab goes from one open fill-in of a template to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "next_opening", show=False)]

    def __init__(
        self, name: str, value: SafeText, hint: SafeText, openings: tuple[str, ...] = ()
    ) -> None:
        super().__init__(
            value, placeholder=Content(hint), compact=True, highlight_cursor_line=False
        )
        self._field = name
        self._openings = openings
        self._put: str | None = None
        self.cursor_blink = False

    @property
    def wrapped_document(self) -> WrappedDocument:
        """The words in lines."""
        return self._set

    @wrapped_document.setter
    def wrapped_document(self, textuals: WrappedDocument) -> None:
        # Textual makes one of its own for every text that it is given.
        self._set = SetText(textuals.document)

    def on_mount(self) -> None:
        """Go on where the words end."""
        self.move_cursor(self.document.end)

    def begin(self, text: str, openings: tuple[str, ...]) -> None:
        """Take over a template's words, and stand on the first fill-in that is open."""
        self._openings = openings
        self.replace(safe(text, newlines=True), (0, 0), self.document.end)
        self.focus()
        self._select_opening(0)

    def action_next_opening(self) -> None:
        """Go to the next open fill-in, and behind the last one to the next field."""
        if not self._select_opening(self._index(max(self.selection))):
            raise SkipAction

    def _select_opening(self, start: int) -> bool:
        found = [
            (at, opening)
            for opening in self._openings
            if (at := self.text.find(opening, start)) >= 0
        ]
        if not found:
            return False
        at, opening = min(found)
        self.selection = Selection(self._location(at), self._location(at + len(opening)))
        return True

    def _index(self, location: tuple[int, int]) -> int:
        row, column = location
        return sum(len(line) + 1 for line in self.text.split("\n")[:row]) + column

    def _location(self, index: int) -> tuple[int, int]:
        before = self.text[:index]
        return before.count("\n"), index - before.rfind("\n") - 1

    def put(self, value: SafeText) -> None:
        """Show another text, which whoever puts it here knows already."""
        self._put = str(value)
        self.text = value

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Say so."""
        event.stop()
        if self.text == self._put:
            return
        self._put = None
        self.post_message(Answered(self._field, self.text))

    def on_paste(self, event: events.Paste) -> None:
        """Take a paste as safe words."""
        event.stop()
        event.prevent_default()
        if len(event.text) > TEXT_MAX:
            self.post_message(TooMuch(len(event.text)))
        else:
            self.insert(safe(event.text, newlines=True))
