"""What a hub of any kind says of itself reaches a terminal through `safe`, whatever prints it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from caseworker.cache import key, settings
from caseworker.cache.connection import open_cache
from caseworker.cli import entry
from caseworker.cli.station import say
from caseworker.model.taxonomy import built_in, built_in_toml
from caseworker.model.trouble import Trouble
from tests.hostile import HOSTILE, raw_bytes_in

EVIL = "\x1b]52;c;eA==\x07\u202e\x9b2J"


def _told_by_a_hub(home: Path) -> None:
    """A home whose hub calls everything by a name that a terminal would obey."""
    home.mkdir(mode=0o700)
    with open_cache(home / "cache.db", key.key_beside(home)) as cache, cache.writing():
        escaped = "".join(f"\\u{ord(sign):04x}" for sign in EVIL)
        own = f'version = "{built_in().version}"'
        assert own in built_in_toml()
        codes = built_in_toml().replace(own, f'version = "{escaped}"')
        settings.put(cache, taxonomy=codes, worker=EVIL, unit=EVIL, hub=f"http://{EVIL}", token="t")
        assert settings.taxonomy(cache).version == EVIL


@pytest.mark.parametrize("command", ["doctor", "list", "outbox", "sync"])
def test_no_command_prints_a_hubs_words_raw(command: str, tmp_path: Path) -> None:
    _told_by_a_hub(tmp_path / "home")
    done = subprocess.run(
        [sys.executable, "-m", "caseworker", "--home", str(tmp_path / "home"), command],
        env={**os.environ, "LANGUAGE": "en", "COLUMNS": "80"},
        capture_output=True,
        check=False,
    )
    assert not raw_bytes_in(done.stdout + done.stderr, EVIL)
    assert b"Traceback" not in done.stderr
    assert b"crash" not in done.stderr


def _said(words: str) -> None:
    say(words)


def _told(words: str) -> None:
    def fail(_arguments: list[str]) -> int:
        raise Trouble(words)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(entry, "_run", fail)
        with pytest.raises(SystemExit):
            entry.main()


@pytest.mark.parametrize("print_it", [_said, _told])
@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_what_a_sentence_was_made_of_does_nothing_to_a_terminal(
    name: str, print_it: Callable[[str], None], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    """The second wall: a fill-in that went past `safe` stops here."""
    print_it(f"The desk is {HOSTILE[name]}'s.")
    assert not raw_bytes_in(capsysbinary.readouterr().err, HOSTILE[name])
