"""demo: a hub with the sample street on loopback, enrolled workers, and the desk on it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from caseworker.cache import settings
from caseworker.cache.key import key_beside
from caseworker.cli.station import Station, say
from caseworker.locale import _, language
from caseworker.model.clock import now
from caseworker.model.trouble import Trouble
from caseworker.sample import SampleWorker, sample_workers

MARKER: Final = "caseworker-demo"
"""A file that says that a folder is the demo's and may be emptied by `--fresh`."""

AT_THE_DESK: Final = ("office", "cadre", "lead")
"""Roles of those who may sit at the demo's desk; the centre answers by itself."""


@click.command()
@click.option("--fresh", is_flag=True, help="Start over: forget what was done in the demo.")
@click.option("--offline", is_flag=True, help="Open the desk without its hub.")
@click.option("--hub-only", is_flag=True, hidden=True)
@click.pass_obj
def demo(station: Station, fresh: bool, offline: bool, hub_only: bool) -> None:
    """Try the desk on an invented street; asks nothing, keeps its state in a folder of its own."""
    if hub_only:
        serve_town(station)
        return
    from caseworker.cli.desk import open_desk

    folder = station.home / "demo"
    prepare(folder, fresh=fresh)
    people = seated(folder)
    first = next(iter(people.values()))
    if offline:
        if not (first / "cache.db").exists():
            raise Trouble(_("Run the demo once with its hub, then try it offline."))
        raise SystemExit(open_desk(Station(first, None, False), people))
    with hub_of(folder) as address:
        for worker, home in zip(workers(), people.values(), strict=True):
            join(folder, worker, home, address)
        status = open_desk(Station(first, None, False), people)
    raise SystemExit(status)


def workers() -> list[SampleWorker]:
    """Who may sit at the demo's desk, the office worker first."""
    found: dict[str, SampleWorker] = {}
    for worker in sample_workers():
        found.setdefault(worker.roles[0], worker)
    return [found[role] for role in AT_THE_DESK]


def seated(folder: Path) -> dict[str, Path]:
    """The people of the demo and their homes, under the names that the desk shows."""
    chinese = language() == "zh_CN"
    titles = {"office": _("street office"), "cadre": _("community cadre"), "lead": _("lead")}
    return {
        f"{worker.name if chinese else f'{worker.name} {worker.latin}'}  {titles[worker.roles[0]]}":
            folder / worker.latin.lower().replace(" ", "-")
        for worker in workers()
    }  # fmt: skip


def prepare(folder: Path, *, fresh: bool) -> None:
    """Make the demo's folder, emptied first where it is to start over.

    Raises `Trouble` where the folder holds something that is not the demo's.
    """
    marker = folder / MARKER
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise Trouble(
            _("{folder} holds other things: choose another --home for the demo.").format(
                folder=folder
            )
        )
    if fresh and folder.exists():
        shutil.rmtree(folder)
    if not marker.exists():
        say(_("Preparing the sample street; all people and numbers in it are invented."))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    marker.touch()


@contextmanager
def hub_of(folder: Path) -> Iterator[str]:
    """The demo's hub in a process of its own; its address."""
    home = folder / "hub"
    key_beside(home)
    with (folder / "hub.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "caseworker", "--home", str(home), "demo", "--hub-only"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            # ctrl+c belongs to the desk: it must not reach the hub.
            start_new_session=True,
        )
    try:
        address = process.stdout.readline().strip() if process.stdout else ""
        if not address:
            raise Trouble(
                _("The demo's hub did not start: {file} says why; --fresh starts over.").format(
                    file=folder / "hub.log"
                )
            )
        yield address
    finally:
        process.terminate()
        process.communicate()


def join(folder: Path, worker: SampleWorker, home: Path, address: str) -> None:
    """Enrol a worker's desk at its first opening; later, tell it where the hub is today."""
    key_beside(home)
    with Station(home, None, False).cache() as cache:
        if settings.get(cache, "worker"):
            with cache.writing():
                settings.put(cache, hub=address)
            return
        from sync.engine import run
        from sync.enrolment import client_of, enrol

        codes = json.loads((folder / "hub" / "codes.json").read_text("utf-8"))
        enrol(cache, address, codes[worker.name])
        with client_of(cache) as client:
            run(cache, client, now=now())


def serve_town(station: Station) -> None:
    """What the hub's process does: settle the street once, serve it, and let colleagues answer."""
    from hub import enrolment, sample_town, units
    from hub.serve import serve
    from hub.store import opened

    with opened(str(station.home / "hub.db"), station.key) as store:
        codes = station.home / "codes.json"
        if not codes.exists():
            sample_town.settle(store, now())
            with store.writing() as connection:
                issued = {
                    worker.name: enrolment.add_worker(
                        connection,
                        worker.name,
                        units.ensure(connection, worker.unit),
                        worker.roles[0],
                        "demo",
                        now(),
                    )
                    for worker in workers()
                }
            codes.write_text(json.dumps(issued, ensure_ascii=False), "utf-8")
        colleagues = sample_town.Colleagues(store)
        colleagues.start()
        threading.Thread(target=_end_with_the_desk, daemon=True).start()
        try:
            serve(store, "127.0.0.1", 0, None, None, announce=click.echo)
        finally:
            colleagues.leave()


def _end_with_the_desk() -> None:
    # However the desk ended, its end of the pipe is closed then.
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
