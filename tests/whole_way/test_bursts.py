"""Whoever types faster than the desk can answer loses no character, in whatever kind of form."""

import json
import time
from pathlib import Path

import pytest

from tests.terminal import WAIT_SECONDS, Terminal
from tests.whole_way.street import Desk
from tests.whole_way.test_on_a_terminal import COMMAND, TAB
from tests.whole_way.test_whole_way import nyc_like

FIRST, LAST = "90000000", "90000004"
BACK_TAB, FROM_THE_START = "\x1b[Z", "\x15"

BURSTS = {
    "context": ("c3" + TAB + "物业承诺二十日以前修好路灯", ["物业承诺二十日以前修好路灯"]),
    "objection": (
        "o2" + TAB + "物业公司" + TAB + "法院诉讼" + TAB + "本街道没有执法权",
        ["物业公司", "法院诉讼", "本街道没有执法权"],
    ),
    "unreasonable": (
        "u1" + TAB + "要求赔十年" + TAB + "条例第二十七条" + TAB + "已当面解释两次",
        ["要求赔十年", "条例第二十七条", "已当面解释两次"],
    ),
    # The code is changed once evidence is there: what both codes ask for keeps its words.
    "unreasonable, then another code": (
        "u1" + TAB + "要求" + TAB + "条例第七条" + BACK_TAB + BACK_TAB + "21" + TAB + "赔十年",
        ["要求赔十年", "条例第七条"],
    ),
    "repeat": (
        "Gre1" + TAB + FROM_THE_START + "90000003" + TAB + "同一盏路灯又灭了",
        ["90000003", "同一盏路灯又灭了"],
    ),
    "review": ("v2" + TAB + "没有听证会记录", ["没有听证会记录"]),
    # A paste keeps its place among the keys.
    "context, with a paste": (
        "c3" + TAB + "承诺\x1b[200~二十日以前\x1b[201~修好",
        ["承诺二十日以前修好"],
    ),
}


@pytest.mark.parametrize("form", list(BURSTS))
def test_every_character_of_a_burst_is_kept(form: str, tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    desk.ask("import", nyc_like(tmp_path / "rows.csv", 5))
    proposed = ("--code", "J02", "--unit", "区住建局", "--text", "不归街道管")
    desk.ask("objection", FIRST, *proposed, "--as", "zhao")
    burst, typed = BURSTS[form]
    number = LAST if burst.startswith("G") else FIRST
    with Terminal(COMMAND, desk.environment()) as terminal:
        terminal.until("Lamp 0 out")
        terminal.press(burst)
        terminal.until(typed[-1])
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            drafts = json.dumps(desk.ask("show", number)["drafts"], ensure_ascii=False)
            if all(words in drafts for words in typed):
                return
            assert time.monotonic() < deadline, drafts
