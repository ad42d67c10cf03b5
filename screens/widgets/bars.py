"""The one line at the top and the one at the bottom of a page."""

from textual import events
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from caseworker import locale
from caseworker.locale import _
from screens.hints import hint_at, hint_line
from screens.lines import Line, Tone, length, piece, spread
from screens.moments import at, day, weekday
from screens.seat import Seat
from screens.widgets.paint import paint

FOOT_KEYS = (
    "desk.search",
    "desk.sync",
    "desk.outbox",
    "desk.next_pane",
    "desk.palette",
    "desk.help",
    "desk.language",
    "desk.back",
)


class _Bar(Widget):
    can_focus = False

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1


class StatusLine(_Bar):
    """Who sits here, and the truth about the line."""

    def __init__(self, seat: Seat) -> None:
        super().__init__()
        self._seat = seat

    def render_line(self, y: int) -> Strip:
        """The worker at the left, the line at the right."""
        width = self.size.width
        line = spread(*self._halves(width - 2), width - 2)
        return paint(self, [piece(" "), *line], width, self.rich_style)

    def _halves(self, width: int) -> tuple[Line, Line]:
        # What matters least goes first.
        who = self._seat.worker
        here = " ".join(part for part in (who.unit_name or who.unit, who.name) if part)
        left = [piece("caseworker  ", "dim"), piece(here)] if width > 100 else [piece(here)]
        right = self._line()
        now = self._seat.now()
        clock = piece(f"   {weekday(now)} {day(now, now)} {now:%H:%M}", "dim")
        if width >= length(left) + length(right) + length([clock]) + 2:
            right.append(clock)
        return left, right

    def _line(self) -> Line:
        line, now = self._seat.line, self._seat.now()
        parts: list[tuple[str, Tone]] = []
        if not line.enrolled:
            parts.append((_("not enrolled"), "dim"))
        else:
            parts.append(self._state())
            if line.synced_at is not None and line.state != "offline":
                parts.append((_("synced {at}").format(at=at(line.synced_at, now)), "dim"))
        if line.waiting:
            parts.append((_("{count} waiting").format(count=line.waiting), "accent"))
        if line.needs_worker:
            parts.append((_("{count} need you").format(count=line.needs_worker), "warning"))
        shown: Line = []
        for words, tone in parts:
            shown += [piece("  "), piece(words, tone)]
        return shown

    def _state(self) -> tuple[str, Tone]:
        line = self._seat.line
        match line.state:
            case "online":
                return _("online"), "plain"
            case "offline":
                since = at(line.offline_since, self._seat.now())
                return _("OFFLINE since {at}").format(at=since), "warning"
            case "trouble":
                return line.sentence or _("the line is in trouble"), "danger"
            case "syncing":
                if line.pulled:
                    return _("syncing, {count} so far").format(count=line.pulled), "accent"
                return _("syncing"), "accent"
            case _:
                return _("calling the hub"), "dim"


class FootLine(_Bar):
    """The keys that work everywhere, where one stands, and what has just happened."""

    def __init__(self, keys: tuple[str, ...] = FOOT_KEYS) -> None:
        super().__init__()
        self._keys = keys
        self._said: tuple[str, Tone] | None = None
        self._place = ""
        self._painted: dict[tuple[int, str], Strip] = {}
        """The keys as they were painted last, by their room and their language."""

    def offer(self, keys: tuple[str, ...]) -> None:
        """Show other keys: those that work now."""
        if keys != self._keys:
            self._keys = keys
            self._painted.clear()
            self.refresh()

    def say(self, words: str, tone: Tone) -> None:
        """Show what has happened in place of the keys."""
        self._said = (words, tone)
        self.refresh()

    @property
    def speaks(self) -> bool:
        """Whether something stands there that was not read yet."""
        return self._said is not None

    def hush(self) -> None:
        """Show the keys again."""
        if self._said is not None:
            self._said = None
            self.refresh()

    def show_place(self, words: str) -> None:
        """Show where in the list one stands."""
        if words != self._place:
            self._place = words
            self.refresh()

    def on_click(self, event: events.Click) -> None:
        """A click on a key's hint is as good as the key."""
        room = self.size.width - 2 - length([piece(f"  {self._place}")])
        key = None if self._said else hint_at(self._keys, room, event.x - 1)
        if key is not None:
            self.app.simulate_key(key.first)

    def notify_style_update(self) -> None:
        """Forget what was painted in the colours of before."""
        self._painted.clear()
        super().notify_style_update()

    def render_line(self, y: int) -> Strip:
        """What was said, else the keys; and the place in the list."""
        width = self.size.width
        place = [piece(f"  {self._place}", "dim")]
        room = max(width - 2 - length(place), 0)
        right = paint(self, place, width - 1 - room, self.rich_style)
        return Strip.join([self._left(room), right])

    def _left(self, room: int) -> Strip:
        if self._said is not None:
            return paint(self, [piece(" "), piece(*self._said)], room + 1, self.rich_style)
        # A move changes the place alone; to paint the keys takes longer than the moved row.
        shown = (room, locale.language())
        if shown not in self._painted:
            line = [piece(" "), *hint_line(self._keys, room)]
            self._painted = {shown: paint(self, line, room + 1, self.rich_style)}
        return self._painted[shown]
