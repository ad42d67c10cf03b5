"""Every door through which bytes of others come in, and what may come out of it: no surprise."""

import io
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx
from hypothesis import strategies as st
from msgspec import MsgspecError, Struct, convert, json
from PIL import Image

from caseworker.cache import key
from caseworker.desk import macros, own_views
from caseworker.desk.configuration import FILE, read_configuration
from caseworker.desk.evidence import look_at
from caseworker.desk.picture import FORMATS, photograph
from caseworker.desk.query import read_query
from caseworker.desk.templates import FOLDER, templates
from caseworker.exchange.orders_in import read_orders
from caseworker.model.annotation import Annotation
from caseworker.model.evidence import ENDINGS
from caseworker.model.taxonomy import built_in, built_in_toml, parse_taxonomy
from caseworker.model.trouble import Trouble
from caseworker.model.wire import LeftoverBatch
from caseworker.text.safe import safe
from hub import feed
from hub.door import NotAdmitted, TooDeep, admit_value
from hub.problems import Refusal
from screens.keymap import checked, with_keys
from sync.hotline import HotlineClient
from sync.reading import UnreadablePage, read_page
from tests.hostile import HOSTILE
from tests.model.marks import a_mark
from tests.sync.street import Whole

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


def _key_file(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / "key.json").write_bytes(content)
        # As whoever types the passphrase, or has none.
        for ask in (None, lambda _first: "correct horse"):
            with suppress(Trouble):
                key.unlock(Path(folder), ask)


def _answer(content: bytes) -> None:
    """What stands at the other end of the line, to every call, as whatever it may be."""
    status = 200 + content[0] * 2 if content else 200
    media_types = ("application/json", "application/problem+json", "text/html", "")
    given = {"Content-Type": media_types[len(content) % 4], "Upload-Offset": f"{len(content)}"}

    def answered(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=given, stream=Whole(content))

    said = a_mark("C03", id="00000000-0000-7000-8000-000000000001")
    with HotlineClient("http://127.0.0.1:1", "t", httpx.MockTransport(answered)) as client:
        for call in (
            client.health,
            client.me,
            lambda: client.enrol("ABCD", "d"),
            lambda: client.feed("", 1),
            lambda: client.push([said]),
            lambda: client.tell([]),
            lambda: client.hand_over(LeftoverBatch([])),
            lambda: client.evidence_state("0" * 64),
            lambda: client.send_piece("0" * 64, 0, b"x"),
            lambda: client.fetch_piece("0" * 64, 0),
        ):
            try:
                call()
            except Trouble as trouble:
                assert_showable([str(trouble)])


def _cursor(content: bytes) -> None:
    with suppress(Refusal):
        feed.read_cursor(content.decode("latin-1"))


def _annotation(content: bytes) -> None:
    """What the hub stores of words that are sent to it: nothing that a desk could not read."""
    try:
        fields = json.decode(content)
        admit_value(fields)
        said = convert(fields, Annotation)
    except (MsgspecError, UnicodeDecodeError, RecursionError, NotAdmitted, TooDeep):
        return
    assert json.decode(json.encode(said), type=Annotation) == said


def _evidence(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        for ending, media_type in ENDINGS.items():
            file = Path(folder) / f"found{ending}"
            file.write_bytes(content)
            with suppress(Trouble):
                look_at(file)
            if media_type in FORMATS:
                with suppress(Trouble):
                    photograph(content, media_type)


def _png() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(made, "PNG")
    return made.getvalue()


def _jpeg() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(made, "JPEG", exif=Image.Exif())
    return made.getvalue()


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
    "key file": Door(
        (
            json.encode(key.KeyFile(method="beside", salt="", check="0" * 64, key="1" * 64)),
            json.encode(
                key.KeyFile(method="passphrase", salt="0" * 32, check="0" * 64, wrapped="1" * 64)
            ),
        ),
        _key_file,
    ),
    "answer": Door(
        (
            b'{"type":"/problems/role_missing","title":"t","status":403}',
            b'{"generation":"g","cursor":"c","more":false,"changes":[]}',
            b'{"generation":"g","results":[{"id":"1","verdict":"stored","receipt":"r"}]}',
            b'{"worker":"w","unit":"u","unit_name":"n","level":"street","roles":["office"],'
            b'"scope":["u"],"limits":{"page":1,"batch":1,"body_bytes":1},"taxonomy_version":"1"}',
        ),
        _answer,
    ),
    "cursor": Door((b"k7AzMDBlZmNmY2Y4ODE4NDhipjIwMjYuMoEBJw", b""), _cursor),
    "annotation": Door(
        (
            json.encode(a_mark("C03", id="00000000-0000-7000-8000-000000000001")),
            json.encode(
                a_mark("R01", id="00000000-0000-7000-8000-000000000001", earlier=("1", "2"))
            ),
        ),
        _annotation,
    ),
    "evidence": Door((_png(), _jpeg(), b"%PDF-1.7\n", "照片".encode()), _evidence),
    "query": Door(("state:open due:<3d place:幸福里 code:R02 停车".encode(), b'"a b":c'), _query),
}
