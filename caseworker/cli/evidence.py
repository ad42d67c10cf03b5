"""evidence add, list, save: files for a proposal, and a copy of one that leaves the desk."""

from pathlib import Path
from typing import Any, cast

import click
from msgspec import to_builtins

from caseworker.cache import annotations, settings
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft, drafts, save_draft
from caseworker.cache.evidence import holds_file, want
from caseworker.cli.options import json_option
from caseworker.cli.station import Station, answer, say
from caseworker.desk.annotate import find_order, new_draft
from caseworker.desk.evidence import Named, files_on, take_in, with_file
from caseworker.desk.taking_out import save_copy
from caseworker.desk.wording import evidence_label
from caseworker.locale import _
from caseworker.model.annotation import PROPOSALS, FileRef, Kind
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


@evidence.command("list")
@click.argument("order_no", metavar="ORDER")
@json_option
@click.pass_obj
def list_(station: Station, order_no: str, as_json: bool) -> None:
    """The files on which the proposals of an order rest."""
    with station.cache() as cache:
        order = find_order(cache, order_no)
        said = annotations.annotations_of(cache, order.order_no)
        found = [_file_document(cache, one) for one in files_on(said)]
        taxonomy = settings.taxonomy(cache)
    if as_json:
        answer(found)
        return
    for one in found:
        label = evidence_label(one["kind"], taxonomy)
        here = "" if one["here"] else f"  [{_('at the hub')}]"
        parts = (one["name"], _("{size} KB").format(size=max(one["size"] // 1024, 1)), label)
        click.echo(safe("  ".join((*parts, one["author"], one["sha256"][:12]))) + here)
    if not found:
        say(_("No file stands here as evidence."))


def _file_document(cache: Cache, one: Named) -> dict[str, Any]:
    return {
        **to_builtins(one.file),
        "kind": one.said.kind,
        "author": one.author,
        "written_at": one.at.isoformat(),
        "here": holds_file(cache, one.file.sha256),
    }


@evidence.command()
@click.argument("order_no", metavar="ORDER")
@click.argument("folder", type=click.Path(path_type=Path), metavar="FOLDER")
@click.option("--file", "which", default="", help="Its name, or how its hash begins.")
@json_option
@click.pass_obj
def save(station: Station, order_no: str, folder: Path, which: str, as_json: bool) -> None:
    """Write a copy of a file into a folder, for you alone; that is recorded, and the hub told."""
    with station.cache() as cache:
        order = find_order(cache, order_no)
        files = files_on(annotations.annotations_of(cache, order.order_no))
        file = _chosen({one.file.sha256: one.file for one in files}, which)
        if not holds_file(cache, file.sha256):
            want(cache, file.sha256)
        copy = save_copy(cache, order.order_no, file, folder, now())
    if as_json:
        answer({"order_no": order.order_no, **to_builtins(file), "saved": str(copy)})
    else:
        say(_("Saved for you alone, and recorded: {file}").format(file=safe(str(copy))))


def _chosen(files: dict[str, FileRef], which: str) -> FileRef:
    """The one file that is meant. Raises `Trouble` where there is none, or more than one."""
    meant = [
        file
        for sha256, file in files.items()
        if not which or file.name == which or (len(which) >= 4 and sha256.startswith(which))
    ]
    if len(meant) == 1:
        return meant[0]
    names = "  ".join(safe(file.name) for file in meant or files.values())
    if not files:
        raise Trouble(_("No file stands here as evidence."))
    if not meant:
        raise Trouble(_("There is no such file here; there are: {names}").format(names=names))
    raise Trouble(
        _("Several files stand here: say which with --file, by name or hash: {names}").format(
            names=names
        )
    )


def _draft(cache: Cache, order_or_draft: str, proposal: Kind) -> Draft:
    kept = [saved.draft for saved in drafts(cache)]
    for draft in kept:
        if draft.id == order_or_draft:
            return draft
    number = find_order(cache, order_or_draft).order_no
    of_order = [one for one in kept if one.order_no == number and one.kind in PROPOSALS]
    return of_order[0] if of_order else new_draft(number, proposal)
