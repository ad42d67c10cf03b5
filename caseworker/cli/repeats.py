"""repeats, matters: have we met this before, and what belongs together."""

from datetime import datetime
from typing import Any

import click
from msgspec import to_builtins

from caseworker.cache.connection import Cache
from caseworker.cache.suggestions import count_unpassed
from caseworker.cli.options import json_option
from caseworker.cli.reading import carried_document, entry_document, fallen_document, matter_order
from caseworker.cli.station import Station, answer, say
from caseworker.desk.annotate import find_order
from caseworker.desk.fallen import fallen_words
from caseworker.desk.matters import MatterLine, likely, linked
from caseworker.desk.memory import Memory, day_of_next_look, memory
from caseworker.desk.memory import look_again as set_next_look
from caseworker.desk.repeats import (
    DEFAULT_LIMIT,
    Candidate,
    candidates,
    long_to_read,
    morning_pass,
    suggested,
)
from caseworker.locale import _
from caseworker.model.clock import now
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe

AT_ONCE = 2_000
"""New orders compared in one run: some fifteen seconds. The newest come first."""


@click.command()
@click.argument("order_no", metavar="ORDER", required=False)
@click.option("--limit", type=click.IntRange(min=0), default=DEFAULT_LIMIT, show_default=True)
@click.option("--new", "new", is_flag=True, help="Compare what came in since the last time.")
@click.option("--explain", is_flag=True, help="Show what each kind of evidence adds.")
@json_option
@click.pass_obj
def repeats(
    station: Station, order_no: str | None, limit: int, new: bool, explain: bool, as_json: bool
) -> None:
    """Orders that may be about the same matter, best first, and why."""
    if new == (order_no is not None):
        raise click.UsageError(_("Name one order, or say --new for all that came in since."))
    with station.cache() as cache:
        if many := long_to_read(cache):
            told = _("{many} orders are read for the first time; that is done once.")
            say(told.format(many=many))
        if order_no is None:
            _new(cache, limit, as_json)
            return
        found = candidates(cache, order_no, limit, explain=explain)
        if as_json:
            answer([candidate_document(one, explain=explain) for one in found])
            return
        for one in found:
            _print_candidate(cache, one)
        if not found:
            say(_("Nothing on this desk is like this order."))


@click.command()
@click.argument("order_no", metavar="ORDER")
@click.option("--look-again", metavar="DAY", help="Set the day of the next look; - takes it away.")
@json_option
@click.pass_obj
def matter(station: Station, order_no: str, look_again: str | None, as_json: bool) -> None:
    """The orders that repeat links join with this one, and what the street remembers of them."""
    with station.cache() as cache:
        order = find_order(cache, order_no)
        if look_again is not None:
            _set_next_look(cache, order.order_no, look_again)
        remembered = memory(cache, order.order_no, now())
        if as_json:
            answer({"order_no": order.order_no, **memory_document(remembered)})
            return
        if len(remembered.orders) == 1:
            say(_("This order stands alone: no repeat link joins it with another."))
        else:
            for one in remembered.orders:
                click.echo(f"{one.order_no}  {_day(one.received_at)}  {safe(one.title)}")
        for name, all_told in ((_("Promised"), remembered.promised), (_("Done"), remembered.done)):
            for told in all_told:
                over = "" if told.holds else f"  [{_('holds no longer')}]"
                click.echo(f"{name}  {_day(told.at)}  {safe(told.who)}  {safe(told.text)}{over}")
        for known in remembered.carried:
            told_of_it = known.annotation
            seen = _day(told_of_it.observed_at or told_of_it.written_at)
            words = f"{safe(told_of_it.author)}  {safe(told_of_it.text)}"
            click.echo(f"{_('Here before')}  {seen}  {words}")
        for fallen in remembered.fallen:
            click.echo(safe(fallen_words(fallen, order.order_no, fallen.order_no)))
        if remembered.next_look is not None:
            click.echo(_("Next look {day}").format(day=remembered.next_look))


