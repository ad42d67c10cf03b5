"""The measure of quality: hard enough to tell methods apart, and honest about odd files."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.repeats.__main__ import GENERATED, read_labels
from bench.repeats.baselines import PlaceTypeTime, TfIdf
from bench.repeats.measure import make_task, measure
from bench.repeats.ours import Ours, cache_of
from bench.repeats.rivers import rivers
from bench.repeats.street import street
from caseworker.model.trouble import Trouble


def test_the_generated_street_is_hard_and_ours_finds_more() -> None:
    labelled = street(4_000, seed=2)
    orders = [one.order for one in labelled]
    texts = TfIdf(orders)
    task = make_task(orders, {one.order.order_no: one.matter for one in labelled}, 250, texts)
    baseline = measure(texts, task)
    rule = measure(PlaceTypeTime(orders), task)
    with cache_of(orders) as cache:
        ours = measure(Ours(cache), task)
    assert 0.5 <= baseline.hit_5 <= 0.7
    assert ours.hit_5 >= 0.92
    assert ours.hit_5 > rule.hit_5
    assert baseline.hit_5_hard < baseline.hit_5
    assert ours.hit_5_hard >= 0.86
    assert ours.false_alarms < 0.08


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_one_seed_makes_one_set(name: str) -> None:
    generate = GENERATED[name]
    assert generate(200, 5) == generate(200, 5)
    assert generate(200, 5) != generate(200, 6)


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_each_order_of_a_set_has_a_number_of_its_own(name: str) -> None:
    labelled = GENERATED[name](500, 5)
    assert len({one.order.order_no for one in labelled}) == len(labelled) == 500


def test_generated_rivers_are_hard_for_texts_alone_and_ours_finds_more() -> None:
    labelled = rivers(1_500, seed=3)
    orders = [one.order for one in labelled]
    texts = TfIdf(orders)
    task = make_task(orders, {one.order.order_no: one.matter for one in labelled}, 150, texts)
    baseline = measure(texts, task)
    with cache_of(orders) as cache:
        ours = measure(Ours(cache), task)
    assert 0.45 <= baseline.hit_5 <= 0.75
    assert ours.hit_5 >= 0.9
    assert ours.hit_5_hard >= 0.86


def test_labels_of_unknown_orders_are_counted_and_left_out(tmp_path: Path) -> None:
    orders = tmp_path / "orders.csv"
    orders.write_text(
        "工单编号,标题,诉求内容,事发地址,来电时间\n"
        "1,漏水,三号楼地下室漏水,幸福里3号楼,2026-01-02 10:00\n"
        "2,渗水,幸福里3栋地下室渗水,幸福里3栋,2026-01-03 10:00\n"
        "3,噪音,工地半夜施工,安康路8号,2026-01-03 11:00\n",
        encoding="utf-8",
    )
    labels = tmp_path / "labels.csv"
    labels.write_text("order_no,cluster\n1,A\n2,A\n3,B\n999,A\n998,C\n", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "bench.repeats", str(orders), str(labels)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert ran.returncode == 0, ran.stderr
    assert "2 labels name no order" in ran.stdout
    assert '"hit_1": 1.0' in ran.stdout


@pytest.mark.parametrize("text", ["1\n", "order_no,cluster\n1,\n", ",A\n"])
def test_a_broken_label_file_is_refused_with_its_row(tmp_path: Path, text: str) -> None:
    file = tmp_path / "labels.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Trouble, match=r"labels\.csv, row [12]:"):
        read_labels(file)
