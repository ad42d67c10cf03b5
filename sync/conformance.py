"""Does a hub keep the promises of DESIGN §5? Asked over the wire, of anyone's implementation.

The checks file orders of their own (numbers that begin with CHECK-), write about them and rule on
them: they are for a hub on trial, not for one that a street works with.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, TypeVar
from uuid import uuid4

import msgspec
from msgspec import Struct, json, structs

from caseworker.locale import _, mark
from caseworker.model.annotation import Annotation, FileRef, Statement
from caseworker.model.me import Role
from caseworker.model.trouble import Trouble
from caseworker.model.wire import (
    PAGE_MAX,
    PIECE_BYTES_MIN,
    AnnotationBatch,
    AnnotationChange,
    AnnotationResult,
    AnnotationResults,
    Change,
    ContestChange,
    ContestRequest,
    DecisionChange,
    DecisionRequest,
    EnrolmentRequest,
    FeedPage,
    OrderChange,
)
from caseworker.text.safe import safe
from sync.hotline import HotlineClient, RawAnswer

Read = TypeVar("Read")

PEOPLE: Final[tuple[Role, ...]] = ("office", "lead", "centre")
"""Who is needed: a worker, a second person of the same unit, and the centre above them."""


PAGES_MAX: Final = 20_000
"""Pages after which a feed has no end: a hub on trial holds little."""


class Outcome(Struct, frozen=True, omit_defaults=True):
    """What one check found."""

    check: str
    """What the hub promises, in the user's language."""
    passed: bool
    detail: str = ""
    """What came instead, short and safe to show: a stranger's hub may have sent it."""


class Broken(Exception):
    """The hub does not keep the promise."""


class Person:
    """One enrolled worker, asking by their own token."""

    def __init__(self, client: HotlineClient, name: str) -> None:
        self.client = client
        self.name = name

    def ask(self, method: str, path: str, body: object = None, **params: str) -> RawAnswer:
        """One call as the hub answers it."""
        return self.client.ask(method, path, body, params)

    def pull(self, cursor: str = "", limit: int = PAGE_MAX) -> tuple[list[Change], str]:
        """Every change after the cursor, and the cursor behind them."""
        changes: list[Change] = []
        for _page in range(PAGES_MAX):
            answer = self.ask("GET", "v1/feed", cursor=cursor, limit=str(limit))
            page = _read(answer, 200, FeedPage)
            if page.more and page.cursor == cursor:
                break
            changes += page.changes
            cursor = page.cursor
            if not page.more:
                return changes, cursor
        raise Broken(_("The feed promises more and does not move on."))

    def send(self, *annotations: Annotation | Mapping[str, Any]) -> list[AnnotationResult]:
        """Push a batch; one result for each."""
        answer = self.ask("POST", "v1/annotations", {"annotations": list(annotations)})
        results = _read(answer, 200, AnnotationResults).results
        _expect(len(results), len(annotations))
        return results

    def store(self, annotation: Annotation) -> Annotation:
        """Push what the hub must store."""
        (result,) = self.send(annotation)
        _expect(f"{result.verdict} {result.reason}".strip(), "stored")
        return annotation


