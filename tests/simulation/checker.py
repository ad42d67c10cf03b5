"""The invariants of DESIGN §5, by number, as pure functions of what happened and what was left.

Nothing in here reads a database, a clock or a line: a run is values, and so is what is said of it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, Final

from msgspec import MsgspecError, Struct, json, structs

from caseworker.cache import orders, standing
from caseworker.cache.outbox import UNSETTLED
from caseworker.model.annotation import Annotation
from caseworker.model.evidence import files_of
from caseworker.model.order import WorkOrder
from caseworker.model.wire import AnnotationChange, AnnotationResults
from tests.simulation.history import (
    Asked,
    BackedUp,
    Disclosed,
    Dispatched,
    Drafted,
    Event,
    Heard,
    HubSaid,
    Imported,
    Kept,
    Logged,
    Napped,
    Own,
    Restored,
    Revoked,
    Run,
    Snapshot,
    SyncBegan,
    SyncEnded,
    TokenEnded,
    Undone,
    Wiped,
    Wrote,
)
from tests.simulation.pages import FEED, Belief, beliefs, page_in

PUSH: Final = "POST /v1/annotations"
ENROL: Final = "POST /v1/enrolments"
QUARANTINE: Final = "/v1/quarantine"

LEAK: Final = 0
"""Stands for §6 and §8: something came to whom it must not come."""

ATTEMPTS_MAX: Final = 5
SILENT_SYNC_SECONDS: Final = 10.0


class Breach(Struct, frozen=True, order=True):
    """A promise that was broken, by its number in DESIGN §5 (`LEAK` for a leak)."""

    number: int
    words: str


class Story:
    """A run, sorted by desk."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.events = run.events
        self.final = run.final
        self.of_desk: dict[str, list[Event]] = {desk: [] for desk in run.final.scopes}
        for event in run.events:
            desk = getattr(event, "desk", "")
            if desk:
                self.of_desk[desk].append(event)

    @cached_property
    def written(self) -> dict[str, dict[str, Annotation]]:
        """Desk → id → own words as they stand in the end, in the order of writing."""
        found: dict[str, dict[str, Annotation]] = {}
        for desk, events in self.of_desk.items():
            found[desk] = {}
            for event in events:
                if isinstance(event, Wrote):
                    found[desk][event.annotation.id] = event.annotation
                elif isinstance(event, Undone):
                    found[desk].pop(event.id, None)
        return found

    @cached_property
    def syncs(self) -> list[list[Event]]:
        """The events of each desk's syncs, the snapshot behind them included."""
        several: list[list[Event]] = []
        for events in self.of_desk.values():
            current: list[Event] | None = None
            for event in events:
                if isinstance(event, SyncBegan):
                    current = []
                    several.append(current)
                if current is not None:
                    current.append(event)
                    if isinstance(event, Snapshot):
                        current = None
        return several

    def units(self) -> Iterator[tuple[Event, dict[str, str]]]:
        """Each event with order → unit as the hub has it then."""
        there: dict[str, str] = {}
        backup: dict[str, str] = {}
        for event in self.events:
            match event:
                case Dispatched(order_no, unit):
                    there[order_no] = unit
                case BackedUp():
                    backup = dict(there)
                case Restored():
                    there = dict(backup)
            yield event, there


def check(run: Run) -> list[Breach]:
    """Every promise that the run broke, none twice."""
    story = Story(run)
    found: dict[Breach, None] = {}
    for promise in PROMISES:
        found.update(dict.fromkeys(promise(story)))
    return sorted(found)


def in_scope(unit: str, top: str) -> bool:
    """Whether a unit is `top` or stands below it."""
    return unit == top or unit.startswith(f"{top}/")


# 1. Local state = what the hub acknowledged + the outbox replayed over it.


