"""Traits: what the search for repeats knows of an order, small enough to compare hundreds."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from math import cos, floor, radians
from typing import Final
from unicodedata import normalize

from msgspec import Struct, msgpack

from caseworker.model.order import WorkOrder
from caseworker.repeats import place_en, place_zh
from caseworker.repeats.keys import KIND_SHIFT, KeyKind, key_of, kind_of
from caseworker.repeats.terms import TEXT_MAX, address_terms, term_of, terms_of, words_of

READING: Final = "4"
"""Which way of reading orders the kept traits come from; raise it when that changes, and every
cache reads its orders anew."""

CELL_METRES: Final = 250
METRES_A_DEGREE: Final = 111_320


class Traits(Struct, frozen=True, array_like=True, gc=False):
    """Everything about an order that two orders are compared by. Times are seconds since 1970."""

    order_no: str
    at: int
    """When it was received; 0 where that is not known."""
    closed_at: int
    """When it was closed; 0 where it is open or that is not known."""
    is_open: bool
    channel: str
    caller: int
    """The key of the caller's hash, 0 where the hub gave none."""
    subject: int
    """The key of the narrowest step of its category, or of its type; 0 without one."""
    wider: int
    """The key of the widest step of its category; 0 without one."""
    places: tuple[int, ...]
    """The keys of all that it names of its place."""
    kinds: int
    """The kinds of these keys, as bits."""
    houses: tuple[tuple[int, int], ...]
    """Roads by their key, with a house number."""
    lat: float | None
    lon: float | None
    links: tuple[int, ...]
    """The keys of the orders that it names as previous or urged."""
    terms: bytes
    """The terms of its text, four bytes each."""
    address: bytes
    """The terms of its address, as of `terms`; no text's term is one of these."""
    named: bytes = b""
    """Those of `terms` that stand nowhere in the text but in the names of places."""


def integers(terms: bytes) -> array[int]:
    """The terms of a text or an address as integers."""
    found = array("I")
    found.frombytes(terms)
    return found


def bits_of(keys: Iterable[int]) -> int:
    """The kinds of keys, a bit for each."""
    bits = 0
    for key in keys:
        bits |= 1 << (key >> KIND_SHIFT)
    return bits


_encoder = msgpack.Encoder()
_decoder = msgpack.Decoder(Traits)
encode = _encoder.encode
decode = _decoder.decode


class Read(Struct, frozen=True):
    """The traits of an order, with what only a query needs."""

    traits: Traits
    words: list[str]
    """The words of its text, as the search index knows them."""
    address: list[str]
    """Those of its address."""


def traits_of(order: WorkOrder) -> Traits:
    """The traits of an order."""
    return read(order).traits


def read(order: WorkOrder) -> Read:
    """The traits of an order, and its words."""
    text = folded(f"{order.title}\n{order.content}"[:TEXT_MAX])
    named = _Named()
    named.read_columns(order)
    named.read_text(text)
    words = words_of(text)
    spoken = set(words)
    told: set[int] = set()
    if named.spans:
        told = set(map(term_of, set(words_of(_without_names(text, named.spans)))))
    category = _category(order)
    if category and spoken:
        # A title that only says the category again is no text of the citizen.
        spoken -= set(words_of(folded(" ".join(category))))
    if len(spoken) < _TEXT_MIN:
        spoken = set()
    terms = terms_of(spoken)
    address = words_of(order.address)
    traits = Traits(
        order_no=order.order_no,
        at=0 if order.received_at is None else int(order.received_at.timestamp()),
        closed_at=0 if order.closed_at is None else int(order.closed_at.timestamp()),
        is_open=order.state == "open",
        channel=order.channel,
        # Who gave a secret order is not even compared.
        caller=0
        if order.is_secret or not order.caller_hash
        else key_of(KeyKind.CALLER, order.caller_hash),
        subject=0
        if not category or folded(category[-1]).strip() in _NO_SUBJECT
        else key_of(KeyKind.SUBJECT, folded(category[-1])),
        wider=key_of(KeyKind.SUBJECT, folded(category[0])) if len(category) > 1 else 0,
        places=tuple(sorted(named.keys)),
        kinds=bits_of(named.keys),
        houses=tuple(sorted(named.houses)),
        lat=order.lat,
        lon=order.lon,
        links=tuple(
            key_of(KeyKind.NAMES, number)
            for number in (order.previous_no, order.urge_no)
            if number and number != order.order_no
        ),
        terms=array("I", sorted(terms)).tobytes(),
        address=array("I", sorted(address_terms(address))).tobytes(),
        named=array("I", sorted(terms - told)).tobytes() if named.spans else b"",
    )
    return Read(traits, [word for word in dict.fromkeys(words) if word in spoken], address)