class Trial:
    """A hub on trial, and the people who try it."""

    def __init__(self, url: str, people: Mapping[Role, Person], stranger: HotlineClient) -> None:
        self.url = url
        self.office, self.lead, self.centre = (people[role] for role in PEOPLE)
        self.stranger = stranger
        """A client without a token."""

    def order(self, **fields: Any) -> str:
        """File an order in the workers' unit; its number."""
        number = f"CHECK-{uuid4().hex[:16]}"
        self.dispatch(self.order_fields(number, **fields), "added")
        return number

    def order_fields(self, number: str, **fields: Any) -> dict[str, Any]:
        """An invented order of that number."""
        unit = _field(self.office.ask("GET", "v1/me"), "unit")
        given = {"order_no": number, "title": "路灯不亮", "content": "试验工单，可以删除。"}
        return {**given, "unit": unit, **fields}

    def dispatch(self, order: Mapping[str, Any], verdict: str) -> None:
        """Send an order in as the dispatching system does."""
        answer = self.centre.ask("POST", "v1/orders", {"orders": [order]})
        results = _field(answer, "results")
        _expect(results[0]["verdict"], verdict)

    def mark(self, order_no: str, by: Person, **fields: Any) -> Annotation:
        """An annotation that is well-formed; a context unless `fields` say otherwise."""
        given: dict[str, Any] = {
            "kind": "context",
            "code": "C05",
            "text": "改造工程排在下月，已与居民说明。",
        }
        return Annotation(
            id=_new_id(),
            order_no=order_no,
            author=by.name,
            written_at=datetime.now(UTC),
            **(given | fields),
        )

    def unreasonable(self, order_no: str, **fields: Any) -> Annotation:
        """A proposal with all that its code demands."""
        evidence = (Statement("clause", "某条例第十条"), Statement("explained", "当面解释过"))
        given: dict[str, Any] = {
            "kind": "unreasonable",
            "code": "U01",
            "text": "要求违反某条例第十条，已当面解释。",
            "evidence": evidence,
        }
        return self.mark(order_no, self.office, **(given | fields))

    def review(self, target: Annotation, by: Person) -> Annotation:
        """An endorsement."""
        return self.mark(
            target.order_no,
            by,
            kind="review",
            code="",
            text="情况属实",
            target=target.id,
            endorse=True,
        )

    def decide(self, target: Annotation, status: int) -> None:
        """Rule on a proposal; the hub must answer with that status."""
        request = DecisionRequest(target.id, "granted", "属实")
        answer = self.centre.ask("POST", "v1/decisions", request)
        _expect(answer.status, status)


@contextmanager
def on_trial(url: str, codes: Mapping[Role, str], transport: Any = None) -> Iterator[Trial]:
    """Enrol one person for each role of `PEOPLE` by a one-time code.

    Raises `Trouble` where a code is missing or not taken, `HubOutOfReach` where no hub answers.
    """
    missing = [role for role in PEOPLE if role not in codes]
    if missing:
        raise Trouble(
            _("A one-time code is missing for {roles}: hub worker add prints one.").format(
                roles=", ".join(missing)
            )
        )
    clients: list[HotlineClient] = []

    def client(token: str = "") -> HotlineClient:
        clients.append(HotlineClient(url, token, transport))
        return clients[-1]

    try:
        stranger = client()
        people = {}
        for role in PEOPLE:
            enrolled = stranger.enrol(codes[role], f"check {role}")
            people[role] = Person(client(enrolled.token), enrolled.worker)
        yield Trial(url, people, stranger)
    finally:
        for one in clients:
            one.close()


def run(trial: Trial, codes: Mapping[Role, str]) -> Iterator[Outcome]:
    """Every check in its turn; one that fails stops no other."""
    yield _outcome(mark("A one-time code enrols once."), partial(_used_code, trial, codes))
    for promise, check in CHECKS:
        yield _outcome(promise, partial(check, trial))


def _outcome(promise: str, check: Callable[[], None]) -> Outcome:
    try:
        check()
    except Broken as broken:
        return Outcome(_(promise), passed=False, detail=str(broken))
    except Trouble as trouble:
        return Outcome(_(promise), passed=False, detail=str(trouble))
    except Exception as error:  # a stranger's hub answers in any shape
        told = _("The answer is not what the API says ({kind}).").format(kind=type(error).__name__)
        return Outcome(_(promise), passed=False, detail=told)
    return Outcome(_(promise), passed=True)


def _used_code(trial: Trial, codes: Mapping[Role, str]) -> None:
    for role in PEOPLE:
        request = EnrolmentRequest(codes[role], "again")
        _problem(trial.stranger.ask("POST", "v1/enrolments", request), 403)


