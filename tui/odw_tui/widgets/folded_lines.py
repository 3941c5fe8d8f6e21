"""FoldedLines: a text with stretches folded into one line each. Costs the folds, not the lines; knows no reason."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator

from odw_core.files.line_source import LineSource
from odw_core.text.needle import Needle
from odw_tui.present.folds import Fold

NumberOf = Callable[[int], int | None]
ToneOf = Callable[[int], str]


def _number(line: int) -> int | None:
    return line + 1


def _tone(line: int) -> str:
    return ""


class FoldedLines:
    """A ``LineSource`` over another, and its ``LineLook``: numbers and tones are those of the whole text.

    ``folds`` are in order and apart from each other. What grows behind them is shown as it is.
    """

    def __init__(
        self,
        source: LineSource,
        folds: Iterable[Fold] = (),
        *,
        number_of: NumberOf = _number,
        tone_of: ToneOf = _tone,
        highest: int | None = None,
    ) -> None:
        self.source = source
        self._number_of, self._tone_of, self._highest = number_of, tone_of, highest
        self._generation = source.generation
        self._put(folds)

    def _put(self, folds: Iterable[Fold]) -> None:
        self.folds = tuple(folds)
        self._starts = [fold.start for fold in self.folds]
        self._at: list[int] = []
        """The line that each fold is shown as."""
        self._hidden = [0]
        """Lines that do not show, up to each fold."""
        for fold in self.folds:
            self._at.append(fold.start - self._hidden[-1])
            self._hidden.append(self._hidden[-1] + fold.stop - fold.start - 1)

    @property
    def title(self) -> str:
        return self.source.title

    @property
    def is_counted(self) -> bool:
        return self.source.is_counted

    @property
    def line_count(self) -> int:
        return self.source.line_count - self._hidden[-1]

    @property
    def generation(self) -> int:
        return self.source.generation

    def count_more(self) -> bool:
        return self.source.count_more()

    def refresh(self) -> bool:
        has_news = self.source.refresh()
        if self._generation != self.source.generation:
            # Another text: what was folded is no longer there.
            self._generation = self.source.generation
            self._put(())
        return has_news

    def lines(self, start: int, stop: int) -> list[str]:
        found: list[str] = []
        line, stop = max(0, start), min(stop, self.line_count)
        while line < stop:
            place = bisect_right(self._at, line)
            if place and self._at[place - 1] == line:
                found.append(self.folds[place - 1].words)
                line += 1
                continue
            end = min(stop, self._at[place] if place < len(self._at) else stop)
            hidden = self._hidden[place]
            found += self.source.lines(line + hidden, end + hidden)
            line = end
        return found

    def last_lines(self, count: int) -> list[str]:
        return self.lines(self.line_count - count, self.line_count)

    def find(self, needle: Needle, start: int, forward: bool = True) -> Iterator[int | None]:
        """Folded lines are passed over."""
        for line in self.source.find(needle, self.source_line(start), forward):
            if line is None or self.fold_at(line) is None:
                yield None if line is None else self.shown_line(line)

    def close(self) -> None:
        """The text belongs to whoever opened it."""

    def source_line(self, line: int) -> int:
        """The line of the text that is shown as ``line``; of a fold its first."""
        place = bisect_right(self._at, line)
        if place and self._at[place - 1] == line:
            return self.folds[place - 1].start
        return line + self._hidden[place]

    def shown_line(self, line: int) -> int:
        """The line that shows line ``line`` of the text, or the fold that hides it."""
        place = bisect_right(self._starts, line)
        if place and line < self.folds[place - 1].stop:
            return self._at[place - 1]
        return line - self._hidden[place]

    def fold_at(self, line: int) -> Fold | None:
        """The fold that hides line ``line`` of the text."""
        place = bisect_right(self._starts, line)
        fold = self.folds[place - 1] if place else None
        return fold if fold is not None and line < fold.stop else None

    @property
    def highest(self) -> int:
        """The highest number there is."""
        return self.source.line_count if self._highest is None else self._highest

    def number(self, line: int) -> int | None:
        """What stands beside a shown line; None beside a fold."""
        text_line = self.source_line(line)
        return None if self.fold_at(text_line) is not None else self._number_of(text_line)

    def tone(self, line: int) -> str:
        """The component class of a shown line without ``line-view--``; empty for plain text."""
        text_line = self.source_line(line)
        fold = self.fold_at(text_line)
        return self._tone_of(text_line) if fold is None else fold.tone
