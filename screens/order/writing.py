"""An order's sheet set as lines: what the preview and the order's page show."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Final

from caseworker.cache.standing import CLOSED, LEFT, OPEN
from caseworker.desk import returned
from caseworker.desk.carried import CARRIED, Carried
from caseworker.desk.deadline import Clock, Explanation
from caseworker.desk.fallen import fallen_words, rests_words
from caseworker.desk.review import clearance_words
from caseworker.desk.sheet import Entry, MatterOrder, Sheet, days_of
from caseworker.desk.wording import (
    code_label,
    contest_label,
    evidence_words,
    kind_label,
    outbox_label,
    ruling_label,
    sentence,
    status_label,
)
from caseworker.locale import _, mark
from caseworker.model.annotation import PROPOSALS, Annotation, ContestSource, Decision
from caseworker.model.order import Level, WorkOrder
from caseworker.model.rules import is_cleared
from caseworker.model.status import Status
from caseworker.model.taxonomy import Taxonomy
from caseworker.text.width import cells
from screens.hints import hint_line
from screens.lines import Line, Tone, column, length, piece, shortened, wrap
from screens.moments import at, day, day_and_time, left_until
from screens.queue.row import short_number

STATUS_TONES: Final[dict[Status, Tone]] = {
    "awaiting_review": "warning",
    "awaiting_centre": "accent",
    "granted": "accent",
    "suspended": "danger",
    "refused": "danger",
    "more_asked": "warning",
    "reversed": "danger",
    "declined": "danger",
    "lapsed": "warning",
    "withdrawn": "dim",
    "superseded": "dim",
    "noted": "dim",
}

_REOPENS: Final[dict[ContestSource, str]] = {
    "citizen": mark("The citizen objects to a mark: the matter is open again."),
    "recheck": mark("A second look found harm in a mark: the matter is open again."),
}

_LEVEL_NAMES: Final[dict[Level, str]] = {
    "city": mark("city"),
    "district": mark("district"),
    "street": mark("street"),
    "community": mark("community"),
}


def heading(words: str, width: int, tone: Tone = "accent") -> list[Line]:
    """A blank line and the name of a section."""
    return [[], [column(words, width, tone)]]


def paragraph(words: str, width: int, tone: Tone = "plain", indent: int = 0) -> Iterator[Line]:
    """Words set to a width, each line pushed in by so many cells."""
    for line in wrap(words, width - indent):
        yield [piece(" " * indent), piece(line, tone)] if indent else [piece(line, tone)]


def head_lines(sheet: Sheet, now: datetime, width: int) -> list[Line]:
    """Title, standing, place, kind, time and the masked caller."""
    order = sheet.order
    lines = list(paragraph(order.title or _("(no title)"), width, "strong"))
    lines += standing_lines(sheet, now, width)
    where = " ".join(part for part in (order.community, order.address) if part)
    lines += paragraph(where, width) if where else ()
    facts = (order.type, _category(order), at(order.received_at, now), caller_words(order))
    return lines + flowing(([piece(fact, "dim")] for fact in facts if fact), width)


def standing_lines(sheet: Sheet, now: datetime, width: int) -> list[Line]:
    """What must be seen first: safety and secrecy, and an order that is closed or gone."""
    order = sheet.order
    told: list[tuple[str, Tone]] = []
    if sheet.standing == LEFT:
        told.append(
            (
                _("This order has left your unit: it stays here until your words are settled."),
                "warning",
            )
        )
    if sheet.standing == CLOSED:
        told.append((_("closed {day}").format(day=day(order.closed_at, now)), "dim"))
    if order.urgent:
        told.append((_("URGENT: handle it first"), "danger"))
    if order.cleared is not None and is_cleared(order):
        told.append((clearance_words(order.cleared), "warning"))
    if order.is_secret:
        told.append((_("secret: the caller is not shown"), "warning"))
    suspended = {entry.annotation.id for entry in sheet.entries if entry.status == "suspended"}
    for source in sorted({one.source for one in sheet.contests if one.annotation_id in suspended}):
        told.append((_(_REOPENS[source]), "danger"))
    for entry in sheet.entries:
        code = entry.annotation.code
        if entry.status == "lapsed":
            told.append((_("{code} has lapsed: see what happened.").format(code=code), "warning"))
        elif entry.status == "reversed":
            words = _("{code} was reversed by the centre: see what happened.")
            told.append((words.format(code=code), "danger"))
    for fallen in sheet.fallen:
        words = fallen_words(fallen, order.order_no, short_number(fallen.order_no))
        told.append((words, "warning"))
    return [line for words, tone in told for line in paragraph(words, width, tone)]


def caller_words(order: WorkOrder) -> str:
    """The caller as the sheet gives them, which is masked."""
    who = "  ".join(part for part in (order.caller_name, order.caller_phone) if part)
    return _("caller {who}").format(who=who) if who else ""


def words_lines(order: WorkOrder, width: int, *, most: int | None = None) -> list[Line]:
    """The citizen's own words, and the reply that they got."""
    content = order.content if most is None else order.content[:most]
    lines = list(paragraph(content.strip() or _("(no words)"), width))
    if most is not None and len(order.content) > most:
        lines += paragraph(_("… more with Enter"), width, "dim")
    if order.reply.strip():
        lines += heading(_("Reply"), width)
        lines += paragraph((order.reply if most is None else order.reply[:most]).strip(), width)
    return lines