def _health(trial: Trial) -> None:
    answer = trial.stranger.ask("GET", "v1/health")
    _expect(_field(answer, "status"), "ok")
    _expect(bool(_field(answer, "generation")), True)


def _closed_doors(trial: Trial) -> None:
    for method, path in (("GET", "me"), ("GET", "feed"), ("POST", "annotations")):
        _problem(trial.stranger.ask(method, f"v1/{path}", {} if method == "POST" else None), 401)


def _roles(trial: Trial) -> None:
    request = DecisionRequest(_new_id(), "granted", "属实")
    _problem(trial.office.ask("POST", "v1/decisions", request), 403)
    _problem(trial.office.ask("POST", "v1/orders", {"orders": []}), 403)
    _problem(trial.centre.ask("POST", "v1/annotations", AnnotationBatch([])), 403)


def _problems(trial: Trial) -> None:
    _problem(trial.office.ask("GET", "v1/no-such-call"), 404)
    _problem(trial.office.ask("POST", "v1/annotations", ["no", "batch"]), 400)
    _problem(trial.office.ask("GET", "v1/feed", cursor="never given"), 400)
    _problem(trial.office.ask("GET", "v1/feed", limit=str(PAGE_MAX + 1)), 400)


def _order_again(trial: Trial) -> None:
    number = trial.order()
    trial.dispatch(trial.order_fields(number), "unchanged")


def _feed_brings(trial: Trial) -> None:
    _all, cursor = trial.office.pull()
    number = trial.order()
    changes, after = trial.office.pull(cursor)
    _expect(_numbers(changes).count(number), 1)
    again, _cursor = trial.office.pull(after)
    _expect(number in _numbers(again), False)


def _pages(trial: Trial) -> None:
    _all, cursor = trial.office.pull()
    filed = [trial.order() for _each in range(5)]
    one_by_one, _after = trial.office.pull(cursor, 1)
    at_once, _after = trial.office.pull(cursor)
    for changes in (one_by_one, at_once):
        _expect([number for number in _numbers(changes) if number in filed], filed)


def _changed_order(trial: Trial) -> None:
    number = trial.order()
    _all, cursor = trial.office.pull()
    for reply in ("已联系", "已修好"):
        trial.dispatch(trial.order_fields(number, reply=reply), "updated")
    changes, _after = trial.office.pull(cursor)
    stands = [one.order for one in changes if isinstance(one, OrderChange)]
    mine = [order for order in stands if order["order_no"] == number]
    _expect([order.get("reply") for order in mine], ["已修好"])


def _stored_once(trial: Trial) -> None:
    said = trial.mark(trial.order(), trial.office)
    (first,) = trial.office.send(said)
    (second,) = trial.office.send(said)
    _expect((first.verdict, second.verdict), ("stored", "replayed"))
    _expect(bool(first.receipt), True)
    _expect(second.receipt == first.receipt, True)
    told, _cursor = trial.office.pull()
    _expect(_said(told).count(said.id), 1)


def _other_content(trial: Trial) -> None:
    said = trial.office.store(trial.mark(trial.order(), trial.office))
    (result,) = trial.office.send(structs.replace(said, text="另一番话"))
    _expect(result.verdict, "refused")


def _one_among_many(trial: Trial) -> None:
    number = trial.order()
    first, last = trial.mark(number, trial.office), trial.mark(number, trial.office)
    results = trial.office.send(first, {"id": "spoilt"}, last)
    _expect([one.verdict for one in results], ["stored", "refused", "stored"])


def _unknown_order(trial: Trial) -> None:
    number = f"CHECK-{uuid4().hex[:16]}"
    said = trial.mark(number, trial.office)
    _expect(trial.office.send(said)[0].verdict, "later")
    trial.dispatch(trial.order_fields(number), "added")
    trial.office.store(said)


