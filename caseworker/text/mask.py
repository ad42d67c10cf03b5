"""People's names and numbers masked for display (DESIGN §1.7): a shape that a worker who knows the
caller knows again, and nobody else. What comes out goes through `safe` like any stored text.
"""

import re
from datetime import date
from itertools import count
from typing import Final

from caseworker.text.safe import INVISIBLE


def mask_name(name: str) -> str:
    """The first character of each word: 王小明 → 王**, John Smith → J*** S***."""
    return re.sub(r"\S+", _masked_word, _visible(name))


def mask_phone(phone: str) -> str:
    """The number without the four digits before its last four: 13800005521 → 138****5521.

    Of more digits than a telephone number has (15, ITU-T E.164), as where two numbers share a
    field, the last four stay; of fewer than seven, or none, nothing does.
    """
    phone = _visible(phone)
    digits = len(re.findall(r"\d", phone))
    if digits < 7:
        return re.sub(r"\w", "*", phone)
    first = 0 if digits > 15 else max(digits - 8, 0)
    return _starred(phone, range(first, digits - 4))


def mask_inside(text: str) -> str:
    """Free text with the telephone and identity-card numbers in it masked.

    Bare landline numbers are taken for what they are only after 电话 or 座机.
    """
    return _NUMBER.sub(_masked_number, _visible(text))


def _visible(text: str) -> str:
    # A number that was copied from a phone has bidi controls round it, or within.
    return re.sub(INVISIBLE, "", text)


def _masked_word(word: re.Match[str]) -> str:
    first, rest = word.group()[0], word.group()[1:]
    # Three stars where the length of a name would tell who it is.
    return first + ("*" * max(len(rest), 1) if first >= "\u2e80" else "***")


def _masked_number(found: re.Match[str]) -> str:
    number = found.group()
    if found.lastgroup == "card":
        return _starred(number, range(2, 16)) if _is_card(found["card"]) else number
    return mask_phone(number)


def _starred(text: str, hidden: range) -> str:
    """`text` with stars for the digits (a final X among them) at these places, counted from 0."""
    place = count()
    return re.sub(r"[\dXx]", lambda digit: "*" if next(place) in hidden else digit.group(), text)


def _is_card(number: str) -> bool:
    """Whether 18 digits are an identity-card number (GB 11643): place, birthday, sequence, check.

    Order numbers look alike, with the day of the call for the birthday. So a birthday from 2020 on
    counts only where the check digit is right, as it is in one order number of eleven by chance;
    an earlier one counts even with a slip of the pen.
    """
    places = re.findall(r"[\dXx]", number)
    year, month, day = (int("".join(places[a:b])) for a, b in ((6, 10), (10, 12), (12, 14)))
    try:
        date(year, month, day)
    except ValueError:
        return False
    values = [10 if place in "Xx" else int(place) for place in places]
    checked = sum(value << (17 - place) for place, value in enumerate(values)) % 11 == 1
    return checked or 1900 <= year < 2020


_NUMBER: Final = re.compile(
    r"""
    (?<!\d)
    (?: (?P<card> \d{6} [ -]? \d{8} [ -]? \d{3}[\dXx] )
      | (?P<mobile> (?:\+?86[ -]?)? [1１][3-9３-９] (?:[ -]?\d){9} )
      | (?P<landline> [0０]\d{2,3} [)） -]{0,2} \d{7,8} )
      | (?P<after_its_name> (?<=电话|座机) \D{0,3} \d{7,8} )
      | (?P<american> (?:\+?1[ .-]?)? \(?\d{3}\)? [ .-]{1,2} \d{3} [ .-] \d{4} )
    )
    (?!\d)
    """,
    re.VERBOSE,
)
