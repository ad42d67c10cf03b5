"""`caseworker context` and `templates`: words with fill-ins, when it was seen, what it is about."""

from pathlib import Path

from tests.whole_way.street import Desk
from tests.whole_way.test_whole_way import nyc_like

NUMBER = "90000001"


def test_a_context_can_be_given_by_a_template_with_its_moment_and_place(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    desk.ask("import", nyc_like(tmp_path / "rows.csv", 3))
    fills = ("--fill", "who=Wang", "--fill", "what=mend it", "--fill", "date=Friday")

    written = desk.ask(
        "context", NUMBER, "--template", "promise", *fills, "--observed", "2026-01-05 15:00",
        "--place", "12 Heping Rd", "--tell", "It will be mended.",
    )  # fmt: skip

    assert (written["code"], written["text"]) == ("C03", "Wang has promised to mend it by Friday.")
    assert written["observed_at"].startswith("2026-01-05T15:00")
    assert written["about"] == {"kind": "place", "name": "12 Heping Rd"}
    told = desk.run("show", NUMBER).stdout
    assert "Internal: Wang has promised" in told
    assert "To the citizen: It will be mended." in told
    assert {one["name"] for one in desk.ask("templates")} >= {"promise", "visit", "funds"}


def test_what_is_missing_or_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home")
    desk.ask("import", nyc_like(tmp_path / "rows.csv", 3))

    assert "what (what)" in desk.refuses(
        "context", NUMBER, "--template", "promise", "--fill", "who=Wang"
    )
    assert "no template nothing" in desk.refuses("context", NUMBER, "--template", "nothing")
    assert "no time that the desk understands" in desk.refuses(
        "context", NUMBER, "--code", "C03", "--text", "x", "--observed", "soon"
    )
