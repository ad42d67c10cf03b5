"""What can be typed into the search box: words, and fields such as `state:open due:<3d`.

Whatever is typed can be read: what is not understood is left out and explained in a sentence, and
the rest is asked for. Field names and their values are known in Chinese and English alike.
"""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Any, Final

from msgspec import Struct

from caseworker.cache.standing import CLOSED, LEFT, OPEN
from caseworker.desk.views import VIEWS, View
from caseworker.locale import _, language
from caseworker.text.cut import QUERY_MAX, is_single, phrase

BEGINNING: Final = -(2**33)
END: Final = 2**33
"""Moments before and after everything, in seconds since 1970."""


class Span(Struct, frozen=True):
    """From a moment up to before another, in seconds since 1970."""

    since: int = BEGINNING
    until: int = END

    def cut(self, other: "Span") -> "Span":
        """What both hold."""
        return Span(max(self.since, other.since), min(self.until, other.until))


class Asked(Struct):
    """A query, read."""

    words: list[str] = []
    places: list[str] = []
    units: list[str] = []
    kinds: list[str] = []
    numbers: list[str] = []
    codes: list[str] = []
    standing: int | None = None
    safety: bool | None = None
    secret: bool | None = None
    received: Span | None = None
    due: Span | None = None
    view: View | None = None
    troubles: list[str] = []
    """What was left out and what would be right, as sentences."""

    @property
    def asks(self) -> bool:
        """Whether there is anything to look for."""
        return any(
            value not in ([], None)
            for name, value in zip(self.__struct_fields__, self._values(), strict=True)
            if name != "troubles"
        )

    def _values(self) -> list[Any]:
        return [getattr(self, name) for name in self.__struct_fields__]


def read_query(query: str, now: datetime) -> Asked:
    """Read what was typed; `now` is what days and spans are counted from. Never raises."""
    asked = Asked()
    if len(query) > QUERY_MAX:
        asked.troubles.append(
            _("Only the first {most} characters are looked for.").format(most=QUERY_MAX)
        )
    for name, quoted, plain in _PART.findall(query[:QUERY_MAX]):
        value = (quoted.strip('"') or plain).strip()
        field = _FIELDS.get(name.casefold())
        if field is None:
            if name.isalpha() and not value.startswith("//"):
                asked.troubles.append(_no_such_field(name))
                _take_word(asked, value)
            else:
                _take_word(asked, f"{name}:{value}" if name else value)
        elif not value or not field.read(asked, value, now):
            said = f"{name}:{value}"
            example = f"{name}:{field.example_in(name)}"
            asked.troubles.append(
                _("{said} is left out: write for example {example}").format(
                    said=said, example=example
                )
            )
    return asked


def fields() -> list[tuple[str, str]]:
    """Every field in the language in use: its name, an example of its value."""
    chinese = language() == "zh_CN"
    names = [field.chinese if chinese else field.names[0] for field in _EVERY]
    return [(name, field.example_in(name)) for name, field in zip(names, _EVERY, strict=True)]


class _Field(Struct, frozen=True):
    names: tuple[str, ...]
    """The English name first; Chinese ones among them."""
    example: str
    read: Callable[[Asked, str, datetime], bool]
    """Takes a value in; False where it is not understood."""

    @property
    def chinese(self) -> str:
        """The first of its Chinese names."""
        return next(name for name in self.names if not name.isascii())

    def example_in(self, name: str) -> str:
        """An example of its value, in the language of the name that is used."""
        return self.example if name.isascii() else _IN_CHINESE.get(self.example, self.example)


_PART: Final = re.compile(r'(?:([^\s:："]+)[:：])?(?:("[^"]*"?)|([^\s"]*))')


def _take_word(asked: Asked, word: str) -> None:
    if is_single(word):
        asked.troubles.append(
            _("{word} alone is in too many orders: one more character finds it.").format(word=word)
        )
    elif phrase(word):
        asked.words.append(word)


def _no_such_field(name: str) -> str:
    near = get_close_matches(name.casefold(), _FIELDS, 1, 0.6)
    known = near[0] if near else ", ".join(known_name for known_name, _example in fields())
    return _("{name}: is no field and is left out. Fields: {known}").format(name=name, known=known)


def _state(asked: Asked, value: str, _now: datetime) -> bool:
    standing = _STATES.get(value.casefold())
    if standing is None:
        return False
    asked.standing = standing
    return True


def _flag(name: str) -> Callable[[Asked, str, datetime], bool]:
    def read(asked: Asked, value: str, _now: datetime) -> bool:
        if value.casefold() not in _YES | _NO:
            return False
        setattr(asked, name, value.casefold() in _YES)
        return True

    return read


def _words(name: str) -> Callable[[Asked, str, datetime], bool]:
    def read(asked: Asked, value: str, _now: datetime) -> bool:
        if not phrase(value):
            return False
        getattr(asked, name).append(value)
        return True

    return read


