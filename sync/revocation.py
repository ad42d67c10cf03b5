"""A revoked device: what its worker had not sent goes to the hub, then orders and keys are wiped.

The order of the steps is the promise (DESIGN §6): nothing is wiped before the hub has said that it
holds every word and every file that they name, as far as it takes them, and a hub that falls
silent in between is asked again at the next contact.
"""

from datetime import datetime
from functools import partial

from msgspec import json, to_builtins

from caseworker.cache import disclosures, drafts, evidence, outbox, wiping
from caseworker.cache.connection import Busy, Cache
from caseworker.locale import _
from caseworker.model.trouble import HubOutOfReach, Trouble
from caseworker.model.wire import BATCH_MAX, Leftover, LeftoverBatch
from sync.evidence import send
from sync.hotline import HotlineClient, NotTaken
from sync.retry import STEADY, patiently


class Wiped(Trouble):
    """This device was revoked, and holds nothing any more."""


def obey(cache: Cache, client: HotlineClient, now: datetime) -> Trouble:
    """Hand over and wipe; what is to be told to the worker.

    `HubOutOfReach` where the hub does not take the words now, `Busy` where another program goes on
    writing here: nothing is wiped then, and the next contact tries again.
    """
    handed: set[bytes] = set()

    def all_is_held() -> bool:
        fresh = _not_handed(cache, generation, handed)
        files = evidence.to_hand_over(cache, generation)
        return not (fresh or files or disclosures.to_send(cache, generation, 1))

    try:
        # Its life is asked for without a token: one that was set back lacks what it once took.
        generation = _life_of(client)
        while True:
            fresh = _not_handed(cache, generation, handed)
            for start in range(0, len(fresh), BATCH_MAX):
                _hand_over(client, LeftoverBatch(fresh[start : start + BATCH_MAX]))
            handed |= set(map(json.encode, fresh))
            # What was uncovered here must stand in the log all the more where a device is taken
            # away.
            while told := disclosures.to_send(cache, generation, BATCH_MAX):
                _hand_over(client, LeftoverBatch([], told))
                disclosures.noted(cache, [one.id for one in told], generation, now)
            for sha256 in evidence.to_hand_over(cache, generation):
                if send(cache, client, sha256, generation, "quarantine") == "unsettled":
                    raise _not_all_taken()
            if (now_lives := _life_of(client)) != generation:
                # It was set back meanwhile, to before it took all this.
                generation = now_lives
                handed.clear()
                continue
            # Whoever types on while words are handed over has said more than the hub holds.
            if sentence := wiping.wipe(cache, now, all_is_held):
                return Wiped(sentence)
    except (HubOutOfReach, NotTaken, Busy) as trouble:
        return trouble


def _life_of(client: HotlineClient) -> str:
    return patiently(client.health, STEADY).generation


def _not_handed(cache: Cache, generation: str, handed: set[bytes]) -> list[Leftover]:
    return [one for one in _leftovers(cache, generation) if json.encode(one) not in handed]


def _hand_over(client: HotlineClient, batch: LeftoverBatch) -> None:
    """Raises `HubOutOfReach` where the hub does not say that it holds all of it."""
    answer = patiently(partial(client.hand_over, batch), STEADY)
    handed = {one.id for one in batch.leftovers} | {one.id for one in batch.disclosures}
    if handed - set(answer.kept):
        raise _not_all_taken()


def _not_all_taken() -> HubOutOfReach:
    return HubOutOfReach(_("The hub did not take the words of this revoked device."))


def _leftovers(cache: Cache, generation: str) -> list[Leftover]:
    """Own words that this life of the hub has given no receipt for, drafts among them."""
    held = outbox.receipted_by(cache, generation)
    written = [
        Leftover(item.annotation.id, item.state, to_builtins(item.annotation))
        for item in outbox.items(cache, settled=True)
        if item.state != "kept" and item.annotation.id not in held
    ]
    typed = [
        Leftover(saved.draft.id, "draft", to_builtins(saved.draft))
        for saved in drafts.drafts(cache)
    ]
    return [*written, *typed]
