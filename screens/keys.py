"""Every key of the desk as data: help, hints and the command palette are made from it."""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from textual.binding import Binding, BindingType

from caseworker.locale import _, mark


class Key(Struct, frozen=True):
    """One thing that a key does. `label` and `tooltip` are English sentences of the catalogue."""

    id: str
    """What a keymap remaps it by."""
    keys: str
    """The keys of Textual's names, the first one is shown."""
    action: str
    label: str
    tooltip: str
    shown: str = ""
    """How the keys are shown, where that differs from the first of `keys`."""
    palette: bool = True
    """Whether the command palette offers it."""
    priority: bool = False
    """Whether it works through a dialog and whatever else has the keys."""

    @property
    def first(self) -> str:
        """The key itself, by Textual's name: the first of those in force."""
        return _remapped.get(self.id, self.keys).split(",")[0]

    @property
    def name(self) -> str:
        """How the key is written in hints and in the help."""
        if self.shown and self.id not in _remapped:
            return self.shown
        return key_name(self.first)


_NAMES: Final = {
    "space": mark("Space"),
    "enter": "Enter",
    "escape": "Esc",
    "tab": "Tab",
    "slash": "/",
    "minus": "-",
    "asterisk": "*",
    "plus": "+",
    "colon": ":",
    "full_stop": ".",
    "question_mark": "?",
    "equals_sign": "=",
    "ctrl+s": "Ctrl+S",
    "ctrl+n": "Ctrl+N",
    "ctrl+t": "Ctrl+T",
    "ctrl+l": "Ctrl+L",
}


_remapped: dict[str, str] = {}


def remap(keymap: Mapping[str, str]) -> None:
    """These keys hold from now on in hints, help and palette: id → keys of Textual's names."""
    _remapped.clear()
    _remapped.update(keymap)


def key_name(key: str) -> str:
    """How a key of Textual's names is written for people."""
    if key in _NAMES:
        return _(_NAMES[key])
    *modifiers, last = key.split("+")
    if len(last) > 1:
        try:
            last = unicodedata.lookup(last.replace("_", " "))
        except KeyError:
            last = last.capitalize()
    if modifiers:
        return "+".join([*(part.capitalize() for part in modifiers), last.upper()])
    return last


def bindings(keys: Iterable[Key]) -> list[BindingType]:
    """Keys as Textual wants them."""
    return [
        Binding(
            key.keys,
            key.action,
            key.label,
            tooltip=key.tooltip,
            id=key.id,
            show=False,
            priority=key.priority,
        )
        for key in keys
    ]


LOCK: Final = Key(
    "desk.lock",
    "ctrl+l",
    "app.lock",
    mark("lock now"),
    mark("Cover the desk until the passphrase is typed; what you were writing is kept."),
    priority=True,
)

EVERYWHERE: Final = (
    Key(
        "desk.search",
        "slash",
        "app.search",
        mark("find"),
        mark("Find an order by any word or number."),
    ),
    Key("desk.sync", "s", "app.sync", mark("sync"), mark("Send what waits and fetch what is new.")),
    Key(
        "desk.outbox",
        "b",
        "app.outbox",
        mark("outbox"),
        mark("What was sent, what waits, what needs you."),
    ),
    Key(
        "desk.drafts",
        "D",
        "app.drafts",
        mark("drafts"),
        mark("What was begun and not finished, with what each misses."),
    ),
    Key(
        "desk.next_pane",
        "tab",
        "app.focus_next",
        mark("next pane"),
        mark("Go to the next pane."),
        palette=False,
    ),
    Key(
        "desk.previous_pane",
        "shift+tab",
        "app.focus_previous",
        mark("previous pane"),
        mark("Go to the pane before."),
        palette=False,
    ),
    Key(
        "desk.jump",
        "f",
        "app.jump",
        mark("jump"),
        mark("Letters over every row and pane: type one and be there."),
    ),
    Key(
        "desk.palette",
        "colon,ctrl+p",
        "app.palette",
        mark("command"),
        mark("Everything the desk can do, by name."),
        palette=False,
    ),
    Key(
        "desk.help",
        "question_mark,f1",
        "app.help",
        mark("help"),
        mark("All keys, and what the signs mean."),
    ),
    Key(
        "desk.language",
        "L",
        "app.language",
        mark("中文"),
        mark("Switch between Chinese and English."),
    ),
    Key(
        "desk.look",
        "T",
        "app.look",
        mark("colours"),
        mark("The next look: dark, light, high contrast, the terminal's own colours, none."),
    ),
    Key(
        "desk.person",
        "P",
        "app.person",
        mark("person"),
        mark("Sit down as another person of the demo."),
    ),
    LOCK,
    Key(
        "desk.back",
        "q",
        "app.leave",
        mark("back"),
        mark("Go back, and from the queue leave the desk."),
    ),
)

