"""shelve, shortlist: what a worker puts aside or keeps at hand; local, and never sent."""

from datetime import datetime

import click

from caseworker.cli.options import json_option
from caseworker.cli.station import Station, answer, say
from caseworker.desk import shelf
from caseworker.desk.annotate import find_order
from caseworker.desk.day import begin_of
from caseworker.locale import _
from caseworker.model.clock import now


@click.command()
@click.argument("order_no", metavar="ORDER")
@click.option("--until", metavar="DAY", help="3d, 12-01, tomorrow, friday, next monday …")
@click.option("--back", is_flag=True, help="Take it from the shelf.")
@json_option
@click.pass_obj
def shelve(station: Station, order_no: str, until: str | None, back: bool, as_json: bool) -> None:
    """Put an order aside until a day; it comes back by itself."""
    if back == (until is not None):
        raise click.UsageError(_("Say  --until DAY, or --back to take it from the shelf."))
    with station.cache() as cache:
        moment = now()
        number = find_order(cache, order_no).order_no
        day: datetime | None = None
        if until is None:
            if not shelf.take_down(cache, number):
                say(_("This order is not on the shelf."))
        else:
            day = begin_of(until, moment)
            shelf.shelve(cache, number, day, moment)
        if as_json:
            answer({"order_no": number, "until": None if day is None else day.isoformat()})
        elif day is not None:
            say(_("Shelved until {day}: it comes back by itself.").format(day=f"{day:%Y-%m-%d}"))


@click.command()
@click.argument("order_no", metavar="ORDER")
@click.option("--remove", is_flag=True, help="Take it off the shortlist.")
@json_option
@click.pass_obj
def shortlist(station: Station, order_no: str, remove: bool, as_json: bool) -> None:
    """Keep an order at hand on your shortlist."""
    with station.cache() as cache:
        number = shelf.set_short(cache, order_no, now(), on=not remove)
    if as_json:
        answer({"order_no": number, "shortlist": not remove})
    else:
        say(_("Off your shortlist.") if remove else _("On your shortlist."))
