"""Planted bugs: each breaks one promise in one function, and the checker has to say which.

A checker that finds nothing proves nothing until it has found what was put there to be found.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace
from typing import Any, Final
from unittest.mock import patch

from msgspec import Struct, json, structs
from sqlalchemy import Connection, delete, insert, select

from caseworker.cache import annotations, generations, orders, outbox, settings, wiping
from caseworker.cache.connection import Cache
from caseworker.model.annotation import Annotation
from caseworker.model.wire import (
    AnnotationResult,
    AnnotationResults,
    Disclosure,
    DisclosuresNoted,
    LeftoverBatch,
    LeftoversKept,
)
from hub import contests, enrolment, evidence, feed, ledger, sight, units
from hub import store as hub_store
from sync import engine, hotline, retry, revocation
from sync.hotline import HotlineClient, HubSilent, Upload
from sync.reading import Page, UnreadablePage, read_page
from sync.retry import Patience
from tests.simulation.checker import LEAK
from tests.simulation.schedule import Weather


class Bug(Struct, frozen=True):
    """A bug, and the number of the promise that it breaks."""

    name: str
    breaks: int
    plant: Callable[[], AbstractContextManager[Any]]
    meets: tuple[str, str] | None = None
    """A call of the written day, by its beginning, and a fault: where the bug shows itself."""
    weather: Weather = Weather()
    """What the random days are like in which it is looked for."""


BUGS: Final[list[Bug]] = []


def bug(
    breaks: int,
    meets: tuple[str, str] | None = None,
    weather: Weather = Weather(),  # noqa: B008 - frozen
) -> Callable[[Callable[[], Iterator[None]]], Callable[[], Iterator[None]]]:
    """Enter a bug into the list under its function's name."""

    def enter(plant: Callable[[], Iterator[None]]) -> Callable[[], Iterator[None]]:
        BUGS.append(Bug(plant.__name__, breaks, contextmanager(plant), meets, weather))
        return plant

    return enter


# At the desk.


@bug(5, weather=Weather(deaths=1.0))
def cursor_before_rows() -> Iterator[None]:
    """The cursor is committed first, and the rows that it covers after it."""
    whole = engine._Sync._apply

    def apply(self: Any, page: Page) -> bool:
        with self._cache.writing():
            settings.put(self._cache, cursor=page.cursor)
        return whole(self, page)

    with patch.object(engine._Sync, "_apply", apply):
        yield


@bug(4, meets=("POST /v1/annotations", "timeout_before"))
def acknowledged_on_time_out() -> Iterator[None]:
    """No answer is taken for a good one."""
    push, begin = HotlineClient.push, engine._Sync._push
    life = [""]

    def push_all(self: Any, me: Any) -> None:
        life[0] = settings.get(self._cache, "generation")
        begin(self, me)

    def hopeful(self: HotlineClient, batch: Sequence[Annotation]) -> AnnotationResults:
        try:
            return push(self, batch)
        except HubSilent as silence:
            if "in time" not in str(silence):
                raise
            taken = [AnnotationResult(id=one.id, verdict="stored", receipt="?") for one in batch]
            return AnnotationResults(life[0], taken)

    with (
        patch.object(HotlineClient, "push", hopeful),
        patch.object(engine._Sync, "_push", push_all),
    ):
        yield


@bug(3)
def new_id_on_retry() -> Iterator[None]:
    """What is sent again is sent under another id."""
    push = HotlineClient.push
    before: list[set[str]] = [set()]

    def renamed(self: HotlineClient, batch: Sequence[Annotation]) -> AnnotationResults:
        import uuid6

        again = {one.id for one in batch} & before[0]
        before[0] |= {one.id for one in batch}
        named = {one.id: str(uuid6.uuid7()) if one.id in again else one.id for one in batch}
        answer = push(self, [structs.replace(one, id=named[one.id]) for one in batch])
        old = {new: found for found, new in named.items()}
        results = [structs.replace(one, id=old.get(one.id, one.id)) for one in answer.results]
        return AnnotationResults(answer.generation, results)

    with patch.object(HotlineClient, "push", renamed):
        yield


