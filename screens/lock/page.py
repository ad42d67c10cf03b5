"""Covers the whole desk until the passphrase of its home is typed."""

import asyncio
from typing import Any, Final

from textual import on
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from caseworker.desk.locking import Lock
from caseworker.locale import _
from caseworker.model.trouble import Trouble
from screens.compose.fields import Words
from screens.hints import framed
from screens.lines import Tone, piece
from screens.widgets.paint import ROWS, TONES

_SIGNS_MAX: Final = 1000


class _Secret(Input):
    """The passphrase, whose signs are not shown."""

    def __init__(self) -> None:
        super().__init__(password=True, compact=True, max_length=_SIGNS_MAX)
        self.cursor_blink = False


class LockPage(ModalScreen[None]):
    """The only thing in sight while the desk is locked. The pages below stay as they are.

    It is modal, so that no key of the desk works through it, and opaque.
    """

    COMPONENT_CLASSES = TONES | ROWS
    DEFAULT_CSS = """
    LockPage { align: center middle; }
    LockPage Vertical {
        width: 64; max-width: 96%; height: auto; padding: 1 2;
        background: $background; border: round $accent;
        border-title-color: $foreground; border-title-style: none;
        border-subtitle-color: $dim; border-subtitle-align: left;
    }
    LockPage Words { height: auto; }
    LockPage _Secret { background: $row; margin: 1 0; padding: 0 1; }
    LockPage _Secret:nocolor { border-left: thick $foreground; }
    """
    # Other dialogs let the page below shine through; not a default, which their rule would beat.
    CSS = "LockPage { background: $background !important; }"
    AUTO_FOCUS = "_Secret"

    def __init__(self, lock: Lock, who: str, troubles: list[str]) -> None:
        """`who` sits here; `troubles` say what could not be saved before."""
        super().__init__()
        self._lock, self._who, self._troubles = lock, who, troubles
        self._box, self._secret = Vertical(), _Secret()
        self._asked, self._told = Words("asked"), Words("told")
        self._trying = False
        self.gone = asyncio.Event()

    def compose(self) -> ComposeResult:
        """Whose desk it is, the line for the passphrase, and what became of it."""
        with self._box:
            yield self._asked
            yield self._secret
            yield self._told

    def on_mount(self) -> None:
        """Say what is asked, and which keys work."""
        self._box.border_title = framed([piece(_("Locked"), "strong")])
        self._box.border_subtitle = framed(
            [
                piece("Enter", "accent"),
                piece(" " + _("unlock") + "  ", "dim"),
                piece("Ctrl+Q", "accent"),
                piece(" " + _("leave, everything is kept"), "dim"),
            ]
        )
        asked = _("The desk of {name}: type the passphrase.") if self._who else ""
        asked = asked or _("Type the passphrase of this desk.")
        self._asked.show(piece(asked.format(name=self._who), "strong"))
        if self._troubles:
            self._tell(" ".join(self._troubles), "danger")
        else:
            self._tell(_("What you were writing is kept as it stands; syncing goes on."), "dim")

    def on_unmount(self) -> None:
        """Let go on what waited for it."""
        self.gone.set()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        passphrase, self._secret.value = self._secret.value, ""
        if passphrase and not self._trying:
            self._trying = True
            self._tell(_("One moment …"), "dim")
            self.run_worker(self._try(passphrase), name="unlock")

    async def _try(self, passphrase: str) -> None:
        try:
            right = await asyncio.to_thread(self._lock.is_opened_by, passphrase)
        except Trouble as trouble:
            self._tell(str(trouble), "danger")
            return
        finally:
            self._trying = False
        if right:
            self.dismiss()
        else:
            self._tell(_("The passphrase is wrong: try again."), "danger")

    def _tell(self, words: str, tone: Tone) -> None:
        self._told.show(piece(words, tone))


async def until_unlocked(app: App[Any]) -> None:
    """Wait while the desk is locked: whoever closes a page would close the lock."""
    while isinstance(app.screen, LockPage):
        await app.screen.gone.wait()
