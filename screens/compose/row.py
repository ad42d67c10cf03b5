"""One question of the form: its name, the field in which one answers, and a note below."""

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget

from caseworker.cache.drafts import Draft
from caseworker.desk.wording import code_label
from caseworker.locale import _, language
from caseworker.model.annotation import Annotation
from caseworker.model.taxonomy import Taxonomy
from caseworker.text.safe import safe
from screens.compose.fields import Area, Choice, OneLine, Words
from screens.compose.form import Field, value_of
from screens.lines import Piece, piece


class Row(Horizontal):
    """A question with its answer. What is missing stands in `note`, at the field itself."""

    def __init__(self, label: str, field: Widget) -> None:
        super().__init__(classes="row")
        self._label = Words(classes="label")
        # A blank label keeps its place, so that the fields below it stand in line.
        self._label.show(piece(label or " ", "dim"))
        self._field = field
        self._note = Words()

    def compose(self) -> ComposeResult:
        """The name at the left, the field and its note beside it."""
        yield self._label
        with Vertical(classes="answer"):
            yield self._field
            yield self._note

    def note(self, pieces: Iterable[Piece]) -> None:
        """What there is to say of the answer."""
        self._note.show(*pieces)


def row_for(field: Field, draft: Draft, taxonomy: Taxonomy, targets: Iterable[Annotation]) -> Row:
    """The row that asks a question, with the answer that the draft keeps."""
    value = value_of(draft, field.name)
    hint = safe(_(field.hint)) if field.hint else safe("")
    widget: Widget
    match field.shape:
        case "code":
            codes = taxonomy.of_kind(draft.kind).items()
            words = [
                (name, code_label(name, taxonomy), code.definition.in_language(language()))
                for name, code in codes
            ]
            widget = Choice(field.name, words, value)
        case "target":
            widget = Choice(field.name, [_target(one, taxonomy) for one in targets], value)
        case "verdict":
            verdicts = [
                ("endorse", _("endorse"), _("The centre may rule on it.")),
                ("decline", _("decline"), _("It goes back to its author with your words.")),
            ]
            widget = Choice(field.name, verdicts, value)
        case "words":
            widget = Area(field.name, safe(value, newlines=True), hint)
        case "line":
            widget = OneLine(field.name, safe(value), hint)
    return Row(_(field.label) if field.label else "", widget)


def _target(one: Annotation, taxonomy: Taxonomy) -> tuple[str, str, str]:
    label = code_label(one.code, taxonomy) if one.code else one.kind
    return one.id, label, f"{one.author}  {one.text}"