def desks_agree_with_the_hub(story: Story) -> Iterator[Breach]:
    """In the end: what a desk shows of others is what the hub holds in its scope, no more."""
    final = story.final
    held = {one.annotation.id: one.annotation for one in final.held}
    for desk, seen in final.desks.items():
        top = final.scopes[desk]
        visible = {no for no, (unit, _body) in final.orders.items() if in_scope(unit, top)}
        must = {found for found, one in held.items() if one.order_no in visible}
        for found, one in seen.others.items():
            if found not in held:
                yield Breach(1, f"{desk} shows {one.kind} {found}, which no hub holds")
            elif structs.replace(one) != held[found]:
                yield Breach(1, f"{desk} shows {found} with other words than the hub")
        for found in seen.decisions.keys() - final.decisions.keys():
            yield Breach(1, f"{desk} shows decision {found}, which no hub holds")
        for found in must - seen.others.keys() - seen.outbox.keys():
            yield Breach(5, f"{desk} read the feed to its end and never got annotation {found}")
        for found in seen.contests.keys() - final.contests.keys():
            yield Breach(1, f"{desk} shows contest {found}, which no hub holds")
        for found, ruling in final.decisions.items():
            if ruling.order_no in visible and found not in seen.decisions:
                yield Breach(5, f"{desk} read the feed to its end and never got decision {found}")
        for found, contest in final.contests.items():
            if contest.order_no in visible and found not in seen.contests:
                yield Breach(5, f"{desk} read the feed to its end and never got contest {found}")
        for found, sha256 in seen.awaited:
            here = sha256 in final.files and final.files[sha256].complete
            if found in must and here:
                yield Breach(5, f"{desk} was never told that the file {sha256} of {found} is there")
        for number in visible:
            body = _comparable(final.orders[number][1])
            if number not in seen.orders:
                yield Breach(5, f"{desk} read the feed to its end and never got order {number}")
            elif seen.orders[number][1] != body:
                yield Breach(5, f"{desk} read the feed to its end and has an old order {number}")


def _comparable(body: str) -> str:
    return orders.encode(json.decode(body.encode(), type=WorkOrder)).decode()


# 2. An annotation reported saved is in the outbox or acknowledged, whatever crashes.


def nothing_is_lost(story: Story) -> Iterator[Breach]:
    """At each look: every word that was saved and not taken back, as it was written."""
    for desk, events in story.of_desk.items():
        saved = _Saved()
        for event in events:
            saved.hear(event)
            if isinstance(event, Snapshot):
                yield from _saved_words(desk, saved, event)
        if desk in story.final.desks:
            yield from _saved_words(desk, saved, story.final.desks[desk])


class _Saved:
    """What one worker was told is saved, up to a moment."""

    def __init__(self) -> None:
        self.annotations: dict[str, Annotation] = {}
        self.drafts: dict[str, str] = {}
        self.disclosed: list[str] = []
        self.kept: set[str] = set()

    def hear(self, event: Event) -> None:
        match event:
            case Wrote(_desk, annotation):
                self.annotations[annotation.id] = annotation
            case Undone(_desk, found):
                self.annotations.pop(found, None)
            case Drafted(_desk, found, text):
                self.drafts[found] = text
            case Disclosed(_desk, found):
                self.disclosed.append(found)
            case Kept(_desk, found):
                self.kept.add(found)


def _saved_words(desk: str, saved: _Saved, seen: Snapshot) -> Iterator[Breach]:
    for found, text in saved.drafts.items():
        if seen.drafts.get(found, ("", ""))[1] != text:
            yield Breach(2, f"{desk} lost the draft {found}")
    for found in saved.disclosed:
        if found not in seen.disclosures:
            yield Breach(2, f"{desk} lost the line of its log {found}")
    for found, annotation in saved.annotations.items():
        for file in files_of(annotation):
            if file.sha256 not in seen.files or not seen.files[file.sha256].whole:
                yield Breach(2, f"{desk} lost the file {file.sha256} of {found}")
        own = seen.outbox.get(found)
        if own is None:
            yield Breach(2, f"{desk} lost {annotation.kind} {found}")
        elif _unsigned(own.annotation) != _unsigned(annotation):
            yield Breach(2, f"{desk} changed the words of {found}")
    for found in seen.outbox.keys() - saved.annotations.keys():
        yield Breach(3, f"{desk} holds {found}, which nobody wrote")


