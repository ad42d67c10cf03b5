"""hub: run the reference hub, and work on its store beside it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import to_builtins

from caseworker.cli.hub_check import check
from caseworker.cli.hub_marks import audit, contest, figures, recheck, taxonomy
from caseworker.cli.hub_store import actor_of, name_of, on_store, opened_store
from caseworker.cli.options import json_option
from caseworker.cli.station import Station, answer, say
from caseworker.cli.taking_in import tell
from caseworker.desk.take_in import TakenIn
from caseworker.desk.taking_out import write_copy
from caseworker.desk.wording import ruling_label, sentence
from caseworker.exchange.orders_in import read_orders
from caseworker.locale import _
from caseworker.model.annotation import Ruling
from caseworker.model.clock import now
from caseworker.model.me import Role
from caseworker.model.order import LEVELS, Level
from caseworker.model.trouble import Trouble
from caseworker.model.wire import DecisionRequest
from caseworker.text.safe import safe

if TYPE_CHECKING:
    from hub.quarantine import HeldFile
    from hub.store import Store


@click.group()
def hub() -> None:
    """The central hub: serve it, load orders, enter workers, rule on proposals."""


for command in (check, contest, recheck, figures, audit, taxonomy):
    hub.add_command(command)


@hub.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8312, show_default=True, type=click.IntRange(0, 65535))
@click.option("--tls-cert", type=click.Path(path_type=Path), help="The certificate chain, PEM.")
@click.option("--tls-key", type=click.Path(path_type=Path), help="Its private key, PEM.")
@on_store
def serve(
    station: Station,
    store: str | None,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
) -> None:
    """Serve the hub; its address is the one line on stdout. Port 0 takes a free one."""
    from hub import serve as serving

    with opened_store(station, store) as opened:
        serving.serve(opened, host, port, tls_cert, tls_key, announce=click.echo)


@hub.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--unit", help="Where rows belong that name no unit, such as heping/xingfuli.")
@click.option("--map", "map_name", help="A column map: its name, or a TOML file.")
@json_option
@on_store
def load(
    station: Station,
    store: str | None,
    file: Path,
    unit: str | None,
    map_name: str | None,
    as_json: bool,
) -> None:
    """Take orders into the hub from what `import` takes; a second load adds nothing."""
    from hub.load import load as load_orders

    sheet = read_orders(file, map_name)
    with opened_store(station, store) as opened:
        counts = load_orders(opened, sheet.orders, unit, actor_of(""), now())
    taken = TakenIn(
        read=sheet.read,
        added=counts["added"],
        updated=counts["updated"],
        unchanged=counts["unchanged"] + sheet.repeated,
        refused=sheet.refused,
    )
    if as_json:
        answer(to_builtins(taken))
    else:
        tell(taken)


@hub.group()
def worker() -> None:
    """The workers whom the hub knows."""


def of_worker(command: Callable[..., None]) -> Callable[..., None]:
    """NAME and `--unit`."""
    unit = click.option(
        "--unit", required=True, help="A path of names: the street heping, or heping/xingfuli."
    )
    return click.argument("name")(unit(json_option(on_store(command))))


@worker.command()
@click.option("--role", required=True, type=click.Choice(["cadre", "office", "lead", "centre"]))
@click.option(
    "--level", type=click.Choice(LEVELS), help="The unit's level, where its place does not say."
)
@of_worker
def add(
    station: Station,
    store: str | None,
    name: str,
    unit: str,
    role: Role,
    level: Level | None,
    as_json: bool,
) -> None:
    """Enter a worker of a unit and show a one-time code; once more gives another device's code."""
    from hub import enrolment, units

    with opened_store(station, store) as opened, opened.writing() as connection:
        place = units.ensure(connection, unit, level)
        code = enrolment.add_worker(connection, name, place, role, actor_of(""), now())
    if as_json:
        answer({"worker": name.strip(), "code": code})
    else:
        say(
            _("{worker} can enrol one device with this code, within {days} days:").format(
                worker=safe(name), days=enrolment.CODE_LIFE.days
            )
        )
        click.echo(code)


@worker.command()
@of_worker
def revoke(station: Station, store: str | None, name: str, unit: str, as_json: bool) -> None:
    """End every token and open code of a worker: a lost device, or someone who has left."""
    from hub import ended, enrolment, units

    with opened_store(station, store) as opened, opened.writing() as connection:
        place = units.find(connection, unit)
        if place is None:
            raise Trouble(_("There is no such unit: check its path."))
        count = enrolment.revoke(connection, name, place, actor_of(""), now())
        ended.remember(station.home, connection)
    if as_json:
        answer({"worker": name, "revoked": count})
    else:
        say(_("Devices that may no longer come in: {count}").format(count=count))


