"""Texts that a citizen, or who plays one, may send, and a look for their bytes on a terminal.

Each text that carries controls has words of its own right behind them, which no application
writes: so `raw_bytes_in` tells the text's sequences from the application's.
"""

import re
from base64 import b64encode
from typing import Final
from unicodedata import category


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


HOSTILE: Final[dict[str, str]] = {
    "csi": "\x1b[31;5mred-Qcsi\x1b[2Jcleared-Qcsi\x1b[?1049hscreen-Qcsi",
    "title": "\x1b]0;owned-Qtitle\x07after-Qtitle",
    "report": "\x1b[6nwhere-Qreport\x1b]11;?\x07colour-Qreport",
    "osc52": f"\x1b]52;c;{_base64('owned-Qosc52')}\x07after-Qosc52",
    "osc8": "\x1b]8;;https://hostile.example/Qosc8\x1b\\click-Qosc8\x1b]8;;\x1b\\",
    "dcs": "\x1bP$qm-Qdcs-query\x1b\\after-Qdcs",
    "apc": "\x1b_Gf=24-Qapc-picture\x1b\\after-Qapc",
    "reset": "\x1bcreset-Qris\x1b7saved-Qris\x0eshifted-Qris\x0fback-Qris",
    "c1_csi": "\x9b31;5mred-Qc1csi\x9b2Jcleared-Qc1csi",
    "c1_osc": f"\x9d52;c;{_base64('owned-Qc1osc')}\x9cafter-Qc1osc",
    "c1_rest": "".join(f"{chr(code)}after-Qc1-{code:x}" for code in range(0x80, 0xA0)),
    "c0_all": "".join(f"{chr(code)}after-Qc0-{code:02x}" for code in (*range(1, 32), 127)),
    "tab_cr_backspace": "Qtcb one\ttab-Qtcb\rover-Qtcb\b\b\brubbed-Qtcb\r\nline-Qtcb\nline",
    "line_breaks": "Qbreak\x0bvertical-Qbreak\x0cform-Qbreak\x85next-Qbreak\u2028line\u2029para",
    "nul": "before\x00after-Qnul",
    "surrogate": "before\ud800after-Qhigh\udc9b31mred-Qlow",
    "noncharacters": "Qnon \ufffe \uffff \ufdd0 \U0010ffff",
    "bidi_override": "Qbidi \u202egnp.exe\u202c \u202dleft\u202c \u202aa\u202c \u202bb\u202c",
    "bidi_isolates": "Qisolate \u2066a\u2067b\u2068c\u2069 \u200el\u200fr\u061c",
    "invisible": "Qin\u200bvi\u200csi\u200db\u2060le \ufeff\u00ad\u3164\uffa0\u180e",
    "tags": "Qtags" + "".join(chr(0xE0000 + ord(char)) for char in "hidden words"),
    "marks": "Qmarks e" + "\u0301" * 10_000 + " after",
    "marks_mixed": "Qmixed " + "a\u0300\u0323\u20dd\u200b\u0489" * 500 + "\u1160" * 500,
    "emoji": "Qemoji 👨‍👩‍👧‍👦 👩🏽‍🚒 🏳️‍🌈 ❤️ 1️⃣ 🇨🇳",
    "markup_close": "[/]",
    "markup_click": "[@click=app.quit]x[/]",
    "markup_style": "[red]not red [bold",
    "markup_link": "[link=https://hostile.example]x[/link]",
    "rtl": "שלום עולם Qrtl مرحبا بالعالم 12345",
    "long_word": "Qword" + "w" * 5_000,
    "long_line": "Qline" + "幸福里小区地下车库渗水" * 90_909,
    "formula": "=cmd|'/C calc'!A1",
    "option": "--help; $(reboot) `reboot` '\" \\",
}
"""Name → text. `long_line` has 1,000,004 characters, `marks` 10,000 combining marks on one."""

STORABLE: Final[dict[str, str]] = {
    name: text
    for name, text in HOSTILE.items()
    if not re.search("[\0\ud800-\udfff]", text) and len(text) <= 200_000
}
"""Those that every door takes, as `LongText` at least: the others are refused there."""

_CONTROL: Final = "\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff"

# Shorter ones the application may well write itself.
_CONTROL_AND_WORDS: Final = re.compile(f"[{_CONTROL}][^\n{_CONTROL}]{{6,12}}")

_INVISIBLE_LETTERS: Final = frozenset("\u3164\uffa0\u1160")


def raw_bytes_in(output: bytes, probe: str) -> list[str]:
    """The sequences of the hostile text `probe` that stand raw in a terminal's `output`.

    Sought are controls together with the words behind them (a line feed is no offence), each
    invisible or bidi character, and five combining marks in a row.
    """
    return [sequence for sequence in _forbidden(probe) if _stands_in(output, sequence)]


def _forbidden(probe: str) -> list[str]:
    alone = {char for char in set(probe) if _never_written(char)}
    piles = {mark * 5 for mark in set(probe) if category(mark) in {"Mn", "Me"}}
    return [*_CONTROL_AND_WORDS.findall(probe), *sorted(alone), *sorted(piles)]


def _never_written(char: str) -> bool:
    return (
        category(char) in {"Cf", "Cn", "Zl", "Zp"}
        or "\ufe00" <= char <= "\ufe0f"
        or char in _INVISIBLE_LETTERS
    )


def _stands_in(output: bytes, sequence: str) -> bool:
    # A lone surrogate may come out as three bytes, or as the one that it was escaped from.
    raw = {sequence.encode("utf-8", "surrogatepass")}
    if not re.search("[\ud800-\udc7f\udd00-\udfff]", sequence):
        raw.add(sequence.encode("utf-8", "surrogateescape"))
    return any(found in output for found in raw)
