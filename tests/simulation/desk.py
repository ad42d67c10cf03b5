"""One desk under glass: its home, its line, its worker, and a process that can die."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from msgspec import Struct, json, structs

from caseworker.cache import (
    annotations,
    connection,
    disclosures,
    drafts,
    evidence,
    orders,
    outbox,
    settings,
    wiping,
)
from caseworker.cache.connection import Cache, open_cache
from caseworker.cache.drafts import Draft
from caseworker.desk import annotate
from caseworker.desk.reveal import reveal_caller
from caseworker.desk.worker import worker
from caseworker.model.annotation import Annotation, Contest, Decision, FileRef, Statement
from caseworker.model.me import Role
from caseworker.model.order import WorkOrder
from caseworker.model.trouble import HubOutOfReach, Trouble
from sync.engine import run
from sync.enrolment import client_of, enrol
from sync.revocation import Wiped as ToldWiped
from tests.simulation.history import (
    Disclosed,
    Drafted,
    How,
    Imported,
    Kept,
    KeptFile,
    Napped,
    Own,
    Snapshot,
    SyncBegan,
    SyncEnded,
    Undone,
    Wrote,
)
from tests.simulation.hub_process import Died
from tests.simulation.line import Line

if TYPE_CHECKING:
    from tests.simulation.world import World

HUB: Final = "http://127.0.0.1:12345"


class Seat(Struct, frozen=True):
    """Who sits at a desk."""

    desk: str
    worker: str
    role: Role
    unit: str


class BrittleCache(Cache):
    """A cache whose process dies after so many statements."""

    left: int | None = None

    def execute(self, *arguments: Any, **named: Any) -> Any:
        self._burn()
        return super().execute(*arguments, **named)

    def execute_many(self, *arguments: Any, **named: Any) -> None:
        self._burn()
        super().execute_many(*arguments, **named)

    def _burn(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Died


class Desk:
    """One desk: its home, its line, and a clock that may be off by `skew`."""

    def __init__(self, seat: Seat, home: Path, world: "World") -> None:
        self.seat = seat
        self.name = seat.desk
        self.home = home
        self.skew = timedelta(0)
        self.needs_code = False
        self.syncing = False
        self.gone = False
        """Whether it was revoked and has wiped itself."""
        self.written = 0
        """Rows that the last sync wrote."""
        self._world = world
        self.cache = self._opened()
        self.line = Line(self.name, world.hub, world.clock, world.events)
        self.line.in_transaction = lambda: self.cache.raw.in_transaction

    def now(self) -> datetime:
        """The time as this device believes it to be."""
        return self._world.clock.hub_time() + self.skew

    def enrol(self) -> bool:
        """Enrol with a fresh code; False where the line or the hub stood in the way."""
        code = self._world.code(self.seat)
        self.syncing = True  # a process that dies meanwhile would take this one's cache with it
        try:
            enrol(self.cache, HUB, code, self.line)
        except Trouble:
            return False
        finally:
            self.syncing = False
        self.needs_code = False
        self._world.admitted(self)
        return True

    def sync(self, dies_after: int | None = None) -> How:
        """One sync; how it went. The process dies after so many statements where asked to."""
        world, before = self._world, self.cache.raw.total_changes
        world.tell(SyncBegan(self.name, world.clock.seconds))
        self.cache.left = dies_after
        self.syncing = True
        world.clock.naps = lambda seconds: world.tell(Napped(self.name, seconds))
        sentence = ""
        how: How
        try:
            with client_of(self.cache, self.line) as client:
                report = run(self.cache, client, now=self.now())
        except Died:
            how, self.written = "died", 0
        except Trouble as trouble:
            how, self.written, sentence = "failed", 0, str(trouble)
        else:
            self.written = self.cache.raw.total_changes - before
            how, sentence = _outcome(report.trouble), str(report.trouble or "")
            self.needs_code = self.needs_code or how == "refused"
        finally:
            self.syncing = False
            world.clock.naps = lambda _seconds: None
        self.cache.left = None
        world.tell(SyncEnded(self.name, how, sentence, self.written, world.clock.seconds))
        if how == "died":
            self._start_again()
        if how == "wiped" or self.gone:
            self.gone = True
            world.see_what_is_left(self)
        else:
            world.tell(self.snapshot())
        return how

    def write(self, draft: Draft) -> Annotation | None:
        """Say something; None where the rules refuse it."""
        try:
            written = annotate.write(self.cache, draft, worker(self.cache), self.now()).annotation
        except annotate.Refused:
            return None
        self._world.tell(Wrote(self.name, written))
        return written

    def take_in(self, text: str) -> Statement:
        """Keep a file, and name it as evidence."""
        content = text.encode()
        sha256 = evidence.put_file(self.cache, content, self.now())
        file = FileRef(sha256, len(content), "text/plain", "现场.txt")
        return Statement("photo", file=file)

    def begin(self, draft: Draft) -> None:
        """Type something, and leave it at that."""
        annotate.keep_draft(self.cache, draft, self.now())
        self._world.tell(Drafted(self.name, draft.id, draft.text))

    def reveal(self, order_no: str) -> None:
        """Uncover the caller of an order."""
        reveal_caller(self.cache, order_no, self.now())
        self._world.tell(Disclosed(self.name, disclosures.all_lines(self.cache)[-1].id))

    def spoil(self, written: Annotation) -> None:
        """Change words that no hub has seen into what only the hub's rules refuse."""
        spoiled = structs.replace(written, code="C99")
        with self.cache.writing():
            annotations.rewrite_unsent(self.cache, spoiled)
        self._world.tell(Wrote(self.name, spoiled))

    def undo(self, annotation_id: str) -> None:
        """Take back what no hub can have seen; its words become a draft again."""
        draft = annotate.undo(self.cache, annotation_id, self.now())
        if draft is not None:
            self._world.tell(Undone(self.name, annotation_id))
            self._world.tell(Drafted(self.name, draft.id, draft.text))

    def keep(self, annotation_id: str) -> None:
        """Settle refused words as a note."""
        if outbox.keep(self.cache, annotation_id, self.now()):
            self._world.tell(Kept(self.name, annotation_id))

    def bring_in(self, order: WorkOrder) -> None:
        """Import an order from a sheet."""
        with self.cache.writing():
            orders.put_orders(self.cache, [order], settings.taxonomy(self.cache), from_hub=False)
        self._world.tell(Imported(self.name, order.order_no))

    def numbers(self) -> list[str]:
        """The orders on this desk."""
        found = self.cache.rows("SELECT order_no FROM orders ORDER BY order_no")
        return [number for (number,) in found]

    def own(self) -> list[outbox.OutboxItem]:
        """Every own annotation, in the order of writing."""
        return outbox.items(self.cache, settled=True)

    def missing_files(self) -> list[str]:
        """Files that annotations name and that are not here."""
        found = self.cache.rows(
            "SELECT DISTINCT sha256 FROM evidence_named"
            " WHERE sha256 NOT IN (SELECT sha256 FROM evidence_files) ORDER BY sha256"
        )
        return [sha256 for (sha256,) in found]

    def want(self, sha256: str) -> None:
        """Ask for a file of someone else's."""
        evidence.want(self.cache, sha256)

    def snapshot(self) -> Snapshot:
        """What this desk holds, as values."""
        cache = self.cache
        own: dict[str, Own] = {}
        for body, state, receipt, reason, of, frozen in cache.rows(
            "SELECT coalesce(payload, body), state, receipt, reason, generation,"
            " payload IS NOT NULL FROM outbox JOIN annotations ON id = annotation_id ORDER BY seq"
        ):
            said = annotations.decode(body)
            own[said.id] = Own(said, state, receipt, reason, of, bool(frozen))
        others = [
            annotations.decode(body)
            for (body,) in cache.rows(
                "SELECT body FROM annotations"
                " WHERE id NOT IN (SELECT annotation_id FROM outbox) ORDER BY n"
            )
        ]
        ruled = _all(cache, "SELECT body FROM decisions ORDER BY id", json.Decoder(Decision).decode)
        contested = _all(
            cache, "SELECT body FROM contests ORDER BY id", json.Decoder(Contest).decode
        )
        return Snapshot(
            self.name,
            own,
            {
                number: (standing, bytes(body).decode())
                for number, standing, body in cache.rows(
                    "SELECT order_no, standing, body FROM orders ORDER BY order_no"
                )
            },
            {one.id: one for one in others},
            {one.id: one for one in ruled},
            {one.id: one for one in contested},
            {
                saved.draft.id: (saved.draft.order_no, saved.draft.text)
                for saved in drafts.drafts(cache)
            },
            dict(cache.rows("SELECT id, noted_by FROM disclosures ORDER BY seq")),
            {sha256: self._file(sha256, by) for sha256, by in cache.rows(_FILES)},
            cache.rows("SELECT annotation_id, sha256 FROM evidence_named WHERE awaited = 1"),
            settings.get(cache, "cursor"),
            settings.get(cache, "generation"),
        )

    def close(self) -> None:
        self.cache.close()

    def _file(self, sha256: str, held_by: str) -> KeptFile:
        content = evidence.read_file(self.cache, sha256)
        whole = content is not None and hashlib.sha256(content).hexdigest() == sha256
        return KeptFile(held_by, whole)

    def _start_again(self) -> None:
        """The process comes up again, as `cli.station` has it: a stopped wiping is finished."""
        self.cache.close()
        if wiping.told(self.home):
            wiping.finish(self.cache.path)
            self.gone = True
        else:
            self.cache = self._opened()

    def _opened(self) -> BrittleCache:
        with patch.object(connection, "Cache", BrittleCache):
            opened = open_cache(self.home / "cache.db", None)
        assert isinstance(opened, BrittleCache)
        return opened


def _outcome(trouble: Trouble | None) -> How:
    match trouble:
        case None:
            return "clean"
        case ToldWiped():
            return "wiped"
        case HubOutOfReach():
            return "silent"
    return "refused"


def _all(cache: Cache, query: str, decode: Callable[[bytes], Any]) -> list[Any]:
    return [decode(bytes(body)) for (body,) in cache.rows(query)]


_FILES: Final = "SELECT sha256, held_by FROM evidence_files ORDER BY sha256"
