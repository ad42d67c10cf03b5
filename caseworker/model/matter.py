"""A matter: the orders that are about one thing, derived from repeat links (DESIGN §3)."""

from collections.abc import Callable, Iterable


def orders_of_matter(
    order_no: str,
    earlier_of: Callable[[str], Iterable[str]],
    later_of: Callable[[str], Iterable[str]],
) -> set[str]:
    """Every order that repeat links, followed both ways, join with `order_no`, itself included."""
    found: set[str] = set()
    ahead = [order_no]
    while ahead:
        current = ahead.pop()
        if current not in found:
            found.add(current)
            ahead.extend(earlier_of(current))
            ahead.extend(later_of(current))
    return found
