"""When something was seen, as a worker types it: 昨天 15:00, 11-23, 2h ago, an ISO time.

Every form is read against the moment at which it is typed, and in that moment's zone. A day
without a time is that day's noon; a day without a year is the nearest one that is past, unless
it lies two weeks ahead at most, which is a slip that `is_ahead` tells.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

SLACK: Final = timedelta(minutes=5)
"""How far ahead a moment may lie: clocks differ, and a minute is typed as it ends."""


def understood(words: str, now: datetime) -> datetime | None:
    """The moment that the words mean, or None where they mean none."""
    told = _folded(words)
    if not told:
        return None
    for read in (_iso, _ago, _named):
        moment = read(told, now)
        if moment is not None:
            return moment
    return None


def is_ahead(moment: datetime, now: datetime) -> bool:
    """Whether a moment is still to come: nobody has seen what has not happened."""
    return moment - now > SLACK


def _folded(words: str) -> str:
    from unicodedata import normalize

    return " ".join(normalize("NFKC", words).casefold().split())


def _iso(told: str, now: datetime) -> datetime | None:
    if not _ISO.match(told):
        return None
    try:
        moment = datetime.fromisoformat(told.upper())
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=now.tzinfo)


def _ago(told: str, now: datetime) -> datetime | None:
    match = _AGO_ZH.fullmatch(told) or _AGO_EN.fullmatch(told)
    if match is None:
        return None
    number = _number(match["number"])
    if number is None:
        return None
    unit = next(unit for begin, unit in _UNITS if match["unit"].startswith(begin))
    halves = 2 * number + bool(match["half"] or match["number"].startswith(("半", "half")))
    try:
        return now - unit / 2 * halves
    except OverflowError:
        return None


def _named(told: str, now: datetime) -> datetime | None:
    """A day, a time, or both; whatever is left over means that it was not read."""
    if told in _NOW:
        return now
    day, rest = _day(told, now.date())
    clock, rest = _clock(rest)
    if _LEFT_OVER.search(rest) or (day is None and clock is None):
        return None
    moment = datetime.combine(day or now.date(), clock or time(_NOON), now.tzinfo)
    return min(moment, now) if clock is None and moment.date() == now.date() else moment


def _day(told: str, today: date) -> tuple[date | None, str]:
    """A day and what stands around it."""
    match = _DAY_WORD.search(told)
    if match is not None:
        back = timedelta(days=_DAYS[match["day"]])
        # 昨晚 names a part of the day as well, which `_clock` reads.
        return today - back, told[: match.start()] + (match["part"] or " ") + told[match.end() :]
    match = _WEEKDAY_ZH.search(told) or _WEEKDAY_EN.search(told)
    if match is not None:
        wanted = _WEEKDAYS[match["day"]]
        back_days = (today.weekday() - wanted) % 7
        if match["last"]:
            back_days = today.weekday() + 7 - wanted
        return today - timedelta(days=back_days), _without(told, match)
    for pattern in _DATES:
        match = pattern.search(told)
        if match is not None:
            found = _date(match, today)
            return found, told if found is None else _without(told, match)
    return None, told


def _date(match: re.Match[str], today: date) -> date | None:
    year = match.groupdict().get("year")
    try:
        if year:
            return date(int(year), int(match["month"]), int(match["day"]))
        return next(_past(int(match["month"]), int(match["day"]), today))
    except (ValueError, StopIteration):
        return None


def _past(month: int, day: int, today: date) -> Iterator[date]:
    # The 29th of February may be eight years back.
    for year in range(today.year + 1, today.year - 9, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found - today <= _A_SLIP:
            yield found


def _clock(told: str) -> tuple[time | None, str]:
    """A time of day and what stands around it."""
    match = _TIME.search(told)
    if match is None:
        part = _PART.search(told)
        return (None, told) if part is None else (time(_PARTS[part[0]][1]), _without(told, part))
    hour = _number(match["hour"])
    minute = _number(match["minute"] or match["minutes"] or "0")
    if hour is None or minute is None:
        return None, told
    if match["half"]:
        minute = 30
    elif match["quarter"]:
        minute = 15 * (_number(match["quarter"]) or 1)
    part_name = match["part"] or match["english"]
    if part_name:
        hour = _PARTS[part_name][0](hour)
    try:
        return time(hour, minute), _without(told, match)
    except ValueError:
        return None, told


def _without(told: str, match: re.Match[str]) -> str:
    return f"{told[: match.start()]} {told[match.end() :]}"


def _afternoon(hour: int) -> int:
    return hour + 12 if hour < 12 else hour


def _morning(hour: int) -> int:
    return hour % 12 if hour <= 12 else hour


def _noon(hour: int) -> int:
    return hour + 12 if hour < 3 else hour


def _as_is(hour: int) -> int:
    return hour


def _number(numeral: str) -> int | None:
    if numeral.isdecimal():
        return int(numeral)
    if numeral in ("", "半", "half a", "half an", "half"):
        return 0
    if numeral in ("a", "an", "one"):
        return 1
    total, current = 0, 0
    for char in numeral:
        if char == "十":
            total += (current or 1) * 10
            current = 0
        elif char in _DIGITS:
            current = _DIGITS[char]
        else:
            return None
    return total + current


_NOON: Final = 12
_A_SLIP: Final = timedelta(days=14)
"""A day without a year that lies no farther ahead is next month's, and a slip."""