def _unsigned(annotation: Annotation) -> Annotation:
    return structs.replace(annotation, author="", device="")


# 2. What a revoked device had not sent is at the hub before it is wiped (DESIGN §6).


def a_revoked_device_hands_over_and_holds_nothing(story: Story) -> Iterator[Breach]:
    """When it is wiped: every word is held, or in quarantine, as it was saved, with each file that
    it names; nothing is left.

    A hub that is set back once it has said its last to the device has lost what it took, as one
    that is set back a day later: no device can know.
    """
    revoked: set[str] = set()
    saved: dict[str, _Saved] = defaultdict(_Saved)
    told_in_this_life: set[str] = set()
    for event in story.events:
        match event:
            case Revoked(desk):
                revoked.add(desk)
            case Restored():
                told_in_this_life.clear()
            case HubSaid(desk):
                told_in_this_life.add(desk)
            case Wiped():
                if event.desk not in revoked:
                    yield Breach(2, f"{event.desk} was wiped, and nobody had revoked it")
                if event.desk in told_in_this_life:
                    yield from _handed_over(event, saved[event.desk])
                yield from _nothing_left(event)
            case _ if desk := getattr(event, "desk", ""):
                saved[desk].hear(event)
    yield from _quarantine_in_the_end(story)


def _handed_over(wiped: Wiped, saved: _Saved) -> Iterator[Breach]:
    desk, left = wiped.desk, dict(wiped.quarantine)
    texts = {found: one.text for found, one in saved.annotations.items()} | saved.drafts
    for found, text in texts.items():
        if found not in left and found not in wiped.held and found not in saved.kept:
            yield Breach(2, f"{desk} was wiped, and {found} is neither held nor in quarantine")
        elif found in left and left[found] != text:
            yield Breach(2, f"{desk} handed over other words than {found}")
    for found, annotation in saved.annotations.items():
        for file in files_of(annotation):
            if found not in saved.kept and file.sha256 not in wiped.evidence:
                yield Breach(2, f"{desk} was wiped, and the hub lacks {file.sha256} of {found}")
    for found in saved.disclosed:
        if found not in wiped.log:
            yield Breach(2, f"{desk} was wiped, and the log lacks {found}")


def _nothing_left(wiped: Wiped) -> Iterator[Breach]:
    for name, content in wiped.files.items():
        if name != "revoked" or len(content) > _A_DAY:
            yield Breach(LEAK, f"{wiped.desk} was wiped, and {name} is still there")


_A_DAY: Final = len("2026-11-24")


def _quarantine_in_the_end(story: Story) -> Iterator[Breach]:
    """Each thing once; and all that was there at a wiping, unless the hub was set back since."""
    final = story.final
    for (desk, found), times in Counter(final.quarantine).items():
        if times > 1:
            yield Breach(3, f"the quarantine holds {found} of {desk} {times} times")
    must: set[tuple[str, str]] = set()
    for event in story.events:
        match event:
            case Wiped():
                must |= {(event.desk, found) for found, _text in event.quarantine}
            case Restored():
                must = set()
    for desk, found in must - set(final.quarantine):
        yield Breach(2, f"the quarantine no longer holds {found} of {desk}")


# 2 and 3. What was uncovered stands in the log, once (DESIGN §1.7).


def disclosures_are_logged_once(story: Story) -> Iterator[Breach]:
    """In the end: each line of each desk once; where a desk is gone, none twice."""
    final = story.final
    times = Counter(final.log)
    for found, count in times.items():
        if count > 1:
            yield Breach(3, f"the log tells {found} {count} times")
    disclosed = {event.id for event in story.events if isinstance(event, Disclosed)}
    for found in times.keys() - disclosed:
        yield Breach(3, f"the log tells {found}, which nobody uncovered")
    for desk, seen in final.desks.items():
        for found, noted_by in seen.disclosures.items():
            if found not in times:
                yield Breach(2, f"the log lacks {found} of {desk}")
            if noted_by != final.generation:
                yield Breach(7, f"{desk}: {found} stands in the log of another life of the hub")
    for unit in final.broken_chains:
        yield Breach(3, f"the chain of {unit} is not what was written")


