"""No name, text, number, token or passphrase stands in a log, a report or a temporary file."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from caseworker.cache import key, settings
from caseworker.cache.connection import open_cache
from tests.terminal import Terminal
from tests.whole_way.street import Desk, serving

NUMBER = "440300202611050002"
WORKER = "李金丝雀"
CANARIES = {
    "citizen": "王金丝雀",
    "phone": "13800007531",
    "title": "地下车库渗水金丝雀题",
    "text": "幸福里三号楼渗水，金丝雀文。",
    "context": "物业答应修好，金丝雀情境。",
    "worker": WORKER,
    "passphrase": "correct horse",
}

CRASH = """
import sys
from caseworker.desk import sheet
def fail(*_all):
    secret = {words!r}
    raise ValueError(secret)
sheet.open_sheet = fail
from caseworker.cli import main
sys.argv = ["caseworker", "show", {number!r}]
main()
"""

DUMPING = """
import resource, sys
_soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
from caseworker.cli import entry
def run(_arguments):
    print(resource.getrlimit(resource.RLIMIT_CORE)[0])
    return 0
entry._run = run
entry.main()
"""


@pytest.fixture(scope="module")
def left_behind(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder in which a hub and a desk have worked and crashed, and what must not be in it."""
    place = tmp_path_factory.mktemp("office")
    hub, office = Desk(place / "hub"), Desk(place / "desk")
    sheet = place.parent / "orders.csv"
    _write(sheet)
    hub.ask("hub", "load", sheet, "--unit", "heping")
    added = ("hub", "worker", "add", WORKER, "--unit", "heping", "--role", "office")
    code = hub.ask(*added)["code"]
    with serving(hub) as address:
        office.ask("enrol", address, "--code", "-", typed=code + "\n")
        office.ask("sync")
        office.ask("context", NUMBER, "--code", "C03", "--text", CANARIES["context"])
        office.ask("sync")
    office.ask("search", "渗水")
    office.run("sync")
    crashed = subprocess.run(
        [sys.executable, "-c", CRASH.format(words=CANARIES["text"], number=NUMBER)],
        env=office.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "crash-" in crashed.stderr
    (place / "crash.err").write_text(crashed.stderr, encoding="utf-8")
    return place, {**CANARIES, "token": _token(office), "code": code}


def _write(sheet: Path) -> None:
    row = {
        "工单编号": NUMBER,
        "来电人": CANARIES["citizen"],
        "联系电话": CANARIES["phone"],
        "标题": CANARIES["title"],
        "诉求内容": CANARIES["text"],
        "来电时间": "2026-11-05 09:30",
    }
    with sheet.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)


def _token(office: Desk) -> str:
    os.environ[key.VARIABLE] = "correct horse"
    with open_cache(office.home / "cache.db", key.unlock(office.home, None)) as cache:
        token = settings.get(cache, "token")
    assert token
    return token


def test_nothing_that_a_hub_or_a_desk_leaves_behind_tells_anything(
    left_behind: tuple[Path, dict[str, str]],
) -> None:
    place, secrets = left_behind
    files = [file for file in place.rglob("*") if file.is_file()]
    names = {file.name.partition("-")[0] for file in files}
    assert {"hub.log", "crash", "cache.db", "hub.db"} <= names
    for name, secret in secrets.items():
        spelt = [secret.encode(), secret.encode("gb18030"), secret.encode("unicode_escape")]
        found = [file.name for file in files if any(s in file.read_bytes() for s in spelt)]
        assert found == [], name


def test_what_a_home_holds_is_its_workers_alone(
    left_behind: tuple[Path, dict[str, str]],
) -> None:
    place, _secrets = left_behind
    for home in (place / "hub", place / "desk"):
        for file in (home, *home.rglob("*")):
            assert file.stat().st_mode & 0o077 == 0, file


def test_two_workers_of_one_computer_have_a_key_each(
    left_behind: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    place, _secrets = left_behind
    other = Desk(tmp_path / "other")
    other.ask("list")
    stolen = other.run("--db", place / "desk" / "cache.db", "list", "--json")
    assert (stolen.returncode, stolen.stdout) == (1, "")
    one, two = (home / "key.json" for home in (place / "desk", other.home))
    assert one.read_bytes() != two.read_bytes()


def test_no_child_is_told_a_secret_by_its_environment_or_its_command_line(
    left_behind: tuple[Path, dict[str, str]],
) -> None:
    place, secrets = left_behind
    command = [sys.executable, "-m", "caseworker"]
    with Terminal(command, Desk(place / "desk").environment()) as terminal:
        terminal.until("渗水")
        children: list[psutil.Process] = []

        def one_came(_screen: str) -> bool:
            children[:] = psutil.Process(terminal.process).children(recursive=True)
            return any("sync" in child.cmdline() for child in children)

        terminal.until(one_came)
        told = [f"{child.environ()} {child.cmdline()}" for child in children]
    hidden = [secrets[name] for name in ("passphrase", "token")]
    assert [one for one in told if any(secret in one for secret in hidden)] == []


def test_no_process_leaves_its_memory_on_a_disk() -> None:
    command = [sys.executable, "-c", DUMPING]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")