_DIGITS: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_HAN_NUMBER: Final = "[零一二两三四五六七八九十]{1,3}"

_NOW: Final = frozenset({"刚才", "刚刚", "现在", "now", "just now"})
_LEFT_OVER: Final = re.compile(r"[^\s,，的在]")

_DAYS: Final = {
    "今": 0, "今天": 0, "今日": 0, "昨": 1, "昨天": 1, "昨日": 1, "前": 2, "前天": 2, "前日": 2,
    "大前天": 3, "today": 0, "yesterday": 1, "last": 1, "this": 0, "the day before yesterday": 2,
}  # fmt: skip
_DAY_WORD: Final = re.compile(
    "(?P<day>大前天|[今昨前][天日]|[今昨前](?=[早晚])|the day before yesterday|today|yesterday"
    "|last(?= night)|this(?= (?:morning|afternoon|evening)))(?P<part>[早晚]上?)?"
)

_UNITS: Final = (
    ("分", timedelta(minutes=1)), ("小时", timedelta(hours=1)), ("钟", timedelta(hours=1)),
    ("天", timedelta(days=1)), ("日", timedelta(days=1)), ("周", timedelta(weeks=1)),
    ("星期", timedelta(weeks=1)),
    ("m", timedelta(minutes=1)), ("h", timedelta(hours=1)), ("d", timedelta(days=1)),
    ("w", timedelta(weeks=1)),
)  # fmt: skip
_AGO_ZH: Final = re.compile(
    rf"(?P<number>\d{{1,4}}|半|{_HAN_NUMBER}) ?个?(?P<half>半)?"
    r"(?P<unit>分钟|分|小时|钟头?|天|日|周|星期)(?:以前|之前|前)"
)
_AGO_EN: Final = re.compile(
    r"(?P<number>\d{1,4}|an?|one|half an?)(?P<half> and a half)? ?"
    r"(?P<unit>m|mins?|minutes?|h|hrs?|hours?|d|days?|w|wks?|weeks?) ago"
)

_PARTS: Final[dict[str, tuple[Callable[[int], int], int]]] = {
    "凌晨": (_morning, 3), "清晨": (_morning, 6), "早上": (_morning, 8), "早晨": (_morning, 8),
    "早": (_morning, 8), "上午": (_morning, 10), "中午": (_noon, 12), "下午": (_afternoon, 15),
    "傍晚": (_afternoon, 18), "晚上": (_afternoon, 20), "晚": (_afternoon, 20),
    "夜里": (_as_is, 23), "am": (_morning, 9), "a.m.": (_morning, 9), "pm": (_afternoon, 15),
    "p.m.": (_afternoon, 15), "morning": (_morning, 9), "noon": (_noon, 12),
    "afternoon": (_afternoon, 15), "evening": (_afternoon, 19), "night": (_as_is, 21),
}  # fmt: skip
"""Part of the day → how it reads an hour, and the hour that it means alone."""

_PART: Final = re.compile("|".join(map(re.escape, sorted(_PARTS, key=len, reverse=True))))
_ZH_PARTS: Final = "|".join(sorted((one for one in _PARTS if not one.isascii()), key=len)[::-1])
_TIME: Final = re.compile(
    rf"(?P<part>{_ZH_PARTS})? ?(?<!\d)(?P<hour>\d{{1,2}}|{_HAN_NUMBER}(?=[点时]))(?:"
    rf"[点时](?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>\d{{1,2}}|{_HAN_NUMBER})分?|整)?"
    r"|[:.](?P<minutes>\d{2})(?::\d{2})?(?!\d)"
    r"|(?= ?[ap]\.?m)"
    r")(?: ?(?P<english>a\.?m\.?|p\.?m\.?)(?![a-z]))?"
)

_WEEKDAYS: Final = {
    **{char: at for at, char in enumerate("一二三四五六")}, "日": 6, "天": 6,
    **{name: at for at, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
}  # fmt: skip
_WEEKDAY_ZH: Final = re.compile("(?P<last>上个?)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天])")
_WEEKDAY_EN: Final = re.compile(
    r"(?P<last>\blast )?\b(?P<day>mon|tue|wed|thu|fri|sat|sun)"
    r"(?:day|sday|nesday|rsday|urday|rs?)?\b"
)
_DATES: Final = (
    re.compile(
        r"(?<!\d)(?P<year>\d{4})[-/.年](?P<month>\d{1,2})[-/.月](?P<day>\d{1,2})[日号]?(?!\d)"
    ),
    re.compile(r"(?<!\d)(?P<month>\d{1,2})[-/月](?P<day>\d{1,2})[日号]?(?!\d)"),
)
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}")
