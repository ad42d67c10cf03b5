"""hub check: does a hub keep the promises of the API? For anyone's implementation."""

import sys
from typing import TextIO, cast, get_args

import click
from msgspec import to_builtins

from caseworker.cli.options import json_option
from caseworker.cli.station import answer
from caseworker.locale import _
from caseworker.model.me import Role
from caseworker.model.trouble import Trouble


@click.command()
@click.argument("url")
@click.option(
    "--codes",
    type=click.File(encoding="utf-8"),
    required=True,
    metavar="FILE",
    help="One-time codes of an office worker, a lead and the centre, one ROLE=CODE a line.",
)
@json_option
def check(url: str, codes: TextIO, as_json: bool) -> None:
    """Try a hub on loopback or afar: it files orders of its own, so never a hub at work."""
    from sync import conformance

    given = _read(codes)
    outcomes = []
    with conformance.on_trial(url, given) as trial:
        for outcome in conformance.run(trial, given):
            outcomes.append(outcome)
            if not as_json:
                sign = _("kept  ") if outcome.passed else _("BROKEN")
                click.echo(f"{sign}  {outcome.check}  {outcome.detail}".rstrip())
    if as_json:
        answer(to_builtins(outcomes))
    if not all(outcome.passed for outcome in outcomes):
        sys.exit(1)


def _read(codes: TextIO) -> dict[Role, str]:
    """Raises `Trouble` where a line is not ROLE=CODE."""
    given: dict[Role, str] = {}
    for line in filter(None, map(str.strip, codes)):
        role, sign, code = line.partition("=")
        if not sign or role.strip() not in get_args(Role):
            raise Trouble(_("Write the codes as lines like  office=ABCD-EFGH."))
        given[cast(Role, role.strip())] = code.strip()
    return given
