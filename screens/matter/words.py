"""The memory of a matter in words: for its own page, and beside any order of it."""

from collections.abc import Iterable
from datetime import datetime

from caseworker.desk.memory import PROMISE, Memory, Told
from caseworker.desk.wording import ruling_label, status_label
from caseworker.locale import _
from caseworker.model.taxonomy import Taxonomy
from screens.lines import Line, Tone, piece
from screens.moments import day
from screens.order.writing import STATUS_TONES, carried_entry, entry_lines, heading, paragraph
from screens.queue.row import short_number

REPLY_SHOWN = 200
"""Characters of a reply that the memory shows; the order's page shows all of it."""


def count_words(memory: Memory) -> str:
    """How many orders, callers and days: callers are counted, and never shown."""
    parts = [_("{count} orders").format(count=len(memory.orders))]
    if memory.callers:
        parts.append(_("{count} callers").format(count=memory.callers))
    parts.append(_("{count} days").format(count=memory.days))
    return "  ".join(parts)


def memory_lines(
    memory: Memory, taxonomy: Taxonomy, now: datetime, width: int, *, whole: bool = False
) -> list[Line]:
    """What was promised and done, all other contexts, decisions, when to look again.

    Only what there is, but for the next look: that it is missing is said. `whole` is for the
    matter's own page: units, what is known of its places, and proposals too, and nothing cut.
    """
    lines: list[Line] = []
    if whole and memory.units:
        lines += heading(_("Units"), width)
        lines += paragraph("  ".join(memory.units), width)
    lines += _told(_("Promised"), memory.promised, now, width, whole=whole)
    lines += _told(_("Done"), memory.done, now, width, whole=whole)
    others = [entry for entry in memory.contexts if entry.annotation.code != PROMISE]
    if others:
        lines += heading(_("Context: {count}").format(count=len(others)), width)
        for entry in others:
            lines += entry_lines(entry, taxonomy, now, width, whole=False)
    if whole and memory.carried:
        lines += heading(_("Here before"), width)
        for known in memory.carried:
            lines += carried_entry(known, taxonomy, now, width)
    if whole and memory.proposals:
        lines += heading(_("Proposals"), width)
        for entry in memory.proposals:
            lines += entry_lines(entry, taxonomy, now, width, whole=False)
    if memory.decisions:
        lines += heading(_("The centre"), width)
        stands = {entry.annotation.id: entry.status for entry in memory.proposals}
        for ruling in memory.decisions:
            told = f"{day(ruling.decided_at, now)}  {ruling_label(ruling.ruling)}  {ruling.text}"
            lines += paragraph(told, width)
            status = stands.get(ruling.annotation_id)
            if ruling.ruling == "granted" and status in ("suspended", "lapsed"):
                lines += paragraph(status_label(status), width, STATUS_TONES[status], indent=2)
    return [*lines, *next_look_lines(memory, now, width)]


def next_look_lines(memory: Memory, now: datetime, width: int) -> list[Line]:
    """When to look again."""
    if memory.next_look is None:
        return [[], *paragraph(_("No next look is set."), width, "dim")]
    tone: Tone = "warning" if memory.next_look <= now.date() else "accent"
    told = _("Next look {day}").format(day=memory.next_look.strftime("%m-%d"))
    return [[], *paragraph(told, width, tone)]


def _told(
    name: str, all_told: Iterable[Told], now: datetime, width: int, *, whole: bool
) -> list[Line]:
    lines: list[Line] = []
    for told in all_told:
        text = told.text.strip()
        if not whole and len(text) > REPLY_SHOWN:
            text = f"{text[:REPLY_SHOWN]} …"
        lines.append(
            [
                piece(f"{day(told.at, now)}  {told.who}", "dim"),
                piece(f"  {short_number(told.order_no)}", "dim"),
            ]
        )
        lines += paragraph(text, width, indent=2)
    return [*heading(name, width), *lines] if lines else []
