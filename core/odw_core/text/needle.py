"""Needle: what is looked for in a text, and how to reject almost every byte of a large one cheaply.

Knows no file. A hit is always judged on the text as it is shown; the bytes are only a sieve.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_ASCII_WORD = re.compile(r"[0-9A-Za-z_]+")
_MAYBE_COLOUR_CODE = re.compile(r"[0-9]*[mM]?")


@dataclass(frozen=True, slots=True)
class Needle:
    """Something to look for, line by line."""

    pattern: re.Pattern[str]
    """Decides, on a line as it is shown."""
    words: tuple[bytes, ...]
    """Raw bytes of which a line must hold at least one; empty means that nothing is looked for."""
    ignores_case: bool
    """Whether ``words`` are lower case and compared with lowered bytes."""
    is_certain: bool = False
    """Whether a line that holds one of ``words`` surely holds the needle, so that nobody need look at it again."""

    @classmethod
    def literal(cls, text: str) -> Needle:
        """``text`` itself, ignoring case if it is all lower case."""
        ignores_case = text == text.lower()
        pattern = re.compile(re.escape(text), re.IGNORECASE if ignores_case else 0)
        # Colour codes stand between words rather than inside them, so the longest word survives in the raw bytes.
        word = max(_ASCII_WORD.findall(text), key=len, default="")
        if word:
            words: tuple[bytes, ...] = (word.encode(),)
            ignores_case = ignores_case and not word.isdigit()
        elif ignores_case and text.strip():
            first = text.strip()[0]
            words = tuple({form.encode("utf-8", "replace") for form in (first, first.upper(), first.title())})
            ignores_case = False
        else:
            words = (text.strip().encode("utf-8", "replace"),) if text.strip() else ()
        return cls(pattern, words, ignores_case, is_certain=text == word and not _MAYBE_COLOUR_CODE.fullmatch(word))

    @property
    def reach(self) -> int:
        """Bytes that must follow a border between two chunks so that no word is missed across it."""
        return max((len(word) for word in self.words), default=1) - 1

    def is_in(self, shown: str) -> bool:
        """Whether a line, as shown, holds it."""
        return bool(self.words) and self.pattern.search(shown) is not None

    def spans(self, shown: str) -> Iterator[tuple[int, int]]:
        """Where it stands in a line as shown."""
        if self.words:
            for match in self.pattern.finditer(shown):
                if match.end() > match.start():
                    yield match.span()

    def candidates(self, data: bytes, stop: int) -> list[int]:
        """Positions before ``stop`` in ``data``, ascending: at least one in every line that may hold it."""
        if self.ignores_case:
            data = data.lower()
        found: list[int] = []
        for word in self.words:
            end = stop + len(word) - 1
            position = data.find(word, 0, end)
            while position >= 0:
                found.append(position)
                line_end = data.find(b"\n", position)
                if line_end < 0:
                    break
                position = data.find(word, line_end, end)
        if len(self.words) > 1:
            found.sort()
        return found