# 2 and 3. Evidence is whole, and once.


def evidence_is_whole_once(story: Story) -> Iterator[Breach]:
    """In the end: what receipted words name is at the hub, piece by piece, as it was taken in."""
    final = story.final
    for sha256, file in final.files.items():
        ends = [0]
        for start, length in file.pieces:
            if start != ends[-1]:
                yield Breach(3, f"the pieces of {sha256} overlap, or leave a gap")
            ends.append(start + length)
        if file.complete and (ends[-1], file.digest) != (file.size, sha256):
            yield Breach(3, f"the hub holds {sha256} otherwise than it was sent")
    for desk, seen in final.desks.items():
        for found, own in seen.outbox.items():
            if own.state != "receipted":
                continue
            for one in files_of(own.annotation):
                if one.sha256 not in final.files or not final.files[one.sha256].complete:
                    yield Breach(2, f"{desk}: {one.sha256} of {found} never reached the hub")


# 3. Sending again changes nothing.


def nothing_is_doubled(story: Story) -> Iterator[Breach]:
    """One receipt an id and life of the hub; in the end each word once, as it was sent."""
    receipts: dict[tuple[str, str], set[str]] = defaultdict(set)
    stored: dict[tuple[str, str], int] = defaultdict(int)
    for event in story.events:
        if isinstance(event, HubSaid) and event.call == PUSH:
            answer = _results(event.status, event.body)
            for result in answer.results if answer else []:
                if result.verdict in ("stored", "replayed"):
                    receipts[answer.generation, result.id].add(result.receipt)  # type: ignore[union-attr]
                if result.verdict == "stored":
                    stored[answer.generation, result.id] += 1  # type: ignore[union-attr]
    for (_life, found), several in receipts.items():
        if len(several) > 1:
            yield Breach(3, f"the hub gave {len(several)} receipts for {found}")
    for (_life, found), times in stored.items():
        if times > 1:
            yield Breach(3, f"the hub stored {found} {times} times")
    sent = _sent(story)
    said: dict[tuple[str, str, str], str] = {}
    for one in story.final.held:
        annotation = one.annotation
        if annotation.id not in sent:
            yield Breach(3, f"the hub holds {annotation.id}, which nobody sent")
        elif one.payload not in sent[annotation.id]:
            yield Breach(3, f"the hub holds {annotation.id} otherwise than it was sent")
        words = (annotation.author, annotation.kind, annotation.text)
        if words in said:
            yield Breach(3, f"the hub holds the words of {annotation.id} twice")
        said[words] = annotation.id
    written = {found for ids in story.written.values() for found in ids}
    for found in sent.keys() - written:
        yield Breach(3, f"{found} was sent, which nobody wrote")


def _sent(story: Story) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for event in story.events:
        if isinstance(event, Asked):
            for annotation_id, payload in event.payloads.items():
                found[annotation_id].add(payload)
    return found


def _results(status: int, body: str) -> AnnotationResults | None:
    if status != 200:
        return None
    try:
        return json.decode(body.encode(), type=AnnotationResults)
    except MsgspecError:
        return None


# 4. A payload is frozen when it is first sent. A time-out is "unknown", never "failed".


def what_was_sent_is_frozen(story: Story) -> Iterator[Breach]:
    """The same bytes each time, no way back once sent, and no state that nobody told."""
    for desk, events in story.of_desk.items():
        first: dict[str, str] = {}
        told = _Told()
        for event in events:
            match event:
                case Asked():
                    for found, payload in event.payloads.items():
                        if first.setdefault(found, payload) != payload:
                            yield Breach(4, f"{desk} sent {found} in two versions")
                case Heard():
                    told.hear(event)
                case Undone(_desk, found) if found in first:
                    yield Breach(4, f"{desk} took back {found}, which a hub may have")
                case Wrote(_desk, annotation) if annotation.id in first:
                    yield Breach(4, f"{desk} wrote {annotation.id} anew, which a hub may have")
                case Snapshot():
                    for found, own in event.outbox.items():
                        words = told.doubts(found, own)
                        if words:
                            yield Breach(4, f"{desk}: {found} is {own.state}: {words}")
                        if own.state == "waiting" and found in first:
                            yield Breach(4, f"{desk}: {found} was sent, and counts as unsent")