def _without_names(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """A folded text with the names of places cut out."""
    pieces, told_to = [], 0
    for start, end in sorted(spans):
        pieces.append(text[told_to:start])
        told_to = max(told_to, end)
    return " ".join([*pieces, text[told_to:]])


def places_of(order: WorkOrder) -> frozenset[int]:
    """The keys of all that an order names of its place: those of its traits, and nothing else."""
    named = _Named()
    named.read_columns(order)
    named.read_text(folded(f"{order.title}\n{order.content}"[:TEXT_MAX]))
    return frozenset(named.keys)


def named_in(place: str) -> frozenset[int]:
    """The keys of all that the words for one place name."""
    named = _Named()
    named.read_address(place)
    return frozenset(named.keys)


def trace_keys(traits: Traits) -> Iterator[int]:
    """The keys under which an order is found again."""
    if traits.caller:
        yield traits.caller
    yield from traits.links
    for key in traits.places:
        if kind_of(key) not in _NOT_TRACED:
            yield key
    yield from area_subject(traits)
    if traits.subject:
        yield traits.subject
    if traits.lat is not None and traits.lon is not None:
        row, column = _cell(traits.lat, traits.lon)
        yield key_of(KeyKind.CELL, f"{row}/{column}")
        if traits.subject:
            yield key_of(KeyKind.CELL_SUBJECT, f"{row}/{column}/{traits.subject}")


def area_subject(traits: Traits) -> Iterator[int]:
    """The key of the subject within the narrowest area that the order names."""
    for kind in (KeyKind.COMMUNITY, KeyKind.TOWN, KeyKind.DISTRICT):
        area = next((key for key in traits.places if kind_of(key) == kind), 0)
        if area and traits.subject:
            yield key_of(KeyKind.AREA_SUBJECT, f"{area}/{traits.subject}")
            return


def other_places(order: WorkOrder) -> str:
    """What stands in a city's own columns that are named as places (河涌名称, landmark …)."""
    told = (
        value.strip()
        for column, value in order.extra.items()
        if isinstance(value, str) and _PLACE_COLUMN.search(column.casefold())
    )
    return "\n".join(filter(None, told))[:TEXT_MAX]


def cells_around(traits: Traits) -> list[str]:
    """The names of the order's own square of the map, first, and of the eight around it."""
    if traits.lat is None or traits.lon is None:
        return []
    row, column = _cell(traits.lat, traits.lon)
    return [f"{row}/{column}"] + [
        f"{row + down}/{column + right}"
        for down in (-1, 0, 1)
        for right in (-1, 0, 1)
        if down or right
    ]


def folded(text: str) -> str:
    """Text with one form for each width and case of a character."""
    return normalize("NFKC", text).casefold()


def _cell(lat: float, lon: float) -> tuple[int, int]:
    row = floor(lat * METRES_A_DEGREE / CELL_METRES)
    # One width for a whole row of squares, so that neighbours stay neighbours.
    width = max(cos(radians(row * CELL_METRES / METRES_A_DEGREE)), _POLE)
    return row, floor(lon * METRES_A_DEGREE * width / CELL_METRES)


_NO_SUBJECT: Final = frozenset(
    (
        "其他", "其它", "其他类", "其他问题", "其他诉求", "咨询", "求助", "求决", "投诉", "举报",
        "建议", "意见", "感谢", "表扬", "反映", "诉求", "申诉", "撤单", "骚扰", "无效", "投诉举报",
        "咨询求助", "意见建议", "other", "others", "misc", "complaint", "request", "inquiry",
        "enquiry", "question", "suggestion", "report", "feedback",
    )
)  # fmt: skip
"""Categories that say only that nobody chose one, and types that say only how it was asked: who
asked for help yesterday complains today, and the matter is the same."""

_POLE: Final = 0.01
_TYPE_WORDS: Final = 5
"""Terms up to which a title without a text is taken for the name of a type."""

_TEXT_MIN: Final = 2
"""Terms below which a text says nothing."""

_NOT_TRACED: Final = frozenset({KeyKind.NUMBER, KeyKind.DISTRICT, KeyKind.TOWN})
"""Too common to find an order by."""


def _category(order: WorkOrder) -> list[str]:
    """The steps of its category, else its type, else a short title that stands alone."""
    steps = [step.name for step in order.category if step.name.strip()]
    if steps or order.type.strip():
        return steps or [order.type]
    title = order.title.strip()
    alone = title and not order.content.strip() and len(words_of(folded(title))) <= _TYPE_WORDS
    return [title] if alone else []


class _Named:
    """What an order names of its place, gathered from its columns and its text."""

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []
        """Where the names stand in the text that was read last."""
        self.keys: set[int] = set()
        self.houses: set[tuple[int, int]] = set()

    def read_columns(self, order: WorkOrder) -> None:
        for kind, name in (
            (KeyKind.DISTRICT, order.district),
            (KeyKind.TOWN, order.street),
            (KeyKind.COMMUNITY, order.community),
        ):
            if name.strip():
                self._add(kind, _area(folded(name)))
        self.read_address(order.address)
        self.read_text(folded(other_places(order)))

    def read_address(self, words: str) -> None:
        address = folded(words)
        self._read_zh(address)
        alone = len(self.spans) == 1 and not _NOT_WORD.sub("", _without_names(address, self.spans))
        if _LATIN.search(address):
            english = list(place_en.names_in_address(address))
            self._read_en(english)
            alone = [kind for kind, _name in english] == [KeyKind.ROAD] and len(
                address.split()
            ) == len(english[0][1].split())
        # A road and nothing more is no address: the whole of it says no more than its name.
        if address.strip() and not alone:
            self._add(KeyKind.ADDRESS, _NOT_WORD.sub("", address))

    def read_text(self, text: str) -> None:
        self._read_zh(text)
        if _LATIN.search(text):
            self._read_en(place_en.names_in_text(text))

    def _read_zh(self, text: str) -> None:
        found = place_zh.names_in(text)
        self.spans = [(one.start, one.end) for one in found]
        for one in found:
            self._add(one.kind, one.name)

    def _read_en(self, names: Iterable[tuple[KeyKind, str]]) -> None:
        for kind, name in names:
            self._add(kind, name)

    def _add(self, kind: KeyKind, name: str) -> None:
        self.keys.add(key_of(kind, name))
        if kind is KeyKind.HOUSE:
            road, number = name.rsplit("/", 1)
            if number.isdecimal():
                self.houses.add((key_of(KeyKind.ROAD, road), int(number)))
                self.keys.add(key_of(KeyKind.BLOCK, f"{road}/{int(number) // 100}"))


def _area(name: str) -> str:
    """The name of a community, town or district as the text would name it."""
    name = name.strip()
    for suffix, spelt in (("居委会", "社区"), ("村委会", "村"), ("办事处", ""), ("街道办", "街道")):
        if name.endswith(suffix):
            name = name.removesuffix(suffix) + spelt
    match = _AREA.fullmatch(name)
    return match[1] if match else name


_AREA: Final = re.compile(r".*?([\u3400-\u9fff]{2}(?:社区|街道|镇|乡|村|区|县|市))")
_PLACE_COLUMN: Final = re.compile(
    "河涌|河流|河道|水体|水库|湖泊|地点|位置|地址|路段|道路|小区|楼栋|楼盘|村名|村庄|地标|场所"
    "|location|address|place|street|road|river|landmark|site|building|intersection"
)
_NOT_WORD: Final = re.compile(r"[\W_]+")
_LATIN: Final = re.compile("[a-z]")
