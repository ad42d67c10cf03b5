"""Planted bugs: each breaks one promise in one function, and the checker has to say which.

A checker that finds nothing proves nothing until it has found what was put there to be found.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final
from unittest.mock import patch

from msgspec import Struct, json, structs
from sqlalchemy import Connection, insert, select

from caseworker.cache import annotations, generations, orders, outbox, settings
from caseworker.cache.connection import Cache
from caseworker.model.annotation import Annotation
from caseworker.model.wire import AnnotationResult, AnnotationResults
from hub import enrolment, feed, ledger, units
from hub import store as hub_store
from sync import engine, hotline, retry
from sync.hotline import HotlineClient, HubSilent
from sync.reading import Page, UnreadablePage, read_page
from sync.retry import Patience
from tests.simulation.checker import LEAK


class Bug(Struct, frozen=True):
    """A bug, and the number of the promise that it breaks."""

    name: str
    breaks: int
    plant: Callable[[], AbstractContextManager[Any]]
    day: int = 0
    """The first random day to look at: most bugs show themselves at once, a few seldom."""


BUGS: Final[list[Bug]] = []


def bug(
    breaks: int, day: int = 0
) -> Callable[[Callable[[], Iterator[None]]], Callable[[], Iterator[None]]]:
    """Enter a bug into the list under its function's name."""

    def enter(plant: Callable[[], Iterator[None]]) -> Callable[[], Iterator[None]]:
        BUGS.append(Bug(plant.__name__, breaks, contextmanager(plant), day))
        return plant

    return enter


# At the desk.


@bug(5, day=37)
def cursor_before_rows() -> Iterator[None]:
    """The cursor is committed first, and the rows that it covers after it."""
    whole = engine._Sync._apply

    def apply(self: Any, page: Page) -> bool:
        with self._cache.writing():
            settings.put(self._cache, cursor=page.cursor)
        return whole(self, page)

    with patch.object(engine._Sync, "_apply", apply):
        yield


@bug(4, day=54)
def acknowledged_on_time_out() -> Iterator[None]:
    """No answer is taken for a good one."""
    push = HotlineClient.push

    def hopeful(self: HotlineClient, batch: Sequence[Annotation]) -> AnnotationResults:
        try:
            return push(self, batch)
        except HubSilent as silence:
            if "in time" not in str(silence):
                raise
            return AnnotationResults(
                "", [AnnotationResult(id=one.id, verdict="stored", receipt="?") for one in batch]
            )

    with patch.object(HotlineClient, "push", hopeful):
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


@bug(6, day=21)
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

    with patch("tests.simulation.world.run", in_one):
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


# At the hub.


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


@bug(3, day=11)
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


@bug(9, day=9)
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
