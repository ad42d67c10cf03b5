"""A hub that answers well-formed lies: nothing of one's own is lost, and no sync dies of it.

Each answer of a real hub has leaves put in place of others, lists doubled, headers and statuses
changed. `python -m tests.sync.test_lying_hub SEED` plays one seed again.
"""

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
import pytest
import stamina

from caseworker.cache import outbox
from caseworker.desk.evidence import take_in
from caseworker.model.annotation import Statement
from caseworker.model.trouble import Trouble
from sync.engine import run
from sync.enrolment import client_of
from tests.builders import a_draft, an_order
from tests.sync.street import NOW, Desk, Line, Street, a_street, an_answer, stored

VERDICTS: Final = ("stored", "refused", "later", "replayed")
LIES: Final[tuple[Any, ...]] = (
    None, True, -1, 0, 0.5, 2**31, 2**63, 2**70, 1e300, "", "x", "\0", "\ud800", "9" * 5_000,
    "a" * 100_000, "\x1b]52;c;eA==\x07", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00",
    "2026-11-24", *VERDICTS, "order", "annotation", "left", "../..",
    "centre", "00000000-0000-7000-8000-000000000001\n", [], {}, ["x"], {"a": 1}, [[[[[]]]]],
)  # fmt: skip
HEADERS: Final = ("", "-1", "?1", "x", "9" * 5_000)
STATUSES: Final = (200, 204, 301, 401, 403, 404, 409, 413, 418)


class Liar(httpx.BaseTransport):
    """A line on which some answers are no longer what the hub said."""

    def __init__(self, line: Line, draw: random.Random, rate: float) -> None:
        self._line, self._draw, self._rate = line, draw, rate
        self.lies = 0

    def close(self) -> None:
        """Kept open: each sync has a client of its own."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._line.handle_request(request)
        body, status, draw = answer.read(), answer.status_code, self._draw
        headers = {name: told for name, told in answer.headers.items() if name != "content-length"}
        # Whoever lies about who one is gets no further question.
        often = 0.1 if request.url.path == "/v1/me" else 1.0
        if draw.random() < self._rate * often:
            self.lies += 1
            body = self._changed(body)
            for name in headers:
                if draw.random() < 0.1:
                    headers[name] = draw.choice(HEADERS)
            if draw.random() < 0.05:
                status = draw.choice(STATUSES)
        return an_answer(status, body, headers)

    def _changed(self, body: bytes) -> bytes:
        try:
            said = json.loads(body)
        except ValueError:
            return body
        for _change in range(self._draw.randint(1, 3)):
            places = list(_places(said))
            # What became of one's words is what a lie can do most with.
            verdicts = [place for place in places if place[-1:] == ("verdict",)]
            place = self._draw.choice(
                verdicts if verdicts and self._draw.random() < 0.3 else places
            )
            said = _put(said, place, self._lie(_at(said, place)))
        return json.dumps(said).encode()

    def _lie(self, before: Any) -> Any:
        if isinstance(before, list) and self._draw.random() < 0.3:
            return before * 2 + [self._draw.choice(LIES)]
        if before in VERDICTS and self._draw.random() < 0.8:
            return self._draw.choice(VERDICTS)
        return self._draw.choice(LIES)


Place = tuple[str | int, ...]


def _places(said: Any, place: Place = ()) -> Iterator[Place]:
    yield place
    if isinstance(said, dict | list):
        for name, value in said.items() if isinstance(said, dict) else enumerate(said):
            yield from _places(value, (*place, name))


def _at(said: Any, place: Place) -> Any:
    for name in place:
        said = said[name]
    return said


def _put(said: Any, place: Place, value: Any) -> Any:
    if not place:
        return value
    copy = said.copy()
    copy[place[0]] = _put(said[place[0]], place[1:], value)
    return copy


def _lied_to(folder: Path, seed: int) -> int:
    """Some syncs with a liar, then honest ones; how often it lied. Fails where a word is lost."""
    draw = random.Random(seed)
    with a_street(folder) as street:
        desk, own = _with_words(street, folder)
        honest, liar = desk.line, Liar(desk.line, draw, draw.choice((0.3, 0.6, 1.0)))
        for _sync in range(10):
            try:
                with client_of(desk.cache, liar) as client:
                    run(desk.cache, client, now=NOW)
            except Trouble:
                pass
        desk.line = honest
        for _sync in range(2):
            desk.synced()
        said = {one.annotation.id: one for one in outbox.items(desk.cache, settled=True)}
        assert {name: said[name].annotation.text for name in own} == own
        receipted = [name for name in own if said[name].state == "receipted"]
        # What was refused by a lie waits for its worker; a receipt that was made up counts as one.
        assert {said[name].state for name in own} <= {"receipted", "refused"}
        assert len(stored(street, receipted)) == len(set(stored(street, receipted)))
    return liar.lies


def _with_words(street: Street, folder: Path) -> tuple[Desk, dict[str, str]]:
    """A desk with words unsent on a street where a mark was granted; id → text of its own."""
    street.load(*(an_order(str(number)) for number in range(1, 6)))
    desk, other = street.desk("李敏"), street.desk("王芳")
    desk.synced()
    other.synced()
    mark = other.write(a_draft("1", "repeat", code="R01", earlier=("2",), text="重复"))
    other.synced()
    street.decide(mark.id)
    photo = folder / "a.txt"
    photo.write_text("证据" * 3_000, encoding="utf-8")
    shown = (Statement("photo", file=take_in(desk.cache, photo, NOW)),)
    said = [
        desk.write(a_draft(str(number), code="C03", text=f"第{number}句", evidence=evidence))
        for number, evidence in enumerate((shown, (), ()), 1)
    ]
    return desk, {one.id: one.text for one in said}


@pytest.mark.parametrize("seed", range(8))
def test_a_hub_that_lies_loses_no_word_and_ends_no_sync(seed: int, tmp_path: Path) -> None:
    with stamina.set_testing(True, attempts=2, cap=True):
        lies = _lied_to(tmp_path, seed)
    assert lies, f"python -m tests.sync.test_lying_hub {seed}"


if __name__ == "__main__":
    with TemporaryDirectory() as place, stamina.set_testing(True, attempts=2, cap=True):
        print(_lied_to(Path(place), int(sys.argv[1])), "lies")
