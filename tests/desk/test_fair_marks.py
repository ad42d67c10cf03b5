"""What the hub would refuse is refused at the desk, for the same reason, before it is saved."""

from collections.abc import Iterator

import pytest
from msgspec import structs

from caseworker.cache import drafts, evidence, outbox
from caseworker.cache.annotations import put_annotation, read_annotation
from caseworker.cache.connection import Cache, open_cache
from caseworker.desk.annotate import Refused, draft_of, examine, write
from caseworker.model.evidence import files_of
from caseworker.model.rules import refusals
from tests.builders import LI_MIN, NOW, put
from tests.conftest import KEY
from tests.marks_table import Row, earlier_order, numbered, on_order, rows

NUMBERED = [numbered(row, number) for number, row in enumerate(rows())]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cache]:
    """A desk on which the orders of all rows stand, and what was said before on them."""
    with open_cache(tmp_path_factory.mktemp("fair") / "cache.db", KEY) as cache:
        put(cache, *(make(row) for row in NUMBERED for make in (earlier_order, on_order)))
        for row in NUMBERED:
            for said in (*row.before, *([] if row.first is None else [row.first])):
                if row.own:
                    write(cache, draft_of(said, said.id), LI_MIN, NOW)
                    continue
                with cache.writing():
                    put_annotation(cache, structs.replace(said, author="孙涛"))
                    if row.awaited:
                        hashes = [file.sha256 for file in files_of(said)]
                        evidence.put_awaited(cache, said.id, hashes)
        yield cache


@pytest.mark.parametrize("row", NUMBERED, ids=lambda row: row.name)
def test_the_desk_takes_what_is_fair_and_names_what_is_not(desk: Cache, row: Row) -> None:
    draft = draft_of(row.mark, row.mark.id)
    drafts.save_draft(desk, draft, NOW)
    if not row.reason:
        assert refusals(examine(desk, draft, LI_MIN, NOW)) == []
        write(desk, draft, LI_MIN, NOW)
        saved = read_annotation(desk, draft.id)
        assert saved is not None
        assert draft_of(saved, draft.id) == draft
        assert saved.author == "李敏"
        assert draft.id in outbox.items_of(desk, draft.order_no)
        assert drafts.drafts(desk, draft.order_no) == []
        return
    with pytest.raises(Refused) as refused:
        write(desk, draft, LI_MIN, NOW)
    assert refused.value.findings[0].reason == row.reason
    assert str(refused.value)
    assert read_annotation(desk, draft.id) is None
    assert [kept.draft for kept in drafts.drafts(desk, draft.order_no)] == [draft]
