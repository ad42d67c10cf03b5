"""context, repeat, unreasonable, objection, review, withdraw: what a worker says of an order."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from msgspec import structs, to_builtins

from caseworker.cache import annotations, settings
from caseworker.cache.connection import Cache
from caseworker.cache.drafts import Draft
from caseworker.cli.options import json_option
from caseworker.cli.station import Station, answer, say
from caseworker.desk import returned
from caseworker.desk.annotate import Refused, find_order, keep_refused, new_draft, write
from caseworker.desk.assembly import FIELD, assembled
from caseworker.desk.evidence import take_in
from caseworker.desk.observed import understood
from caseworker.desk.sheet import sheet_of
from caseworker.desk.templates import filled, templates
from caseworker.desk.wording import sentence
from caseworker.desk.worker import worker
from caseworker.locale import _
from caseworker.model.annotation import About, Annotation, Kind, Statement
from caseworker.model.clock import now
from caseworker.model.taxonomy import Taxonomy
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe


def writes(command: Callable[..., None]) -> Callable[..., None]:
    """The options that every command of this file has."""
    text = click.option("--text", required=True, help="Your words; - reads them from stdin.")
    return text(signed(command))


def signed(command: Callable[..., None]) -> Callable[..., None]:
    """Who writes, and how it is answered."""
    named = click.option("--as", "named", default="", help="Who writes, until a desk is enrolled.")
    return named(json_option(click.pass_obj(command)))


def with_evidence(command: Callable[..., None]) -> Callable[..., None]:
    """`--evidence KIND=TEXT` or `KIND=@FILE`, repeatedly."""
    return click.option(
        "--evidence",
        "evidence",
        multiple=True,
        metavar="KIND=TEXT|KIND=@FILE",
        help="May be repeated.",
    )(command)


@click.command()
@click.argument("order_no", metavar="ORDER")
@click.option("--code", default="", help="C01 to C06; a template may bring its own.")
@click.option("--text", default="", help="Your words; - reads them from stdin.")
@click.option("--template", default="", help="Begin with these words: see  caseworker templates.")
@click.option("--fill", "fills", multiple=True, metavar="NAME=WORDS", help="May be repeated.")
@click.option("--observed", default="", help="When it was seen: yesterday 15:00, 11-23, 2h ago …")
@click.option("--place", default="", help="The place that it is about, if not this order alone.")
@click.option("--matter", is_flag=True, help="It is about the matter, not this order alone.")
@click.option("--tell", default="", help="How you would put it to the citizen.")
@signed
def context(
    station: Station,
    order_no: str,
    code: str,
    text: str,
    template: str,
    fills: tuple[str, ...],
    observed: str,
    place: str,
    matter: bool,
    tell: str,
    named: str,
    as_json: bool,
) -> None:
    """Give an order its situation back."""
    if not text and not template:
        raise click.UsageError(_("Say it with --text, or begin with a --template."))
    if place and matter:
        raise click.UsageError(_("Say one of --place and --matter."))
    given = _fills(fills)

    def fill(draft: Draft, taxonomy: Taxonomy) -> Draft:
        about = About()
        if place:
            about = About("place", place)
        elif matter:
            about = About("matter", draft.order_no)
        words, of_template = _from_template(station, template, given, taxonomy)
        return structs.replace(
            draft,
            code=_code(code) or of_template,
            text="\n".join(part for part in (words, _words(text)) if part),
            about=about,
            observed=observed,
            observed_at=understood(observed, now().astimezone()),
            tell_citizen=tell,
        )

    with station.cache() as cache:
        order = find_order(cache, order_no)
        draft = fill(new_draft(order.order_no, "context"), settings.taxonomy(cache))
        _finish(cache, draft, named, as_json)


@click.command("templates")
@json_option
@click.pass_obj
def templates_(station: Station, as_json: bool) -> None:
    """The words that a context can begin with, and their fill-ins."""
    with station.cache() as cache:
        known = templates(station.home, settings.taxonomy(cache))
    for trouble in known.troubles:
        say(trouble)
    if as_json:
        answer(
            [
                {
                    "name": name,
                    "label": one.title,
                    "code": one.code,
                    "text": one.words(),
                    "fill": {fill_in: one.name_of(fill_in) for fill_in in one.fill_ins()},
                }
                for name, one in known.named.items()
            ]
        )
        return
    for name, one in known.named.items():
        click.echo(f"{safe(name)}  {safe(one.code)}  {safe(one.title)}")
        click.echo(f"  {safe(one.words())}")
        click.echo(f"  {' '.join(f'--fill {safe(fill_in)}=…' for fill_in in one.fill_ins())}")


@click.command()
@click.argument("order_no", metavar="ORDER")
@click.option("--of", "earlier", multiple=True, required=True, help="The earlier order's number.")
@click.option("--code", required=True, help="R01 to R06.")
@with_evidence
@writes
def repeat(
    station: Station,
    order_no: str,
    earlier: tuple[str, ...],
    code: str,
    evidence: tuple[str, ...],
    text: str,
    named: str,
    as_json: bool,
) -> None:
    """Propose that an order repeats earlier ones."""
    _write(
        station,
        order_no,
        "repeat",
        lambda draft: structs.replace(
            draft,
            code=_code(code),
            text=_words(text),
            earlier=earlier,
            evidence=_statements(evidence),
        ),
        named,
        as_json,
    )


@click.command()
@click.argument("order_no", metavar="ORDER")
@click.option("--code", required=True, help="U01 to U07.")
@click.option("--tell", default="", help="A draft of what the citizen will be told.")
@with_evidence
@writes
def unreasonable(
    station: Station,
    order_no: str,
    code: str,
    tell: str,
    evidence: tuple[str, ...],
    text: str,
    named: str,
    as_json: bool,
) -> None:
    """Propose that an appeal is unreasonable; a second person reviews, the centre rules."""
    _write(
        station,
        order_no,
        "unreasonable",
        lambda draft: structs.replace(
            draft,
            code=_code(code),
            text=_words(text),
            tell_citizen=tell,
            evidence=_statements(evidence),
        ),
        named,
        as_json,
    )


@click.command()
@click.argument("order_no", metavar="ORDER")
@click.option("--code", required=True, help="J01 to J08.")
@click.option("--unit", "suggested_unit", default="", help="The unit whose duty it is.")
@click.option("--route", default="", help="The legal route that is open to the citizen.")
@with_evidence
@click.option(
    "--text", default="", help="Your words; without it they are put together from what is known."
)
@signed
def objection(
    station: Station,
    order_no: str,
    code: str,
    suggested_unit: str,
    route: str,
    evidence: tuple[str, ...],
    text: str,
    named: str,
    as_json: bool,
) -> None:
    """Object to a dispatch: the order is not this office's."""
    _write(
        station,
        order_no,
        "objection",
        lambda draft: structs.replace(
            draft,
            code=_code(code),
            text=_words(text),
            suggested_unit=suggested_unit,
            route=route,
            evidence=_statements(evidence),
        ),
        named,
        as_json,
    )


