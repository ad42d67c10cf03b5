"""The two real files, read where they lie beside the project."""

from pathlib import Path

import pytest
from msgspec import json

from caseworker.exchange.orders_in import read_orders
from caseworker.model.order import WorkOrder

REAL = Path(__file__).parents[3] / "shared" / "data"
REAL_FILES = ("nyc311", "boston311")


def _real(name: str) -> Path:
    if not REAL.is_dir():
        pytest.skip("shared/data is not beside the project: the real files were not read")
    return REAL / f"{name}-100.csv"


@pytest.mark.parametrize("name", REAL_FILES)
def test_a_real_file_is_read_whole_by_its_own_map(name: str) -> None:
    result = read_orders(_real(name))
    assert (result.map_name, result.read, len(result.orders)) == (name, 100, 100)
    assert (result.refused, result.repeated) == ([], 0)
    assert len({order.order_no for order in result.orders}) == 100


@pytest.mark.parametrize("name", REAL_FILES)
def test_reading_a_real_file_again_gives_equal_orders(name: str) -> None:
    assert read_orders(_real(name)) == read_orders(_real(name))


@pytest.mark.parametrize("name", REAL_FILES)
def test_orders_of_a_real_file_pass_the_door_of_the_wire(name: str) -> None:
    orders = read_orders(_real(name)).orders
    assert json.decode(json.encode(orders), type=list[WorkOrder]) == orders


@pytest.mark.parametrize("name", REAL_FILES)
def test_orders_of_a_real_file_say_what_and_when_and_name_no_unit(name: str) -> None:
    for order in read_orders(_real(name)).orders:
        assert order.title
        assert order.received_at
        assert order.category
        assert order.unit == ""
