"""The memory of a matter in words: for its own page, and beside any order of it."""

from collections.abc import Iterable
from datetime import datetime

from caseworker.desk.memory import Memory, Told
from caseworker.desk.sheet import Entry
from caseworker.desk.wording import orders_words, ruling_label, status_label
from caseworker.locale import _
from caseworker.model.taxonomy import Taxonomy
from screens.lines import Line, Piece, Tone, piece
from screens.moments import day
from screens.order.writing import STATUS_TONES, carried_entry, entry_lines, heading, paragraph
from screens.queue.row import short_number

REPLY_SHOWN = 200
"""Characters of a reply that the memory shows; the order's page shows all of it."""


def count_words(memory: Memory) -> str:
    """How many orders, callers and days: callers are counted, and never shown."""
    parts = [orders_words(len(memory.orders))]
    if memory.callers:
        several = _("{count} callers").format(count=memory.callers)
        parts.append(_("1 caller") if memory.callers == 1 else several)
    if len(memory.orders) > 1:
        several = _("{count} days").format(count=memory.days)
        parts.append(_("1 day") if memory.days == 1 else several)
    return "  ".join(parts)


def memory_lines(
    memory: Memory, taxonomy: Taxonomy, now: datetime, width: int, *, whole: bool = False
) -> list[Line]:
    """What was promised and done, all other contexts, decisions, when to look again.

    Only what there is, but for the next look: that it is missing is said. `whole` is for the
    matter's own page: units, what is known of its places, and proposals too, and nothing cut; the
    next look stands above it there, where it is seen without scrolling.
    """
    lines: list[Line] = []
    if whole and memory.units:
        lines += heading(_("Units"), width)
        lines += paragraph("  ".join(memory.units), width)
    lines += _told(_("Promised"), memory.promised, now, width, whole=whole)
    lines += _told(_("Done"), memory.done, now, width, whole=whole)
    promised = {told.id for told in memory.promised}
    others = [entry for entry in memory.contexts if entry.annotation.id not in promised]
    if others:
        lines += heading(_("Context: {count}").format(count=len(others)), width)
        for entry in others:
            lines += _entry(entry, taxonomy, now, width)
    if whole and memory.carried:
        lines += heading(_("Here before"), width)
        for known in memory.carried:
            lines += carried_entry(known, taxonomy, now, width)
    if whole and memory.proposals:
        lines += heading(_("Proposals"), width)
        for entry in memory.proposals:
            lines += _entry(entry, taxonomy, now, width)
    if memory.decisions:
        lines += heading(_("The centre"), width)
        stands = {entry.annotation.id: entry.status for entry in memory.proposals}
        for ruling in memory.decisions:
            number = short_number(ruling.order_no)
            lines.append(
                [
                    piece(f"{day(ruling.decided_at, now)}  {number}  ", "dim"),
                    piece(ruling_label(ruling.ruling)),
                ]
            )
            lines += paragraph(ruling.text.strip(), width, indent=2)
            status = stands.get(ruling.annotation_id)
            if ruling.ruling == "granted" and status in ("suspended", "lapsed"):
                lines += paragraph(status_label(status), width, STATUS_TONES[status], indent=2)
    return lines if whole else [*lines, [], [next_look_piece(memory, now)]]


def next_look_piece(memory: Memory, now: datetime) -> Piece:
    """When to look again."""
    if memory.next_look is None:
        return piece(_("No next look is set."), "dim")
    on_day = memory.next_look
    tone: Tone = "warning" if on_day <= now.date() else "accent"
    written = on_day.strftime("%m-%d" if on_day.year == now.year else "%Y-%m-%d")
    return piece(_("Next look {day}").format(day=written), tone)


def _entry(entry: Entry, taxonomy: Taxonomy, now: datetime, width: int) -> list[Line]:
    number = short_number(entry.annotation.order_no)
    return entry_lines(entry, taxonomy, now, width, number, whole=False)


def _told(
    name: str, all_told: Iterable[Told], now: datetime, width: int, *, whole: bool
) -> list[Line]:
    lines: list[Line] = []
    for told in all_told:
        text = told.text.strip()
        if not whole and len(text) > REPLY_SHOWN:
            text = f"{text[:REPLY_SHOWN]} …"
        line = [piece(f"{day(told.at, now)}  {short_number(told.order_no)}  {told.who}", "dim")]
        if not told.holds:
            line.append(piece("  " + _("holds no longer"), "warning"))
        lines.append(line)
        lines += paragraph(text, width, indent=2)
    return [*heading(name, width), *lines] if lines else []