@click.command()
@click.argument("annotation_id", metavar="ID")
@click.option("--endorse/--decline", default=None, help="Your verdict.")
@writes
def review(
    station: Station,
    annotation_id: str,
    endorse: bool | None,
    text: str,
    named: str,
    as_json: bool,
) -> None:
    """Endorse or decline another person's proposal."""
    if endorse is None:
        raise click.UsageError(_("Say one of --endorse and --decline."))

    def fill(draft: Draft) -> Draft:
        return structs.replace(draft, target=annotation_id, endorse=endorse, text=_words(text))

    _write_about(station, annotation_id, "review", fill, named, as_json)


@click.command()
@click.argument("annotation_id", metavar="ID")
@writes
def withdraw(station: Station, annotation_id: str, text: str, named: str, as_json: bool) -> None:
    """Take back an annotation of your own; it stays readable as withdrawn."""

    def fill(draft: Draft) -> Draft:
        return structs.replace(draft, target=annotation_id, text=_words(text))

    _write_about(station, annotation_id, "withdrawal", fill, named, as_json)


def _write(
    station: Station,
    number: str,
    kind: Kind,
    fill: Callable[[Draft], Draft],
    named: str,
    as_json: bool,
) -> None:
    with station.cache() as cache:
        order = find_order(cache, number)
        draft = _with_files(cache, fill(new_draft(order.order_no, kind)))
        draft = structs.replace(draft, supersedes=_came_back(cache, draft, named))
        field = FIELD.get(kind, "")
        if field and not getattr(draft, field).strip():
            draft = structs.replace(draft, **{field: assembled(cache, draft)})
            if kind == "objection" and not as_json:
                click.echo(safe(draft.text, newlines=True))
        _finish(cache, draft, named, as_json)