def deadline_lines(explanation: Explanation, width: int) -> list[Line]:
    """Every level's deadline, the time left at the worker's own, the time to object; what was
    computed here is called so."""
    return flowing((_clock(clock, explanation.now) for clock in explanation.clocks), width)


def _clock(clock: Clock, now: datetime) -> Line:
    names = {"return": _("object by"), "shelved": _("put off by the centre until")}
    level = _("due") if clock.level is None else _(_LEVEL_NAMES[clock.level])
    name = names.get(clock.purpose, level)
    line = [piece(f"{name} ", "dim"), piece(day_and_time(clock.due, now))]
    left = clock.seconds_left
    if left is not None and (clock.own or clock.purpose == "return"):
        words, tone = left_until(left)
        if left >= 0:
            line.append(piece(" " + _("{span} left").format(span=words), tone))
        elif clock.own:
            line.append(piece(f" {words}", tone))
        else:
            line.append(piece(" " + _("over"), "dim"))
    if clock.source == "computed":
        line.append(piece(" " + _("(computed here)"), "dim"))
    return line


def flowing(parts: Iterable[Line], width: int) -> list[Line]:
    """Parts side by side, and below one another where the width is used up."""
    lines: list[Line] = []
    for part in parts:
        if lines and length(lines[-1]) + 3 + length(part) <= width:
            lines[-1] += [piece("   "), *part]
        else:
            lines.append(list(part))
    return lines


LABEL_CELLS: Final = 11


def fact_lines(order: WorkOrder, now: datetime, width: int) -> list[Line]:
    """What else came with the order, each fact with its name."""
    places = (order.district, order.street, order.community, order.address)
    facts = (
        (_("number"), order.order_no),
        (_("kind"), "  ".join(part for part in (order.type, order.channel) if part)),
        (_("category"), _category(order)),
        (_("place"), " ".join(part for part in places if part)),
        (_("received"), at(order.received_at, now)),
        (_("dispatched"), at(order.dispatched_at, now)),
        (_("unit"), order.unit),
        (_("caller"), "  ".join(part for part in (order.caller_name, order.caller_phone) if part)),
        (_("earlier no."), order.previous_no),
        (_("chases no."), order.urge_no),
        (_("labels"), "  ".join(order.labels)),
    )
    return [line for name, value in facts if value for line in labelled(name, value, width)]


def labelled(name: str, value: str, width: int, tone: Tone = "plain") -> Iterator[Line]:
    """A fact: its name at the left, its value set beside it."""
    for at_line, line in enumerate(wrap(value, width - LABEL_CELLS)):
        yield [column("" if at_line else name, LABEL_CELLS, "dim"), piece(line, tone)]


def context_lines(sheet: Sheet, taxonomy: Taxonomy, now: datetime, width: int) -> list[Line]:
    """What the street knows: contexts, and the proposals that stand."""
    told = [
        entry
        for entry in sheet.entries
        if entry.status != "withdrawn" and entry.annotation.kind in {"context", *PROPOSALS}
    ]
    if not told and not sheet.drafts:
        return []
    lines = heading(_("What the street knows"), width)
    for entry in told:
        lines += entry_lines(entry, taxonomy, now, width, whole=False)
    if sheet.drafts:
        lines += paragraph(
            _("Your drafts: {count}").format(count=len(sheet.drafts)), width, "warning"
        )
    return lines


