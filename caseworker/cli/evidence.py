"""evidence add: files for a proposal that is still a draft."""

from pathlib import Path
from typing import cast

import click
from msgspec import to_builtins

from caseworker.cache import settings
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft, drafts, save_draft
from caseworker.cli.options import json_option
from caseworker.cli.station import Station, answer, say
from caseworker.desk.annotate import find_order, new_draft
from caseworker.desk.evidence import take_in, with_file
from caseworker.locale import _
from caseworker.model.annotation import PROPOSALS, Kind
from caseworker.model.clock import now
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe


@click.group()
def evidence() -> None:
    """Files that a proposal rests on."""


@evidence.command()
@click.argument("order_or_draft", metavar="ORDER|DRAFT")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE …")
@click.option("--kind", "what", default="photo", help="The kind of evidence; photo if not said.")
@click.option(
    "--for",
    "proposal",
    type=click.Choice(sorted(PROPOSALS)),
    default="unreasonable",
    help="Where the order has no draft yet: what will be proposed.",
)
@json_option
@click.pass_obj
def add(
    station: Station,
    order_or_draft: str,
    files: tuple[Path, ...],
    what: str,
    proposal: str,
    as_json: bool,
) -> None:
    """Add files to a draft, or to the latest draft of a proposal on an order."""
    with station.cache() as cache:
        if what not in settings.taxonomy(cache).evidence:
            raise Trouble(_("There is no kind of evidence {kind}.").format(kind=safe(what)))
        draft = _draft(cache, order_or_draft, cast(Kind, proposal))
        # All or none: a folder of photographs is not half taken in.
        with cache.writing():
            for path in files:
                draft = with_file(draft, what, take_in(cache, path, now()))
            save_draft(cache, draft, now())
    if as_json:
        answer({"draft": draft.id, **to_builtins(draft)})
    else:
        say(_("Kept with the draft {id}.").format(id=draft.id))


def _draft(cache: Cache, order_or_draft: str, proposal: Kind) -> Draft:
    kept = [saved.draft for saved in drafts(cache)]
    for draft in kept:
        if draft.id == order_or_draft:
            return draft
    number = find_order(cache, order_or_draft).order_no
    of_order = [one for one in kept if one.order_no == number and one.kind in PROPOSALS]
    return of_order[0] if of_order else new_draft(number, proposal)
