"""Taking back an act on many orders, while keys are answered between the pieces."""

import asyncio

from caseworker.desk import batch
from caseworker.desk.batch import TakenBack
from caseworker.locale import _
from caseworker.model.trouble import Trouble
from screens.page import Changed, Page
from screens.queue.page import QueuePage


async def take_back(page: Page, number: int, queue: Page) -> None:
    """Undo a batch; the orders whose words were sent are marked, so that `w` withdraws them."""
    taken = TakenBack()
    try:
        for piece in batch.undo(page.seat.cache, number, page.seat.now()):
            taken = piece
            await asyncio.sleep(0)
    except Trouble as trouble:
        page.say(str(trouble), "danger")
        return
    page.post_message(Changed())
    if not taken.sent:
        told = _("Undone: {count}. The words are kept once, as a draft.")
        if not taken.undone:
            told = _("Undone: everything lies again where it lay.")
        told = told.format(count=taken.undone)
        here = page.order_no()
        if here is not None and batch.unsent(page.seat.cache, here):
            told += " " + _("That came after your words on this order:  z  again undoes those.")
        page.say(told, "accent")
        return
    if isinstance(queue, QueuePage):
        queue.mark_only(taken.sent)
    told = _("Undone: {count}. Sent already: {sent}, now marked; w withdraws them.")
    page.say(told.format(count=taken.undone, sent=len(taken.sent)), "warning")