def entry_lines(
    entry: Entry,
    taxonomy: Taxonomy,
    now: datetime,
    width: int,
    number: str = "",
    *,
    whole: bool = True,
) -> list[Line]:
    """One annotation: when, on which order where several are told of, who, what, where it stands,
    and its words."""
    one = entry.annotation
    what = code_label(one.code, taxonomy) if one.code else kind_label(one.kind)
    if one.kind == "review":
        what = f"{what}  {_('endorsed') if one.endorse else _('declined')}"
    tone: Tone = "dim" if entry.status == "withdrawn" else "plain"
    head: Line = [
        piece(day_and_time(one.written_at, now) if whole else day(one.written_at, now), "dim"),
        piece(_where_and_who(number, one.author), "dim"),
        piece(what, "dim" if entry.status == "withdrawn" else "strong"),
    ]
    state = _state(entry, now)
    fits = not state or length(head) + length(state) <= width
    lines = [[*head, *state]] if fits else [head, state]
    lines += paragraph(own_words(one), width, tone, indent=2)
    lines += citizen_lines(one, width, indent=2)
    for fallen in entry.rests_on:
        lines += paragraph(rests_words(fallen, short_number(fallen.order_no)), width, "danger", 2)
    return [*lines, *_details(one, taxonomy, now, width)] if whole else lines


def _where_and_who(*parts: str) -> str:
    """The number of an order, where several are told of, and whose words follow."""
    return "  ".join(["", *filter(None, parts), ""])


def own_words(one: Annotation) -> str:
    """The offices' own words, called so where words for the citizen stand beside them."""
    text = one.text.strip()
    return _("internal: {words}").format(words=text) if one.tell_citizen.strip() else text


def citizen_lines(one: Annotation, width: int, indent: int = 0) -> Iterator[Line]:
    """The words meant for the citizen: never to be taken for the offices' own."""
    if one.tell_citizen.strip():
        told = _("to the citizen: {words}").format(words=one.tell_citizen.strip())
        yield from paragraph(told, width, "accent", indent)


def _state(entry: Entry, now: datetime) -> Line:
    told: Line = []
    if entry.ended_by is not None and entry.status == "noted":
        ending = entry.ended_by
        words = _("holds no longer: {author}, {day}").format(
            author=ending.author, day=day(ending.written_at, now)
        )
        told.append(piece(f"  {words}", "warning"))
    if entry.ends is not None:
        words = _("ends what {author} wrote on {day}").format(
            author=entry.ends.author, day=day(entry.ends.written_at, now)
        )
        told.append(piece(f"  {words}", "warning"))
    if entry.status != "noted":
        told.append(piece(f"  {status_label(entry.status)}", STATUS_TONES[entry.status]))
    sent = entry.sent
    if sent is not None and sent.state != "receipted":
        told.append(
            piece(f"  {outbox_label(sent.state)}", "danger" if sent.state == "refused" else "dim")
        )
    return told


def _details(one: Annotation, taxonomy: Taxonomy, now: datetime, width: int) -> Iterator[Line]:
    told = [_("earlier: {orders}").format(orders="  ".join(one.earlier))] if one.earlier else []
    if one.observed_at is not None:
        told.append(_("seen {moment}").format(moment=day_and_time(one.observed_at, now)))
    if one.about.kind != "order":
        told.append(about_words(one))
    told += [evidence_words(said, taxonomy) for said in one.evidence if said.kind != CARRIED]
    if one.suggested_unit:
        told.append(_("unit: {unit}").format(unit=one.suggested_unit))
    if one.route:
        told.append(_("route: {route}").format(route=one.route))
    for words in told:
        yield from paragraph(words, width, "dim", 2)


def about_words(one: Annotation) -> str:
    """What a context is about, where that is more than its own order."""
    if one.about.kind == "place":
        return _("about {place}").format(place=one.about.name)
    return _("about the matter of {order}").format(order=short_number(one.about.name))


def carried_lines(sheet: Sheet, taxonomy: Taxonomy, now: datetime, width: int) -> list[Line]:
    """What was learnt here before: the contexts of other orders that concern this one."""
    if not sheet.carried:
        return []
    lines = heading(_("Here before"), width)
    for one in sheet.carried:
        lines += carried_entry(one, taxonomy, now, width)
    return [*lines, shortened(hint_line(("order.attach", "order.ended"), width), width)]


def carried_entry(one: Carried, taxonomy: Taxonomy, now: datetime, width: int) -> list[Line]:
    """One of them: when it was seen and by whom, what it is about, its words."""
    said = one.annotation
    head: Line = [
        piece(day(said.observed_at or said.written_at, now), "dim"),
        piece(f"  {said.author}  ", "dim"),
        piece(code_label(said.code, taxonomy), "dim" if one.attached else "strong"),
    ]
    if one.attached:
        head.append(piece("  " + _("attached"), "accent"))
    number = "" if said.about.name == said.order_no else short_number(said.order_no)
    where = f"{about_words(said)}  {number}".rstrip()
    return [
        *flowing([head, [piece(where, "dim")]], width),
        *paragraph(said.text.strip(), width, "dim" if one.attached else "plain", indent=2),
        *citizen_lines(said, width, indent=2),
    ]