@bug(2)
def dropped_on_refusal() -> Iterator[None]:
    """What the hub refuses is thrown away."""
    settle = outbox.settle

    def drop(cache: Cache, results: Any, generation: str, at: datetime) -> None:
        results = list(results)
        settle(cache, results, generation, at)
        with cache.writing():
            for result in results:
                if result.verdict == "refused":
                    cache.execute("DELETE FROM outbox WHERE annotation_id = ?", (result.id,))
                    cache.execute("DELETE FROM annotations WHERE id = ?", (result.id,))

    with patch.object(outbox, "settle", drop):
        yield


@bug(4)
def payload_changed_after_first_send() -> Iterator[None]:
    """The words are signed anew each time, with what the desk's settings say then."""
    freeze = outbox.freeze

    def anew(cache: Cache, ids: Any, *, author: str, device: str, at: datetime) -> Any:
        ids = list(ids)
        with cache.writing():
            for found in ids:
                cache.execute("UPDATE outbox SET payload = NULL WHERE annotation_id = ?", (found,))
        return freeze(cache, ids, author=author, device=f"{device} {at.timestamp()}", at=at)

    with patch.object(outbox, "freeze", anew):
        yield


@bug(4)
def taken_back_after_sending() -> Iterator[None]:
    """Words are undone although a hub may have them."""

    def drop(cache: Cache, annotation_id: str) -> bool:
        with cache.writing():
            cache.execute("DELETE FROM outbox WHERE annotation_id = ?", (annotation_id,))
            cache.execute("DELETE FROM annotations WHERE id = ?", (annotation_id,))
            return True

    with patch.object(outbox, "drop_unsent", drop):
        yield


@bug(8)
def left_order_dropped_with_unsettled_words() -> Iterator[None]:
    """An order that leaves goes at once."""
    with patch.object(orders, "has_unsettled", lambda _cache, _number: False):
        yield


@bug(7)
def generation_ignored() -> Iterator[None]:
    """A restored hub is not offered again what it has lost."""
    with patch.object(outbox, "offer_again", lambda _cache, _generation, _at: 0):
        yield


@bug(1)
def doubted_words_never_dropped() -> Iterator[None]:
    """What a restored hub no longer holds is shown for ever."""
    with patch.object(generations, "drop_doubted", lambda _cache: None):
        yield


@bug(6)
def empty_page_clears() -> Iterator[None]:
    """A page with nothing in it is taken for a hub with nothing in it."""
    feed_of = HotlineClient.feed
    at_work: list[Cache] = []
    begin = engine._Sync._begin_at

    def begin_at(self: Any) -> str:
        at_work[:] = [self._cache]
        return begin(self)

    def clearing(self: HotlineClient, cursor: str, limit: int) -> Page:
        page = feed_of(self, cursor, limit)
        if not page.changes:
            with at_work[0].writing():
                for (number,) in at_work[0].rows("SELECT order_no FROM orders"):
                    orders.purge(at_work[0], number)
        return page

    with (
        patch.object(engine._Sync, "_begin_at", begin_at),
        patch.object(HotlineClient, "feed", clearing),
    ):
        yield


@bug(6, meets=("GET /v1/feed", "html_as_json"))
def html_accepted() -> Iterator[None]:
    """A captive portal's page counts as one without changes, and its cursor is taken."""
    read = read_page
    apply = engine._Sync._apply

    def lenient(body: bytes) -> Page:
        try:
            return read(body)
        except UnreadablePage:
            return Page("", "portal", False, [], 1)

    def keeping(self: Any, page: Page) -> bool:
        known = settings.get(self._cache, "generation")
        return apply(self, structs.replace(page, generation=page.generation or known))

    with patch("sync.hotline.read_page", lenient), patch.object(engine._Sync, "_apply", keeping):
        yield


@bug(9)
def refused_words_block_the_others() -> Iterator[None]:
    """The answers behind the first refusal are not read."""
    settle = outbox.settle

    def until_refused(cache: Cache, results: Any, generation: str, at: datetime) -> None:
        several = list(results)
        verdicts = [result.verdict for result in several]
        if "refused" in verdicts:
            several = several[: verdicts.index("refused")]
        settle(cache, several, generation, at)

    with patch.object(outbox, "settle", until_refused):
        yield