def _code(asked: Asked, value: str, _now: datetime) -> bool:
    if not re.fullmatch(r"[A-Za-z]\d\d", value):
        return False
    asked.codes.append(value.upper())
    return True


def _view(asked: Asked, value: str, _now: datetime) -> bool:
    for view in VIEWS.values():
        if value.casefold() in (view.name, view.label.casefold(), _(view.label).casefold()):
            asked.view = view
            return True
    return False


def _due(asked: Asked, value: str, now: datetime) -> bool:
    if value.casefold() in ("overdue", "late", "超期", "逾期"):
        span: Span | None = Span(until=_seconds(now))
    else:
        span = _span(value, now, 1)
    if span is not None:
        asked.due = span.cut(asked.due or Span())
    return span is not None


def _received(asked: Asked, value: str, now: datetime) -> bool:
    span = _span(value, now, -1)
    if span is not None:
        asked.received = span.cut(asked.received or Span())
    return span is not None


def _from(asked: Asked, value: str, now: datetime) -> bool:
    return _received(asked, f">={value}", now)


def _to(asked: Asked, value: str, now: datetime) -> bool:
    return _received(asked, f"<={value}", now)


def _span(value: str, now: datetime, way: int) -> Span | None:
    """What a moment, a day, a range of days or an age means; `way` is where ages lie: 1 ahead."""
    first, dots, last = value.partition("..")
    if dots:
        begin, end = _day(first, now), _day(last, now)
        if begin is None or end is None:
            return None
        return Span(_midnight(begin, now), _midnight(end + timedelta(days=1), now))
    sign = next(sign for sign in ("<=", ">=", "<", ">", "=", "") if value.startswith(sign))
    rest = value.removeprefix(sign)
    length = _LENGTH.fullmatch(rest)
    if length is not None:
        at = _seconds(now) + way * int(length[1]) * _UNITS[length[2].casefold()]
        before = sign.startswith("<") or not sign
        return Span(until=at) if before == (way > 0) else Span(since=at)
    day = _day(rest, now)
    if day is None:
        return None
    begins, ends = _midnight(day, now), _midnight(day + timedelta(days=1), now)
    spans = {
        "<": Span(until=begins),
        "<=": Span(until=ends),
        ">": Span(since=ends),
        ">=": Span(since=begins),
    }
    return spans.get(sign, Span(begins, ends))


def _day(value: str, now: datetime) -> date | None:
    today = now.date()
    named = _DAYS.get(value.casefold())
    if named is not None:
        return today + timedelta(days=named)
    found = re.fullmatch(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})日?", value)
    if found is None:
        return None
    try:
        return date(int(found[1] or today.year), int(found[2]), int(found[3]))
    except ValueError:
        return None


def _midnight(day: date, now: datetime) -> int:
    return _seconds(datetime.combine(day, time(), now.tzinfo))


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


_STATES: Final = (
    dict.fromkeys(("open", "在办", "未办结"), OPEN)
    | dict.fromkeys(("closed", "办结", "已办结"), CLOSED)
    | dict.fromkeys(("left", "转出", "已转出"), LEFT)
)
_YES: Final = {"yes", "y", "1", "true", "是", "有"}
_NO: Final = {"no", "n", "0", "false", "否", "无"}
_DAYS: Final = {"today": 0, "今天": 0, "yesterday": -1, "昨天": -1, "tomorrow": 1, "明天": 1}
_LENGTH: Final = re.compile(r"(\d{1,4})(m|h|d|w|分钟|小时|天|周)", re.IGNORECASE)
_UNITS: Final = (
    dict.fromkeys(("m", "分钟"), 60)
    | dict.fromkeys(("h", "小时"), 3_600)
    | dict.fromkeys(("d", "天"), 86_400)
    | dict.fromkeys(("w", "周"), 7 * 86_400)
)

_IN_CHINESE: Final = {
    "open": "在办", "<3d": "<3天", "<7d": "<7天", "yes": "是", "overdue": "超期",
}  # fmt: skip

_EVERY: Final = (
    _Field(("state", "状态"), "open", _state),
    _Field(("due", "deadline", "时限", "到期"), "<3d", _due),
    _Field(("received", "来电", "收到"), "<7d", _received),
    _Field(("from", "since", "自"), "2026-11-01", _from),
    _Field(("to", "until", "至"), "2026-11-24", _to),
    _Field(("place", "address", "地点", "地址"), "幸福里", _words("places")),
    _Field(("unit", "单位", "承办"), "和平街道", _words("units")),
    _Field(("kind", "type", "category", "类型", "类别"), "投诉", _words("kinds")),
    _Field(("number", "no", "编号"), "050002", _words("numbers")),
    _Field(("code", "代码", "理由"), "R02", _code),
    _Field(("safety", "安全"), "yes", _flag("safety")),
    _Field(("secret", "保密"), "yes", _flag("secret")),
    _Field(("view", "视图"), "overdue", _view),
)

_FIELDS: Final = {name: field for field in _EVERY for name in field.names}
