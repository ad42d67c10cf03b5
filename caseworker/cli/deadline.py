"""deadline: an order's deadlines, and how each came about."""

from typing import Any

import click
from msgspec import to_builtins

from caseworker.cli.options import json_option
from caseworker.cli.station import Station, answer, say
from caseworker.desk.annotate import find_order
from caseworker.desk.deadline import Clock, Explanation
from caseworker.desk.deadline import explain as explained
from caseworker.desk.deadline_words import clock_line, how, left_in_words, notes
from caseworker.model.clock import now
from caseworker.text.safe import safe


@click.command()
@click.argument("order_no", metavar="ORDER")
@click.option("--explain", is_flag=True, help="Say how each deadline came about.")
@json_option
@click.pass_obj
def deadline(station: Station, order_no: str, explain: bool, as_json: bool) -> None:
    """An order's deadline at every level and its return window."""
    with station.cache() as cache:
        explanation = explained(cache, find_order(cache, order_no), now())
    if as_json:
        answer(explanation_document(explanation))
        return
    click.echo(safe(explanation.order_no))
    for clock in explanation.clocks:
        click.echo(clock_line(clock, explanation))
        if explain:
            for sentence in how(clock, explanation):
                click.echo(f"  {sentence}")
    for note in notes(explanation):
        say(note)


def explanation_document(explanation: Explanation) -> dict[str, Any]:
    """An explanation as JSON; the sentences are in the user's language."""
    return {
        "order_no": explanation.order_no,
        "extensions": explanation.extensions,
        "stands_still": to_builtins(explanation.stands_still),
        "deadlines": [_clock(clock, explanation) for clock in explanation.clocks],
        "notes": notes(explanation),
    }


def _clock(clock: Clock, explanation: Explanation) -> dict[str, Any]:
    left = clock.seconds_left
    document: dict[str, Any] = {
        "purpose": clock.purpose,
        "level": clock.level,
        "own": clock.own,
        "source": clock.source,
        "due": clock.due.isoformat(),
        "seconds_left": left,
        "left": "" if left is None else left_in_words(left),
        "workdays_left": clock.workdays_left,
        "unknown_calendars": list(clock.undecided),
        "rule": None,
        "how": how(clock, explanation),
    }
    if clock.reckoning is not None:
        rule = clock.reckoning.rule
        document["rule"] = {
            "class": to_builtins(rule.label),
            "amount": rule.amount,
            "unit": rule.unit,
            "start": rule.start,
            "counted_from": clock.reckoning.event,
            "since": clock.reckoning.since.isoformat(),
            "days": [day.isoformat() for day in clock.reckoning.days],
            "extended_by": clock.reckoning.extended_by,
            "pauses": to_builtins(clock.reckoning.pauses),
            "draft": rule.draft,
            "basis": to_builtins(rule.basis),
        }
    return document
