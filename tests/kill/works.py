"""Everything that a worker can be interrupted in."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import stamina

from caseworker.cache import outbox
from caseworker.cache.schema_version import HEAD
from tests.builders import an_order
from tests.exchange.files import ZH_ROW, zh
from tests.kill import homes
from tests.kill.acts import ORDER, opened
from tests.kill.proof import Work
from tests.sync.loopback import on_loopback
from tests.sync.street import Street, a_street

OTHERS = tuple(f"44030020261105100{n}" for n in range(6))

_MIGRATIONS: Final = {f"migrate from {version}": version for version in range(1, HEAD)}

NAMES: Final = ("begin", "compose", "propose", "context", "import", "pull", "push", *_MIGRATIONS)


@contextmanager
def works(place: Path) -> Iterator[list[Work]]:
    """The works, with a hub on loopback for those that sync; its files stand in `place`."""
    sheet = zh(place, ZH_ROW, ZH_ROW.replace("050001", "050002").replace("楼道灯", "路灯"))
    with (
        stamina.set_testing(True, attempts=2, cap=True),
        a_street(place) as street,
        on_loopback(street.application) as url,
    ):
        street.load(*(an_order(number) for number in OTHERS))
        yield [
            Work("begin", _nothing, ["list", "--json"], begins_anew=True),
            Work("compose", homes.plain, act="compose", tells_words=True),
            Work("propose", homes.plain, act="propose", done=_proposed),
            Work(
                "context",
                homes.plain,
                ["context", ORDER, "--code", "C03", "--text", "第三句"],
                done=partial(_holds, "第三句"),
            ),
            Work("import", homes.plain, ["import", str(sheet)]),
            Work("pull", _copied(place, street, url, "pull"), ["sync"]),
            Work("push", _copied(place, street, url, "push"), ["sync"]),
            *(
                Work(name, partial(homes.at_schema, version=version), ["outbox", "--all"])
                for name, version in _MIGRATIONS.items()
            ),
        ]


def _nothing(home: Path) -> None:
    from caseworker.cache.key import key_beside

    key_beside(home)


def _proposed(home: Path) -> bool:
    with opened(home) as cache:
        return any(one.annotation.kind == "objection" for one in outbox.items(cache, settled=True))


def _holds(words: str, home: Path) -> bool:
    with opened(home) as cache:
        return words in homes.words_of(cache)


def _copied(place: Path, street: Street, url: str, name: str) -> Callable[[Path], None]:
    """Enrol once; every template is a copy, so that the hub sees one device."""
    made = place / f"enrolled-{name}"
    homes.enrolled(made, street, url, name)
    if name == "push":
        homes.with_words(made, OTHERS[0])

    def copy(home: Path) -> None:
        shutil.copytree(made, home, dirs_exist_ok=True)

    return copy
