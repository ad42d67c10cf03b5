"""passphrase: another passphrase for this home."""

import sys

import click

from caseworker.cache import key
from caseworker.cli.station import Station, say
from caseworker.locale import _


@click.command()
@click.pass_obj
def passphrase(station: Station) -> None:
    """Change the passphrase: asked at the terminal, else two lines of stdin, the old one first."""
    if sys.stdin.isatty():
        old = _asked(_("Passphrase"), twice=False)
        new = _asked(_("New passphrase for this desk"), twice=True)
    else:
        old, new = (sys.stdin.readline().rstrip("\r\n") for _line in range(2))
    key.change(station.home, old, new)
    say(_("The passphrase is changed; it holds from the next start."))


def _asked(question: str, *, twice: bool) -> str:
    answered: str = click.prompt(
        question,
        hide_input=True,
        confirmation_prompt=twice,
        err=True,
        default="",
        show_default=False,
    )
    return answered