class _Told:
    """What a desk has been told of its own words."""

    def __init__(self) -> None:
        self._receipts: set[tuple[str, str, str]] = set()
        self._verdicts: set[tuple[str, str]] = set()
        self._all_refused = False

    def hear(self, heard: Heard) -> None:
        if heard.call == PUSH:
            if 400 <= heard.status < 429:
                self._all_refused = True
            answer = _results(heard.status, heard.body)
            for result in answer.results if answer else []:
                self._verdicts.add((result.id, result.verdict))
                self._receipts.add((result.id, answer.generation, result.receipt))  # type: ignore[union-attr]
        elif heard.call == FEED:
            page = page_in(heard)
            for change in page.changes if page else []:
                if isinstance(change, AnnotationChange):
                    self._receipts.add(
                        (change.annotation.id, page.generation, change.receipt)  # type: ignore[union-attr]
                    )

    def doubts(self, found: str, own: Own) -> str:
        """Why a state cannot be, an empty string where it can."""
        match own.state:
            case "receipted":
                if (found, own.generation, own.receipt) not in self._receipts:
                    return "no hub gave that receipt"
            case "refused" if own.reason != "target_refused" and not self._all_refused:
                if (found, "refused") not in self._verdicts:
                    return "no hub refused it"
            case "later":
                if (found, "later") not in self._verdicts:
                    return "no hub asked for it later"
        return ""


# 5. The cursor commits in the same transaction as the rows that it covers.
# 6. A page that is empty, truncated, or not ours changes nothing.


def rows_and_cursor_go_together(story: Story) -> Iterator[Breach]:
    """At each look: exactly what the pages up to the cursor say, and a cursor that a page gave."""
    for desk, events in story.of_desk.items():
        belief = Belief()
        imported: set[str] = set()
        heard: list[Heard] = []
        for event in events:
            match event:
                case Imported(_desk, order_no):
                    imported.add(order_no)
                case Heard() if event.call == FEED:
                    heard.append(event)
                case Snapshot():
                    several = beliefs(belief, heard)
                    odd = any(not _whole(one) for one in heard)
                    heard = []
                    fitting = [
                        one
                        for one in reversed(several)
                        # Enrolment learns the generation before the first page does.
                        if one.cursor == event.cursor
                        and (one.generation == event.generation or not one.cursor)
                    ]
                    if not fitting:
                        yield Breach(6 if odd else 5, f"{desk} has a cursor that no page gave")
                        return
                    differences = [list(one.differences(event, imported)) for one in fitting]
                    best = differences.index(min(differences, key=len))
                    for how, what in differences[best]:
                        number = 5 if how == "missing" and not odd else 6 if odd else 1
                        yield Breach(number, f"{desk}: {how} by its pages: {what}")
                    if differences[best]:
                        return
                    belief = fitting[best]


def _whole(heard: Heard) -> bool:
    page = page_in(heard)
    return page is not None and bool(page.changes)


# 7. A hub restored from a backup is offered everything that it has no receipt for.


def a_restored_hub_gets_all_again(story: Story) -> Iterator[Breach]:
    """In the end: what is receipted is held by this life of the hub; payloads are kept."""
    final = story.final
    held = {one.annotation.id for one in final.held}
    sent = _sent(story)
    for desk, seen in final.desks.items():
        for found, own in seen.outbox.items():
            if own.state == "receipted" and own.generation != final.generation:
                yield Breach(7, f"{desk}: {found} has a receipt of another life of the hub")
            elif own.state == "receipted" and found not in held:
                yield Breach(2, f"{desk}: {found} has a receipt, and the hub does not hold it")
            if found in sent and not own.has_payload:
                yield Breach(7, f"{desk} gave up what it sent as {found}")


# 8. An order reassigned or closed while annotated stays readable until its words are settled.


