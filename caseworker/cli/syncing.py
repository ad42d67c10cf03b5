"""enrol, sync, outbox: the way to the hub and back."""

import sys
from typing import TYPE_CHECKING, Any

import click

from caseworker.cache import evidence, settings, wiping
from caseworker.cache import outbox as outbox_cache
from caseworker.cache.connection import Cache
from caseworker.cli.options import json_option
from caseworker.cli.station import Station, answer, say
from caseworker.desk.wording import code_label, kind_label, outbox_label, sentence
from caseworker.locale import _
from caseworker.model.clock import now
from caseworker.model.evidence import files_of
from caseworker.model.trouble import HubOutOfReach
from caseworker.text.safe import safe

if TYPE_CHECKING:
    from sync.engine import SyncReport

SOMETHING_REFUSED = 4
"""Exit status: done, but this run had something refused (DESIGN §9)."""


@click.command()
@click.argument("url")
@click.option(
    "--code", required=True, help="The one-time code from the hub; - reads it from stdin."
)
@json_option
@click.pass_obj
def enrol(station: Station, url: str, code: str, as_json: bool) -> None:
    """Make this desk yours at a hub."""
    from sync.enrolment import enrol as enrol_at
    from sync.lock import only_one

    if code == "-":
        code = sys.stdin.readline()
    wiping.forget(station.home / "cache.db")
    with station.cache() as cache, only_one(cache.path):
        enrolment = enrol_at(cache, url, code)
        hub = settings.get(cache, "hub")
    if as_json:
        answer({"worker": enrolment.worker, "unit": enrolment.unit, "hub": hub})
    else:
        say(
            _("Enrolled as {worker} of {unit}. Pull the orders with  caseworker sync.").format(
                worker=safe(enrolment.worker), unit=safe(enrolment.unit)
            )
        )


@click.command()
@click.option("--watch", is_flag=True, help="Stay in step until told to stop.")
@click.option("--progress", is_flag=True, hidden=True)
@json_option
@click.pass_obj
def sync(station: Station, watch: bool, progress: bool, as_json: bool) -> None:
    """Send what waits, and pull what changed."""
    if watch:
        _watch(station, progress)
        return
    from sync.engine import run
    from sync.enrolment import client_of
    from sync.lock import only_one

    with station.cache() as cache, client_of(cache) as client, only_one(cache.path):
        report = run(cache, client, now=now())
    # A trouble that the worker can mend leaves nothing on stdout (DESIGN §9).
    if report.trouble is None or isinstance(report.trouble, HubOutOfReach):
        if as_json:
            answer(_numbers(report))
        else:
            click.echo(_numbers_in_words(report))
    if report.unreadable:
        say(
            _(
                "{count} changes of the hub could not be read and are missing here:"
                " update caseworker, then sync again."
            ).format(count=report.unreadable)
        )
    if report.trouble is not None:
        raise report.trouble
    if report.refused:
        say(_("Something was refused. See why with  caseworker outbox."))
        click.get_current_context().exit(SOMETHING_REFUSED)


def _numbers(report: "SyncReport") -> dict[str, int | str]:
    return {
        "pulled": report.pulled,
        "pushed": report.pushed,
        "refused": report.refused,
        "pending": report.pending,
        "cursor": report.cursor,
    }


def _numbers_in_words(report: "SyncReport") -> str:
    return _(
        "{pulled} changes pulled, {pushed} sent, {refused} refused, {pending} waiting."
    ).format(**_numbers(report))


def _watch(station: Station, progress: bool) -> None:
    from msgspec import json

    from sync.enrolment import client_of
    from sync.watch import SyncEvent, Watch, obey

    told = ""

    def tell(event: SyncEvent) -> None:
        nonlocal told
        if progress:
            sys.stdout.buffer.write(json.encode(event) + b"\n")
            sys.stdout.buffer.flush()
        elif event.event in ("done", "offline", "trouble"):
            # A service's log: what is new, not every minute that nothing happened.
            words = event.sentence or _("In step with the hub.")
            if words != told:
                told = words
                say(words)

    if not progress:
        # Nobody would enrol a service while it waits; the desk's own helper does wait.
        with station.cache() as cache:
            client_of(cache).close()
    keep_going = Watch(station.cache, tell, now)
    obey(keep_going)
    keep_going.run()


@click.command()
@click.option("--all", "everything", is_flag=True, help="What is settled, too.")
@json_option
@click.pass_obj
def outbox(station: Station, everything: bool, as_json: bool) -> None:
    """What you wrote, and where each is on its way to the hub."""
    with station.cache() as cache:
        items = outbox_cache.items(cache, settled=everything)
        files = _files(cache)
        if as_json:
            answer([_item(cache, item) for item in items] + files)
            return
        for item in items:
            click.echo(_line(cache, item))
        for file in files:
            parts = (outbox_label("refused"), safe(file["order_no"]), file["reason"], file["id"])
            click.echo("  ".join(parts))
        if not items and not files:
            say(_("Nothing waits: the hub has a receipt for everything, or you wrote nothing yet."))


def _files(cache: Cache) -> list[dict[str, Any]]:
    """The files of own evidence that the hub would not take, each by what names it."""
    troubles = evidence.troubles(cache)
    if not troubles:
        return []
    return [
        {
            "id": item.annotation.id,
            "order_no": item.annotation.order_no,
            "kind": "evidence",
            "code": item.annotation.code,
            "state": "refused",
            "reason": sentence(troubles[file.sha256], {"file": file.name}),
            "reason_key": troubles[file.sha256],
        }
        for item in outbox_cache.items(cache, settled=True)
        for file in files_of(item.annotation)
        if file.sha256 in troubles and item.state == "receipted"
    ]


def _item(cache: Cache, item: outbox_cache.OutboxItem) -> dict[str, Any]:
    return {
        "id": item.annotation.id,
        "order_no": item.annotation.order_no,
        "kind": item.annotation.kind,
        "code": item.annotation.code,
        "state": item.state,
        "reason": _reason(cache, item),
        "reason_key": item.reason,
    }


def _line(cache: Cache, item: outbox_cache.OutboxItem) -> str:
    said = item.annotation
    code = f" {code_label(said.code, settings.taxonomy(cache))}" if said.code else ""
    parts = (
        outbox_label(item.state),
        safe(said.order_no),
        f"{kind_label(said.kind)}{code}",
        _reason(cache, item),
        said.id,
    )
    return "  ".join(part for part in parts if part)


def _reason(cache: Cache, item: outbox_cache.OutboxItem) -> str:
    if not item.reason:
        return ""
    return sentence(item.reason, item.params, settings.taxonomy(cache))
