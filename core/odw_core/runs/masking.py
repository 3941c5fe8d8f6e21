"""Writes a stream to disk as it comes, with secrets of known shapes made unreadable, also across chunk borders."""

from __future__ import annotations

import os

from odw_core.text.secrets import MASK, masked

_HELD = 64 * 1024
"""How much of an unfinished line waits for its rest."""
_OVERLAP = 16 * 1024
"""What of it goes on waiting when it grew too long: longer than any secret of a known shape."""
_CONTEXT = 256
"""How much of what was written before is looked at again: a name and its secret may stand on two lines."""
_PROBES = ("x" * 24, '"' + "x" * 24)
_KEY_BEGINS, _KEY_ENDS = "-----BEGIN ", "-----END "


class MaskedStream:
    """One file that grows. Offsets and lengths in bytes stay those of what was given to it. For one writer."""

    def __init__(self, descriptor: int) -> None:
        """Takes over an open descriptor and closes it."""
        self._descriptor = descriptor
        self._held = ""
        self._context = ""
        self._is_in_key = False
        self.masked_count = 0
        """How many secrets were made unreadable."""
        self.size = 0
        """Bytes on disk."""
        self.last_line = ""
        """The end of what was written, for people."""

    def write(self, data: bytes) -> None:
        """Take in a chunk. Whole lines go to disk at once; an unfinished one when it ends, or with ``flush``."""
        # One character a byte, so that offsets stay: secrets are ASCII, everything else passes through.
        self._held += data.decode("latin-1")
        whole = self._held.rfind("\n") + 1
        if len(self._held) - whole > _HELD:
            whole = len(self._held) - _OVERLAP
        self._put(whole)

    def flush(self) -> None:
        """Write of an unfinished line what cannot become a secret by what follows: all but its last word."""
        cut = max(self._held.rfind(" "), self._held.rfind("\t")) + 1
        begins = self._held[:cut]
        if cut and _KEY_BEGINS not in begins and not any(_hides(begins, probe) for probe in _PROBES):
            self._put(cut)

    def close(self) -> None:
        """Write the rest and close the file."""
        if self._descriptor >= 0:
            try:
                self._put(len(self._held))
            finally:
                os.close(self._descriptor)
                self._descriptor = -1

    def _put(self, count: int) -> None:
        """Write the first ``count`` characters of what is held, judged together with what stands around them."""
        if not count:
            return
        given, before = self._held[:count], len(self._context)
        hidden = masked(self._context + self._held)[before : before + count]
        hidden = self._without_keys(hidden)
        if hidden != given:
            self.masked_count += _places(given, hidden)
        self._context, self._held = (self._context + given)[-_CONTEXT:], self._held[count:]
        data = hidden.encode("latin-1")
        self.size += len(data)
        lines = [line for line in data[-4096:].split(b"\n") if line.strip()]
        if lines:
            self.last_line = lines[-1][-400:].decode("utf-8", "replace")
        left = memoryview(data)
        while left:
            left = left[os.write(self._descriptor, left) :]

    def _without_keys(self, text: str) -> str:
        """A private key spans many lines, each of which may come by itself."""
        if not self._is_in_key and "PRIVATE KEY-----" not in text:
            return text
        lines = text.split("\n")
        for number, line in enumerate(lines):
            if _KEY_ENDS in line:
                self._is_in_key = False
            elif self._is_in_key:
                lines[number] = "".join(one if one.isspace() else MASK for one in line)
            elif _KEY_BEGINS in line and line.rstrip().endswith("PRIVATE KEY-----"):
                self._is_in_key = True
        return "\n".join(lines)


def _hides(begins: str, probe: str) -> bool:
    """Whether what could follow would be a secret because of what stands there."""
    return masked(begins + probe) != masked(begins) + probe


def _places(before: str, after: str) -> int:
    """In how many places something was made unreadable."""
    count, was_masked = 0, False
    for old, new in zip(before, after, strict=True):
        is_masked = old != new
        count += is_masked and not was_masked
        was_masked = is_masked
    return count
