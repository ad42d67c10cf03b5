"""list, show, search, matter: what the cache holds, for scripts and screen readers."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import click
from msgspec import to_builtins

from caseworker.cache import settings
from caseworker.cache.connection import Cache
from caseworker.cache.lists import ListedOrder
from caseworker.cache.standing import CLOSED, LEFT, OPEN
from caseworker.cli.options import json_option
from caseworker.cli.station import Station, answer, say
from caseworker.desk import search as searching
from caseworker.desk.annotate import find_order
from caseworker.desk.arranged import Arranged
from caseworker.desk.carried import CARRIED, Carried
from caseworker.desk.fallen import Fallen, fallen_words, rests_words
from caseworker.desk.own_views import read_views
from caseworker.desk.queue import Window, deadline_of
from caseworker.desk.returned import why
from caseworker.desk.sheet import Entry, MatterOrder, Sheet, open_sheet
from caseworker.desk.signs import Marks, marks_on
from caseworker.desk.views import view_named
from caseworker.desk.wording import (
    captioned,
    code_label,
    contest_label,
    evidence_words,
    kind_label,
    ruling_label,
    sentence,
    status_label,
)
from caseworker.locale import _
from caseworker.model.annotation import Annotation
from caseworker.model.clock import now
from caseworker.model.taxonomy import Taxonomy
from caseworker.text.safe import safe

STATES = {OPEN: "open", CLOSED: "closed", LEFT: "left"}


@click.command("list")
@click.option("--view", default="all", help="One of the queue's views, such as today or overdue.")
@click.option("--limit", type=click.IntRange(min=0), help="At most so many orders.")
@json_option
@click.pass_obj
def list_(station: Station, view: str, limit: int | None, as_json: bool) -> None:
    """Orders, the first to break first."""
    with station.cache() as cache:
        own = read_views(station.home, now())
        for trouble in own.troubles:
            say(trouble)
        shown = view_named(view, own.views)
        window = Window(cache, shown, now())
        lines = window if shown.order == "due" else Arranged(cache, window, "", shown.order)
        count = lines.length if limit is None else min(limit, lines.length)
        rows = [row for row in map(lines.row, range(count)) if row is not None]
        _list(cache, rows, as_json)
        if not rows and not as_json and view != "all":
            say(_("No order stands in this view."))
        elif not rows and not as_json:
            say(_("No order here. Take some in with  caseworker import FILE  or  caseworker sync."))


@click.command()
@click.argument("query")
@click.option("--limit", type=click.IntRange(min=1), default=searching.DEFAULT_LIMIT)
@json_option
@click.pass_obj
def search(station: Station, query: str, limit: int, as_json: bool) -> None:
    """Find orders by number, phone tail, place or words; two Chinese characters are enough."""
    with station.cache() as cache:
        searching.index_all(cache)
        found = searching.find(cache, query, now(), limit)
        _list(cache, found.rows, as_json, found.words)
        for note in found.notes:
            say(safe(note))
        if not found.rows and not as_json:
            say(_("No order holds that. Try fewer words, or the last digits of the number."))


@click.command()
@click.argument("order_no", metavar="ORDER")
@json_option
@click.pass_obj
def show(station: Station, order_no: str, as_json: bool) -> None:
    """One order: its text, its matter, and everything said and ruled about it."""
    with station.cache() as cache:
        sheet = open_sheet(cache, find_order(cache, order_no), now())
        if as_json:
            answer(sheet_document(sheet))
        else:
            _print_sheet(cache, sheet)


def sheet_document(sheet: Sheet) -> dict[str, Any]:
    """A sheet as JSON: each annotation exactly once, one's own and others'."""
    return {
        "order": to_builtins(sheet.order) | {"state": STATES[sheet.standing]},
        "annotations": [entry_document(entry) for entry in sheet.entries],
        "decisions": [to_builtins(decision) for decision in sheet.decisions],
        "contests": [
            {**to_builtins(contest), "source": contest.source} for contest in sheet.contests
        ],
        "matter": [matter_order(one) for one in sheet.matter],
        "fallen": [fallen_document(one) for one in sheet.fallen],
        "carried": [carried_document(one) for one in sheet.carried],
        "drafts": [
            {**to_builtins(saved.draft), "saved_at": _moment(saved.saved_at)}
            for saved in sheet.drafts
        ],
    }


def carried_document(one: Carried) -> dict[str, Any]:
    """What is known from another order as JSON."""
    return {**to_builtins(one.annotation), "attached": one.attached}


def entry_document(entry: Entry) -> dict[str, Any]:
    """An annotation as JSON, with where it stands."""
    document: dict[str, Any] = to_builtins(entry.annotation)
    document |= {"text": entry.annotation.text, "code": entry.annotation.code}
    document["status"] = entry.status
    document["ended_by"] = None if entry.ended_by is None else entry.ended_by.id
    document["rests_on_reversed"] = [one.ruling.annotation_id for one in entry.rests_on]
    document["own"] = entry.sent is not None
    if entry.sent is not None:
        document["state"] = entry.sent.state
        document["receipt"] = entry.sent.receipt
        document["reason"] = (
            sentence(entry.sent.reason, entry.sent.params) if entry.sent.reason else ""
        )
    return document


def fallen_document(one: Fallen) -> dict[str, Any]:
    """A reversed mark on another order of the matter as JSON; `code` is empty where another unit
    said it."""
    return {
        "order_no": one.order_no,
        "annotation_id": one.ruling.annotation_id,
        "code": one.code,
        "earlier": list(one.named),
        "text": one.ruling.text,
        "decided_at": one.ruling.decided_at.isoformat(),
    }


def matter_order(one: MatterOrder) -> dict[str, Any]:
    """An order of a matter as JSON."""
    return {
        "order_no": one.order_no,
        "title": one.title,
        "state": None if one.standing is None else STATES[one.standing],
        "received_at": None if one.received_at is None else one.received_at.isoformat(),
    }


def _list(
    cache: Cache, rows: list[ListedOrder], as_json: bool, words: Sequence[str] | None = None
) -> None:
    """Print a list; where it was searched for, with the sentence in which the `words` stand."""
    marks: dict[str, Marks] = {}
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        marks |= marks_on(cache, rows[start : start + _ROWS_AT_ONCE], now())
    if as_json:
        answer(
            [
                _row(row, marks[row.order_no])
                | ({} if words is None else {"hit": _hit(cache, row, words)})
                for row in rows
            ]
        )
        return
    for row in rows:
        deadline = deadline_of(row) if row.standing == OPEN else None
        parts = (
            row.order_no,
            _day(None if deadline is None else datetime.fromtimestamp(deadline, UTC).astimezone()),
            safe(row.title),
            safe(row.address),
            " ".join(_signs(row, marks[row.order_no])),
        )
        click.echo("  ".join(part for part in parts if part))
        if words is not None and (sentence_found := _hit(cache, row, words)):
            click.echo(f"    {safe(sentence_found)}")


def _hit(cache: Cache, row: ListedOrder, words: Sequence[str]) -> str:
    hit = searching.hit_in(cache, row, list(words))
    return hit.before + hit.hit + hit.after


_ROWS_AT_ONCE = 500


def _row(row: ListedOrder, marks: Marks) -> dict[str, Any]:
    deadline = deadline_of(row) if row.standing == OPEN else None
    return {
        "order_no": row.order_no,
        "title": row.title,
        "deadline": None if deadline is None else _moment(deadline),
        "state": STATES[row.standing],
        "address": row.address,
        "unit": row.unit,
        "received_at": None if row.received_at is None else _moment(row.received_at),
        "safety": marks.safety,
        "secret": marks.secret,
        "contexts": marks.contexts,
        "proposals": list(marks.proposals),
        "linked": marks.links,
    }


def _signs(row: ListedOrder, marks: Marks) -> Iterable[str]:
    if row.standing != OPEN:
        yield f"[{_('closed') if row.standing == CLOSED else _('left')}]"
    if marks.safety:
        yield f"[{_('safety')}]"
    if marks.secret:
        yield f"[{_('secret')}]"
    yield from (f"[{code}]" for code in marks.proposals)
    if marks.contexts:
        yield "[" + _("context {count}").format(count=marks.contexts) + "]"


def _print_sheet(cache: Cache, sheet: Sheet) -> None:
    order = sheet.order
    taxonomy = settings.taxonomy(cache)
    click.echo(f"{order.order_no}  {safe(order.title)}")
    facts = [
        (_("State"), {OPEN: _("under way"), CLOSED: _("closed"), LEFT: _("left")}[sheet.standing]),
        (_("Place"), order.address),
        (_("Received"), _day(order.received_at)),
        (_("Deadline"), _day(order.deadline)),
        (_("Unit"), order.unit),
        (_("Caller"), f"{order.caller_name} {order.caller_phone}".strip()),
    ]
    for name, value in facts:
        if value:
            click.echo(captioned(name, safe(value)))
    click.echo(f"\n{safe(order.content, newlines=True)}")
    if order.reply:
        click.echo("\n" + captioned(_("Reply"), safe(order.reply, newlines=True)))
    for fallen in sheet.fallen:
        click.echo(f"\n{safe(fallen_words(fallen, order.order_no, fallen.order_no))}")
    for entry in sheet.entries:
        one = entry.annotation
        what = code_label(one.code, taxonomy) if one.code else ""
        if one.kind == "review":
            what = _("endorsed") if one.endorse else _("declined")
        click.echo(
            f"\n{_day(one.written_at)}  {safe(one.author)}  {kind_label(one.kind)} {what}"
            f"  [{status_label(entry.status)}]  {one.id}"
        )
        _print_words(one)
        _print_details(one, taxonomy)
        if (reason := why(sheet, entry)) is not None:
            click.echo(safe(reason.words))
        for fallen in entry.rests_on:
            click.echo(safe(rests_words(fallen, fallen.order_no)))
    for decision in sheet.decisions:
        click.echo(
            f"\n{_day(decision.decided_at)}  {safe(decision.decided_by)}"
            f"  {ruling_label(decision.ruling)}  {safe(decision.text)}"
        )
    for contest in sheet.contests:
        click.echo(
            f"\n{_day(contest.entered_at)}  {contest_label(contest.source)}  {safe(contest.text)}"
        )
    for carried in sheet.carried:
        one = carried.annotation
        attached = f"  [{_('attached')}]" if carried.attached else ""
        known = (
            f"{_day(one.observed_at or one.written_at)}  {safe(one.author)}"
            f"  {code_label(one.code, taxonomy)}{attached}  {one.order_no}  {one.id}"
        )
        click.echo("\n" + captioned(_("Here before"), known))
        _print_words(one)
    if sheet.matter:
        numbers = " ".join(one.order_no for one in sheet.matter)
        click.echo("\n" + captioned(_("Same matter"), numbers))


def _print_words(one: Annotation) -> None:
    """What was said; words meant for the citizen have a name and a colour of their own."""
    text = safe(one.text, newlines=True)
    click.echo(captioned(_("Internal"), text) if one.tell_citizen else text)
    if one.tell_citizen:
        told = safe(one.tell_citizen, newlines=True)
        click.secho(captioned(_("To the citizen"), told), fg="cyan")
    if one.observed_at is not None:
        click.echo(captioned(_("Seen"), _day(one.observed_at)))
    if one.about.name:
        click.echo(captioned(_("About"), safe(one.about.name)))


def _print_details(one: Annotation, taxonomy: Taxonomy) -> None:
    """What a proposal names and rests on."""
    if one.earlier:
        click.echo(safe(_("earlier: {orders}").format(orders="  ".join(one.earlier))))
    for said in one.evidence:
        if said.kind != CARRIED:
            click.echo(f"- {evidence_words(said, taxonomy)}")
    if one.suggested_unit:
        click.echo(safe(_("unit: {unit}").format(unit=one.suggested_unit)))
    if one.route:
        click.echo(safe(_("route: {route}").format(route=one.route)))


def _day(moment: datetime | None) -> str:
    return "" if moment is None else moment.strftime("%Y-%m-%d %H:%M")


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).astimezone().isoformat()