@hub.command()
@json_option
@on_store
def restored(station: Station, store: str | None, as_json: bool) -> None:
    """Begin a new life of a store that was put back from a backup, before it is served again.

    Every desk then reads all anew and offers again what this store lacks. Devices that were
    revoked since the backup are ended again, and every open code is.
    """
    from hub import ended

    listed = ended.remembered(station.home)
    with opened_store(station, store) as opened, opened.writing() as connection:
        name, devices, codes = ended.begin_anew(connection, listed, actor_of(""), now())
        ended.remember(station.home, connection)
    if as_json:
        answer({"generation": name, "revoked": devices, "codes": codes, "listed": len(listed)})
        return
    say(
        _(
            "A new life has begun. Devices ended again: {devices}; open codes ended: {codes}."
        ).format(devices=devices, codes=codes)
    )
    if not listed:
        say(
            _(
                "This home holds no list of revoked devices: revoke again whoever was revoked"
                " since the backup."
            )
        )


@hub.command()
@click.option(
    "--save",
    "folder",
    type=click.Path(path_type=Path),
    help="Write the files that the words name into this folder.",
)
@click.option(
    "--as", "named", default="", help="Who takes them out; the system's user if not said."
)
@json_option
@on_store
def quarantine(
    station: Station, store: str | None, folder: Path | None, named: str, as_json: bool
) -> None:
    """What revoked devices handed over, for a lead to look at."""
    from hub import quarantine as kept

    with opened_store(station, store) as opened:
        with opened.reading() as connection:
            found, files = kept.held(connection), kept.files(connection)
        copies = {} if folder is None else _save(opened, files, folder, actor_of(named))
    if as_json:
        answer([to_builtins(one) | {"files": _files_of(one.id, files, copies)} for one in found])
        return
    for one in found:
        words = one.words
        said = (one.worker, words.get("order_no", ""), words.get("code", ""), words.get("text", ""))
        click.echo("  ".join(safe(str(part)) for part in said))
        for held in files:
            if held.leftover == one.id:
                where = copies.get(held.file.sha256) or f"{held.held} / {held.file.size} B"
                if held.secret:
                    where = _("This order is secret: none of its files leaves the desk.")
                click.echo(f"  {safe(held.file.name)}  {safe(str(where))}")


def _files_of(
    leftover: str, files: "list[HeldFile]", copies: dict[str, Path]
) -> list[dict[str, object]]:
    return [
        to_builtins(one.file)
        | {"held": one.held, "secret": one.secret, "copy": str(copies.get(one.file.sha256, ""))}
        for one in files
        if one.leftover == leftover
    ]


def _save(opened: "Store", files: "list[HeldFile]", folder: Path, actor: str) -> dict[str, Path]:
    """Copies of the files that are whole, by their hashes; the audit knows of each beforehand.

    None of a secret order's, as at the desk.
    """
    from hub import evidence
    from hub.quarantine import taken_out

    copies: dict[str, Path] = {}
    secret = {one.file.sha256 for one in files if one.secret}
    for one in files:
        sha256 = one.file.sha256
        if one.whole and sha256 not in secret and sha256 not in copies:
            with opened.reading() as connection:
                content = evidence.content(connection, sha256)
            record = partial(opened.write, partial(taken_out, held=one, actor=actor, now=now()))
            copies[sha256] = write_copy(one.file, content, folder, record)
    return copies


@hub.command()
@click.argument("annotation_id", metavar="ID")
@click.option("--grant", "ruling", flag_value="granted", help="The proposal holds, for 90 days.")
@click.option("--refuse", "ruling", flag_value="refused", help="It does not.")
@click.option("--more", "ruling", flag_value="more_asked", help="More must be said first.")
@click.option("--reverse", "ruling", flag_value="reversed", help="Take a grant back.")
@click.option("--text", required=True, help="The grounds, in words.")
@click.option("--as", "named", default="", help="Who rules; the system's user if not said.")
@json_option
@on_store
def decide(
    station: Station,
    store: str | None,
    annotation_id: str,
    ruling: Ruling | None,
    text: str,
    named: str,
    as_json: bool,
) -> None:
    """Rule on a proposal, as the centre does."""
    from hub import codes, decisions
    from hub.problems import Refusal

    if ruling is None:
        raise click.UsageError(_("Say one of --grant, --refuse, --more and --reverse."))
    request = DecisionRequest(annotation_id, ruling, text)
    try:
        with opened_store(station, store) as opened, opened.writing() as connection:
            decision = decisions.rule(
                connection,
                request,
                decided_by=name_of(named),
                actor=actor_of(named),
                taxonomy=codes.taxonomy_of(codes.in_force(connection)),
                now=now(),
            )
    except Refusal as refusal:
        raise Trouble(sentence(refusal.reason, refusal.params)) from refusal
    if as_json:
        answer(to_builtins(decision))
    else:
        say(
            _("{ruling}: {id}").format(
                ruling=ruling_label(decision.ruling), id=decision.annotation_id
            )
        )
