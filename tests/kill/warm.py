"""A caseworker with everything imported, which forks for each run that it is asked for.

`python -m tests.kill.warm` reads a `Job` a line and answers with a `Ran` a line. The run itself is
`caseworker.cli.entry.main` in a process of its own, with its own arguments, environment and files.
Each write that it is about to do (a statement, a row of many, a COMMIT, a file made, renamed or
removed) is a step; at the step that the job names it is killed, or the disk is full or read-only
from there on. Nothing of this stands in the program: the driver's connection is given another
class, and files are watched through Python's audit events.
"""

import faulthandler
import mmap
import os
import signal
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from msgspec import Struct, json
from sqlcipher3 import dbapi2 as sqlcipher

SECONDS_MAX: Final = 60.0
"""How long a run may take; then it ends itself and says where it hangs."""

How = Literal["", "kill", "full", "readonly"]

_NEVER: Final = -1

_READS: Final = ("SELECT", "EXPLAIN", "WITH", "VALUES", "ROLLBACK")
"""What writes nothing; taking back needs no room."""

_READING_PRAGMAS: Final = (
    "FOREIGN_KEYS",
    "TEMP_STORE",
    "CACHE_SIZE",
    "USER_VERSION;",
    "TABLE_INFO",
    "DATA_VERSION",
    "KEY",
    "SYNCHRONOUS",
)

_WORDS: Final = {
    "full": "database or disk is full",
    "readonly": "attempt to write a readonly database",
}


class Job(Struct):
    """One run: `arguments` after `--home home`, or the name of an act of `acts.py`."""

    home: str
    arguments: list[str]
    how: How = ""
    at: int = _NEVER
    act: str = ""
    stdin: str = ""
    seconds: float = SECONDS_MAX


class Ran(Struct):
    """What became of it: the exit status (−9 where it was killed), its steps, what it said."""

    status: int
    steps: int
    out: str
    err: str


class Steps:
    """Counts the steps where the parent can read them after any death."""

    def __init__(self, how: How, at: int) -> None:
        self.how, self.at = how, at
        self._shared = mmap.mmap(-1, 8)

    @property
    def count(self) -> int:
        (number,) = struct.unpack_from("q", self._shared)
        return int(number)

    def step(self) -> None:
        """Before a write: count it, and let happen what is to happen there."""
        number = self.count
        struct.pack_into("q", self._shared, 0, number + 1)
        if self.at == _NEVER or number < self.at:
            return
        if self.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.how:
            raise sqlcipher.OperationalError(_WORDS[self.how])

    def file_step(self) -> None:
        """The same before a file is made, renamed or removed."""
        try:
            self.step()
        except sqlcipher.OperationalError as error:
            number = 28 if self.how == "full" else 30
            raise OSError(number, os.strerror(number)) from error


def install(steps: Steps, home: Path) -> None:
    """Count in this process from now on."""

    class Counted(sqlcipher.Connection):  # type: ignore[misc]
        def execute(self, sql: str, *parameters: Any) -> Any:
            if _writes(sql):
                steps.step()
            return super().execute(sql, *parameters)

        def executemany(self, sql: str, rows: Iterable[Any]) -> Any:
            return super().executemany(sql, _stepping(rows, steps.step))

    sqlcipher.connect = partial(sqlcipher.connect, factory=Counted)

    def watch(event: str, details: tuple[Any, ...]) -> None:
        # What renames or removes names its file first; a link names what is to be made second.
        if event == "open":
            _path, mode, flags = details
            written = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
            if not written and not (isinstance(mode, str) and set(mode) & set("wax+")):
                return
        elif event not in ("os.rename", "os.link", "os.remove", "os.truncate"):
            return
        place = details[0]
        if isinstance(place, str | bytes | os.PathLike) and _inside(os.fsdecode(place), home):
            steps.file_step()

    sys.addaudithook(watch)


def _inside(path: str, home: Path) -> bool:
    return path.startswith(str(home))


def _writes(sql: str) -> bool:
    words = sql.split(None, 2)
    first = words[0].upper()
    if first == "PRAGMA":
        return not words[1].upper().startswith(_READING_PRAGMAS) and "=" in sql
    return first not in _READS


def _stepping(rows: Iterable[Any], step: Callable[[], None]) -> Iterator[Any]:
    for row in rows:
        step()
        yield row


def _child(job: Job, steps: Steps, out: int, err: int) -> None:
    """Be the run; never returns."""
    status = 70
    try:
        given = os.memfd_create("stdin")
        os.write(given, job.stdin.encode())
        os.lseek(given, 0, os.SEEK_SET)
        for to, number in ((given, 0), (out, 1), (err, 2)):
            os.dup2(to, number)
        sys.stdin = os.fdopen(0, "r", encoding="utf-8", closefd=False)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
        # A thread of the interpreter's own: it speaks up whatever the run waits for.
        faulthandler.dump_traceback_later(job.seconds, exit=True, file=2)
        install(steps, Path(job.home))
        status = _run(job)
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _run(job: Job) -> int:
    from caseworker.cli import entry

    if job.act:
        from tests.kill import acts

        # Through the program's own way out, so that troubles become sentences and statuses.
        entry._run = lambda _arguments: acts.ACTS[job.act](Path(job.home))  # type: ignore[assignment]
    os.environ["CASEWORKER_HOME"] = job.home
    sys.argv = ["caseworker", "--home", job.home, *job.arguments]
    entry.main()


def live(job: Job) -> Ran:
    """Fork, be the run there, and see what becomes of it."""
    steps = Steps(job.how, job.at)
    out, err = os.memfd_create("out"), os.memfd_create("err")
    process = os.fork()
    if process == 0:
        _child(job, steps, out, err)
    _process, ended = os.waitpid(process, 0)
    return Ran(os.waitstatus_to_exitcode(ended), steps.count, _text(out), _text(err))


def _text(file: int) -> str:
    os.lseek(file, 0, os.SEEK_SET)
    with os.fdopen(file, "rb") as opened:
        return opened.read().decode("utf-8", "replace")


def main() -> None:
    # Everything that a run would import: a fork then costs some tens of milliseconds.
    import sync.engine
    import sync.enrolment  # noqa: F401
    from tests.kill import acts  # noqa: F401

    decode = json.Decoder(Job).decode
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(json.encode(live(decode(line))) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
