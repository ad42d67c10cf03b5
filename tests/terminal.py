"""A real pty with a terminal behind it that says what a person would see."""

import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pexpect
import pyte

WAIT_SECONDS = 12.0


class Terminal:
    """A program on a pty of `rows` × `columns` cells; `seen` holds every byte that it wrote."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        rows: int = 40,
        columns: int = 140,
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.seen = bytearray()
        self._child: pexpect.spawn[bytes] = pexpect.spawn(
            command[0],
            list(command[1:]),
            env=dict(environment),
            dimensions=(rows, columns),
            timeout=WAIT_SECONDS,
        )

    @property
    def process(self) -> int:
        """The number of the program's process."""
        assert self._child.pid is not None
        return self._child.pid

    def press(self, keys: str) -> None:
        """Send keys as the terminal would."""
        self._child.send(keys.encode())

    def resize(self, rows: int, columns: int) -> None:
        """Give the window another size, as a person would with the mouse."""
        self._screen.resize(rows, columns)
        self._child.setwinsize(rows, columns)

    def before_caret(self) -> str:
        """What stands on the row of the terminal's own cursor, left of it."""
        cursor = self._screen.cursor
        row = self._screen.buffer[cursor.y]
        return "".join(row[column].data for column in range(cursor.x))

    def styles(self) -> list[tuple[str, str, bool]]:
        """Foreground, background and whether it is reversed, of every cell that was drawn."""
        return [
            (cell.fg, cell.bg, cell.reverse)
            for row in self._screen.buffer.values()
            for cell in row.values()
        ]

    def lines(self) -> list[str]:
        """What stands on the screen, a string a row; a wide character is followed by nothing."""
        return [
            "".join(self._screen.buffer[row][column].data for column in range(self._screen.columns))
            for row in range(self._screen.lines)
        ]

    def until(self, shown: str | Callable[[str], bool]) -> str:
        """Read until the screen holds `shown`, or passes its test; the screen as one string.

        Raises AssertionError with the screen after `WAIT_SECONDS`, or when the program ended.
        """
        passes = shown if callable(shown) else lambda text: shown in text
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            text = "\n".join(self.lines())
            if passes(text):
                return text
            assert time.monotonic() < deadline, f"never shown: {shown!r}\n{text}"
            assert self._read(), f"ended before it showed {shown!r}\n{text}"

    def ended(self) -> int:
        """Read to the program's end; its exit status."""
        deadline = time.monotonic() + WAIT_SECONDS
        while self._read():
            assert time.monotonic() < deadline, "never ended\n" + "\n".join(self.lines())
        self._child.close()
        return int(self._child.exitstatus if self._child.exitstatus is not None else -1)

    def kill(self) -> None:
        """End the program at once, as a power cut would."""
        self._child.kill(9)
        self._child.wait()

    def _read(self) -> bool:
        try:
            data = self._child.read_nonblocking(65_536, timeout=0.2)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.seen += data
        self._stream.feed(data)
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._child.close(force=True)
