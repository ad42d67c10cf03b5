"""What no screen, document or file may tell of a person: a score, a rank, a count beside a name.

Used on what is put out, wherever it is put out; each test that uses it plants one as well, so that
the check is known to find it (DESIGN §1.3).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

FORBIDDEN: Final = re.compile(
    r"scor|rank|rating|leader_?board|black_?list|grey_?list|watch_?list|reputation|offend|strike"
    r"|nuisance|trust|karma|points|productiv|performance|online_time|check_?in|habitual"
    r"|known_caller|repeat_caller|caller_(count|total|level|class|type|tag|mark|risk)"
    r"|worker_(count|total|level|class|mark|figure)"
)
"""Names of columns, fields, options: in what is made for programs."""

SENTENCES: Final = re.compile(
    r"黑名单|灰名单|排行|排名|名次|榜|信用分|积分|评分|得分|老户|惯投|重点人员"
    r"|black ?list|watch ?list|leader ?board|\branks?\b|\branking\b|\bscores?\b|known caller"
    r"|repeat caller|frequent caller|top (caller|worker)s?",
    re.IGNORECASE,
)
"""Words of sentences: in what is made for people."""

_UNITS: Final = r"件|次|单|条|分|名|%|％|orders?|calls?|marks?|points?|proposals?|reviews?|times"

PERSON: Final = frozenset({"author", "worker", "caller_name", "caller_phone", "caller_hash"})
"""Fields that name one person."""

OF_ONE_THING: Final = frozenset(
    {"order_revision", "revision", "substance_revision", "extensions", "returns", "rehandled"}
)
"""Numbers that stand beside a name and are of an order or of what was said about it."""


def in_words(text: str, people: Iterable[str]) -> list[str]:
    """The lines of a screen or of plain output that tell such a thing of a person."""
    names = "|".join(re.escape(name) for name in people)
    counted = re.compile(
        rf"({names})[^\w\n]{{0,4}}(来电|投诉|办理|办件|called|wrote|handled)?[^\w\n]{{0,2}}"
        rf"\d{{1,4}}(\.\d+)?\s?({_UNITS})"
        rf"|({names})[^\w\n]{{1,4}}\d{{1,4}}(\.\d+)?(?=\s*$|\s{{2,}}|[│|])"
        rf"|\d{{1,4}}\s?({_UNITS})[^\w\n]{{0,4}}({names})",
        re.IGNORECASE,
    )
    return [
        line.strip() for line in text.splitlines() if SENTENCES.search(line) or counted.search(line)
    ]


def in_document(document: Any, people: Iterable[str], where: str = "$") -> Iterator[str]:
    """The places of a JSON document that do: by the name of a field, by a number beside a
    person's name, or by a table whose keys are people."""
    names = set(people)
    match document:
        case dict():
            yield from _in_object(document, names, where)
            for name, value in document.items():
                yield from in_document(value, names, f"{where}.{name}")
        case list():
            for value in document:
                yield from in_document(value, names, f"{where}[]")


def _in_object(fields: Mapping[str, Any], names: set[str], where: str) -> Iterator[str]:
    for name in fields:
        if FORBIDDEN.search(name.lower()) or name in names:
            yield f"{where}.{name}"
    of_someone = bool(PERSON & fields.keys()) or any(
        isinstance(value, str) and value in names for value in fields.values()
    )
    if of_someone:
        yield from (
            f"{where}.{name}"
            for name, value in fields.items()
            if isinstance(value, int | float)
            and not isinstance(value, bool)
            and name not in OF_ONE_THING
        )