def _review_waits(trial: Trial) -> None:
    proposal = trial.unreasonable(trial.order())
    review = trial.review(proposal, trial.lead)
    _expect(trial.lead.send(review)[0].verdict, "later")
    trial.office.store(proposal)
    trial.lead.store(review)


def _other_author(trial: Trial) -> None:
    said = trial.mark(trial.order(), trial.lead)
    _expect(trial.office.send(said)[0].verdict, "refused")


def _vague(trial: Trial) -> None:
    vague = trial.unreasonable(trial.order(), text="无理取闹")
    _expect(trial.office.send(vague)[0].verdict, "refused")


def _evidence(trial: Trial) -> None:
    bare = trial.unreasonable(trial.order(), evidence=())
    _expect(trial.office.send(bare)[0].verdict, "refused")


def _safety(trial: Trial) -> None:
    for fields in ({"content": "楼道燃气泄漏"}, {"urgent": True}):
        locked = trial.unreasonable(trial.order(**fields))
        _expect(trial.office.send(locked)[0].verdict, "refused")


def _own_review(trial: Trial) -> None:
    proposal = trial.office.store(trial.unreasonable(trial.order()))
    own = trial.review(proposal, trial.office)
    _expect(trial.office.send(own)[0].verdict, "refused")


def _ruling(trial: Trial) -> None:
    proposal = trial.office.store(trial.unreasonable(trial.order()))
    trial.decide(proposal, 409)
    trial.lead.store(trial.review(proposal, trial.lead))
    _all, cursor = trial.office.pull()
    trial.decide(proposal, 201)
    changes, _after = trial.office.pull(cursor)
    ruled = [one.decision for one in changes if isinstance(one, DecisionChange)]
    _expect([one.ruling for one in ruled if one.annotation_id == proposal.id], ["granted"])


