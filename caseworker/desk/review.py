"""What a reviewer must know beside the proposal itself: the safeguards that stand on it."""

from collections.abc import Iterator

from caseworker.cache import annotations, orders, settings
from caseworker.cache.connection import Cache
from caseworker.desk.fallen import rests_on, rests_words
from caseworker.locale import _
from caseworker.model.annotation import Annotation
from caseworker.model.order import Clearance
from caseworker.model.rules import is_cleared, needs_review, needs_second_reader, safety_lock


def clearance_words(cleared: Clearance) -> str:
    """Who lifted the safety lock, and with which words."""
    told = _("The centre has lifted the safety lock ({by}): {words}")
    return told.format(by=cleared.by, words=cleared.text.strip() or "…")


def safeguards_on(cache: Cache, proposal: Annotation) -> Iterator[str]:
    """The safeguards of a proposal as it stands now, a sentence each."""
    taxonomy = settings.taxonomy(cache)
    order = orders.read_order(cache, proposal.order_no)
    standing = annotations.standing_annotations(cache, proposal.order_no)
    code = taxonomy.codes.get(proposal.code)
    for fallen in rests_on(cache, proposal):
        yield rests_words(fallen, fallen.order_no)
    if not needs_review(proposal, taxonomy):
        yield _("The centre may rule on it without a review.")
        return
    if order is not None and order.first_contact:
        yield _("It is the citizen's first contact.")
    if any(one.kind == "context" and one.code in taxonomy.vulnerable_codes for one in standing):
        yield _("A vulnerable person is concerned.")
    if needs_second_reader(proposal, order, taxonomy, standing):
        yield _("Only a lead's endorsement counts.")
    else:
        yield _("The centre rules once another person has endorsed it.")
    if code is not None and code.safety_lock and order is not None:
        if order.is_secret or safety_lock(order, taxonomy):
            yield _("The order is locked now (safety, urgent or secret): decline it.")
        elif order.cleared is not None and is_cleared(order):
            yield clearance_words(order.cleared)
        else:
            yield _("No lock: not a matter of safety, not urgent, not secret.")
    yield _("A granted mark holds for 90 days; the citizen can object to it.")
