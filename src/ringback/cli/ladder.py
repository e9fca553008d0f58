"""A picture of a call as it happens: who said what to whom, one line a message, as in an RFC's call flow.

Pure text: `Ladder.arrow` returns the line to print. Colour is added by the caller and never the only signal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

COLUMN_WIDTH = 26
TIME_WIDTH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladder:
    """Vertical lines for the parties, from left to right."""

    parties: Sequence[str]

    def heading(self) -> str:
        """The parties' names over their lines."""
        cells = [f"{name:^{COLUMN_WIDTH}}" for name in self.parties]
        return " " * TIME_WIDTH + "".join(cells).rstrip()

    def arrow(self, seconds: float, sender: str, receiver: str, label: str) -> str:
        """One message between two parties, with the time since the call began."""
        start, end = self._column(sender), self._column(receiver)
        left, right = min(start, end), max(start, end)
        room = right - left - 1
        text = _shorten(label, room - 4)
        shaft = f" {text} ".center(room - 1, "-")
        drawn = shaft + ">" if start < end else "<" + shaft
        return self._line(seconds, {left: "|" + drawn}, right)

    def note(self, seconds: float, party: str, text: str) -> str:
        """Something that one party did, written beside its line."""
        column = self._column(party)
        return self._line(seconds, {column: "|"}, column) + " " + _shorten(text, 60)

    def _column(self, party: str) -> int:
        return list(self.parties).index(party) * COLUMN_WIDTH + COLUMN_WIDTH // 2

    def _line(self, seconds: float, drawn: dict[int, str], last: int) -> str:
        cells = [" "] * (len(self.parties) * COLUMN_WIDTH)
        for index in range(len(self.parties)):
            cells[index * COLUMN_WIDTH + COLUMN_WIDTH // 2] = "|"
        for column, text in drawn.items():
            cells[column : column + len(text)] = list(text)
        cells[last] = "|"
        return f"{seconds:>{TIME_WIDTH - 2}.2f}  " + "".join(cells).rstrip()


def _shorten(text: str, room: int) -> str:
    return text if len(text) <= room else text[: max(0, room - 1)] + "…"


def waveform(pcm: bytes, width: int = 60) -> str:
    """A one-line picture of 16-bit mono samples: the louder a stretch, the taller its block."""
    levels = memoryview(pcm[: len(pcm) // 2 * 2]).cast("h")
    if not len(levels):
        return "·" * width
    step = max(1, len(levels) // width)
    peaks = [max(map(abs, levels[at : at + step])) for at in range(0, step * width, step) if at < len(levels)]
    blocks = "·▁▂▃▄▅▆▇█"
    return "".join(blocks[min(8, -(-peak * 8 // 16384))] for peak in peaks)