def _came_back(cache: Cache, draft: Draft, named: str) -> str:
    """The id of one's own mark of that code that came back: who writes it again writes it anew."""
    sheet = sheet_of(cache, draft.order_no, now())
    if sheet is None:
        return ""
    author = worker(cache, named).name
    again = returned.reopened(sheet, draft.kind, author, draft.earlier)
    return again.supersedes if again is not None and again.code == draft.code else ""


def _with_files(cache: Cache, draft: Draft) -> Draft:
    """The draft with the files that `KIND=@FILE` names taken in."""
    try:
        statements = tuple(
            structs.replace(said, text="", file=take_in(cache, Path(said.text[1:]), now()))
            if said.text.startswith("@")
            else said
            for said in draft.evidence
        )
    except Trouble as trouble:
        words = tuple(said for said in draft.evidence if not said.text.startswith("@"))
        raise _kept(cache, structs.replace(draft, evidence=words), trouble) from trouble
    return structs.replace(draft, evidence=statements)


def _write_about(
    station: Station,
    annotation_id: str,
    kind: Kind,
    fill: Callable[[Draft], Draft],
    named: str,
    as_json: bool,
) -> None:
    with station.cache() as cache:
        target = annotations.read_annotation(cache, annotation_id)
        if target is None:
            raise Trouble(
                _("No annotation of that id is on this desk: take it from  caseworker show ORDER.")
            )
        _finish(cache, fill(new_draft(target.order_no, kind)), named, as_json)


def _finish(cache: Cache, draft: Draft, named: str, as_json: bool) -> None:
    try:
        written = write(cache, draft, worker(cache, named), now())
    except Refused as refused:
        raise _kept(cache, draft, refused) from refused
    for warning in written.warnings:
        say(sentence(warning.reason, warning.params))
    if as_json:
        answer(annotation_document(written.annotation))
    else:
        say(_("Saved, and waiting to be sent: {id}").format(id=written.annotation.id))


def _kept(cache: Cache, draft: Draft, trouble: Trouble) -> Trouble:
    """The trouble, once the words are kept: those from stdin stand in no shell's history."""
    kept = keep_refused(cache, draft, now())
    told = _("{reasons} Your words are kept as a draft: {id}")
    return Trouble(told.format(reasons=trouble, id=kept))


def annotation_document(annotation: Annotation) -> dict[str, Any]:
    """An annotation as JSON, with its state in the outbox of a desk that has just saved it."""
    return {**to_builtins(annotation), "state": "waiting"}


def _fills(fills: tuple[str, ...]) -> dict[str, str]:
    given = {}
    for one in fills:
        name, equals, words = one.partition("=")
        if not equals or not name.strip():
            raise click.BadParameter(
                _("Write a fill-in as NAME=WORDS, such as who=…"), param_hint="--fill"
            )
        given[name.strip()] = words
    return given


def _from_template(
    station: Station, name: str, given: dict[str, str], taxonomy: Taxonomy
) -> tuple[str, str]:
    """The words and the code of a template; nothing without one."""
    if not name:
        if given:
            raise click.UsageError(_("--fill goes with a --template."))
        return "", ""
    known = templates(station.home, taxonomy)
    template = known.named.get(name)
    if template is None:
        told = [
            _("There is no template {name}: see  caseworker templates.").format(name=safe(name))
        ]
        raise Trouble(" ".join([*told, *known.troubles]))
    return filled(template, name, given), template.code


def _code(code: str) -> str:
    return code.strip().upper()


def _words(text: str) -> str:
    return sys.stdin.read().strip() if text == "-" else text


def _statements(evidence: tuple[str, ...]) -> tuple[Statement, ...]:
    statements = []
    for given in evidence:
        kind, equals, text = given.partition("=")
        if not equals or not kind.strip():
            raise click.BadParameter(
                _("Write evidence as KIND=TEXT, such as clause=…"), param_hint="--evidence"
            )
        statements.append(Statement(kind.strip(), text))
    return tuple(statements)
