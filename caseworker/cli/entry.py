"""The program's entry, and its one way out for everything that can go wrong."""

import os
import sys
from pathlib import Path
from typing import NoReturn

from caseworker import locale
from caseworker.model.trouble import Trouble


def main() -> NoReturn:
    """Run the program and leave with the exit status of DESIGN §9."""
    locale.set_language(locale.from_environment())
    os.umask(0o077)
    _leave_no_core()
    try:
        status = _run(sys.argv[1:])
    except Trouble as trouble:
        from caseworker.text.safe import safe

        # A hub's words may be in it, or a file's name.
        print(safe(str(trouble), newlines=True), file=sys.stderr)
        status = trouble.exit_status
    except BrokenPipeError:
        # The reader of our output went away, as `| head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = 0
    except Exception as error:
        from caseworker import crash
        from caseworker.model.clock import now

        print(crash.write_report(error, default_home(), now()), file=sys.stderr)
        status = 1
    sys.exit(status)


def _leave_no_core() -> None:
    """No process writes its memory to a disk where it dies: the key and citizens' words are in it.

    Its children, the one that syncs and the demo's hub, take that over.
    """
    if sys.platform != "win32":
        import resource

        _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def default_home() -> Path:
    """CASEWORKER_HOME, else the system's place for a user's data."""
    named = os.environ.get("CASEWORKER_HOME")
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("caseworker")


def _run(arguments: list[str]) -> int:
    placed = _desk_alone(arguments)
    if placed is not None:
        from caseworker.cli.desk import open_desk
        from caseworker.cli.station import Station

        return open_desk(Station(placed.get("--home") or default_home(), placed.get("--db"), False))
    from caseworker.cli.commands import run

    return run()


def _desk_alone(arguments: list[str]) -> dict[str, Path] | None:
    """Where the desk alone is to open, or None where there is a command or another option.

    Looked at by hand, since importing click would take a tenth of the time to the first row.
    """
    placed: dict[str, Path] = {}
    ahead = iter(arguments)
    for argument in ahead:
        name, equals, value = argument.partition("=")
        if name not in ("--home", "--db"):
            return None
        given = value if equals else next(ahead, "")
        if not given:
            return None
        placed[name] = Path(given)
    return placed
