"""hub contest, recheck, figures, audit, taxonomy: what keeps marks fair, on the store itself."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click
from msgspec import to_builtins

from caseworker.cli.hub_store import actor_of, name_of, on_store, opened_store
from caseworker.cli.options import json_option
from caseworker.cli.station import Station, answer, say
from caseworker.desk.wording import code_label, sentence
from caseworker.locale import _
from caseworker.model.clock import now
from caseworker.model.taxonomy import Taxonomy
from caseworker.model.trouble import Trouble
from caseworker.model.wire import ContestRequest, MarkCounts
from caseworker.text.safe import safe
from caseworker.text.width import cells

if TYPE_CHECKING:
    from hub.recheck import Outcome, SecondLook

as_option = click.option(
    "--as", "named", default="", help="Who does this; the system's user if not said."
)


@click.command()
@click.argument("annotation_id", metavar="ID")
@click.option("--text", required=True, help="What the citizen says.")
@as_option
@json_option
@on_store
def contest(
    station: Station, store: str | None, annotation_id: str, text: str, named: str, as_json: bool
) -> None:
    """Enter a citizen's contest of a granted mark: it is suspended until the centre rules again."""
    from hub import contests
    from hub.problems import Refusal

    request = ContestRequest(annotation_id, text)
    try:
        with opened_store(station, store) as opened, opened.writing() as connection:
            made = contests.enter(connection, request, name_of(named), actor_of(named), now())
    except Refusal as refusal:
        raise Trouble(sentence(refusal.reason, refusal.params)) from refusal
    if as_json:
        answer(to_builtins(made))
    else:
        say(
            _("The mark on order {order} is suspended: the centre rules on it again.").format(
                order=safe(made.order_no)
            )
        )


@click.group()
def recheck() -> None:
    """The blind second look at granted marks, by people who took no part."""


@recheck.command()
@as_option
@json_option
@on_store
def draw(station: Station, store: str | None, named: str, as_json: bool) -> None:
    """Draw 5 to 10 % of the marks granted since the last draw, all of unusual units."""
    from hub import recheck as looks

    with opened_store(station, store) as opened, opened.writing() as connection:
        drawn = looks.draw(connection, actor_of(named), now())
    if as_json:
        answer({"drawn": drawn})
    else:
        say(_("Marks drawn for a second look: {count}").format(count=drawn))


@recheck.command("list")
@click.option("--harm", is_flag=True, help="Where harm was found, for the centre to rule on again.")
@as_option
@json_option
@on_store
def list_(station: Station, store: str | None, harm: bool, named: str, as_json: bool) -> None:
    """What waits for a second look by you, without saying who proposed or decided."""
    from hub import codes
    from hub import recheck as looks

    with opened_store(station, store) as opened, opened.reading() as connection:
        found = looks.harms(connection) if harm else looks.waiting(connection, name_of(named))
        taxonomy = codes.taxonomy_of(codes.in_force(connection))
    if as_json:
        answer(to_builtins(found))
        return
    for one in found:
        click.echo(f"{one.id}  {safe(one.order_no)}")
        if isinstance(one, looks.Harm):
            click.echo(f"  {one.annotation_id}")
            click.echo(f"  {safe(one.text)}")
        else:
            _show(one, taxonomy)
    if not found:
        say(_("Nothing waits for a second look by you."))


def _show(look: "SecondLook", taxonomy: Taxonomy) -> None:
    click.echo(f"  {code_label(look.code, taxonomy)}")
    for words in (look.title, look.content, look.grounds, look.tell_citizen):
        if words:
            click.echo(f"  {safe(words)}")
    for statement in look.evidence:
        named = statement.file.name if statement.file is not None else ""
        click.echo(f"  - {safe(statement.kind)}: {safe(' '.join((statement.text, named)).strip())}")


@recheck.command("answer")
@click.argument("number", type=int)
@click.option("--confirmed", "outcome", flag_value="confirmed", help="The mark is right.")
@click.option("--harm", "outcome", flag_value="harm", help="The mark has done harm.")
@click.option("--text", required=True, help="What was found, in words.")
@as_option
@json_option
@on_store
def answer_(
    station: Station,
    store: str | None,
    number: int,
    outcome: "Outcome | None",
    text: str,
    named: str,
    as_json: bool,
) -> None:
    """Say what a second look found; harm suspends the mark until the centre rules again."""
    from hub import recheck as looks

    if outcome is None:
        raise click.UsageError(_("Say --confirmed or --harm."))
    with opened_store(station, store) as opened, opened.writing() as connection:
        looks.answer(connection, number, outcome, text, name_of(named), actor_of(named), now())
    if as_json:
        answer({"id": number, "outcome": outcome})
    else:
        told = _("Written down.")
        if outcome == "harm":
            told = _("Written down: the mark is suspended, and the centre rules on it again.")
        say(told)