def history_lines(sheet: Sheet, taxonomy: Taxonomy, now: datetime, width: int) -> list[Line]:
    """Everything that befell the order, in its order."""
    return _in_time(_events(sheet, "", taxonomy, now, width))


def history_of(
    sheets: Iterable[Sheet], taxonomy: Taxonomy, now: datetime, width: int
) -> list[Line]:
    """Everything that befell several orders, in its order, each with its order's number."""
    return _in_time(
        event
        for sheet in sheets
        for event in _events(sheet, short_number(sheet.order.order_no), taxonomy, now, width)
    )


Event = tuple[datetime, list[Line]]


def _in_time(events: Iterable[Event]) -> list[Line]:
    ordered = sorted(events, key=lambda event: event[0])
    return [line for _moment, lines in ordered for line in lines]


def _events(
    sheet: Sheet, number: str, taxonomy: Taxonomy, now: datetime, width: int
) -> Iterator[Event]:
    for moment, words in (
        (sheet.order.received_at, _("the citizen called")),
        (sheet.order.dispatched_at, _("dispatched to {unit}").format(unit=sheet.order.unit)),
        (sheet.order.closed_at, _("closed")),
    ):
        if moment is not None:
            told = f"{day_and_time(moment, now)}{_where_and_who(number)}{words}"
            yield moment, [[piece(told, "dim")]]
    for entry in sheet.entries:
        lines = entry_lines(entry, taxonomy, now, width, number)
        if entry.sent is not None and entry.sent.state == "refused":
            why = sentence(entry.sent.reason, entry.sent.params, taxonomy)
            lines += paragraph(why, width, "warning", 2)
        reason = returned.why(sheet, entry)
        if reason is not None and entry.status in ("lapsed", "suspended", "reversed", "declined"):
            lines += paragraph(reason.words, width, "warning", 2)
        yield entry.annotation.written_at, lines
    for ruling in sheet.decisions:
        yield ruling.decided_at, _decision(ruling, number, now, width)
    for contest in sheet.contests:
        head: Line = [
            piece(day_and_time(contest.entered_at, now), "dim"),
            piece(_where_and_who(number), "dim"),
            piece(contest_label(contest.source), "danger"),
        ]
        yield contest.entered_at, [head, *paragraph(contest.text.strip(), width, indent=2)]


def _decision(ruling: Decision, number: str, now: datetime, width: int) -> list[Line]:
    tones: dict[str, Tone] = {"granted": "accent", "more_asked": "warning"}
    told = _("the centre: {ruling}").format(ruling=ruling_label(ruling.ruling))
    head: Line = [
        piece(day_and_time(ruling.decided_at, now), "dim"),
        piece(_where_and_who(number, ruling.decided_by), "dim"),
        piece(told, tones.get(ruling.ruling, "danger")),
    ]
    if ruling.valid_until is not None:
        head.append(piece("  " + _("until {day}").format(day=day(ruling.valid_until, now)), "dim"))
    return [head, *paragraph(ruling.text.strip(), width, indent=2)]


def matter_lines(sheet: Sheet, now: datetime, width: int) -> list[Line]:
    """The orders of the same matter, the earliest first."""
    if not sheet.matter:
        return []
    return [
        *heading(matter_words(sheet.matter, now), width),
        *(matter_line(one, sheet.matter, sheet.order.order_no, now, width) for one in sheet.matter),
    ]


def matter_words(matter: Sequence[MatterOrder], now: datetime) -> str:
    """How many orders a matter has, and over how many days."""
    count, days = len(matter), days_of(matter, now)
    return _("Same matter: {count} orders in {days} days").format(count=count, days=days)


def matter_line(
    one: MatterOrder, matter: Iterable[MatterOrder], here: str, now: datetime, width: int
) -> Line:
    """One order of a matter: its day, its number, its title, whether it is done.

    The days of all stand in one column, as wide as the years among them ask for.
    """
    days = max(cells(day(order.received_at, now)) for order in matter)
    standing = {OPEN: _("under way"), CLOSED: _("closed"), LEFT: _("left"), None: _("not here")}
    told = _("this one") if one.order_no == here else standing[one.standing]
    room = max(width - days - 2 - 7 - 2 - 2 - cells(told), 2)
    return [
        column(day(one.received_at, now), days, "dim"),
        piece("  "),
        column(short_number(one.order_no), 7, "dim"),
        piece("  "),
        column(one.title or one.order_no, room, "strong" if one.order_no == here else "plain"),
        piece(f"  {told}", "dim"),
    ]


def _category(order: WorkOrder) -> str:
    return " > ".join(step.name for step in order.category if step.name)