def annotated_orders_stay_readable(story: Story) -> Iterator[Breach]:
    for desk, events in story.of_desk.items():
        had: set[str] = set()
        for event in events:
            if not isinstance(event, Snapshot):
                continue
            waiting = _waited_on(event)
            for number in had & waiting - event.orders.keys():
                yield Breach(8, f"{desk} lost order {number} while words about it wait")
            # One that went while all was settled stays away, whatever a hub that was set back
            # makes of the words later.
            had = set(event.orders)
    for desk, seen in story.final.desks.items():
        for number, (where, _body) in seen.orders.items():
            if where == standing.LEFT and number not in _waited_on(seen):
                yield Breach(8, f"{desk} keeps order {number}, which left, for nothing")


def _waited_on(seen: Snapshot) -> set[str]:
    """Orders with words that are not settled, or half typed."""
    words = {own.annotation.order_no for own in seen.outbox.values() if own.state in UNSETTLED}
    return words | {order_no for order_no, _text in seen.drafts.values()}


# 9. One refused annotation never blocks the others; causal order per order is kept.


def nothing_blocks_the_others(story: Story) -> Iterator[Breach]:
    """After a good sync everything has an answer; what is sent goes in the order of writing."""
    for desk, events in story.of_desk.items():
        position: dict[str, int] = {}
        for event in events:
            if isinstance(event, Wrote):
                position.setdefault(event.annotation.id, len(position))
            elif isinstance(event, Asked):
                places = [position.get(found, -1) for found in event.payloads]
                if places != sorted(places):
                    yield Breach(9, f"{desk} sends words out of the order of their writing")
    for desk in story.final.desks:
        last = [event for event in story.of_desk[desk] if isinstance(event, SyncEnded)][-1]
        if last.how != "clean":
            yield Breach(9, f"{desk} cannot sync in the end: {last.sentence or last.how}")
    for sync in story.syncs:
        seen = sync[-1]
        if not (is_good(sync) and isinstance(seen, Snapshot)):
            continue
        fresh = {event.annotation.id for event in sync if isinstance(event, Wrote)}
        for found, own in seen.outbox.items():
            if own.state in ("waiting", "sending") and found not in fresh:
                yield Breach(9, f"{seen.desk}: {found} got no answer in a good sync")
    yield from _causes_come_first(story)


def _causes_come_first(story: Story) -> Iterator[Breach]:
    numbers = {one.annotation.id: one.number for one in story.final.held}
    for one in story.final.held:
        target = one.annotation.target
        if target and numbers.get(target, one.number) >= one.number:
            yield Breach(9, f"the hub holds {one.annotation.kind} before what it is about")
    for desk, seen in story.final.desks.items():
        for found, own in seen.outbox.items():
            if own.state in ("waiting", "sending"):
                yield Breach(9, f"{desk}: {found} still waits in the end")
            elif (
                own.reason == "target_not_here"
                and own.annotation.target in numbers
                and _visible(story, desk, own.annotation.order_no)
            ):
                yield Breach(9, f"{desk}: {found} waits for what is there")


def _visible(story: Story, desk: str, order_no: str) -> bool:
    unit = story.final.orders.get(order_no, ("", ""))[0]
    return in_scope(unit, story.final.scopes[desk])


def is_good(sync: list[Event]) -> bool:
    """Whether nothing stood in the way of a sync, and it came to its end."""
    return any(isinstance(one, SyncEnded) and one.how == "clean" for one in sync) and not any(
        isinstance(one, Asked) and one.fault for one in sync
    )


# 10. No transaction is open across a network await. No ordering rests on the device's clock.


def nothing_is_open_while_waiting(story: Story) -> Iterator[Breach]:
    for event in story.events:
        if isinstance(event, Asked) and event.in_transaction:
            yield Breach(10, f"{event.desk} asks {event.call} inside a transaction")


def differs_with_the_clock(one: Run, other: Run) -> list[Breach]:
    """Two runs that differ in nothing but the clocks of the devices must end alike."""
    if _without_times(one) == _without_times(other):
        return []
    return [Breach(10, "the same day ends otherwise where the clocks of the devices are off")]


