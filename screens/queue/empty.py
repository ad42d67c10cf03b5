"""What stands where no order stands: why, and what to do next. Loading is another picture."""

from caseworker.desk.views import VIEWS, count_in
from caseworker.locale import _
from screens.lines import Line, piece
from screens.seat import Seat


def empty_lines(seat: Seat, view: str) -> list[Line]:
    """The picture for a view without orders."""
    if count_in(seat.cache, VIEWS["all"], seat.now(), 1):
        return [
            [piece(_("Nothing stands here."), "strong")],
            [],
            [piece(_("The view All holds every order;  1  is today."), "dim")],
        ]
    line = seat.line
    if line.state == "syncing":
        return [
            [piece(_("Fetching the orders …"), "accent")],
            [],
            [piece(_("{count} so far").format(count=line.pulled), "dim")],
        ]
    if line.state in ("offline", "trouble"):
        return [
            [piece(_("No orders could be fetched."), "danger")],
            [],
            [piece(line.sentence or _("The hub is out of reach."))],
            [piece(_("Try again with  s ; what you write is kept."), "dim")],
        ]
    if line.enrolled:
        return [
            [piece(_("No orders yet."), "strong")],
            [],
            [piece(_("Fetch them with  s"), "dim")],
        ]
    return [
        [piece(_("No orders yet."), "strong")],
        [],
        [piece(_("From a spreadsheet:  caseworker import FILE"), "dim")],
        [piece(_("From your hub:  caseworker enrol URL --code CODE"), "dim")],
    ]
