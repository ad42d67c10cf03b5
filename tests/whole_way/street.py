"""A real hub on loopback and real desks, each a process of its own with a home of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Desk:
    """Runs `caseworker` as a worker would, in a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def environment(self) -> dict[str, str]:
        """A small environment with a passphrase and no keyring."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "CASEWORKER_HOME": str(self.home),
            "CASEWORKER_PASSPHRASE": "correct horse",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
            "TMPDIR": str(self._temporary()),
            "LANGUAGE": "en",
            "TERM": "xterm-256color",
        }

    def _temporary(self) -> Path:
        """A folder for temporary files of this home's programs alone."""
        folder = self.home.with_name(f"{self.home.name}-tmp")
        folder.mkdir(exist_ok=True)
        return folder

    def run(self, *arguments: str | Path, typed: str = "") -> subprocess.CompletedProcess[str]:
        """One command, with what it printed and its exit status."""
        return subprocess.run(
            [sys.executable, "-m", "caseworker", *map(str, arguments)],
            env=self.environment(),
            input=typed,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )

    def ask(self, *arguments: str | Path, typed: str = "") -> Any:
        """One command with `--json` that must succeed; its document."""
        done = self.run(*arguments, "--json", typed=typed)
        assert done.returncode == 0, (arguments, done.returncode, done.stderr)
        return json.loads(done.stdout)

    def refuses(self, *arguments: str | Path, status: int = 1) -> str:
        """One command that must fail with `status`, one line, and no traceback; that line."""
        done = self.run(*arguments)
        assert done.returncode == status, (arguments, done.returncode, done.stderr)
        assert "Traceback" not in done.stderr
        lines = done.stderr.strip().splitlines()
        assert len(lines) == 1, done.stderr
        return lines[0]


@contextmanager
def serving(hub: Desk, *options: str) -> Iterator[str]:
    """`caseworker hub serve` on a free port; its address. What it logs goes to `hub.log`."""
    log = hub.home.with_name("hub.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "caseworker", "hub", "serve", "--port", "0", *options],
        env=hub.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(timeout=10)
        log.close()
        if process.stdout is not None:
            process.stdout.close()