@bug(9)
def sent_in_the_order_of_ids() -> Iterator[None]:
    """What waits goes out in the order of the ids, which hold the device's time."""
    unsent = outbox.unsent

    def by_id(cache: Cache, after: int, limit: int) -> list[tuple[int, str, int]]:
        return [] if after else sorted(unsent(cache, 0, limit), key=lambda one: one[1])

    with patch.object(outbox, "unsent", by_id):
        yield


@bug(10)
def transaction_open_across_the_line() -> Iterator[None]:
    """A sync is one transaction from its beginning to its end."""
    run = engine.run

    def in_one(cache: Cache, client: HotlineClient, **named: Any) -> Any:
        with cache.writing():
            return run(cache, client, **named)

    with patch("tests.simulation.desk.run", in_one):
        yield


@bug(11)
def asked_again_at_once() -> Iterator[None]:
    """A silent hub is asked again without a wait."""

    def impatient(call: Callable[[], Any], patience: Patience) -> Any:
        for left in reversed(range(patience.attempts)):
            try:
                return call()
            except HubSilent:
                if not left:
                    raise
        raise AssertionError

    with patch.object(engine, "patiently", impatient):
        yield


@bug(11)
def retry_after_not_heard() -> Iterator[None]:
    """What the hub asks to wait is not waited."""
    with patch.object(hotline, "retry_after", lambda _response: None):
        yield


@bug(11)
def asked_for_ever() -> Iterator[None]:
    """A silent hub is asked until the patience of a whole night is over."""
    patiently = retry.patiently

    def stubborn(call: Callable[[], Any], patience: Patience) -> Any:
        return patiently(call, structs.replace(patience, attempts=50, seconds=9_999.0))

    with patch.object(engine, "patiently", stubborn):
        yield


@bug(12)
def second_sync_writes() -> Iterator[None]:
    """The time of the last sync is kept in the cache."""
    remember = engine._Sync._remember

    def and_the_time(self: Any, me: Any) -> None:
        remember(self, me)
        with self._cache.writing():
            self._cache.execute("INSERT OR REPLACE INTO settings VALUES ('last', random())")

    with patch.object(engine._Sync, "_remember", and_the_time):
        yield


@bug(7)
def payloads_given_up_at_the_receipt() -> Iterator[None]:
    """What has a receipt is no longer kept as it was sent."""
    settle = outbox.settle

    def forget(cache: Cache, results: Any, generation: str, at: datetime) -> None:
        settle(cache, results, generation, at)
        with cache.writing():
            cache.execute("UPDATE outbox SET payload = NULL WHERE state = 'receipted'")

    with patch.object(outbox, "settle", forget):
        yield


@bug(11, weather=Weather(("503_before", "429_seconds"), rate=0.5))
def everyone_comes_back_at_once() -> Iterator[None]:
    """What the hub asks to wait is waited to the second."""
    with patch.object(retry, "_on_top", lambda _asked, _patience: 0.0):
        yield


@bug(2)
def quarantine_drops_one() -> Iterator[None]:
    """The last of what a revoked device hands over is left out."""
    leftovers = revocation._leftovers
    with patch.object(revocation, "_leftovers", lambda *given: leftovers(*given)[:-1]):
        yield


@bug(2)
def half_typed_words_go_with_the_device() -> Iterator[None]:
    """A revoked device hands over annotations, and no drafts."""
    with patch.object(revocation, "drafts", SimpleNamespace(drafts=lambda _cache: [])):
        yield


@bug(2, weather=Weather(("reset_before",), rate=0.5, more={"device_revoked": 8.0}))
def wiped_before_the_hub_has_it() -> Iterator[None]:
    """Silence is taken for "taken" by a device that is to wipe itself."""
    hand_over = HotlineClient.hand_over

    def hopeful(self: HotlineClient, batch: LeftoverBatch) -> LeftoversKept:
        try:
            return hand_over(self, batch)
        except HubSilent:
            return LeftoversKept([one.id for one in batch.leftovers])

    with patch.object(HotlineClient, "hand_over", hopeful):
        yield


