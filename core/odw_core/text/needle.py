"""Needle: what is looked for in a text, and how to reject almost all of a large one cheaply.

Knows no file. A hit is always judged on the text as it is shown; the fragments are only a sieve.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ASCII_WORD = re.compile(r"[0-9A-Za-z_]+")
_MAYBE_COLOUR_CODE = re.compile(r"[0-9]*[mM]?")


@dataclass(frozen=True, slots=True)
class Needle:
    """Something to look for, line by line. False when it is nothing."""

    pattern: re.Pattern[str]
    """Decides, on a line as it is shown."""
    fragments: tuple[str, ...]
    """A line must hold at least one of them, in its bytes as well as shown; empty means that nothing is looked for."""
    ignores_case: bool
    """Whether ``fragments`` are lower case and compared with a lowered line."""
    is_certain: bool = False
    """Whether a line whose bytes hold a fragment surely holds the needle, so that nobody need look at it again."""

    @classmethod
    def literal(cls, text: str) -> Needle:
        """``text`` itself, ignoring case if it is all lower case."""
        ignores_case = text == text.lower()
        pattern = re.compile(re.escape(text), re.IGNORECASE if ignores_case else 0)
        wanted = text.strip()
        # Colour codes stand between words rather than inside them, so the longest word survives in the raw bytes.
        word = max(_ASCII_WORD.findall(text), key=len, default="")
        if word:
            is_certain = text == word and not _MAYBE_COLOUR_CODE.fullmatch(word)
            return cls(pattern, (word,), ignores_case and not word.isdigit(), is_certain)
        if wanted and ignores_case:
            first = wanted[0]
            return cls(pattern, tuple({first, first.upper(), first.title()}), ignores_case=False)
        return cls(pattern, (wanted,) if wanted else (), ignores_case=False)

    def __bool__(self) -> bool:
        return bool(self.fragments)

    @property
    def reach(self) -> int:
        """Bytes that must follow a border between two chunks so that no fragment is missed across it."""
        return max((len(word) for word in self._words()), default=1) - 1

    def is_in(self, shown: str) -> bool:
        """Whether a line, as shown, holds it."""
        return self._may_be_in(shown) and self.pattern.search(shown) is not None

    def spans(self, shown: str) -> Iterator[tuple[int, int]]:
        """Where it stands in a line as shown."""
        if self._may_be_in(shown):
            for match in self.pattern.finditer(shown):
                if match.end() > match.start():
                    yield match.span()

    def candidates(self, data: bytes, stop: int) -> list[int]:
        """Positions before ``stop`` in ``data``, ascending: at least one in every line that may hold it."""
        if self.ignores_case:
            data = data.lower()
        found: list[int] = []
        for word in self._words():
            end = stop + len(word) - 1
            position = data.find(word, 0, end)
            while position >= 0:
                found.append(position)
                line_end = data.find(b"\n", position)
                if line_end < 0:
                    break
                position = data.find(word, line_end, end)
        if len(self.fragments) > 1:
            found.sort()
        return found

    def _words(self) -> tuple[bytes, ...]:
        return tuple(fragment.encode("utf-8", "replace") for fragment in self.fragments)

    def _may_be_in(self, shown: str) -> bool:
        # Much cheaper than a pattern that ignores case, and nearly every line of a log is rejected here.
        if self.ignores_case:
            shown = shown.lower()
        return any(fragment in shown for fragment in self.fragments)