MOVING: Final = (
    Key("list.down", "j,down", "move(1)", mark("down"), mark("Next row."), "j ↓", palette=False),
    Key("list.up", "k,up", "move(-1)", mark("up"), mark("Row before."), "k ↑", palette=False),
    Key(
        "list.half_down",
        "ctrl+d",
        "page(1)",
        mark("half a page down"),
        mark("Half a page down."),
        "Ctrl+D",
        palette=False,
    ),
    Key(
        "list.half_up",
        "ctrl+u",
        "page(-1)",
        mark("half a page up"),
        mark("Half a page up."),
        "Ctrl+U",
        palette=False,
    ),
    Key(
        "list.page_down",
        "pagedown",
        "page(2)",
        mark("page down"),
        mark("A page down."),
        "PgDn",
        palette=False,
    ),
    Key(
        "list.page_up",
        "pageup",
        "page(-2)",
        mark("page up"),
        mark("A page up."),
        "PgUp",
        palette=False,
    ),
    Key("list.first", "g,home", "first", mark("first"), mark("To the first row."), palette=False),
    Key("list.last", "G,end", "last", mark("last"), mark("To the last row."), palette=False),
    Key(
        "list.choose",
        "enter",
        "choose",
        mark("open"),
        mark("Open what the cursor stands on."),
        palette=False,
    ),
)

READING: Final = tuple(key for key in MOVING if key.id != "list.choose")

ON_ORDER: Final = (
    Key(
        "order.context",
        "c",
        "write('context')",
        mark("context"),
        mark("Write down what the street knows: it helps, and never penalises."),
    ),
    Key(
        "order.repeat",
        "r",
        "write('repeat')",
        mark("repeat"),
        mark("Say which earlier order this one repeats."),
    ),
    Key(
        "order.unreasonable",
        "u",
        "write('unreasonable')",
        mark("unreasonable"),
        mark("Propose that the appeal is unreasonable, on grounds and evidence."),
    ),
    Key(
        "order.objection",
        "o",
        "write('objection')",
        mark("objection"),
        mark("Object to the dispatch: whose duty it is, or which legal route is open."),
    ),
    Key(
        "order.review",
        "v",
        "write('review')",
        mark("review"),
        mark("Endorse or decline a colleague's proposal."),
    ),
    Key(
        "order.withdraw",
        "w",
        "write('withdrawal')",
        mark("withdraw"),
        mark("Take back something that you wrote."),
    ),
    Key(
        "order.attach",
        "a",
        "attach",
        mark("attach"),
        mark("Give this order what is known of its place or matter from before."),
    ),
    Key(
        "order.ended",
        "E",
        "say_ended",
        mark("holds no longer"),
        mark("Say that something known from before holds no longer."),
    ),
    Key(
        "order.undo",
        "z",
        "undo",
        mark("undo"),
        mark("Take back your last words while no hub has seen them."),
    ),
    Key(
        "order.matter",
        "m",
        "matter",
        mark("matter"),
        mark("The orders that are about the same thing."),
    ),
    Key(
        "order.timeline",
        "t",
        "timeline",
        mark("timeline"),
        mark("Everything that was said and ruled, in its order."),
    ),
    Key("order.deadline", "d", "deadline", mark("deadline"), mark("How the deadlines came about.")),
    Key(
        "order.reveal",
        "x",
        "reveal",
        mark("show masked"),
        mark("Show the caller for a moment; that is recorded."),
    ),
    Key(
        "order.files",
        "F",
        "files",
        mark("files"),
        mark("Look at the files that the order's proposals rest on."),
    ),
    Key("order.copy", "y", "copy", mark("copy number"), mark("Copy the order number.")),
    Key(
        "order.shelve",
        "h",
        "shelve",
        mark("shelve"),
        mark("Put aside until a day; on a shelved order, take it back."),
    ),
    Key(
        "order.shortlist",
        "plus",
        "shortlist",
        mark("shortlist"),
        mark("Keep at hand on your shortlist, or take it off."),
    ),
)

