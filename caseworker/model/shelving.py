"""When an order may lie on the shelf, and why it comes back before its day."""

from datetime import datetime
from typing import Literal

from caseworker.model.order import WorkOrder

Sooner = Literal["safety", "deadline", "return_window", "changed"]


def back_sooner(
    order: WorkOrder, until: datetime, shelved_at: datetime, *, locked: bool
) -> Sooner | None:
    """Why an order may not lie until `until`: what breaks before, or danger; None where it may."""
    if locked:
        return "safety"
    if order.deadline is not None and order.deadline < until:
        return "deadline"
    if order.return_by is not None and shelved_at < order.return_by < until:
        return "return_window"
    return None
