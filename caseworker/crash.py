"""A crash leaves a report without locals, tokens or citizens' words (DESIGN §8)."""

import traceback
from datetime import datetime
from pathlib import Path

from caseworker import __version__
from caseworker.locale import _


def write_report(error: BaseException, home: Path | None, now: datetime) -> str:
    """Write what went wrong to a file in `home`; the sentence for the user, which names it.

    The report holds types and code lines only: an exception's own words may quote an order.
    """
    sentence = _("The program has stopped over a fault of its own. What you wrote is kept.")
    if home is None:
        return sentence
    file = home / f"crash-{now:%Y%m%d-%H%M%S}.txt"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text("\n".join(report_lines(error, now)) + "\n", encoding="utf-8")
    except OSError:
        return sentence
    return f"{sentence} " + _("Send this file to who runs the desk: {file}").format(file=file)


def report_lines(error: BaseException, now: datetime) -> list[str]:
    """The chain of faults, the last one first: types, files, lines; no message and no local."""
    lines = [f"caseworker {__version__}  {now.isoformat(timespec='seconds')}"]
    seen: set[int] = set()
    fault: BaseException | None = error
    while fault is not None and id(fault) not in seen:
        seen.add(id(fault))
        lines.append(f"{type(fault).__module__}.{type(fault).__qualname__}")
        for frame in traceback.extract_tb(fault.__traceback__):
            lines.append(f"  {Path(frame.filename).name}:{frame.lineno} {frame.name}: {frame.line}")
        fault = fault.__cause__ or fault.__context__ or getattr(fault, "error", None)
    return lines
