"""All keys, made from the bindings themselves, and what the signs mean."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from caseworker.desk.wording import captioned
from caseworker.locale import _
from screens.hints import entitle
from screens.keys import GROUPS, key_name
from screens.lines import Line, column, piece
from screens.order.writing import heading, paragraph
from screens.page import Page
from screens.seat import Seat
from screens.widgets.paper import Paper

if TYPE_CHECKING:
    from caseworker.desk.macros import Macro


class HelpPage(Page):
    """The help."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "app.leave")]
    DEFAULT_CSS = "HelpPage #help { height: 1fr; }"

    def __init__(self, seat: Seat, macros: Sequence["Macro"]) -> None:
        super().__init__(seat)
        self._macros = macros
        self._paper = Paper("help")

    def panes(self) -> ComposeResult:
        """One page of text."""
        yield self._paper

    def on_mount(self) -> None:
        """Show it."""
        self.relabel()

    def relabel(self) -> None:
        """In the present language."""
        entitle(self._paper, [piece(_("Help"), "strong")])
        self._paper.show(lambda width: help_lines(width, self._macros))
        self.refresh_bars()


def help_lines(width: int, macros: Sequence["Macro"]) -> list[Line]:
    """Every key with what it does, by where it works, the worker's own first; then the signs."""
    lines: list[Line] = []
    for macro in macros:
        if not lines:
            lines.append([piece(_("Your own macros"), "strong")])
        lines += _told(key_name(macro.key), captioned(macro.name, " · ".join(macro.written)), width)
    for label, keys in GROUPS:
        lines += heading(_(label), width, "strong") if lines else [[piece(_(label), "strong")]]
        for key in keys:
            lines += _told(key.name, _(key.tooltip), width)
    lines += heading(_("What the signs mean"), width, "strong")
    for sign, meaning in signs():
        lines += _told(sign, meaning, width)
    return lines


def _told(name: str, words: str, width: int) -> list[Line]:
    room = 10
    return [
        [column("" if at else name, room, "accent"), *line]
        for at, line in enumerate(paragraph(words, width - room))
    ]


def signs() -> list[tuple[str, str]]:
    """The words of the queue's last column."""
    return [
        (
            _("safety"),
            _("Under the safety lock: urgent, or its words speak of danger. No U, no R02."),
        ),
        (_("secret"), _("The caller is not shown, here or anywhere.")),
        (_("from shelf"), _("Back from the shelf: its day came, it changed, or it breaks before.")),
        (_("came back"), _("Something that you wrote was turned down, or has lapsed.")),
        (_("repeat?"), _("Likely a repeat: look at the reasons, then link it or say no.")),
        ("U R J", _("A proposal stands: unreasonable, repeat, objection. The centre decides.")),
        (_("draft"), _("You have begun to write something.")),
        (_("matter {count}").format(count=2), _("So many orders are about the same thing.")),
        (_("notes {count}").format(count=2), _("So many notes tell what the street knows.")),
        ("▸ ×3", _("So many orders are folded into this line; it shows the first to break.")),
        ("* -", _("Marked; of a folded group all orders, or some of them.")),
        ("+", _("It is on your shortlist.")),
        (_("bold"), _("It changed since you last looked at it.")),
    ]
