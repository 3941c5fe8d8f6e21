"""What a player prints on stdout, cut into what it tells and what its program merely prints. Pure: no bytes make it
raise, and no flood makes it grow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

_LONGEST = 32 << 20
TOLD = frozenset({"say", "ask", "edit", "tool", "model", "tokens", "result", "error"})

Piece = Mapping[str, object] | bytes


class Lines:
    """Fed in any pieces. Yields a mapping for what is told, bytes for everything else, in their order."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._is_foreign = False

    def feed(self, data: bytes) -> Iterator[Piece]:
        """Go on."""
        self._rest += data
        if b"\n" in data:
            *whole, rest = bytes(self._rest).split(b"\n")
            self._rest = bytearray(rest)
            yield from self._lines(whole)
        if self._rest and (self._is_foreign or not self._rest.startswith(b"{") or len(self._rest) > _LONGEST):
            # No line of ours begins so, or grows so long: it is handed on without waiting for its end.
            rest, self._rest, self._is_foreign = bytes(self._rest), bytearray(), True
            yield rest

    def end(self) -> Iterator[Piece]:
        """What was left without a line end."""
        rest, self._rest = bytes(self._rest), bytearray()
        if rest:
            yield self._told(rest) or rest

    def _lines(self, lines: list[bytes]) -> Iterator[Piece]:
        """Foreign lines in a row come as one piece: a flood is made of short ones."""
        foreign: list[bytes] = []
        for line in lines:
            told = None if self._is_foreign else self._told(line)
            self._is_foreign = False
            if told is None:
                foreign.append(line + b"\n")
                continue
            if foreign:
                yield b"".join(foreign)
                foreign.clear()
            yield told
        if foreign:
            yield b"".join(foreign)

    def _told(self, line: bytes) -> Mapping[str, object] | None:
        if not line.startswith(b"{"):
            return None
        try:
            found = json.loads(line)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) and found.get("type") in TOLD else None
