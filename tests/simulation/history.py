"""What happened in a run, as values: nothing in here is read from a living database later."""

from hashlib import sha256
from typing import Literal

from msgspec import Struct, json

from caseworker.model.annotation import Annotation, Contest, Decision

How = Literal["clean", "silent", "refused", "wiped", "died", "failed"]
"""How a sync went: the line or the hub fell silent, the hub refused who asks, the device was
revoked and wiped itself, the process died, the cache could not be written."""


class Wrote(Struct, frozen=True, tag=True):
    """A worker was told that their words are saved."""

    desk: str
    annotation: Annotation


class Undone(Struct, frozen=True, tag=True):
    """A worker took words back that no hub can have seen."""

    desk: str
    id: str


class Drafted(Struct, frozen=True, tag=True):
    """A worker typed something that is no annotation yet."""

    desk: str
    id: str
    text: str


class Disclosed(Struct, frozen=True, tag=True):
    """A worker was shown what is masked."""

    desk: str
    id: str


class Kept(Struct, frozen=True, tag=True):
    """A worker settled refused words as a note of their own."""

    desk: str
    id: str


class Imported(Struct, frozen=True, tag=True):
    """An order came to a desk from a sheet; the hub may not know it."""

    desk: str
    order_no: str


class TokenEnded(Struct, frozen=True, tag=True):
    """The token of a desk has expired."""

    desk: str


class Revoked(Struct, frozen=True, tag=True):
    """A device was revoked: its token opens the quarantine alone."""

    desk: str


class Wiped(Struct, frozen=True, tag=True):
    """A revoked device has wiped itself: what there was at the hub then, and what is left here."""

    desk: str
    quarantine: list[tuple[str, str]]
    """(id, text) of all that this device has left there, in the order of its coming."""
    held: list[str]
    """Ids of the annotations that the hub holds."""
    log: list[str]
    """Ids of the disclosures in the hub's log."""
    evidence: list[str]
    """Hashes of the files of evidence that the hub holds whole."""
    files: dict[str, str]
    """What stands in the home: name → content."""


class Dispatched(Struct, frozen=True, tag=True):
    """The hub took in an order: new, changed, or moved to another unit."""

    order_no: str
    unit: str


class Decided(Struct, frozen=True, tag=True):
    """The centre ruled."""

    annotation_id: str
    ruling: str


class Contested(Struct, frozen=True, tag=True):
    """A citizen contested a mark."""

    id: str


class BackedUp(Struct, frozen=True, tag=True):
    """The hub's store was copied."""


class Restored(Struct, frozen=True, tag=True):
    """The hub's store was set back to the copy, and named a new generation."""

    generation: str


class HubRestarted(Struct, frozen=True, tag=True):
    """The hub's process came up again on the same store."""


class SyncBegan(Struct, frozen=True, tag=True):
    """A desk begins to sync; `at` in virtual seconds."""

    desk: str
    at: float


class Asked(Struct, frozen=True, tag=True):
    """A request leaves a desk. `payloads` is what it pushes: id → its bytes as text."""

    desk: str
    call: str
    cursor: str
    payloads: dict[str, str]
    in_transaction: bool
    at: float
    fault: str


class HubSaid(Struct, frozen=True, tag=True):
    """What the hub itself answered, whatever became of it on the way."""

    desk: str
    call: str
    status: int
    body: str


class Heard(Struct, frozen=True, tag=True):
    """What reached the desk; `status` 0 and no body where nothing whole did."""

    desk: str
    call: str
    cursor: str
    status: int
    kind: str
    body: str
    wait: float | None
    """Seconds that the answer asks to wait, None where it asks for none that make sense."""
    at: float


class Napped(Struct, frozen=True, tag=True):
    """A desk waits before it tries again."""

    desk: str
    seconds: float


class SyncEnded(Struct, frozen=True, tag=True):
    """A sync is over: `how` it went, and how many rows it wrote."""

    desk: str
    how: How
    sentence: str
    written: int
    at: float


class Own(Struct, frozen=True):
    """One row of an outbox."""

    annotation: Annotation
    state: str
    receipt: str
    reason: str
    generation: str
    has_payload: bool


class KeptFile(Struct, frozen=True):
    """A file of evidence at a desk: the life of the hub that holds it, and whether it is whole."""

    held_by: str
    whole: bool


class Snapshot(Struct, frozen=True, tag=True):
    """What a desk held at a moment. `orders` is number → (standing, body)."""

    desk: str
    outbox: dict[str, Own]
    orders: dict[str, tuple[int, str]]
    others: dict[str, Annotation]
    decisions: dict[str, Decision]
    contests: dict[str, Contest]
    drafts: dict[str, tuple[str, str]]
    """Id → (order, text)."""
    disclosures: dict[str, str]
    """Id → the life of the hub that has it in its log, empty for none."""
    files: dict[str, KeptFile]
    """Hash → what there is of it."""
    awaited: list[tuple[str, str]]
    """(annotation, hash) of files that are said to be on their way to the hub."""
    cursor: str
    generation: str


class Logged(Struct, frozen=True, tag=True):
    """A line of a log."""

    line: str


Event = (
    Wrote
    | Undone
    | Drafted
    | Disclosed
    | Kept
    | Imported
    | TokenEnded
    | Revoked
    | Wiped
    | Dispatched
    | Decided
    | Contested
    | BackedUp
    | Restored
    | HubRestarted
    | SyncBegan
    | Asked
    | HubSaid
    | Heard
    | Napped
    | SyncEnded
    | Snapshot
    | Logged
)


class Held(Struct, frozen=True):
    """One annotation as the hub holds it and, in `payload`, as it was sent; `number` counts them in
    the order of their coming."""

    number: int
    annotation: Annotation
    payload: str
    receipt: str


class HeldFile(Struct, frozen=True):
    """A file of evidence at the hub, `pieces` as (start, length) in their order."""

    size: int
    complete: bool
    digest: str
    pieces: list[tuple[int, int]]


class End(Struct, frozen=True):
    """The databases when everything has come to rest. `orders` is number → (unit, body)."""

    generation: str
    held: list[Held]
    orders: dict[str, tuple[str, str]]
    decisions: dict[str, Decision]
    contests: dict[str, Contest]
    quarantine: list[tuple[str, str]]
    """(desk, id) of what revoked devices have left, in the order of its coming."""
    log: list[str]
    """Ids of the disclosures in the audit, as often as they stand there."""
    broken_chains: list[str]
    """Units whose chain in the audit is not what was written."""
    files: dict[str, HeldFile]
    """Hash → the file of evidence."""
    desks: dict[str, Snapshot]
    """Those that have not wiped themselves."""
    scopes: dict[str, str]
    """Desk → the unit whose tree it may see; wiped ones too."""
    secrets: list[str]
    """Tokens, telephone numbers and citizens' words, which no log and no sentence may show."""


class Run(Struct, frozen=True):
    """Everything that the checker may look at."""

    events: list[Event]
    final: End

    def digest(self) -> str:
        """Equal for equal runs."""
        return sha256(json.encode(self, order="deterministic")).hexdigest()