@click.command()
@json_option
@on_store
def figures(station: Station, store: str | None, as_json: bool) -> None:
    """Refusals, reversals and missed harm by code, category and unit; small figures are hidden."""
    from hub import figures as counting

    with opened_store(station, store) as opened, opened.reading() as connection:
        found = counting.marks(connection)
    if as_json:
        answer(to_builtins(found))
        return
    names = (_("granted"), _("refused"), _("reversed"), _("missed harm"))
    click.echo("  " + "  ".join(_right(name) for name in names))
    tables = (
        (_("In all"), [found.total]),
        (_("By code"), found.by_code),
        (_("By category"), found.by_category),
        (_("By unit"), found.by_unit),
    )
    for title, rows in tables:
        click.echo(title)
        for row in rows:
            click.echo(f"  {_counts(row)}  {safe(row.name)}".rstrip())
    say(
        _("· stands for a figure under {least} or one that would give it away.").format(
            least=found.hidden_below
        )
    )


def _counts(row: MarkCounts) -> str:
    figures = (row.granted, row.refused, row.reversed, row.missed_harm)
    return "  ".join(_right("·" if figure is None else str(figure)) for figure in figures)


def _right(words: str) -> str:
    """Words at the right of a column; a Chinese character takes two cells."""
    return " " * (_COLUMN - cells(words)) + words


_COLUMN: Final = 11


@click.group()
def audit() -> None:
    """The append-only log of who proposed, saw, changed, revealed and exported."""


@audit.command()
@click.option("--unit", help="One unit alone, such as heping/xingfuli.")
@json_option
@on_store
def verify(station: Station, store: str | None, unit: str | None, as_json: bool) -> None:
    """Check every unit's chain: whether an entry was changed, moved or taken out."""
    from hub import audit as log

    with opened_store(station, store) as opened, opened.reading() as connection:
        chains = log.verify(connection, unit)
    if unit is not None and not chains:
        raise Trouble(_("There is no such unit: check its path."))
    broken = [one for one in chains if one.broken_at is not None]
    if as_json:
        answer(to_builtins(chains))
    for one in [] if as_json else chains:
        words = (
            _("{unit}: whole, {count} entries")
            if one.broken_at is None
            else _("{unit}: broken at entry {number} of {count}")
        )
        click.echo(words.format(unit=safe(one.unit), count=one.entries, number=one.broken_at))
    if broken:
        say(
            _("The log was tampered with, or the disk has failed: keep the store, tell the centre.")
        )
        click.get_current_context().exit(1)


@audit.command()
@click.argument("order_no", metavar="ORDER")
@json_option
@on_store
def saw(station: Station, store: str | None, order_no: str, as_json: bool) -> None:
    """Which devices were given an order in the last half year: for a leak, not for a figure."""
    from hub import sight

    with opened_store(station, store) as opened, opened.reading() as connection:
        found = sight.saw_order(connection, order_no)
    if as_json:
        answer([{"worker": name, "device": device, "at": at} for name, device, at in found])
        return
    for name, device, at in found:
        click.echo(f"{at.isoformat()}  {safe(name)}  {device}")
    if not found:
        say(_("No device was given this order: check its whole number."))


@click.group()
def taxonomy() -> None:
    """The reason codes, as data that a city can replace."""


@taxonomy.command()
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@on_store
def load(station: Station, store: str | None, file: Path, as_json: bool) -> None:
    """Put the reason codes of a TOML file in force; every desk gets them with its next sync."""
    from hub import codes

    try:
        toml = file.read_text("utf-8")
    except FileNotFoundError as error:
        raise Trouble(
            _("There is no file {file}: check the path.").format(file=safe(str(file)))
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(
            _("{file} is no text that can be read.").format(file=safe(str(file)))
        ) from error
    with opened_store(station, store) as opened, opened.writing() as connection:
        loaded = codes.load(connection, toml, now())
    if as_json:
        retired = sorted(name for name, code in loaded.codes.items() if code.retired)
        answer({"version": loaded.version, "codes": len(loaded.codes), "retired": retired})
    else:
        say(_("In force: reason codes {version}").format(version=safe(loaded.version)))