IN_QUEUE: Final = (
    Key(
        "queue.mark",
        "space",
        "mark",
        mark("mark"),
        mark("Mark this order: the next note, repeat or objection is for all marked."),
    ),
    Key(
        "queue.let_in",
        "full_stop",
        "let_in",
        mark("let new ones in"),
        mark("Take in the orders that arrived since."),
    ),
    Key(
        "queue.range",
        "V",
        "range",
        mark("mark a range"),
        mark("Begin a range: move, then mark all between with the same key, or act on it."),
    ),
    Key(
        "queue.mark_all",
        "asterisk",
        "mark_all",
        mark("mark all"),
        mark("Mark every order of the view, however many."),
    ),
    Key(
        "queue.save_view",
        "S",
        "save_view",
        mark("save the view"),
        mark("Keep the view that is shown under a name of your own."),
    ),
    Key(
        "queue.group",
        "M",
        "group",
        mark("group"),
        mark("Fold orders of one matter into a line, then those of one place; then each alone."),
    ),
    Key(
        "queue.unfold",
        "right,l",
        "unfold",
        mark("unfold"),
        mark("Show each order of the group under the cursor."),
        "→ l",
    ),
    Key(
        "queue.fold",
        "left,backspace",
        "fold",
        mark("fold"),
        mark("Fold the group of the order under the cursor into one line."),
        "←",
    ),
    Key("queue.clear", "escape", "clear", mark("unmark all"), mark("Take all marks away.")),
)

SIDE_BY_SIDE: Final = (
    Key("side.link", "r", "link", mark("link"), mark("Link these orders as one matter.")),
    Key(
        "side.not_same",
        "n",
        "not_same",
        mark("not the same"),
        mark("Remember that these are not one matter; again takes it back."),
    ),
    Key(
        "side.kind",
        "1",
        "kind(0)",
        mark("another kind"),
        mark("Another kind of repeat, R01 to R06, by its digit."),
        "1-6",
        palette=False,
    ),
    Key(
        "side.words",
        "e",
        "words",
        mark("own words"),
        mark("Write in your own words why it is the same: the form, filled in."),
    ),
    Key(
        "side.mark",
        "space",
        "mark",
        mark("mark"),
        mark("Mark this candidate: several are linked in one go."),
        palette=False,
    ),
    Key("side.next", "right", "next(1)", mark("next"), mark("Next candidate."), "→", palette=False),
    Key(
        "side.previous",
        "left",
        "next(-1)",
        mark("before"),
        mark("Candidate before."),
        "←",
        palette=False,
    ),
    Key(
        "side.undo",
        "z",
        "undo",
        mark("undo"),
        mark("Take back what you did here last."),
        palette=False,
    ),
)

ON_MATTER: Final = (
    Key(
        "matter.split",
        "minus",
        "split",
        mark("split off"),
        mark("Take this order out of the matter: its links are taken back."),
    ),
    Key(
        "matter.next_look",
        "a",
        "next_look",
        mark("look again"),
        mark("Set the day on which to look at this matter again."),
    ),
)

OTHER_KINDS: Final = tuple(
    Key(f"side.kind_{place}", str(place), f"kind({place - 1})", "", "", palette=False)
    for place in range(2, 10)
)

IN_OUTBOX: Final = (
    Key(
        "outbox.again",
        "e",
        "again",
        mark("change and send again"),
        mark("Take a refused one up again with its words."),
    ),
    Key(
        "outbox.keep",
        "equals_sign",
        "keep",
        mark("keep as a note"),
        mark("Settle a refused one: it stays here as your note."),
    ),
)

IN_DRAFTS: Final = (
    Key(
        "drafts.another",
        "ctrl+n",
        "another",
        mark("another one"),
        mark("Begin another draft of this kind on the same order."),
    ),
    Key(
        "drafts.throw_away",
        "w",
        "throw_away",
        mark("throw away"),
        mark("Forget this draft."),
    ),
    Key("drafts.undo", "z", "undo", mark("bring back"), mark("Bring back what was thrown away.")),
)

ON_FILE: Final = (
    Key(
        "file.save",
        "S",
        "save_copy",
        mark("save a copy"),
        mark("Write a copy of the file into a folder, for you alone; that is recorded."),
    ),
)

