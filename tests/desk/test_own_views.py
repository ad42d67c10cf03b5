"""Own views: saved as files that people can read, and an error in one is told in words."""

from datetime import timedelta
from pathlib import Path

import pytest

from caseworker.cache.connection import Cache
from caseworker.desk.own_views import read_views, save_view
from caseworker.desk.queue import Window
from caseworker.desk.search import index_all
from caseworker.desk.views import view_named
from caseworker.model.trouble import Trouble
from tests.builders import NOW, an_order, put


def write(home: Path, name: str, text: str | bytes) -> None:
    folder = home / "views"
    folder.mkdir(parents=True, exist_ok=True)
    raw = text if isinstance(text, bytes) else text.encode()
    (folder / f"{name}.toml").write_bytes(raw)


def test_a_saved_view_is_a_file_that_people_can_read(tmp_path: Path) -> None:
    file = save_view(tmp_path, "幸福里片区", 'place:幸福里 "打了 好几次"', NOW)
    assert file.name == "幸福里片区.toml"
    assert file.read_text(encoding="utf-8") == (
        'name = "幸福里片区"\nquery = "place:幸福里 \\"打了 好几次\\""\n'
    )
    own = read_views(tmp_path, NOW)
    assert own.troubles == []
    assert own.views["幸福里片区"].query == 'place:幸福里 "打了 好几次"'


def test_it_lists_what_the_query_finds_the_first_to_break_first(
    tmp_path: Path, cache: Cache
) -> None:
    put(
        cache,
        an_order("1", address="建设路18号"),
        an_order("2", deadline=NOW + timedelta(days=2)),
        an_order("3", deadline=NOW + timedelta(days=1)),
        an_order("4", state="closed"),
    )
    index_all(cache)
    save_view(tmp_path, "estate", "place:幸福里 state:open", NOW)
    window = Window(cache, view_named("estate", read_views(tmp_path, NOW).views), NOW)
    numbers = [row.order_no for row in map(window.row, range(window.length)) if row]
    assert numbers == ["3", "2"]
    assert window.position_of("2") == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('name = "a"\nquery = place', "broken.toml, line 2: write"),
        ('name = "a"\nqery = "x路灯"\n', "line 2: qery is nothing that a view has: write query"),
        ('name = "a"\n', 'line 1: write  query = "…"'),
        ('name = 3\nquery = "路灯"', 'line 1: write  name = "…"'),
        ('name = "a"\n\nquery = "due:soonish"', "line 3: due:soonish is left out"),
        ('name = "today"\nquery = "路灯"', "another view of that name"),
        (b'name = "a"\nquery = "\xff"', "line 2: the file is not UTF-8"),
        (
            'name = "a"\nquery = "路灯"\norder = "title"',
            'line 3: a view has no order title: write order = "due", order = "arrived",'
            ' order = "number"',
        ),
        ('name = "a"\nquery = "路灯"\norder = 7', "a view has no order 7"),
        (
            'name = "a"\nquery = "路灯"\n\ngroup = "caller"',
            'line 4: a view has no group caller: write group = "matter", group = "place"',
        ),
        ('name = "a"\nquery = "路灯"\ngroup = ["place"]', "a view has no group ["),
        ('name = "a"\nquery = "路灯"\ngruop = "place"', "line 3: gruop is nothing"),
        ("#" * 30_000, "too long"),
        ("", "line 1"),
        ("x = " + "[" * 9_000, "broken.toml, line 1: write"),
        ('\nname = "a\\u001b]52;c;x"\nquery = "路灯"', "line 2: the name holds signs"),
    ],
)
def test_a_file_with_an_error_is_answered_and_the_others_work(
    tmp_path: Path, text: str | bytes, told: str
) -> None:
    write(tmp_path, "broken", text)
    write(tmp_path, "good", 'name = "good"\nquery = "路灯"\n')
    own = read_views(tmp_path, NOW)
    assert list(own.views) == ["good"]
    assert len(own.troubles) == 1
    assert told in own.troubles[0]


@pytest.mark.parametrize(
    ("name", "query", "told"),
    [
        ("", "路灯", "Name the view"),
        ("a" * 99, "路灯", "Name the view"),
        ("ok", " ", "Type what"),
        ("ok", "due:soonish", "left out"),
        ("today", "路灯", "already"),
        ("taken", "路灯", "already"),
    ],
)
def test_what_cannot_be_saved_is_answered_in_words(
    tmp_path: Path, name: str, query: str, told: str
) -> None:
    save_view(tmp_path, "taken", "噪音", NOW)
    with pytest.raises(Trouble, match=told):
        save_view(tmp_path, name, query, NOW)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", ".", "con: x"])
def test_no_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    assert save_view(tmp_path, name, "路灯", NOW).parent == tmp_path / "views"


def test_a_view_may_say_how_it_stands(tmp_path: Path) -> None:
    write(tmp_path, "a", 'name = "a"\nquery = "路灯"\norder = "arrived"\ngroup = "place"\n')
    write(tmp_path, "b", 'name = "b"\nquery = "路灯"\n')
    views = read_views(tmp_path, NOW).views
    assert (views["a"].order, views["a"].group) == ("arrived", "place")
    assert (views["b"].order, views["b"].group) == ("due", "")


def test_how_a_view_stands_is_saved_where_it_is_not_the_usual(tmp_path: Path) -> None:
    file = save_view(tmp_path, "estate", "place:幸福里", NOW, "number", "matter")
    assert file.read_text(encoding="utf-8").splitlines()[2:] == [
        'order = "number"',
        'group = "matter"',
    ]
    assert read_views(tmp_path, NOW).views["estate"].group == "matter"
