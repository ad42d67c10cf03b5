"""Figures tell how marks fare, by code, category and unit; no small figure can be worked out."""

from hypothesis import given
from hypothesis import strategies as st

from caseworker.model.order import CategoryStep
from hub.figures import HIDDEN_BELOW, hidden_cells
from tests.hub.town import LAOJIE, OTHER_STREET, XINGFULI, Town, an_id, an_order, problem
from tests.model.marks import a_mark

CELLS = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 30), max_size=8)


@given(CELLS)
def test_a_small_cell_is_never_shown_and_never_left_over(cells: dict[str, int]) -> None:
    hidden = hidden_cells(cells)
    small = {name for name, count in cells.items() if 0 < count < HIDDEN_BELOW}
    assert small <= hidden
    total = sum(cells.values())
    if small and total >= HIDDEN_BELOW:
        # The total is shown: what is left of it belongs to several cells, and is not small.
        assert len(hidden) > 1
        assert sum(cells[name] for name in hidden) >= HIDDEN_BELOW
    if not small:
        assert hidden == set()


def fill(town: Town) -> None:
    """12 objections granted and 6 refused in one community, 2 granted in another."""
    office = town.enrol("李敏")
    centre = town.enrol("刘处", role="centre")
    plan = [("J01", XINGFULI, "granted")] * 12 + [("J02", XINGFULI, "refused")] * 6
    plan += [("J01", LAOJIE, "granted")] * 2
    for number, (code, unit, ruling) in enumerate(plan):
        order = an_order(f"{number}", category=(CategoryStep("物业管理"), CategoryStep("停车")))
        town.load(order, unit=unit)
        mark = office.store(a_mark(code, id=an_id(number), order_no=f"{number}"))
        assert centre.decide(mark, ruling).status_code == 201
        if number < 5:
            assert centre.decide(mark, "reversed").status_code == 201


def test_the_centre_reads_figures_by_code_category_and_unit(town: Town) -> None:
    fill(town)
    figures = town.enrol("刘处", role="centre").get("/v1/insight/marks").json()
    assert figures["hidden_below"] == 5
    assert figures["total"] == {
        "name": "",
        "granted": 14,
        "refused": 6,
        "reversed": 5,
        "missed_harm": 0,
    }
    assert [(row["name"], row["granted"], row["refused"]) for row in figures["by_code"]] == [
        ("J01", 14, 0),
        ("J02", 0, 6),
    ]
    assert [(row["name"], row["granted"]) for row in figures["by_category"]] == [("物业管理", 14)]
    # Two of one community: hidden, and with them the twelve that would tell them.
    assert [(row["name"], row["granted"], row["refused"]) for row in figures["by_unit"]] == [
        (LAOJIE, None, 0),
        (XINGFULI, None, 6),
    ]


def test_figures_are_the_centres_and_of_its_own_part_of_the_city(town: Town) -> None:
    fill(town)
    assert problem(town.enrol("王主任", role="lead").get("/v1/insight/marks")) == (
        403,
        "role_missing",
    )
    other = town.enrol("陈处", OTHER_STREET, "centre").get("/v1/insight/marks").json()
    assert other["total"]["granted"] == 0
    assert other["by_unit"] == []
