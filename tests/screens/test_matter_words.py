"""The memory of a matter, in words."""

from caseworker.cache.connection import Cache
from caseworker.desk.memory import memory
from caseworker.model.annotation import About
from caseworker.model.taxonomy import built_in
from screens.matter.words import memory_lines
from tests.builders import NOW, a_draft, an_order, put, say


def test_a_matters_page_tells_what_is_known_of_its_places(cache: Cache) -> None:
    place = "幸福里3号楼"
    for number in ("1", "2", "3"):
        put(cache, an_order(number, address=place, content=""))
    say(cache, a_draft("3", "repeat", code="R03", earlier=("2",), text="同一处"))
    say(cache, a_draft("1", text="防水层二十日前修", about=About("place", place)))

    def told(*, whole: bool) -> str:
        lines = memory_lines(memory(cache, "2", NOW), built_in(), NOW, 60, whole=whole)
        return "".join(piece.text for line in lines for piece in line)

    assert "防水层二十日前修" in told(whole=True)
    assert "防水层二十日前修" not in told(whole=False)