@bug(2)
def photographs_go_with_the_device() -> Iterator[None]:
    """A revoked device hands over words, and not the files that they name."""
    with patch.object(revocation, "evidence", SimpleNamespace(to_hand_over=lambda *_all: [])):
        yield


@bug(2, meets=("PATCH /v1/quarantine", "timeout_before"))
def file_counted_as_taken_on_silence() -> Iterator[None]:
    """No answer to the last piece of a file is taken for a good one."""
    send_piece = HotlineClient.send_piece

    def hopeful(self: HotlineClient, sha256: str, offset: int, piece: bytes, door: Any) -> Upload:
        try:
            return send_piece(self, sha256, offset, piece, door)
        except HubSilent:
            return Upload(offset + len(piece), True)

    with patch.object(HotlineClient, "send_piece", hopeful):
        yield


@bug(2)
def the_log_goes_with_the_device() -> Iterator[None]:
    """A revoked device hands over words, and not what was uncovered on it."""
    with patch.object(revocation, "disclosures", SimpleNamespace(to_send=lambda *_all: [])):
        yield


@bug(LEAK)
def a_wiped_home_keeps_its_file() -> Iterator[None]:
    """The files of a revoked device stay."""
    with patch.object(wiping, "finish", lambda _path: None):
        yield


@bug(2, meets=("POST /v1/disclosures", "timeout_before"))
def disclosure_counted_as_logged_on_silence() -> Iterator[None]:
    """No answer is taken for a good one."""
    tell = HotlineClient.tell

    def hopeful(self: HotlineClient, told: Sequence[Disclosure]) -> DisclosuresNoted:
        try:
            return tell(self, told)
        except HubSilent:
            return DisclosuresNoted([one.id for one in told], "")

    with patch.object(HotlineClient, "tell", hopeful):
        yield


# At the hub.


@bug(3, meets=("POST /v1/disclosures", "reset_after"))
def disclosure_logged_again_on_retry() -> Iterator[None]:
    """What was noted before is noted again."""
    note = sight.note

    def forgetful(connection: Connection, bearer: Any, told: Any, now: datetime) -> list[str]:
        ids = [one.id for one in told]
        connection.execute(delete(hub_store.disclosure).where(hub_store.disclosure.c.id.in_(ids)))
        return note(connection, bearer, told, now)

    with patch.object(sight, "note", forgetful):
        yield


@bug(3, meets=("PATCH /v1/evidence", "duplicate"))
def evidence_piece_written_twice() -> Iterator[None]:
    """A piece that comes again is put behind the others."""
    append = evidence.append

    def again(
        connection: Connection, bearer: Any, sha256: str, offset: int, piece: bytes, now: datetime
    ) -> Any:
        table = hub_store.evidence_file
        held = connection.execute(select(table.c.held).where(table.c.sha256 == sha256)).scalar_one()
        if offset < held:
            connection.execute(
                insert(hub_store.evidence_piece).values(sha256=sha256, start=held, body=piece)
            )
        return append(connection, bearer, sha256, offset, piece, now)

    with patch.object(evidence, "append", again):
        yield


@bug(5)
def arrival_of_a_file_not_told() -> Iterator[None]:
    """Others are not told that a file which they wait for is there."""
    with patch.object(evidence, "_tell", lambda *_arguments: None):
        yield


@bug(5, weather=Weather(more={"citizen_contests": 6.0}))
def contests_stay_out_of_the_feed() -> Iterator[None]:
    """A citizen's contest is kept, and no desk hears of it."""
    with patch.object(contests, "feed", SimpleNamespace(append=lambda *_arguments: None)):
        yield


@bug(5)
def skip_on_concurrent_writers() -> Iterator[None]:
    """A number is drawn before the transaction that another one overtakes: readers skip it."""
    append, turns = feed.append, count()
    late: list[tuple[int, list[int], list[feed.Entry]]] = []

    def overtaken(connection: Connection, entries: Mapping[int, Any]) -> None:
        for unit, numbers, several in late:
            connection.execute(
                insert(hub_store.feed),
                [
                    {"unit": unit, "seq": seq, "kind": one.kind, "ref": one.ref}
                    for seq, one in zip(numbers, several, strict=True)
                ],
            )
        late.clear()
        append(connection, entries)
        if next(turns) % 3 == 0:
            # Numbers are drawn and the rows come later: whoever reads in between passes them.
            for unit, several in entries.items():
                late.append((unit, _numbers(connection, unit, several), list(several)))
                feed._remove(connection, unit, several)

    with patch.object(feed, "append", overtaken):
        yield


