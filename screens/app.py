"""The desk as an application: pages, themes, language, and what befalls all pages."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from rich.console import RenderableType
from rich.text import Text
from textual._xterm_parser import XTermParser
from textual.actions import ActionParseResult
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.events import Event, Key, MouseEvent, Paste
from textual.filter import LineFilter, NoColor
from textual.reactive import Reactive
from textual.screen import Screen
from textual.theme import Theme
from textual.timer import Timer

from caseworker import crash, locale
from caseworker.desk.configuration import Configuration, keep_look, kept_look, motion_reduced
from caseworker.desk.locking import Lock
from caseworker.locale import _
from caseworker.model.trouble import Trouble
from screens.idle import Idle, stopwatch
from screens.keys import EVERYWHERE, bindings, remap
from screens.line_filter import NarrowSigns, NoControls
from screens.lines import Tone
from screens.page import BREAKPOINTS, Open, Page, UndoBatch, Write
from screens.queue.page import QueuePage
from screens.seat import Seat
from screens.sync_line import SyncEvent, SyncLine
from screens.themes import DEFAULT, DEFAULTS, LOOKS, THEMES
from screens.type_ahead import TypeAhead

if TYPE_CHECKING:
    from caseworker.desk.macros import Macro

SEND_AFTER = 2.0
"""Seconds from writing to sending: time to undo, and several notes go in one push."""

SIDE_BY_SIDE_MAX = 40
"""Marked orders up to which a repeat is looked at side by side; more are only written about."""

LOOK_EVERY = 2.0
"""Seconds between looks whether another process has written to the cache, and whether anybody is
still here."""

LOOK_AFTER = 0.3
"""Seconds after a key before what others wrote is shown."""

LOOK_AT_LEAST_EVERY = 6.0
"""Seconds after which it is shown, however fast the keys come."""


class Desk(TypeAhead[Path | None]):
    """The desk. It returns the home of the person who sits down next, in the demo."""

    HORIZONTAL_BREAKPOINTS = BREAKPOINTS
    BINDINGS: ClassVar[list[BindingType]] = bindings(EVERYWHERE)
    ENABLE_COMMAND_PALETTE = False
    TITLE = "caseworker"
    # Set here, since a theme that is set later has Textual parse every stylesheet again.
    theme: Reactive[str] = Reactive(DEFAULT)

    def __init__(
        self,
        seat: Seat,
        *,
        line: SyncLine | None = None,
        people: dict[str, Path] | None = None,
        narrow_signs: bool = False,
        colours: bool = True,
        typed_ahead: str = "",
        configuration: Configuration | None = None,
        lock: Lock | None = None,
        clock: Callable[[], float] = stopwatch,
    ) -> None:
        """`lock` where the home has a passphrase; `clock` tells how long nobody was here."""
        configured = configuration or Configuration()
        look = (configured.look or kept_look(seat.home)) if colours else "plain"
        if look:
            self.set_reactive(Desk.theme, f"desk-{look}")
        # Textual does not read the stylesheet of the first screen by itself.
        super().__init__(["desk.tcss", "queue/page.tcss"])
        self.seat = seat
        self._line = line
        self._people = people or {}
        self._typed_ahead = typed_ahead
        self._walls = [
            NoControls(),
            *([NarrowSigns()] if narrow_signs else []),
            *([] if colours else [NoColor()]),
        ]
        self.no_color = not colours
        if motion_reduced(configured):
            self.animation_level = "none"
        self._configured = configured
        self.macros: list[Macro] = []
        self._complaints = [*configured.complaints, *self._take_keymap(configured.keys)]
        if configured.macros:
            self._complaints += self._take_macros(configured)
        self._seen = 0
        self._looked = self._touched = -LOOK_AT_LEAST_EVERY
        self._sending: Timer | None = None
        self._lock = lock
        self._covered = False
        self._idle = Idle(lock.seconds if lock is not None else 0, clock)
        self._leaving = False

    @property
    def available_themes(self) -> dict[str, Theme]:
        """The desk's own looks and no others."""
        return THEMES

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Variables that Textual's own themes lack."""
        return DEFAULTS

    def get_line_filters(self) -> Sequence[LineFilter]:
        """No control byte passes, whichever widget let it through."""
        return [*super().get_line_filters(), *self._walls]

    def get_default_screen(self) -> Screen[None]:
        """The desk opens on the queue."""
        self.seat.line.count(self.seat.cache)
        return QueuePage(self.seat)

    def on_mount(self) -> None:
        """Once the first rows are painted, call the hub and watch the clock."""
        self._seen = self.seat.cache.changed_elsewhere()
        self.call_after_refresh(self._begin)

    def _take_keymap(self, wanted: Mapping[str, str]) -> list[str]:
        if not wanted:
            remap({})
            return []
        from screens.keymap import checked

        keymap, complaints = checked(wanted)
        remap(keymap)
        self.set_keymap(keymap)
        return complaints

    def _take_macros(self, configured: Configuration) -> list[str]:
        from caseworker.desk import macros
        from screens.keymap import checked, with_keys

        seat = self.seat
        read, troubles = macros.checked(configured.macros, seat.taxonomy, seat.now())
        self.macros, clashes = with_keys(read, checked(configured.keys)[0])
        for position, macro in enumerate(self.macros):
            self.bind(macro.key, f"app.macro({position})", show=False)
        return [*troubles, *clashes]

    def _begin(self) -> None:
        if self._complaints:
            more = _("(and {count} more: run  caseworker doctor )")
            rest = more.format(count=len(self._complaints) - 1) if self._complaints[1:] else ""
            self.say(f"{self._complaints[0]} {rest}", "warning")
        for event in XTermParser().feed(self._typed_ahead):
            if isinstance(event, Key):
                self.post_message(event)
        if self._line is not None and self.seat.line.enrolled:
            self.run_worker(self._line.run(self._hear), exit_on_error=False, name="line")
        self.set_interval(LOOK_EVERY, self._look)
        self.set_timer(60 - self.seat.now().second, self._minute)

    async def on_event(self, event: Event) -> None:
        """Whatever a person does here says that one is here; what comes too late only locks."""
        if isinstance(event, Key | Paste | MouseEvent) and not event.is_forwarded:
            # The timer may have slept with the computer.
            late = self._idle.is_over() and not self.locked
            self._idle.touch()
            self._touched = monotonic()
            if late:
                self.action_lock()
                return
        await super().on_event(event)

    @property
    def locked(self) -> bool:
        """Whether the passphrase has to be typed first."""
        return self._covered

    @property
    def pages(self) -> list[Page]:
        """The open pages, the lowest first. One that is being built has no lines to paint yet."""
        stack = self.screen_stack
        return [screen for screen in stack if isinstance(screen, Page) and screen.is_mounted]

    def say(self, words: str, tone: Tone = "plain") -> None:
        """Tell the worker something, on the page in sight."""
        self.pages[-1].say(words, tone)

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Perform an action; what the user can mend is told and ends nothing."""
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except Trouble as trouble:
            self.say(str(trouble), "danger")
            return True

    def on_changed(self) -> None:
        """This desk has written: show it, and send it soon."""
        self._reload()
        if self._line is not None and self._sending is None:
            self._sending = self.set_timer(SEND_AFTER, self._send)

    def on_looked(self) -> None:
        """An order is no news any more; nothing of that is sent."""
        self._reload()

    def on_open(self, message: Open) -> None:
        """Show an order whole."""
        from screens.order.page import OrderPage

        self.push_screen(OrderPage(self.seat, message.order_no, message.part))

    def on_write(self, message: Write) -> None:
        """Open the dialog in which one writes about orders."""
        chosen = message.chosen
        if message.kind == "repeat" and (chosen is None or len(chosen) <= SIDE_BY_SIDE_MAX):
            from screens.repeats.page import SidePage

            numbers = () if chosen is None else tuple(chosen.numbers())
            others = tuple(number for number in numbers if number != message.order_no)
            self.push_screen(SidePage(self.seat, message.order_no, others))
            return
        from screens.compose.page import open_form

        try:
            form = open_form(self.seat, message.kind, message.order_no, message.chosen)
            self.push_screen(form)
        except Trouble as trouble:
            self.say(str(trouble), "danger")

    def on_undo_batch(self, message: UndoBatch) -> None:
        """Take back an act on many orders; what was sent is marked, so that `w` withdraws it."""
        from screens.batch.undoing import take_back

        self.run_worker(take_back(self.pages[-1], message.batch, self.pages[0]), name="undo")

    def action_search(self) -> None:
        """Find an order."""
        from screens.search.page import SearchPage

        self.push_screen(SearchPage(self.seat))

    def action_outbox(self) -> None:
        """What was sent, what waits, what needs the worker."""
        from screens.outbox.page import OutboxPage

        self.push_screen(OutboxPage(self.seat))

    def action_drafts(self) -> None:
        """What was begun and not finished."""
        from screens.drafts.page import DraftsPage

        self.push_screen(DraftsPage(self.seat))

    def action_help(self) -> None:
        """All keys."""
        from screens.help import HelpPage

        self.push_screen(HelpPage(self.seat, self.macros))

    def action_macro(self, position: int) -> None:
        """Show what one of the worker's own recipes will do."""
        from screens.batch.recipe import begin

        if self.screen is self.pages[-1]:
            begin(self.pages[-1], self.macros[position])

    def action_palette(self) -> None:
        """Everything by name."""
        from screens.palette import palette

        self.push_screen(palette(self))

    def action_person(self) -> None:
        """Sit down as another person of the demo."""
        if not self._people:
            self.say(_("People change in the demo only."))
            return
        from screens.person import PersonDialog

        self.push_screen(PersonDialog(self._people, self.seat.worker.name), self._sit_down)

    def _sit_down(self, home: Path | None) -> None:
        if home is not None:
            self.exit(home)

    def action_language(self) -> None:
        """Switch between Chinese and English."""
        locale.set_language("en" if locale.language() == "zh_CN" else "zh_CN")
        for page in self.pages:
            page.relabel()

    def action_jump(self) -> None:
        """Letters over everything that one can go to."""
        from screens.jump import JumpOverlay, targets

        found = targets(self.pages[-1])
        if found and self.screen is self.pages[-1]:
            self.push_screen(JumpOverlay(found))

    def action_lock(self) -> None:
        """Save what is half typed, and cover everything until the passphrase is typed."""
        if self._lock is None:
            self.say(_("This home has no passphrase to ask for: lock the computer."), "warning")
            return
        if self.locked:
            return
        from screens.lock.page import LockPage

        troubles = []
        for page in self.pages:
            try:
                page.put_by()
            except Trouble as trouble:
                troubles.append(str(trouble))
        self.seat.cache.forget()
        self._covered = True
        self.push_screen(LockPage(self._lock, self.seat.worker.name, troubles), self._unlocked)

    def _unlocked(self, _opened: None) -> None:
        self._covered = False
        self._idle.touch()
        self.call_after_refresh(self._place_caret)

    def _place_caret(self) -> None:
        # The terminal's own cursor stands where the passphrase was typed.
        from textual.widgets import Input, TextArea

        if isinstance(self.focused, Input | TextArea):
            self.cursor_position = self.focused.cursor_screen_offset

    def action_look(self) -> None:
        """The next look."""
        names = list(LOOKS)
        here = names.index(self.theme.removeprefix("desk-"))
        self.wear(names[(here + 1) % len(names)])

    def wear(self, look: str) -> None:
        """Put on a look and keep it for the next time."""
        if self.no_color:
            self.say(_("This terminal has no colours, or NO_COLOR forbids them."))
            return
        self.theme = f"desk-{look}"
        keep_look(self.seat.home, look)
        told = _("Colours: {name}.")
        if self._configured.look:
            told = _("Colours: {name}, until the desk is opened again: desk.toml names others.")
        self.say(told.format(name=_(LOOKS[look])), "accent")

    def action_sync(self) -> None:
        """Send and fetch at once."""
        if self._line is None or not self.seat.line.enrolled:
            self.say(_("Not enrolled: run  caseworker enrol URL --code CODE  once."), "warning")
            return
        self._line.sync_now()
        self.say(_("Syncing …"))

    def action_leave(self) -> None:
        """Close the page; from the queue leave, after a word on what still waits."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
            self._reload()
            return
        waits = self._what_waits()
        if waits and not self._leaving:
            self._leaving = True
            self.say(waits, "warning")
            return
        self.exit()

    def on_key(self, event: Key) -> None:
        """Any other key than `q` means that one stays."""
        if event.key != "q":
            self._leaving = False

    def _what_waits(self) -> str:
        from caseworker.desk.annotate import count_drafts

        drafts = count_drafts(self.seat.cache)
        waiting = self.seat.line.waiting if self.seat.line.enrolled else 0
        if drafts and waiting:
            told = _("Kept: drafts {drafts}, to send {waiting}.  q  again leaves.")
        elif drafts:
            told = _("Kept: drafts {drafts}.  q  again leaves.")
        elif waiting:
            told = _("Kept: to send {waiting}.  q  again leaves.")
        else:
            return ""
        return told.format(drafts=drafts, waiting=waiting)

    def action_help_quit(self) -> None:
        """Ctrl+C copies and never quits."""
        self.say(_("Nothing is selected to copy.  q  goes back."))

    def _send(self) -> None:
        self._sending = None
        if self._line is not None:
            self._line.sync_now()

    def _hear(self, event: SyncEvent) -> None:
        self.seat.line.hear(event, self.seat.now())
        if event.event == "revoked":
            self.exit(return_code=1, message=event.sentence)
            return
        if event.event in ("done", "offline", "trouble"):
            self._look()
        for page in self.pages[-1:]:
            page.refresh_bars()

    def _look(self) -> None:
        # A page that is being built may have read what was there before; none stands at the end.
        if not (self.screen_stack and self.screen_stack[-1].is_mounted):
            return
        try:
            if self._idle.is_over():
                self.action_lock()
            seen, now = self.seat.cache.changed_elsewhere(), monotonic()
            # Whoever presses keys is not held up by what others wrote, unless for too long.
            pressing = now - self._touched < LOOK_AFTER
            if seen != self._seen and not (pressing and now - self._looked < LOOK_AT_LEAST_EVERY):
                self._seen, self._looked = seen, now
                self._reload()
        except Trouble as trouble:
            self.say(str(trouble), "danger")

    def _reload(self) -> None:
        self.seat.line.count(self.seat.cache)
        for page in self.pages:
            page.reload()

    def _minute(self) -> None:
        self.set_timer(60 - self.seat.now().second, self._minute)
        for page in self.pages:
            page.relabel()

    def panic(self, *renderables: RenderableType) -> None:
        """Leave after a fault. Textual would show what it is given, citizens' words with it."""
        self._fatal_error()

    def _fatal_error(self) -> None:
        # Textual would print every local variable of every frame.
        if self._exception is not None:
            sentence = crash.write_report(self._exception, self.seat.home, self.seat.now())
            self._exit_renderables.append(Text(sentence))
        self._close_messages_no_wait()
