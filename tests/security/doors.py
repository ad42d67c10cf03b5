"""Every door through which bytes of others come in, and what may come out of it: no surprise."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import strategies as st
from msgspec import MsgspecError, Struct, json

from caseworker.desk import macros, own_views
from caseworker.desk.configuration import FILE, read_configuration
from caseworker.desk.query import read_query
from caseworker.desk.templates import FOLDER, templates
from caseworker.exchange.orders_in import read_orders
from caseworker.model.taxonomy import built_in, built_in_toml, parse_taxonomy
from caseworker.model.trouble import Trouble
from caseworker.text.safe import safe
from screens.keymap import checked, with_keys
from sync.reading import UnreadablePage, read_page
from tests.hostile import HOSTILE

NOW = datetime(2026, 11, 24, 1, 43, tzinfo=UTC)


class Door(Struct, frozen=True):
    """A door, things that it takes, and a walk through it that raises where it must not."""

    good: tuple[bytes, ...]
    enter: Callable[[bytes], None]


def bytes_for(door: Door) -> st.SearchStrategy[bytes]:
    """Rubbish, and what the door takes with pieces cut out, doubled or put in."""
    return st.one_of(
        st.binary(max_size=400),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.builds(
            _mutated,
            st.sampled_from(door.good),
            st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), _piece), max_size=6),
        ),
    )


_piece = st.one_of(
    st.binary(max_size=12),
    st.sampled_from([text[:500].encode("utf-8", "surrogatepass") for text in HOSTILE.values()]),
    st.sampled_from(
        [
            b"[" * 3_000,
            b"x = " + b"[" * 3_000,
            b'"',
            b"\n",
            b"=",
            b"{",
            b"9" * 400,
            b"\xff\xfe",
            b"null",
        ]
    ),
)


def _mutated(good: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for where, gone, put in edits:
        at = int(where * len(good))
        good = good[:at] + put + good[at + gone :]
    return good


def _import(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "orders.csv"
        file.write_bytes(content)
        with suppress(Trouble):
            result = read_orders(file)
            assert result.read == len(result.orders) + len(result.refused) + result.repeated


def _feed(content: bytes) -> None:
    with suppress(UnreadablePage):
        read_page(content)


def _configuration(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / FILE).write_bytes(content)
        configured = read_configuration(Path(folder))
        usable, _complaints = checked(configured.keys)
        assert usable.keys() <= configured.keys.keys()
        assert_showable(configured.complaints)


def _macros(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / FILE).write_bytes(content)
        written = read_configuration(Path(folder)).macros
        read, troubles = macros.checked(written, built_in(), NOW)
        assert len(read) + len(troubles) == len(written)
        usable, clashes = with_keys(read, {})
        assert len(usable) + len(clashes) == len(read)
        for macro in usable:
            assert macros.acts_of(macro, "1", NOW)
        assert_showable([*troubles, *clashes, *(macro.name for macro in usable)])


def _view(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / own_views.FOLDER).mkdir()
        (Path(folder) / own_views.FOLDER / "own.toml").write_bytes(content)
        own = own_views.read_views(Path(folder), NOW)
        assert len(own.views) + len(own.troubles) == 1
        assert_showable([*own.troubles, *own.views])


def assert_showable(sentences: Iterable[str]) -> None:
    """What is told about a file that came from elsewhere does nothing to a terminal."""
    for sentence in sentences:
        assert sentence == safe(sentence)


def _templates(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / FOLDER).mkdir()
        (Path(folder) / FOLDER / "own.toml").write_bytes(content)
        assert templates(None, built_in()).named.keys() <= (
            templates(Path(folder), built_in()).named.keys()
        )


def _taxonomy(content: bytes) -> None:
    # What `sync.engine` and the hub's command take for "cannot be read".
    with suppress(ValueError, MsgspecError):
        parse_taxonomy(content.decode("utf-8", "replace"))


def _query(content: bytes) -> None:
    read_query(content.decode("utf-8", "surrogateescape"), NOW)


DOORS: Final[dict[str, Door]] = {
    "import": Door(
        (
            "工单编号,来电时间,诉求内容,办理时限\n9903001,2026-11-05,渗水,2026-12-05\n".encode(),
            "工单编号\t来电时间\t诉求内容\n9903001\t2026/11/5 9:30\t车库渗水\n".encode("gb18030"),
            b'Unique Key,Created Date,Complaint Type\n9,11/05/2026 09:30:00 AM,"Lamp, out"\n',
        ),
        _import,
    ),
    "feed": Door(
        (
            json.encode(
                {
                    "generation": "g",
                    "cursor": "c",
                    "more": False,
                    "changes": [
                        {"type": "order", "order": {"order_no": "1", "title": "车库渗水"}},
                        {"type": "left", "order_no": "2", "reason": "removed"},
                    ],
                }
            ),
        ),
        _feed,
    ),
    "configuration": Door(
        (
            b'look = "dark"\nreduced_motion = true\n[keys]\n"order.context" = "ctrl+k,C"\n'
            b'[[macro]]\nname = "m"\nkey = "f5"\nsteps = ["context C05 words", "shelve 7d"]\n',
        ),
        _configuration,
    ),
    "macros": Door(
        (
            b'[[macro]]\nname = "m"\nkey = "f5"\nsteps = ["context C05 words", "shelve 7d"]\n'
            b'[[macro]]\nname = "n"\nkey = "ctrl+k"\nsteps = ["shelve 7d", "shortlist", "next"]\n',
        ),
        _macros,
    ),
    "view": Door(
        (
            'name = "幸福里片区"\nquery = "place:幸福里 state:open due:<3d"\n'
            'order = "arrived"\ngroup = "place"\n'.encode(),
        ),
        _view,
    ),
    "templates": Door(
        (
            '[promise]\ncode = "C03"\n[promise.label]\nzh = "承诺"\nen = "promise"\n'
            '[promise.text]\nzh = "{who} 承诺"\nen = "{who} promised"\n'.encode(),
        ),
        _templates,
    ),
    "taxonomy": Door((built_in_toml()[:4000].encode(), built_in_toml().encode()), _taxonomy),
    "query": Door(("state:open due:<3d place:幸福里 code:R02 停车".encode(), b'"a b":c'), _query),
}