def _evidence_file(trial: Trial) -> None:
    content = f"走访记录 {uuid4()}".encode() * (2 * PIECE_BYTES_MIN // 49 + 1)
    half, sha256 = PIECE_BYTES_MIN, hashlib.sha256(content).hexdigest()
    file = FileRef(sha256=sha256, size=len(content), media_type="text/plain", name="走访.txt")
    evidence = (Statement("clause", "某条例第十条"), Statement("explained", "当面解释", file))
    proposal = trial.office.store(trial.unreasonable(trial.order(), evidence=evidence))
    (early,) = trial.lead.send(trial.review(proposal, trial.lead))
    _expect((early.verdict, early.reason), ("refused", "review_before_evidence"))
    trial.decide(proposal, 409)
    client = trial.office.client
    client.send_piece(sha256, 0, content[:half])
    state = client.evidence_state(sha256)
    _expect(state and (state.offset, state.complete), (half, False))
    headers = {"Content-Type": "application/partial-upload", "Upload-Offset": "0"}
    again = client.ask("PATCH", f"v1/evidence/{sha256}", headers=headers, content=content)
    _problem(again, 409)
    _expect(client.send_piece(sha256, half, content[half:]).complete, True)
    piece, size = trial.lead.client.fetch_piece(sha256, 0)
    _expect((piece, size), (content, len(content)))
    trial.lead.store(trial.review(proposal, trial.lead))
    trial.decide(proposal, 201)


def _contested(trial: Trial) -> None:
    proposal = trial.office.store(trial.unreasonable(trial.order()))
    contest = ContestRequest(proposal.id, "我有新的情况")
    _problem(trial.centre.ask("POST", "v1/contests", contest), 409)
    trial.lead.store(trial.review(proposal, trial.lead))
    trial.decide(proposal, 201)
    _all, cursor = trial.office.pull()
    _expect(trial.centre.ask("POST", "v1/contests", contest).status, 201)
    changes, _after = trial.office.pull(cursor)
    heard = [one.contest.annotation_id for one in changes if isinstance(one, ContestChange)]
    _expect(heard, [proposal.id])


def _circle(trial: Trial) -> None:
    earlier, later = trial.order(), trial.order()
    trial.office.store(_repeat(trial, later, earlier))
    (result,) = trial.office.send(_repeat(trial, earlier, later))
    _expect(result.verdict, "refused")
    (result,) = trial.office.send(_repeat(trial, earlier, earlier))
    _expect(result.verdict, "refused")


def _repeat(trial: Trial, order_no: str, earlier: str) -> Annotation:
    return trial.mark(
        order_no,
        trial.office,
        kind="repeat",
        code="R03",
        earlier=(earlier,),
        text="同一盏路灯，多人反映",
    )


CHECKS: Final[tuple[tuple[str, Callable[[Trial], None]], ...]] = (
    (mark("Health answers without a token, with a generation."), _health),
    (mark("Nothing else opens without a token."), _closed_doors),
    (mark("A role opens its own calls and no others."), _roles),
    (mark("What is refused is answered by a problem document."), _problems),
    (mark("An order that is sent in again changes nothing."), _order_again),
    (mark("The feed brings an order once, and not again."), _feed_brings),
    (mark("Pages of one hold the same as one large page."), _pages),
    (mark("An order that changed often is sent as it stands."), _changed_order),
    (mark("An annotation that is sent again is there once, with its receipt."), _stored_once),
    (mark("Other content under the same id is refused."), _other_content),
    (mark("One that cannot be read stops no other."), _one_among_many),
    (mark("Words on an order that the hub does not know wait for it."), _unknown_order),
    (mark("A review waits for what it reviews."), _review_waits),
    (mark("Nobody writes under another person's name."), _other_author),
    (mark("Vague words are no grounds."), _vague),
    (mark("A code's evidence is demanded."), _evidence),
    (mark("An order under the safety lock takes no mark that can hurt."), _safety),
    (mark("Nobody reviews their own proposal."), _own_review),
    (mark("No ruling before the second person, and the ruling reaches the author."), _ruling),
    (mark("Repeat links make no circle."), _circle),
    (
        mark("A file of evidence comes in pieces, and no mark is granted before it is whole."),
        _evidence_file,
    ),
    (mark("A granted mark can be contested, and the street hears of it."), _contested),
)
"""What is promised → what asks for it. Each check files its own orders."""


def _numbers(changes: list[Change]) -> list[str]:
    return [one.order["order_no"] for one in changes if isinstance(one, OrderChange)]


def _said(changes: list[Change]) -> list[str]:
    return [one.annotation.id for one in changes if isinstance(one, AnnotationChange)]


def _new_id() -> str:
    from uuid6 import uuid7

    return str(uuid7())


def _expect(came: object, wanted: object) -> None:
    if came != wanted:
        told = _("{wanted} was expected, {came} came.")
        raise Broken(told.format(wanted=wanted, came=safe(str(came)[:_CAME_MAX])))


_CAME_MAX: Final = 80


def _problem(answer: RawAnswer, status: int) -> None:
    """The answer must be a problem document (RFC 9457) of that status."""
    _expect(answer.status, status)
    _expect(answer.media_type.partition(";")[0].rstrip(), "application/problem+json")
    _expect(_field(answer, "status"), status)


def _field(answer: RawAnswer, name: str) -> Any:
    try:
        return json.decode(answer.body)[name]
    except (msgspec.MsgspecError, UnicodeDecodeError, TypeError, KeyError) as error:
        raise Broken(
            _("The answer ({status}) has no field {name}.").format(status=answer.status, name=name)
        ) from error


def _read(answer: RawAnswer, status: int, kind: type[Read]) -> Read:
    _expect(answer.status, status)
    try:
        return json.decode(answer.body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Broken(
            _("The answer is not what the API says ({kind}).").format(kind=kind.__name__)
        ) from error