def _without_times(run: Run) -> Any:
    return (
        [_undated(held.annotation) for held in run.final.held],
        run.final.orders,
        list(run.final.decisions),
        {
            desk: (
                [(_undated(own.annotation), own.state, own.reason) for own in seen.outbox.values()],
                seen.orders,
                [_undated(one) for one in seen.others.values()],
                list(seen.decisions),
            )
            for desk, seen in run.final.desks.items()
        },
        [tuple(event.payloads) for event in run.events if isinstance(event, Asked)],
    )


def _undated(annotation: Annotation) -> Annotation:
    return structs.replace(annotation, written_at=None)


# 11. Retries have jitter, honour Retry-After, are bounded.


def retries_are_bounded(story: Story) -> Iterator[Breach]:
    waits = _Waits()
    for sync in story.syncs:
        yield from _retries_of(sync, waits)
        began, ended = sync[0], next((one for one in sync if isinstance(one, SyncEnded)), None)
        heard = [one for one in sync if isinstance(one, Heard)]
        if isinstance(began, SyncBegan) and ended is not None and heard:
            silent = all(one.status == 0 for one in heard)
            if silent and ended.at - began.at > SILENT_SYNC_SECONDS:
                yield Breach(11, f"{began.desk} took too long to say that no hub answers")
    for several in (waits.first, *waits.on_top.values()):
        if len(several) >= 4 and len(set(several)) == 1:
            yield Breach(11, "every desk waits equally long: no jitter")


class _Waits:
    """How long desks wait: at first, and beyond what a hub asked for, by what it asked for."""

    def __init__(self) -> None:
        self.first: list[float] = []
        self.on_top: dict[float, list[float]] = defaultdict(list)


def _retries_of(sync: list[Event], waits: _Waits) -> Iterator[Breach]:
    last: tuple[str, str, tuple[str, ...]] | None = None
    failed: Heard | None = None
    attempts = 1
    napped = False
    for event in sync:
        match event:
            case Napped(_desk, seconds):
                napped = True
                if failed is not None and failed.wait is not None:
                    waits.on_top[failed.wait].append(round(seconds - failed.wait, 6))
                elif failed is not None and attempts == 1:
                    waits.first.append(seconds)
            case Asked():
                this = (event.call, event.cursor, tuple(event.payloads))
                if failed is not None:
                    if failed.wait is not None and event.at < failed.at + failed.wait - 0.01:
                        yield Breach(11, f"{event.desk} comes before it was asked to come again")
                    again = this == last
                    attempts = attempts + 1 if again else 1
                    if again and not napped:
                        yield Breach(11, f"{event.desk} asks again without waiting")
                    if attempts > ATTEMPTS_MAX:
                        yield Breach(11, f"{event.desk} asks {event.call} without an end")
                else:
                    attempts = 1
                last, failed, napped = this, None, False
            case Heard() if event.status == 0 or event.status == 429 or event.status >= 500:
                failed = event


# 12. A second sync with nothing new writes nothing.


def a_second_sync_writes_nothing(story: Story) -> Iterator[Breach]:
    """In the end all have come to rest; and at any time, where a good sync follows another."""
    for desk in story.final.desks:
        events = story.of_desk[desk]
        ended = [event for event in events if isinstance(event, SyncEnded)][-1]
        if ended.written:
            yield Breach(12, f"{ended.desk} wrote {ended.written} rows with nothing new")
    before: list[Event] = []
    for sync in _undisturbed(story):
        # A file that has arrived is news, for whoever sent it too.
        if before and is_good(before) and is_good(sync) and not _sent_a_piece(before):
            first, second = before[-2], sync[-2]
            if (
                isinstance(first, SyncEnded)
                and isinstance(second, SyncEnded)
                and first.desk == second.desk
                and second.written
            ):
                yield Breach(12, f"{second.desk} wrote {second.written} rows twice")
        before = sync


def _sent_a_piece(sync: list[Event]) -> bool:
    return any(isinstance(one, Asked) and one.call.startswith("PATCH") for one in sync)


