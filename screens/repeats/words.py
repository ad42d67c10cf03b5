"""Two orders in words: what they share stands out, and what is new is listed."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from caseworker.desk.repeats import Candidate
from caseworker.desk.sheet import Sheet
from caseworker.desk.wording import captioned, code_label
from caseworker.locale import _, mark
from caseworker.model.order import citizen_text
from caseworker.model.taxonomy import Taxonomy
from caseworker.repeats.reasons import joined
from caseworker.repeats.sides import Sides, Span
from caseworker.text.safe import safe
from caseworker.text.width import cells
from screens.lines import Line, Piece, Tone, column, length, piece, wrap
from screens.moments import at, day
from screens.order.writing import context_lines, heading, paragraph, standing_lines
from screens.queue.row import short_number

BANDS: Final = (
    (0.9, mark("almost surely")),
    (0.5, mark("likely")),
    (0.2, mark("perhaps")),
    (0.0, mark("hardly")),
)
"""A score in words, from the score on."""


def score_words(candidate: Candidate) -> str:
    """How likely it is, in a word."""
    return _(next(words for least, words in BANDS if candidate.score >= least))


def candidate_line(
    candidate: Candidate, sheet: Sheet | None, code: str, taxonomy: Taxonomy,
    now: datetime, width: int, *, chosen: bool, unlike: bool,
) -> Line:  # fmt: skip
    """One row of the list: how likely, which kind it would be, which order."""
    told, tone = score_words(candidate), _tone(candidate)
    if unlike:
        told, tone = _("not the same"), "dim"
    elif candidate.linked:
        told, tone = _("linked"), "accent"
    settled = unlike or candidate.linked
    title = sheet.order.title or sheet.order.content if sheet else ""
    line = [
        column("*" if chosen else "", 2, "accent"),
        column(f"{candidate.score * 100:.0f}%", 4, "dim", right=True),
        piece("  "),
        column(told, 14, tone),
        column("" if settled else code_label(code, taxonomy), _kind_cells(taxonomy, width)),
        piece("  "),
        column(short_number(candidate.order_no), 7, "dim"),
    ]
    if width >= WIDE:
        line += [piece("  "), column(at(sheet.order.received_at, now) if sheet else "", 11, "dim")]
    room = width - length(line) - 2
    return [*line, piece("  "), column(title, max(room, 2), "dim" if unlike else "plain")]


def _kind_cells(taxonomy: Taxonomy, width: int) -> int:
    """As wide as the longest label, a third of the list at most."""
    labels = (code_label(code, taxonomy) for code in taxonomy.of_kind("repeat"))
    return min(max(map(cells, labels)), width // 3)


def _tone(candidate: Candidate) -> Tone:
    return "warning" if candidate.likely else "dim"


WIDE: Final = 100
"""Cells of a list from which it shows the day."""


def why_pieces(candidate: Candidate) -> Iterator[Piece]:
    """Score and reasons, what speaks against it among them."""
    share = f"{candidate.score * 100:.0f}%"
    yield piece(captioned(f"{score_words(candidate)} {share}", joined(candidate.reasons)))


def side_lines(
    sheet: Sheet, sides: Sides | None, taxonomy: Taxonomy, now: datetime, width: int
) -> list[Line]:
    """One order of the two: when and where, its words, the reply, what the street knows."""
    order = sheet.order
    where = " ".join(part for part in (order.community, order.address) if part)
    lines = standing_lines(sheet, now, width)
    lines += paragraph(
        "  ".join(part for part in (at(order.received_at, now), order.type, where) if part),
        width,
        "dim",
    )
    text = citizen_text(order)
    shared: tuple[Span, ...] = ()
    new: list[str] = []
    if sides is not None:
        later = sides.later.order_no == order.order_no
        shared = sides.shared_later if later else sides.shared_earlier
        spans = sides.new if later else ()
        new = list(dict.fromkeys(text[start:end].strip() for start, end in spans))
    lines += toned(text, shared, width)
    if new:
        lines += heading(_("What is new here"), width, "warning")
        for clause in new:
            lines += paragraph(f"+ {clause}", width)
    if order.reply.strip():
        lines += heading(_("Reply {day}").format(day=day(order.closed_at, now)), width)
        lines += paragraph(order.reply.strip(), width)
    return [*lines, *context_lines(sheet, taxonomy, now, width)]


def toned(text: str, shared: Iterable[Span], width: int) -> list[Line]:
    """A text set to a width; what both texts say stands out."""
    tones: list[Tone] = ["plain"] * len(text)
    for start, end in shared:
        tones[start:end] = [_SHARED] * (min(end, len(text)) - start)
    # What is shown may be longer or shorter than what came: each stretch is made safe by itself.
    shown, of_shown = "", list[Tone]()
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or tones[end] != tones[start]:
            stretch = safe(text[start:end], newlines=True)
            shown += stretch
            of_shown += [tones[start]] * len(stretch)
            start = end
    lines: list[Line] = []
    place = 0
    for line in wrap(shown.strip("\n"), width):
        place = shown.index(line, place) if line else place
        lines.append(_pieces(line, of_shown[place : place + len(line)]))
        place += len(line)
    return lines


def _pieces(line: str, tones: list[Tone]) -> Line:
    pieces: Line = []
    start = 0
    for end in range(1, len(line) + 1):
        if end == len(line) or tones[end] != tones[start]:
            pieces.append(piece(line[start:end], tones[start]))
            start = end
    return pieces


_SHARED: Final[Tone] = "accent"
