"""One question of the form: its name, the field in which one answers, and a note below."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from caseworker.cache.drafts import Draft
from caseworker.desk.wording import code_label
from caseworker.locale import _, language
from caseworker.model.annotation import Annotation
from caseworker.model.taxonomy import Taxonomy
from caseworker.text.safe import safe
from screens.compose.fields import Area, Choice, OneLine, Option, Words
from screens.compose.form import PLACE, Field, Voice, value_of
from screens.lines import Piece, Tone, piece

VOICES: Final[dict[Voice, Tone]] = {"": "dim", "inside": "plain", "citizen": "accent"}


class Known(Struct, frozen=True):
    """What the form knows beside the draft: what its choices are made of."""

    taxonomy: Taxonomy
    targets: Sequence[Annotation]
    places: Sequence[str]
    """The places that the order names, the narrowest first."""


class Row(Horizontal):
    """A question with its answer. What is missing stands in `note`, at the field itself."""

    def __init__(self, label: str, field: Widget, voice: Voice = "") -> None:
        super().__init__(classes=f"row -{voice or 'plain'}")
        self.voice = voice
        self._label = Words(classes="label")
        # A blank label keeps its place, so that the fields below it stand in line.
        self.name_it(label)
        self.field = field
        self._note = Words()

    def compose(self) -> ComposeResult:
        """The name at the left, the field and its note beside it."""
        yield self._label
        with Vertical(classes="answer"):
            yield self.field
            yield self._note

    def name_it(self, label: str) -> None:
        """Another name at the left: the first field of several carries that of all."""
        self._label.show(piece(label or " ", VOICES[self.voice]))

    def value(self) -> str:
        """What stands in the field at this moment, also what it has not yet told the page."""
        if isinstance(self.field, OneLine):
            return str(self.field.value)
        return self.field.text if isinstance(self.field, Area) else ""

    def shows(self, value: str) -> bool:
        """Whether that stands in the field."""
        return self.value() == safe(value, newlines=isinstance(self.field, Area))

    def fill(self, value: str) -> None:
        """Answer from outside: a choice fills in the line below it, a template the code."""
        if isinstance(self.field, OneLine):
            self.field.value = safe(value)
        elif isinstance(self.field, Choice):
            self.field.choose(value)
        elif isinstance(self.field, Area):
            self.field.put(safe(value, newlines=True))

    def go_on(self, words: str) -> bool:
        """Take words that came elsewhere, where words can be written; say whether."""
        if not isinstance(self.field, OneLine | Area):
            return False
        self.field.focus()
        self.field.on_paste(events.Paste(words))
        return True

    def offer(self, options: list[Option], chosen: str) -> None:
        """Other answers to choose from; what was chosen and is not offered is chosen no more."""
        if isinstance(self.field, Choice):
            self.field.offer(options, chosen)

    def note(self, pieces: Iterable[Piece]) -> None:
        """What there is to say of the answer."""
        self._note.show(*pieces)


def row_for(field: Field, draft: Draft, known: Known) -> Row:
    """The row that asks a question, with the answer that the draft keeps."""
    taxonomy = known.taxonomy
    value = value_of(draft, field.name)
    hint = safe(_(field.hint)) if field.hint else safe("")
    widget: Widget
    match field.shape:
        case "code":
            brief = draft.kind == "context"
            widget = Choice(field.name, code_options(draft.kind, taxonomy), value, brief=brief)
        case "target":
            widget = Choice(field.name, [_target(one, taxonomy) for one in known.targets], value)
        case "verdict":
            verdicts = [
                ("endorse", _("endorse"), _("The centre may rule on it.")),
                ("decline", _("decline"), _("It goes back to its author with your words.")),
            ]
            widget = Choice(field.name, verdicts, value)
        case "about":
            widget = Choice(field.name, _abouts(draft, known.places), value, brief=True)
        case "words":
            openings = draft.openings if field.name == "text" else ()
            widget = Area(field.name, safe(value, newlines=True), hint, openings)
        case "line":
            widget = OneLine(field.name, safe(value), hint)
    return Row(_(field.label) if field.label else "", widget, field.voice)


def code_options(kind: str, taxonomy: Taxonomy) -> list[Option]:
    """The codes in force for a kind."""
    return [
        (name, code_label(name, taxonomy), code.definition.in_language(language()))
        for name, code in taxonomy.of_kind(kind).items()
    ]


def _abouts(draft: Draft, places: Sequence[str]) -> list[tuple[str, str, str]]:
    """This order alone, its matter, or one of the places that it names, or another one."""
    here = draft.about.name if draft.about.kind == "place" else ""
    offered = list(dict.fromkeys((*places, *([here] if here else []))))
    again = _("next time too")
    return [
        ("order", _("this order alone"), ""),
        *((f"{PLACE}{name}", name, again) for name in offered),
        *([] if offered else [(PLACE, _("a place"), again)]),
        ("matter", _("its matter"), again),
    ]


def _target(one: Annotation, taxonomy: Taxonomy) -> tuple[str, str, str]:
    label = code_label(one.code, taxonomy) if one.code else one.kind
    return one.id, label, f"{one.author}  {one.text}"
