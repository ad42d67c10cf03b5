"""Files in the form: one is added by its path, and taken away again."""

from pathlib import Path

from caseworker.cache.drafts import Draft
from caseworker.desk.evidence import Found, completed, look_at, typed_path
from caseworker.desk.wording import evidence_label
from caseworker.locale import _
from caseworker.model.annotation import FileRef
from caseworker.model.taxonomy import Taxonomy
from caseworker.text.safe import safe
from screens.ask import LineDialog
from screens.choose import ChooseDialog
from screens.compose.form import EVIDENCE, Field, value_of


def files_in(draft: Draft) -> list[FileRef]:
    """The files that a draft holds."""
    return [said.file for said in draft.evidence if said.file is not None]


def kind_for(draft: Draft, asked: list[Field], focused: str, taxonomy: Taxonomy) -> str:
    """For which kind of evidence a file is: the field that has the keys, else the first one that
    nothing answers yet, else the first; empty where the code asks for none.

    Where persons must be named a file would show nothing by itself: only who asks for it there.
    """
    if focused in {field.name for field in asked}:
        return focused.removeprefix(EVIDENCE)
    persons = {f"{EVIDENCE}{kind}" for kind, what in taxonomy.evidence.items() if what.persons}
    names = [field.name for field in asked if field.name not in persons]
    with_files = {f"{EVIDENCE}{said.kind}" for said in draft.evidence if said.file is not None}
    bare = [name for name in names if name not in with_files and not value_of(draft, name).strip()]
    return next(iter((*bare, *names)), "").removeprefix(EVIDENCE)


def path_dialog(kind: str, taxonomy: Taxonomy) -> LineDialog[Path]:
    """Asks for the path of a file, and says what it is before it is taken."""

    def read(written: str) -> Path:
        path = typed_path(written)
        look_at(path)
        return path

    return LineDialog(
        _("A file as evidence"),
        _("For: {what}. Type its path; Tab goes on with a name.").format(
            what=evidence_label(kind, taxonomy)
        ),
        _("the path of a photograph, a PDF or a document"),
        _("add"),
        read,
        lambda path: found_words(look_at(path)),
        completed,
    )


def choice_dialog(files: list[FileRef]) -> ChooseDialog:
    """Add another file, take one away, or look at one."""
    options = [(_("add a file"), "")]
    options += [(_("take away"), safe(file.name)) for file in files]
    options += [(_("look at"), safe(file.name)) for file in files]
    return ChooseDialog(_("Files of this draft"), options, [])


def found_words(found: Found) -> str:
    """A file by its name and size."""
    size = max(found.size // 1024, 1)
    return _("file {name}, {size} KB").format(name=safe(found.name), size=size)
