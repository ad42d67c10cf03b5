"""The page of one file of evidence: words about it, and beside them what it shows."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from textual.app import ComposeResult
from textual.binding import BindingType

from caseworker.cache import evidence as kept
from caseworker.cache.connection import Cache
from caseworker.desk.evidence import (
    EXTRACT_MAX,
    Named,
    beside,
    completed,
    extract_of,
    files_on,
    typed_path,
)
from caseworker.desk.sheet import sheet_of
from caseworker.desk.taking_out import folder_for, save_copy
from caseworker.desk.wording import captioned, evidence_label, sentence
from caseworker.locale import _, mark
from caseworker.model.trouble import Trouble
from screens.evidence.picture import PictureView
from screens.hints import entitle
from screens.keys import BY_ID, ON_FILE, bindings
from screens.lines import Line, piece
from screens.moments import day_and_time
from screens.order.writing import paragraph
from screens.page import Changed, Page
from screens.queue.row import short_number
from screens.seat import Seat
from screens.widgets.paper import Paper

if TYPE_CHECKING:
    from caseworker.desk.picture import Photograph

SORTS = {
    "image/png": mark("photograph, PNG"),
    "image/jpeg": mark("photograph, JPEG"),
    "image/webp": mark("photograph, WebP"),
    "application/pdf": mark("PDF document"),
    "text/plain": mark("text"),
}
"""Media type → what to call it; what is left is a document of an office program."""


class _Seen(Struct, frozen=True):
    """What was found in a file: its text, or its picture, or why neither."""

    words: str = ""
    picture: "Photograph | None" = None
    trouble: str = ""


def look_at_files(page: Page, number: str) -> None:
    """Look at the files on an order: the one that there is, or one of several."""
    sheet = sheet_of(page.seat.cache, number, page.seat.now())
    entries = () if sheet is None else sheet.entries
    choose_file(page, files_on(entry.annotation for entry in entries))


def choose_file(page: Page, files: list[Named]) -> None:
    """Look at a file, after asking which where there are several."""
    number = page.order_no() or ""
    if not files:
        page.say(_("No file stands here as evidence."))
        return

    def look(position: int | None) -> None:
        if position is not None:
            page.app.push_screen(FilePage(page.seat, number, files[position]))

    if len(files) == 1:
        look(0)
        return
    from screens.choose import ChooseDialog

    taxonomy = page.seat.taxonomy
    options = [
        (one.file.name, f"{evidence_label(one.said.kind, taxonomy)}  {one.author}") for one in files
    ]
    page.app.push_screen(ChooseDialog(_("Look at which file?"), options), look)


class FilePage(Page):
    """What a file is, whose and since when; below it the text, or the photograph in half cells."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(ON_FILE), ("escape", "app.leave")]
    DEFAULT_CSS = """
    FilePage #file { height: 1fr; }
    FilePage.-photograph #file { height: 6; }
    FilePage PictureView { display: none; }
    FilePage.-photograph PictureView { display: block; }
    """
    AUTO_FOCUS = "#file"

    def __init__(self, seat: Seat, number: str, named: Named) -> None:
        super().__init__(seat)
        self._number = number
        self._named = named
        self._seen: _Seen | None = None
        self._paper = Paper("file")
        self._picture = PictureView()

    def panes(self) -> ComposeResult:
        """The words, and room for a photograph."""
        yield self._paper
        yield self._picture

    def on_mount(self) -> None:
        """Say what it is, and look into it."""
        self._ask_for_it()
        self.reload()

    def order_no(self) -> str | None:
        """The order on which it is evidence."""
        return self._number

    def reload(self) -> None:
        """It may have come by now."""
        if self._seen is None and self._is_here():
            self.run_worker(self._look(), name="file", exclusive=True)
        self.relabel()

    def relabel(self) -> None:
        """In the present language."""
        title = [piece(self._named.file.name, "strong")]
        title.append(piece(f"  {short_number(self._number)}", "dim"))
        entitle(self._paper, title, ("file.save", "desk.back"))
        self._paper.show(self._lines)
        self.refresh_bars()

    def action_save_copy(self) -> None:
        """Ask for a folder, and write a copy of the file into it."""
        from screens.ask import LineDialog

        if not self._is_here():
            self.say(self._waiting(), "warning")
            return

        def save(folder: Path | None) -> None:
            if folder is not None:
                self.run_worker(self._save(folder), name="copy")

        dialog = LineDialog(
            _("Save a copy"),
            _("Into which folder? Only you can read the copy; that you took it is recorded."),
            _("a folder; Tab goes on with a name"),
            _("save"),
            lambda written: folder_for(typed_path(written)),
            lambda folder: _("into {folder}").format(folder=folder),
            completed,
        )
        self.app.push_screen(dialog, save)

    async def _save(self, folder: Path) -> None:
        """In a thread: it may be large, and the folder on a slow disk."""
        seat, named = self.seat, self._named

        def save() -> Path:
            with beside(seat.cache) as own:
                return save_copy(own, self._number, named.file, folder, seat.now())

        try:
            copy = await asyncio.to_thread(save)
        except Trouble as trouble:
            self.say(str(trouble), "danger")
            return
        self.post_message(Changed())
        self.say(_("Saved for you alone, and recorded: {file}").format(file=copy), "accent")

    def _is_here(self) -> bool:
        return kept.holds_file(self.seat.cache, self._named.file.sha256)

    def _ask_for_it(self) -> None:
        """What is at the hub alone comes with the next sync."""
        if not self._is_here() and not self._named.in_draft:
            kept.want(self.seat.cache, self._named.file.sha256)
            self.post_message(Changed())

    async def _look(self) -> None:
        self._seen = await asyncio.to_thread(_look_into, self.seat.cache, self._named)
        if self._seen.picture is not None:
            self._picture.show(self._seen.picture)
        self.set_class(self._seen.picture is not None, "-photograph")
        self.relabel()

    def _lines(self, width: int) -> list[Line]:
        named, seat, seen = self._named, self.seat, self._seen
        label = evidence_label(named.said.kind, seat.taxonomy)
        said = captioned(label, named.said.text) if named.said.text.strip() else label
        lines = list(paragraph(said, width, "strong"))
        facts = [_(SORTS.get(named.file.media_type, _OFFICE)), _size(named.file.size)]
        if seen is not None and seen.picture is not None:
            facts.append(f"{seen.picture.width} × {seen.picture.height}")
        lines += paragraph("  ".join(facts), width, "dim")
        when = _("in your draft") if named.in_draft else day_and_time(named.at, seat.now())
        lines += paragraph(f"{named.author}  {when}", width, "dim")
        if seen is None:
            return [*lines, *paragraph(self._waiting(), width, "warning")]
        if seen.trouble:
            lines += paragraph(seen.trouble, width, "warning")
        if seen.words:
            lines += [[], *paragraph(seen.words[:EXTRACT_MAX], width)]
            if len(seen.words) > EXTRACT_MAX:
                cut = _("… cut here: the first {most} characters of the file are shown.")
                lines += paragraph(cut.format(most=EXTRACT_MAX), width, "warning")
        return lines

    def _waiting(self) -> str:
        if self._is_here():
            return _("Looking into the file …")
        reason = kept.troubles(self.seat.cache).get(self._named.file.sha256)
        if reason:
            return sentence(reason, {"file": self._named.file.name}, self.seat.taxonomy)
        return _("The file is not on this desk yet: the next sync brings it, and it is shown here.")


_OFFICE = mark("document of an office program")


def _size(size: int) -> str:
    return _("{size} KB").format(size=max(size // 1024, 1))


def _look_into(cache: Cache, named: Named) -> _Seen:
    """Read and decode a file; in a thread, with a connection of its own."""
    file = named.file
    try:
        with beside(cache) as own:
            if file.media_type == "text/plain":
                return _Seen(words=extract_of(own, file))
            if not file.media_type.startswith("image/"):
                outside = _("Such a file is not shown here:  {key}  saves a copy for its program.")
                return _Seen(trouble=outside.format(key=BY_ID["file.save"].name))
            content = kept.read_file(own, file.sha256) or b""
        from caseworker.desk.picture import photograph

        return _Seen(picture=photograph(content, file.media_type))
    except Trouble as trouble:
        return _Seen(trouble=str(trouble))
    except MemoryError:
        return _Seen(trouble=_("There is no memory left to show the picture in."))
