"""Masked data shown for a moment: recorded first, on this desk and from there at the hub."""

from datetime import datetime

from caseworker.cache import disclosures
from caseworker.cache.connection import Cache
from caseworker.desk.annotate import find_order
from caseworker.locale import _
from caseworker.model.trouble import Trouble
from caseworker.model.wire import Disclosure


def reveal_caller(cache: Cache, order_no: str, now: datetime) -> str:
    """The caller's name and number as they came; pass them through `safe`.

    The line in the log is durable before anything is shown. Raises `Trouble` for a secret order,
    whose caller nobody sees here, and where no caller is known.
    """
    from uuid6 import uuid7

    order = find_order(cache, order_no)
    if order.is_secret:
        raise Trouble(_("This order is secret: its caller is shown to nobody here."))
    who = "  ".join(part for part in (order.caller_name, order.caller_phone) if part)
    if not who:
        raise Trouble(_("No caller came with this order."))
    line = Disclosure(
        id=str(uuid7()), act="revealed", at=now, order_no=order.order_no, what="caller"
    )
    disclosures.note(cache, line)
    return who
