"""Where a mark stands, from everything that is known about it."""

from typing import Any

from msgspec import structs

from caseworker.model.annotation import Annotation
from caseworker.model.status import Status, status_of
from caseworker.model.taxonomy import built_in
from tests.model.marks import AN_ORDER, NOW, a_mark, a_review, an_id

MARK = a_mark("U01", order_revision=3)


def status(annotation: Annotation, *others: Annotation, **fields: Any) -> Status:
    usual: dict[str, Any] = {
        "order": AN_ORDER,
        "decisions": (),
        "taxonomy": built_in(),
        "now": NOW,
    }
    return status_of(annotation, others=(annotation, *others), **(usual | fields))


def test_what_its_author_has_written_anew_is_superseded() -> None:
    anew = structs.replace(MARK, id=an_id(7), supersedes=MARK.id)
    assert status(MARK, anew) == "superseded"
    assert status(anew, MARK) == "awaiting_review"


def test_nobody_supersedes_the_words_of_another() -> None:
    other = structs.replace(MARK, id=an_id(7), supersedes=MARK.id, author="赵敏")
    assert status(MARK, other) == "awaiting_review"


def test_a_change_in_substance_lets_a_mark_lapse_and_no_other_change_does() -> None:
    later = structs.replace(AN_ORDER, revision=9)
    assert status(MARK, order=later) == "awaiting_review"
    assert status(MARK, order=structs.replace(later, substance_revision=4)) == "lapsed"
    assert status(MARK, order=structs.replace(later, substance_revision=3)) == "awaiting_review"


def test_a_declined_mark_is_declined_until_another_review_endorses() -> None:
    declined = a_review(MARK, endorse=False)
    assert status(MARK, declined) == "declined"
    assert status(MARK, declined, a_review(MARK, id=an_id(8))) == "awaiting_centre"