IN_DIALOG: Final = (
    Key(
        "dialog.save",
        "ctrl+s",
        "save",
        mark("save"),
        mark("Save and queue for sending."),
        palette=False,
    ),
    Key(
        "dialog.close",
        "escape",
        "close",
        mark("keep as a draft"),
        mark("Leave; what was typed stays as a draft."),
        palette=False,
    ),
    Key(
        "dialog.template",
        "ctrl+t",
        "template",
        mark("template"),
        mark("Begin with the words of a template; Tab goes from fill-in to fill-in."),
        palette=False,
    ),
    Key(
        "dialog.file",
        "ctrl+o",
        "file",
        mark("file"),
        mark("Add a file as evidence, look at one, or take one away again."),
        palette=False,
    ),
    Key(
        "dialog.another",
        "ctrl+n",
        "another",
        mark("another one"),
        mark("Keep this as a draft and begin another one on the same order."),
        palette=False,
    ),
)

IN_BATCH: Final = (
    Key(
        "batch.apply",
        "a",
        "apply",
        mark("do it"),
        mark("Do to the marked orders what the dry run shows."),
    ),
    Key(
        "batch.close",
        "escape",
        "close",
        mark("back"),
        mark("Back to where you were; nothing is done."),
        palette=False,
    ),
)

SEARCHING: Final = (
    Key(
        "search.down", "down", "down", mark("to the list"), mark("From the box into the list."), "↓"
    ),
    Key(
        "search.save_view",
        "ctrl+s",
        "save_view",
        mark("save as a view"),
        mark("Keep this search as a view of your own."),
    ),
    Key("search.close", "escape", "app.leave", mark("back"), mark("Close the search.")),
)

CHOOSING: Final = (
    Key("choice.down", "j,down,right", "move(1)", mark("down"), mark("Next one."), "↓"),
    Key("choice.up", "k,up,left", "move(-1)", mark("up"), mark("One before."), "↑"),
    Key("choice.done", "enter", "done", mark("next field"), mark("Go to the next field.")),
    *(
        Key(f"choice.{digit}", str(digit), f"pick({digit})", "", "", palette=False)
        for digit in range(1, 10)
    ),
)

GROUPS: Final = (
    (mark("On an order"), ON_ORDER),
    (mark("In the queue"), IN_QUEUE),
    (mark("Moving"), MOVING),
    (mark("Side by side"), SIDE_BY_SIDE),
    (mark("On a matter"), ON_MATTER),
    (mark("On a file"), ON_FILE),
    (mark("In the outbox"), IN_OUTBOX),
    (mark("In the drafts"), IN_DRAFTS),
    (mark("In a dialog"), IN_DIALOG),
    (mark("In a dry run"), IN_BATCH),
    (mark("In the search"), SEARCHING),
    (mark("Everywhere"), EVERYWHERE),
)

PLACES: Final = {
    "queue": (*EVERYWHERE, *ON_ORDER, *IN_QUEUE, *MOVING),
    "order": (*EVERYWHERE, *ON_ORDER, *MOVING),
    "side": (
        *EVERYWHERE,
        *SIDE_BY_SIDE,
        *OTHER_KINDS,
        *(key for key in ON_ORDER if key.id not in ("order.repeat", "order.undo")),
        *MOVING,
    ),
    "matter": (
        *EVERYWHERE,
        *ON_MATTER,
        *(key for key in ON_ORDER if key.id not in ("order.matter", "order.attach")),
        *MOVING,
    ),
    "file": (*EVERYWHERE, *ON_FILE, *READING),
    "outbox": (*EVERYWHERE, *IN_OUTBOX, *MOVING),
    "drafts": (*EVERYWHERE, *IN_DRAFTS, *MOVING),
    "dialog": (*IN_DIALOG, *CHOOSING, LOCK),
    "batch": (*EVERYWHERE, *IN_BATCH, *MOVING),
    "search": (*SEARCHING, *ON_ORDER, *EVERYWHERE),
}
"""What works at the same time: there a key does one thing."""

BY_ID: Final = {key.id: key for _label, group in GROUPS for key in group}

HINTED: Final = {
    **BY_ID,
    # On the first page there is nothing to go back to: the same key leaves the desk.
    "desk.leave": replace(BY_ID["desk.back"], label=mark("quit")),
}
"""The keys as hints name them."""
