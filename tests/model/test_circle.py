"""Repeat links make no circle, and a matter is all that they join: against slow references."""

from hypothesis import given
from hypothesis import strategies as st

from caseworker.model.matter import orders_of_matter
from caseworker.model.rules import makes_circle

NUMBERS = st.sampled_from("ABCDEFG")
LINKS = st.sets(st.tuples(NUMBERS, NUMBERS), max_size=16)


def closure(links: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Every pair that a path of links joins: links are chained until nothing is added."""
    joined = set(links)
    while True:
        longer = joined | {(a, d) for a, b in joined for c, d in joined if b == c}
        if longer == joined:
            return joined
        joined = longer


@given(links=LINKS, order_no=NUMBERS, earlier=st.lists(NUMBERS, max_size=3))
def test_a_circle_is_found_exactly_where_there_is_one(
    links: set[tuple[str, str]], order_no: str, earlier: list[str]
) -> None:
    joined = closure(links)
    comes_back = any(one == order_no or (one, order_no) in joined for one in earlier)

    def earlier_of(number: str) -> set[str]:
        return {to for start, to in links if start == number}

    assert makes_circle(order_no, earlier, earlier_of) is comes_back


@given(links=LINKS)
def test_links_that_were_each_checked_never_close_a_circle(links: set[tuple[str, str]]) -> None:
    standing: set[tuple[str, str]] = set()
    for start, to in sorted(links):
        if not makes_circle(start, [to], lambda number: {b for a, b in standing if a == number}):
            standing.add((start, to))
    assert all(start != to for start, to in closure(standing))


@given(links=LINKS, order_no=NUMBERS)
def test_a_matter_is_whatever_links_join_either_way(
    links: set[tuple[str, str]], order_no: str
) -> None:
    either_way = closure(links | {(to, start) for start, to in links})
    found = orders_of_matter(
        order_no,
        lambda number: [to for start, to in links if start == number],
        lambda number: [start for start, to in links if to == number],
    )
    assert found == {order_no} | {to for start, to in either_way if start == order_no}
