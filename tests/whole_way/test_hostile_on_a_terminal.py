"""No command and no screen lets a hostile text's bytes reach a real terminal (DESIGN §8)."""

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import json

from caseworker.cache.annotations import put_annotation, put_decision
from caseworker.cache.connection import open_cache
from caseworker.cache.key import unlock
from caseworker.model.annotation import Annotation, Decision
from caseworker.text.safe import escaped
from tests.builders import NOW, an_order, put
from tests.hostile import HOSTILE, STORABLE, raw_bytes_in
from tests.terminal import Terminal
from tests.whole_way.street import Desk

COMMAND = (sys.executable, "-m", "caseworker")
EVERY_SHORT = "\n".join(text for text in STORABLE.values() if len(text) < 2_000)
LONG = [text for text in STORABLE.values() if len(text) >= 2_000]
IDS = "0193a000-0000-7000-8000-{:012}"


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk whose every order, annotation and decision is hostile."""
    desk = Desk(tmp_path / "home")
    monkeypatch.setenv("CASEWORKER_PASSPHRASE", "correct horse")
    with open_cache(desk.home / "cache.db", unlock(desk.home, None)) as cache:
        for n, text in enumerate([EVERY_SHORT, *LONG]):
            line = text[:2_000]
            put(
                cache,
                an_order(
                    f"9000{n}",
                    title=line,
                    content=text,
                    address=line,
                    reply=text,
                    caller_name=line,
                    unit=line,
                    extra={line: line},
                    deadline=NOW + timedelta(hours=n),
                ),
            )
            with cache.writing():
                put_annotation(
                    cache,
                    Annotation(
                        id=IDS.format(n),
                        order_no=f"9000{n}",
                        kind="repeat",
                        code="R01",
                        text=text[:8_000],
                        earlier=("90000",) if n else ("90001",),
                        author=line,
                        written_at=NOW,
                    ),
                )
                put_decision(
                    cache,
                    Decision(
                        id=IDS.format(100 + n),
                        annotation_id=IDS.format(n),
                        order_no=f"9000{n}",
                        ruling="granted",
                        text=text[:8_000],
                        decided_by=line,
                        decided_at=NOW,
                    ),
                )
    return desk


def raw_in(output: bytes) -> list[str]:
    return [found for probe in STORABLE.values() for found in raw_bytes_in(output, probe)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",),
        ("list", "--json"),
        ("show", "90000"),
        ("show", "90001"),
        ("show", "90000", "--json"),
        ("search", "Qcsi"),
        ("search", EVERY_SHORT),
        ("matter", "90000"),
        ("deadline", "90000", "--explain"),
        ("show", EVERY_SHORT),
        ("context", "90000", "--code", EVERY_SHORT, "--text", "x"),
        ("context", "90000", "--code", "C03", "--text", EVERY_SHORT, "--json"),
        ("list", "--view", EVERY_SHORT),
        ("import", EVERY_SHORT[:200].replace("/", "")),
        ("withdraw", EVERY_SHORT, "--text", EVERY_SHORT),
        ("outbox", "--all"),
    ],
    ids=lambda arguments: " ".join(arguments)[:24].encode("ascii", "replace").decode(),
)
def test_no_command_writes_hostile_bytes(desk: Desk, arguments: tuple[str, ...]) -> None:
    with Terminal([*COMMAND, *arguments], desk.environment()) as terminal:
        status = terminal.ended()
    assert raw_in(bytes(terminal.seen)) == []
    assert b"Traceback" not in terminal.seen
    assert status in (0, 1, 2)


def test_no_screen_writes_hostile_bytes(desk: Desk) -> None:
    with Terminal(COMMAND, desk.environment()) as terminal:
        terminal.until("Today")
        for order in range(len(LONG) + 1):
            terminal.press("\r")
            terminal.until(f"─ 9000{order} ─")
            terminal.press("G")
            terminal.press("c")
            terminal.until("promise made")
            terminal.press("\x1b")
            terminal.until(f"─ 9000{order} ─")
            terminal.press("v")
            terminal.press("q")
            terminal.until("Today")
            terminal.press("j")
        terminal.press("/")
        terminal.until("─ Find ─")
        terminal.press("Qcsi")
        terminal.until("found")
        terminal.press("\x1b")
        terminal.until("Today")
        terminal.press("b")
        terminal.until("Outbox")
        terminal.press("q")
        terminal.until("Today")
        terminal.press("L")
        terminal.until("今日")
        terminal.press("q")
        assert terminal.ended() == 0
    assert raw_in(bytes(terminal.seen)) == []


def test_a_document_with_escapes_means_the_same() -> None:
    texts = list(HOSTILE.values())
    encodable = [text for text in texts if not any("\ud800" <= char <= "\udfff" for char in text)]
    written = json.encode(encodable).decode()
    assert json.decode(escaped(written)) == encodable
    assert raw_in(escaped(written).encode()) == []


def test_a_megabyte_is_refused_with_words_and_nothing_is_lost(desk: Desk) -> None:
    done = desk.run("context", "90000", "--code", "C03", "--text", "-", typed="长" * 1_000_000)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    nul = desk.run("context", "90000", "--code", "C03", "--text", "-", typed="a\0b")
    assert nul.returncode == 1
    assert desk.ask("outbox") == []
