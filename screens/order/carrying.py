"""What is known here from before: attached to this order, or said to hold no longer."""

from collections.abc import Callable

from caseworker.cache.drafts import Draft
from caseworker.desk import annotate, carried
from caseworker.desk.carried import Carried
from caseworker.desk.sheet import sheet_of
from caseworker.desk.wording import code_label
from caseworker.locale import _
from screens.moments import day
from screens.page import Page
from screens.seat import Seat


def attach(page: Page) -> None:
    """Open a context of this order that quotes an earlier one with its origin."""
    _choose(page, _("Attach which?"), lambda one, number: _quoting(page.seat, one, number))


def say_ended(page: Page) -> None:
    """Open the words that say why an earlier context holds no longer."""
    _choose(page, _("Which holds no longer?"), lambda one, number: _ending(page.seat, one, number))


def _choose(page: Page, title: str, begin: Callable[[Carried, str], Draft]) -> None:
    seat, number = page.seat, page.order_no()
    sheet = None if number is None else sheet_of(seat.cache, number, seat.now())
    if number is None or sheet is None:
        return
    known = sheet.carried
    if not known:
        page.say(_("Nothing is known from before: no context names this place or matter."))
        return

    def go_on(position: int | None) -> None:
        from screens.compose.page import form_for

        if position is not None:
            page.app.push_screen(form_for(seat, begin(known[position], number)))

    if len(known) == 1:
        go_on(0)
        return
    from screens.choose import ChooseDialog

    page.app.push_screen(ChooseDialog(title, [_option(one, seat) for one in known]), go_on)


def _option(one: Carried, seat: Seat) -> tuple[str, str]:
    said = one.annotation
    when = day(said.observed_at or said.written_at, seat.now())
    return f"{when} {said.author}", f"{code_label(said.code, seat.taxonomy)}  {said.text}"


def _quoting(seat: Seat, one: Carried, number: str) -> Draft:
    said = one.annotation
    begun = annotate.drafts_for(seat.cache, number, "context")
    quoted = (kept for kept in begun if said.id in {about.text for about in kept.evidence})
    fresh = annotate.new_draft(number, "context").id
    return next(quoted, None) or carried.quoting(said, number, fresh)


def _ending(seat: Seat, one: Carried, number: str) -> Draft:
    fresh = annotate.new_draft(number, "context").id
    draft = carried.ending(seat.cache, one.annotation, number, seat.worker, fresh)
    begun = annotate.drafts_for(seat.cache, draft.order_no, draft.kind)
    same = (
        kept for kept in begun if (kept.supersedes, kept.target) == (draft.supersedes, draft.target)
    )
    return next(same, None) or draft