@bug(3, meets=("POST /v1/annotations", "duplicate"))
def replay_stored_twice() -> Iterator[None]:
    """What came before is stored again under a number of its own."""
    take = ledger.take

    def again(connection: Connection, bearer: Any, fields: Any, taxonomy: Any, now: Any) -> Any:
        result = take(connection, bearer, fields, taxonomy, now)
        if result.verdict != "replayed":
            return result
        import uuid6

        twin = take(connection, bearer, {**fields, "id": str(uuid6.uuid7())}, taxonomy, now)
        return structs.replace(twin, id=result.id)

    with patch.object(ledger, "take", again):
        yield


@bug(9, weather=Weather(more={"review": 8.0, "restore": 4.0}))
def review_before_its_target() -> Iterator[None]:
    """A review is stored although what it reviews is not there."""
    store, whole = ledger._store, ledger.take

    def take(connection: Connection, bearer: Any, fields: Any, taxonomy: Any, now: Any) -> Any:
        result = whole(connection, bearer, fields, taxonomy, now)
        if result.reason != "target_not_here":
            return result
        sent = annotations.decode(json.encode(dict(fields)))
        row = connection.execute(
            select(hub_store.work_order).where(hub_store.work_order.c.order_no == sent.order_no)
        ).one()
        store(connection, bearer, sent, annotations.encode(sent), "hash", "receipt", now)
        feed.append(connection, {row.unit: [feed.Entry("annotation", sent.id)]})
        return AnnotationResult(id=sent.id, verdict="stored", receipt="receipt")

    with patch.object(ledger, "take", take):
        yield


@bug(10)
def words_of_tomorrow_wait() -> Iterator[None]:
    """The hub holds back what a device dates in the future."""
    take = ledger.take

    def punctual(connection: Connection, bearer: Any, fields: Any, taxonomy: Any, now: Any) -> Any:
        if datetime.fromisoformat(fields["written_at"]) > now:
            return ledger._later(fields["id"], "target_not_here")
        return take(connection, bearer, fields, taxonomy, now)

    with patch.object(ledger, "take", punctual):
        yield


@bug(13)
def unknown_order_refused() -> Iterator[None]:
    """Words about an order that the hub does not know are refused."""

    def refused(annotation_id: str, reason: str, **params: str) -> AnnotationResult:
        return AnnotationResult(id=annotation_id, verdict="refused", reason=reason, params=params)

    with patch.object(ledger, "_later", refused):
        yield


@bug(LEAK)
def every_unit_in_scope() -> Iterator[None]:
    """The feed is not filtered by who reads it."""

    def everything(_top: int) -> Any:
        return select(hub_store.unit.c.number).cte("scope")

    with patch.object(units, "scope", everything):
        yield


@bug(LEAK)
def expired_tokens_open_the_door() -> Iterator[None]:
    """The day on which a token ends is not looked at."""
    authenticate = enrolment.authenticate

    def forgiving(connection: Connection, token: str, _now: datetime, **named: Any) -> Any:
        return authenticate(connection, token, datetime(2000, 1, 1, tzinfo=UTC), **named)

    with patch("hub.access.authenticate", forgiving):
        yield


@bug(LEAK)
def tokens_in_the_log() -> Iterator[None]:
    """A sync logs how it signs in."""
    push = HotlineClient.push

    def talkative(self: HotlineClient, batch: Sequence[Annotation]) -> AnnotationResults:
        logging.getLogger("sync").info("push with %s", self._http.headers["Authorization"])
        return push(self, batch)

    with patch.object(HotlineClient, "push", talkative):
        yield


def _numbers(connection: Connection, unit: int, entries: Sequence[feed.Entry]) -> list[int]:
    table = hub_store.feed
    found = {
        row.ref: row.seq for row in connection.execute(select(table).where(table.c.unit == unit))
    }
    return [found[one.ref] for one in entries]