def memory_document(remembered: Memory) -> dict[str, Any]:
    """What is remembered of a matter as JSON; callers are counted, and never named."""
    return {
        "orders": [matter_order(one) for one in remembered.orders],
        "size": len(remembered.orders),
        "open": remembered.open,
        "callers": remembered.callers,
        "units": remembered.units,
        "days": remembered.days,
        "promised": to_builtins(remembered.promised),
        "done": to_builtins(remembered.done),
        "contexts": [entry_document(entry) for entry in remembered.contexts],
        "carried": [carried_document(one) for one in remembered.carried],
        "proposals": [entry_document(entry) for entry in remembered.proposals],
        "decisions": to_builtins(remembered.decisions),
        "links": to_builtins(remembered.links),
        "fallen": [fallen_document(one) for one in remembered.fallen],
        "next_look": None if remembered.next_look is None else str(remembered.next_look),
    }


def _set_next_look(cache: Cache, order_no: str, words: str) -> None:
    if words.strip() == "-":
        set_next_look(cache, order_no, None)
        return
    day = day_of_next_look(words, now().date())
    if day is None:
        raise Trouble(_("That is no day to come: type it as 12-20 or 2026-12-20."))
    set_next_look(cache, order_no, day)


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"


@click.command()
@click.option("--likely", "guess", is_flag=True, help="What likely belongs together, unlinked too.")
@json_option
@click.pass_obj
def matters(station: Station, guess: bool, as_json: bool) -> None:
    """The matters that repeat links make, the largest first."""
    with station.cache() as cache:
        found = likely(cache) if guess else linked(cache)
    if as_json:
        answer([matter_document(line) for line in found])
        return
    for line in found:
        counts = _("{orders} orders, {open} open").format(orders=len(line.orders), open=line.open)
        click.echo(f"{counts}  " + safe(" ".join(line.orders)))
    if not found:
        say(_("No orders are linked here yet."))


def candidate_document(one: Candidate, *, explain: bool = False) -> dict[str, Any]:
    """A candidate as JSON; the reasons are in the user's language."""
    document: dict[str, Any] = {
        "order_no": one.order_no,
        "score": one.score,
        "kind": one.kind,
        "likely": one.likely,
        "reasons": one.reasons,
        "linked": one.linked,
    }
    return document | ({"weights": one.weights} if explain else {})


def matter_document(line: MatterLine) -> dict[str, Any]:
    """A matter as JSON, with its size."""
    return {"size": len(line.orders), **to_builtins(line)}


def _new(cache: Cache, limit: int, as_json: bool) -> None:
    passed = morning_pass(cache, AT_ONCE)
    rest = count_unpassed(cache)
    found = suggested(cache)
    if rest:
        say(
            _("{count} new orders compared; {rest} more wait: run it again.").format(
                count=passed, rest=rest
            )
        )
    if as_json:
        answer(
            [
                {
                    "order_no": one.order_no,
                    "repeats": [candidate_document(other) for other in one.candidates[:limit]],
                }
                for one in found
            ]
        )
        return
    for one in found:
        click.echo(safe(one.order_no))
        for other in one.candidates[:limit]:
            _print_candidate(cache, other, indent="  ")
    if not rest:
        say(_("{count} new orders compared.").format(count=passed))


def _print_candidate(cache: Cache, one: Candidate, indent: str = "") -> None:
    try:
        title = safe(find_order(cache, one.order_no).title)
    except Trouble:
        title = safe("")
    sign = _("likely") if one.likely else _("weak")
    click.echo(f"{indent}{one.score:.2f}  {one.kind}  {sign}  {safe(one.order_no)}  {title}")
    click.echo(f"{indent}      " + " ".join(one.reasons))
    if one.weights:
        parts = (f"{name} {value:+.2f}" for name, value in one.weights.items())
        click.echo(f"{indent}      " + ", ".join(parts))