def _undisturbed(story: Story) -> Iterator[list[Event]]:
    """Syncs during which nothing else happened anywhere; an empty one where anything else did."""
    mine = (Asked, HubSaid, Heard, Napped, Logged, SyncEnded)
    current: list[Event] = []
    for event in story.events:
        if isinstance(event, SyncBegan):
            if current:
                yield []
            current = [event]
        elif current and isinstance(event, Snapshot):
            yield [*current, event]
            current = []
        elif current and isinstance(event, mine):
            current.append(event)
        else:
            current = []
            yield []


# 13. An annotation on an order that the hub does not know waits for it, with the reason.


def unknown_orders_are_waited_for(story: Story) -> Iterator[Breach]:
    order_of = {found: one.order_no for ids in story.written.values() for found, one in ids.items()}
    for event, there in story.units():
        if isinstance(event, HubSaid) and event.call == PUSH:
            answer = _results(event.status, event.body)
            for result in answer.results if answer else []:
                known = order_of.get(result.id, "") in there
                # What the rules refuse in itself is refused at once.
                for_order = result.reason in ("order_unknown", "order_left")
                if result.verdict == "refused" and for_order and not known:
                    yield Breach(13, f"{event.desk}: {result.id} refused for its order")
    for desk, seen in story.final.desks.items():
        for found, own in seen.outbox.items():
            there_now = _visible(story, desk, own.annotation.order_no)
            if own.state == "later" and own.reason == "order_unknown" and there_now:
                yield Breach(13, f"{desk}: {found} waits for an order that is there")
            if own.state == "later" and not own.reason:
                yield Breach(13, f"{desk}: {found} waits without a reason")


# Leaks: DESIGN §6 and §8.


def nothing_leaks(story: Story) -> Iterator[Breach]:
    """Nothing of another scope, nothing for a token that has ended, no secret in a log.

    The token of a revoked device still opens the quarantine.
    """
    ended: set[str] = set()
    revoked: set[str] = set()
    for event, there in story.units():
        match event:
            case TokenEnded(desk):
                ended.add(desk)
            case Revoked(desk):
                revoked.add(desk)
            case HubSaid() if event.call == ENROL and event.status == 201:
                ended.discard(event.desk)
                revoked.discard(event.desk)
            case HubSaid() if event.status < 300:
                parting = event.desk in revoked and QUARANTINE in event.call
                barred = event.desk in ended | revoked and not parting
                if barred and event.call != "GET /v1/health":
                    yield Breach(LEAK, f"{event.desk} is answered with a token that has ended")
                if event.call == FEED:
                    yield from _foreign(event, there, story.final.scopes[event.desk])
            case Logged(line) | SyncEnded(sentence=line):
                for secret in story.final.secrets:
                    if secret in line:
                        yield Breach(LEAK, "a log or a sentence shows a token or a citizen's words")


def _foreign(said: HubSaid, there: dict[str, str], top: str) -> Iterator[Breach]:
    for change in json.decode(said.body.encode())["changes"]:
        about = change.get(change["type"])
        if not isinstance(about, dict) or "order_no" not in about:
            continue
        # Whoever relied on a mark hears that it was reversed, and not on what grounds.
        bare = about.get("ruling") == "reversed" and not about["text"]
        if not bare and not in_scope(there.get(about["order_no"], ""), top):
            yield Breach(LEAK, f"{said.desk} gets {change['type']} of another scope")


PROMISES: Final[tuple[Callable[[Story], Iterator[Breach]], ...]] = (
    desks_agree_with_the_hub,
    nothing_is_lost,
    a_revoked_device_hands_over_and_holds_nothing,
    disclosures_are_logged_once,
    evidence_is_whole_once,
    nothing_is_doubled,
    what_was_sent_is_frozen,
    rows_and_cursor_go_together,
    a_restored_hub_gets_all_again,
    annotated_orders_stay_readable,
    nothing_blocks_the_others,
    nothing_is_open_while_waiting,
    retries_are_bounded,
    a_second_sync_writes_nothing,
    unknown_orders_are_waited_for,
    nothing_leaks,
)
