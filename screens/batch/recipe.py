"""A macro: its acts on the marked orders, or on the one under the cursor, after the dry run."""

from caseworker.desk.chosen import Chosen
from caseworker.desk.macros import Macro, acts_of
from caseworker.locale import _
from screens.batch.page import BatchPage
from screens.order.page import OrderPage
from screens.page import Page
from screens.queue.page import QueuePage


def begin(page: Page, macro: Macro) -> None:
    """Show what the macro will do. Raises `Trouble` where one of its days has passed."""
    if not isinstance(page, QueuePage | OrderPage):
        page.say(_("A macro works in the queue and on an order."))
        return
    chosen, here = page.chosen(), page.order_no()
    if chosen is None and here is not None:
        chosen = Chosen(page.seat.cache)
        chosen.add_numbers([here])
    first = None if chosen is None else next(chosen.numbers(), None)
    if chosen is None or first is None:
        return

    def done(words: str) -> None:
        if macro.goes_on and isinstance(page, QueuePage):
            page.go_on_from(here)
        page.say(words, "accent")

    acts = acts_of(macro, first, page.seat.now())
    page.app.push_screen(BatchPage(page.seat, acts, chosen, done))
