"""One sync: what was written here goes out, what changed at the hub comes in (DESIGN §5).

First out, then in (docs/decisions/0003-sync-order.md). Every page is applied in one transaction
with the cursor that covers it, every answer of the hub in another, and none is open while the hub
is asked. Whatever stops a sync, what was done until then stays done, and the next one goes on.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from msgspec import MsgspecError, Struct, json

from caseworker import __version__
from caseworker.cache import (
    annotations,
    disclosures,
    evidence,
    generations,
    last_sync,
    lists,
    orders,
    outbox,
    search_index,
    settings,
    signs,
)
from caseworker.cache.connection import Cache
from caseworker.desk.carried import place_pending
from caseworker.desk.wording import sentence
from caseworker.locale import _
from caseworker.model.annotation import Annotation
from caseworker.model.me import Me
from caseworker.model.order import WorkOrder
from caseworker.model.taxonomy import parse_taxonomy
from caseworker.model.trouble import HubOutOfReach, Trouble
from caseworker.model.wire import (
    BATCH_MAX,
    PAGE_MAX,
    AnnotationChange,
    AnnotationResult,
    AnnotationResults,
    ContestChange,
    DecisionChange,
    LeftChange,
    TaxonomyChange,
)
from sync import evidence as evidence_line
from sync import revocation
from sync.hotline import AnswerTooLarge, HotlineClient, HubSaysNo, HubSilent, NotTaken, Revoked
from sync.reading import Page
from sync.retry import CONTACT, CONTACT_SECONDS, ONCE, STEADY, Patience, patiently, within

FIRST_PAGE: Final = 250
"""Changes in the first page: enough for an idle day, short enough for a poor line. The next ones
grow."""

PAGE_GROWTH: Final = 4

ROUNDS_MAX: Final = 3
"""How often one sync starts over with a hub that turns out to be restored."""

SPLITS_MAX: Final = 24
"""How often one sync halves a batch that the hub stumbles over: enough to find two in 500."""


class Progress(Struct, frozen=True):
    """How far a sync has come: changes read, orders indexed, annotations answered."""

    pulled: int = 0
    indexed: int = 0
    pushed: int = 0


class SyncReport(Struct, kw_only=True):
    """What one sync did. `trouble` is what stopped it, None where it came to its end."""

    pulled: int = 0
    """Orders, annotations and decisions of the hub that were new here, or left."""
    pushed: int = 0
    """Own annotations that the hub has given a receipt for."""
    refused: int = 0
    """Own annotations that were refused by this run; they wait for the worker."""
    pending: int = 0
    """Own annotations that still wait for the hub."""
    cursor: str = ""
    unreadable: int = 0
    """Changes of the hub that this version cannot read, and that are therefore missing here."""
    trouble: Trouble | None = None


def run(
    cache: Cache,
    client: HotlineClient,
    *,
    now: datetime,
    progress: Callable[[Progress], None] = lambda _progress: None,
) -> SyncReport:
    """Bring the cache and the hub in step. `now` only dates what is written down.

    Hold `sync.lock.only_one` around it. Raises `Trouble` where the cache cannot be written; what
    the hub or the line does goes into the report.
    """
    return _Sync(cache, client, now, progress).run()


class _Sync:
    def __init__(
        self,
        cache: Cache,
        client: HotlineClient,
        now: datetime,
        progress: Callable[[Progress], None],
    ) -> None:
        self._cache = cache
        self._client = client
        self._now = now
        self._tell = progress
        self._report = SyncReport()
        self._read = 0
        self._indexed = 0
        self._stuck: HubSilent | None = None
        self._splits_left = SPLITS_MAX

    def run(self) -> SyncReport:
        report = self._report
        try:
            me = within(CONTACT_SECONDS, lambda: patiently(self._client.me, CONTACT))
        except _FROM_OUTSIDE as trouble:
            report.trouble = trouble
        else:
            report.trouble = self._exchange(me)
            self._tidy()
        if isinstance(report.trouble, Revoked):
            report.trouble = revocation.obey(self._cache, self._client, self._now)
            if isinstance(report.trouble, revocation.Wiped):
                return report
        states = signs.count_by_state(self._cache)
        report.pending = sum(states.get(state, 0) for state in ("waiting", "sending", "later"))
        report.cursor = settings.get(self._cache, "cursor")
        return report

    def _exchange(self, me: Me) -> Trouble | None:
        """Out and in, until nothing is left; what stopped it, None where nothing did."""
        try:
            self._remember(me)
            for _round in range(ROUNDS_MAX):
                self._push(me)
                if not self._pull(me):
                    break
            self._carry()
        except _FROM_OUTSIDE as trouble:
            return trouble
        if self._stuck is None:
            last_sync.mark(self._cache, self._now)
        return self._stuck

    def _carry(self) -> None:
        """What is heavy or can wait comes last: the log of disclosures, and files of evidence."""
        generation = settings.get(self._cache, "generation")
        while told := disclosures.to_send(self._cache, generation, BATCH_MAX):
            answer = patiently(partial(self._client.tell, told), STEADY)
            fresh = {one.id for one in told} & set(answer.noted)
            # Late, or of another life of the hub: its log does not tell these lines.
            if not fresh or answer.generation not in ("", generation):
                raise _out_of_order()
            disclosures.noted(self._cache, fresh, generation, self._now)
        self._report.refused += evidence_line.send_files(self._cache, self._client)
        evidence_line.fetch_wanted(self._cache, self._client, self._now)

    def _remember(self, me: Me) -> None:
        """Keep what the hub says of the worker; only what differs is written."""
        if me.worker != settings.get(self._cache, "worker"):
            raise HubSaysNo(_("The hub knows this desk as another worker's: enrol it again."))
        with self._cache.writing():
            settings.put(self._cache, me=json.encode(me).decode(), unit=me.unit)

    # Out.

    def _push(self, me: Me) -> None:
        """Offer what waits. Where the hub falls silent it is left as it is, and reading goes on,
        unless the hub asks to be left alone for a while (DESIGN §5.11)."""
        self._stuck = None
        try:
            for batch in self._batches(me):
                self._send(self._frozen(batch, me), STEADY)
        except HubSilent as silence:
            if silence.retry_after:
                raise
            self._stuck = silence
        with self._cache.writing():
            self._report.refused += outbox.refuse_orphans(self._cache, self._now)

    def _frozen(self, batch: Sequence[str], me: Me) -> list[Annotation]:
        device = settings.get(self._cache, "device")
        return outbox.freeze(self._cache, batch, author=me.worker, device=device, at=self._now)

    def _batches(self, me: Me) -> Iterator[list[str]]:
        """Ids in the order of writing, as many at once as the hub takes."""
        most = max(1, min(me.limits.batch, BATCH_MAX))
        # What a payload gains between cache and wire is small beside what is left free here.
        room = me.limits.body_bytes // 2
        after = 0
        while waiting := outbox.unsent(self._cache, after, most):
            batch: list[str] = []
            taken = 0
            for seq, annotation_id, size in waiting:
                if batch and taken + size > room:
                    break
                batch.append(annotation_id)
                taken += size
                after = seq
            yield batch

    def _send(self, batch: Sequence[Annotation], patience: Patience) -> None:
        """Send a batch and write down the answers. What gets none stays as it is: unknown."""
        if not batch:
            return
        try:
            answer = patiently(lambda: self._client.push(batch), patience)
        except NotTaken as refusal:
            if refusal.reason == "role_missing" or (len(batch) == 1 and refusal.of_content):
                self._settle(batch, self._all_refused(batch, refusal.reason))
            elif refusal.of_content:
                self._split(batch)
            else:
                raise
        except HubSilent as silence:
            if not silence.failed or silence.retry_after or not self._splits_left:
                raise
            self._stuck = silence
            self._split(batch)
        else:
            self._settle(batch, answer)

    def _split(self, batch: Sequence[Annotation]) -> None:
        """One annotation that the hub stumbles over must not block the others (DESIGN §5.9)."""
        self._splits_left -= 1
        half = len(batch) // 2
        if half:
            self._send(batch[:half], ONCE)
            self._send(batch[half:], ONCE)

    def _all_refused(self, batch: Sequence[Annotation], reason: str) -> AnnotationResults:
        return AnnotationResults(
            settings.get(self._cache, "generation"),
            [AnnotationResult(id=one.id, verdict="refused", reason=reason) for one in batch],
        )

    def _settle(self, batch: Sequence[Annotation], answer: AnnotationResults) -> None:
        asked = {annotation.id for annotation in batch}
        results = [result for result in answer.results if result.id in asked]
        outbox.settle(self._cache, results, answer.generation, self._now)
        for result in results:
            self._report.pushed += result.verdict in ("stored", "replayed")
            self._report.refused += result.verdict == "refused"
        self._say()

    # In.

    def _pull(self, me: Me) -> bool:
        """Read the feed to its end; True where a restored hub must be offered words again."""
        cursor = self._begin_at()
        known = settings.get(self._cache, "generation")
        most = max(1, min(me.limits.page, PAGE_MAX))
        limit = min(FIRST_PAGE, most)
        offered = False
        starts_left = ROUNDS_MAX
        while True:
            page, limit = self._ask(cursor, limit)
            if cursor and page.generation != known:
                # Whatever this page is, it is no sequel to what we have: ask from the start.
                cursor = ""
                starts_left -= 1
                if not starts_left:
                    raise _out_of_order()
                continue
            if page.more and page.cursor == cursor:
                raise _out_of_order()
            # An empty page changes nothing, its cursor included (DESIGN §5.6, §5.12).
            if page.changes or page.unreadable:
                offered |= self._apply(page)
                known = page.generation
            if not page.more:
                return offered or self._offer_strays()
            cursor = page.cursor
            limit = min(limit * PAGE_GROWTH, most)

    def _offer_strays(self) -> bool:
        """Whether a receipt of another life of the hub came in out of turn: it is worth nothing."""
        cache = self._cache
        with cache.writing():
            return outbox.offer_again(cache, settings.get(cache, "generation"), self._now) > 0

    def _begin_at(self) -> str:
        """Where to read on; from the start where an older program had to leave something out."""
        left_out_by = settings.get(self._cache, "left_out_by")
        if left_out_by and left_out_by != __version__:
            with self._cache.writing():
                settings.put(self._cache, cursor="", left_out_by="")
        return settings.get(self._cache, "cursor")

    def _ask(self, cursor: str, limit: int) -> tuple[Page, int]:
        """A page and the limit that it came with: shorter where the longer one was too much."""
        while True:
            try:
                page = patiently(partial(self._client.feed, cursor, limit), STEADY)
                if page.after not in (None, cursor):
                    # Late, or kept by something on the way: it would hide what lies between.
                    raise _out_of_order()
                return page, limit
            except AnswerTooLarge:
                if limit == 1:
                    raise
                limit = max(1, limit // PAGE_GROWTH)
            except NotTaken as refusal:
                if refusal.reason != "cursor_invalid" or not cursor:
                    raise
                cursor = ""

    def _apply(self, page: Page) -> bool:
        """Apply a page together with its cursor; True where words are to be offered again."""
        cache = self._cache
        known = settings.get(cache, "generation")
        offered = 0
        with cache.writing():
            if page.generation != known:
                if known:
                    generations.doubt(cache)
                offered = outbox.offer_again(cache, page.generation, self._now)
            left_out = page.unreadable + self._apply_changes(page)
            if not page.more:
                generations.drop_doubted(cache)
            settings.put(cache, cursor=page.cursor, generation=page.generation)
            if left_out:
                settings.put(cache, left_out_by=__version__)
        self._read += len(page.changes)
        self._report.unreadable += left_out
        self._say()
        return offered > 0

    def _apply_changes(self, page: Page) -> int:
        """Apply the changes in their order; how many could not be used."""
        unusable = 0
        together: list[WorkOrder] = []
        for change in page.changes:
            if isinstance(change, WorkOrder):
                together.append(change)
                continue
            self._put(together)
            together = []
            if isinstance(change, TaxonomyChange):
                unusable += not self._keep_taxonomy(change)
            else:
                self._apply_one(change, page.generation)
        self._put(together)
        return unusable

    def _put(self, together: Sequence[WorkOrder]) -> None:
        if together:
            taxonomy = settings.taxonomy(self._cache)
            counts = orders.put_orders(self._cache, together, taxonomy, from_hub=True)
            self._report.pulled += counts.added + counts.updated

    def _apply_one(
        self,
        change: LeftChange | AnnotationChange | DecisionChange | ContestChange,
        generation: str,
    ) -> None:
        cache, report = self._cache, self._report
        match change:
            case LeftChange():
                report.pulled += orders.take_out(cache, change.order_no, self._now)
            case AnnotationChange(annotation, receipt, awaited):
                report.pulled += annotations.put_annotation(cache, annotation)
                annotations.put_pinned(cache, annotation)
                evidence.put_awaited(cache, annotation.id, awaited)
                outbox.receipt_seen(cache, annotation.id, receipt, generation, self._now)
                generations.confirm(cache, [annotation.id])
            case DecisionChange(decision):
                report.pulled += annotations.put_decision(cache, decision)
                generations.confirm(cache, [decision.id])
            case ContestChange(contest):
                report.pulled += annotations.put_contest(cache, contest)
                generations.confirm(cache, [contest.id])

    def _keep_taxonomy(self, change: TaxonomyChange) -> bool:
        """Keep the hub's reason codes; False where they cannot be read, which changes nothing."""
        cache = self._cache
        try:
            parse_taxonomy(change.toml)
        except (ValueError, MsgspecError):
            return False
        if settings.get(cache, "taxonomy") != change.toml:
            settings.put(cache, taxonomy=change.toml)
            if lists.newest_id(cache):
                settings.put(cache, locks_behind="0")
        return True

    # After.

    def _tidy(self) -> None:
        """What comes behind a pull: room made, locks looked at anew, the search index built."""
        with self._cache.writing():
            orders.purge_settled(self._cache)
            outbox.forget_old_payloads(self._cache, self._now)
            disclosures.forget_noted(self._cache, self._now)
            evidence.drop_unnamed(self._cache, self._now)
        while behind := settings.get(self._cache, "locks_behind"):
            with self._cache.writing():
                last = orders.relock(self._cache, settings.taxonomy(self._cache), int(behind))
                settings.put(self._cache, locks_behind="" if last is None else str(last))
        while place_pending(self._cache):
            pass
        while done := search_index.index_pending(self._cache):
            self._indexed += done
            self._say()

    def _say(self) -> None:
        answered = self._report.pushed + self._report.refused
        self._tell(Progress(self._read, self._indexed, answered))


_FROM_OUTSIDE: Final = (HubOutOfReach, HubSaysNo, NotTaken)
"""What the hub or the line does; a trouble of the cache itself is none of these."""


def _out_of_order() -> HubOutOfReach:
    return HubOutOfReach(sentence("hub_failed", {}))
