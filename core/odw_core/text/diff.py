"""Unified diffs as files, hunks and kinds of lines, git's own headers included. Never raises, never looks at a disk."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_GIT, _OLD, _NEW = "diff --git ", "--- ", "+++ "
_NOWHERE = "/dev/null"
_ESCAPED = re.compile(r"\\([0-7]{1,3}|.)", re.DOTALL)
_SHORT = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


class Kind(IntEnum):
    """What one line of a diff is."""

    CONTEXT = 0
    ADDED = 1
    REMOVED = 2
    HUNK = 3
    """``@@ -1,2 +1,3 @@``."""
    HEAD = 4
    """Names the file, or says what became of it."""
    NOTE = 5
    """Belongs to no file and no hunk: ``\\ No newline at end of file``, words around a diff, binary data."""


class Fate(IntEnum):
    """What became of a file."""

    CHANGED = 0
    CREATED = 1
    DELETED = 2
    RENAMED = 3
    COPIED = 4


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file of a diff. Lines are counted from 0 in the text of the diff; ``stop`` is the line after the last."""

    path: str
    """As it is called afterwards, or was called if it is gone; foreign, empty when nobody names it."""
    old_path: str
    """As it was called before, where that differs; empty otherwise."""
    fate: Fate
    is_binary: bool
    added: int
    removed: int
    start: int
    body: int
    """First line after the head: of its first hunk, or ``stop`` without any."""
    stop: int
    hunks: tuple[int, ...]
    """Lines with ``@@``."""


class _File:
    """A file that is still being read."""

    def __init__(self, start: int, is_git: bool) -> None:
        self.start, self.is_git = start, is_git
        self.old = self.new = ""
        self.renamed_from = self.renamed_to = ""
        self.fate = Fate.CHANGED
        self.is_binary = self.is_named = False
        self.added = self.removed = 0
        self.hunks: list[int] = []

    def done(self, stop: int) -> FileDiff:
        """What it came to."""
        old, new = self.renamed_from or self.old, self.renamed_to or self.new
        if self.fate is Fate.CHANGED and self.is_named:
            self.fate = Fate.CREATED if old == _NOWHERE else Fate.DELETED if new == _NOWHERE else self.fate
        old, new = ("" if path == _NOWHERE else path for path in (old, new))
        return FileDiff(
            path=new or old,
            old_path=old if new and old and old != new else "",
            fate=self.fate,
            is_binary=self.is_binary,
            added=self.added,
            removed=self.removed,
            start=self.start,
            body=self.hunks[0] if self.hunks else stop,
            stop=stop,
            hunks=tuple(self.hunks),
        )


class DiffReader:
    """Reads a diff line by line, as much at a time as there is. ``kinds`` has one ``Kind`` for each line.

    ``numbers`` has the line of the file afterwards, of a removed line its number before, and 0 for what is in no file.
    """

    def __init__(self) -> None:
        self.kinds = bytearray()
        self.numbers = array("l")
        self._files: list[FileDiff] = []
        self._file: _File | None = None
        self._old_left = self._new_left = 0
        self._old_line = self._new_line = 0
        self._is_loose = False
        self._old_name: tuple[int, str] | None = None
        """A ``---`` whose ``+++`` has to come with the next line."""

    def take(self, lines: Iterable[str]) -> None:
        """Read more lines, without their ends."""
        for line in lines:
            if self._old_left > 0 or self._new_left > 0 or self._is_loose:
                kind = self._in_hunk(line)
                if kind is None:
                    self._old_left = self._new_left = 0
                    self._is_loose = False
                    kind = self._outside(line)
            else:
                kind = self._outside(line)
            self.kinds.append(kind)

    def files(self) -> tuple[FileDiff, ...]:
        """All files up to the last line that was read."""
        open_file = () if self._file is None else (self._file.done(len(self.kinds)),)
        return (*self._files, *open_file)

    def _in_hunk(self, line: str) -> Kind | None:
        """A line of a hunk, None when the hunk ended before it said it would."""
        sign, file = line[:1], self._file
        if file is None or (self._is_loose and line.startswith(("diff ", "@@ "))):
            return None
        if sign == "+":
            file.added += 1
            self._new_left -= 1
            self._count(self._new_line)
            self._new_line += 1
            return Kind.ADDED
        if sign == "-":
            file.removed += 1
            self._old_left -= 1
            self._count(self._old_line)
            self._old_line += 1
            return Kind.REMOVED
        if sign in ("", " "):
            # Editors take away the one blank of an empty line.
            self._old_left -= 1
            self._new_left -= 1
            self._count(self._new_line)
            self._old_line += 1
            self._new_line += 1
            return Kind.CONTEXT
        if sign == "\\":
            self._count(0)
            return Kind.NOTE
        return None

    def _count(self, number: int) -> None:
        self.numbers.append(0 if self._is_loose else number)

    def _outside(self, line: str) -> Kind:
        self.numbers.append(0)
        before, self._old_name = self._old_name, None
        at = len(self.kinds)
        if line.startswith("@@"):
            return self._hunk(line, at)
        if line.startswith(_GIT):
            self._begin(at, is_git=True)
            self._name_both(line[len(_GIT) :])
            return Kind.HEAD
        if line.startswith(_OLD):
            self._old_name = at, line[len(_OLD) :]
            # Whether it is the head of a file shows in the next line.
            return Kind.HEAD if self._is_in_head() else Kind.NOTE
        if line.startswith(_NEW) and before is not None:
            self._name_each(before, line[len(_NEW) :])
            return Kind.HEAD
        if self._file is not None and self._is_in_head() and self._fact(self._file, line):
            return Kind.HEAD
        return Kind.NOTE

    def _is_in_head(self) -> bool:
        return self._file is not None and self._file.is_git and not self._file.hunks

    def _begin(self, at: int, *, is_git: bool) -> _File:
        if self._file is not None:
            self._files.append(self._file.done(at))
        self._file = _File(at, is_git)
        return self._file

    def _name_both(self, names: str) -> None:
        """``a/x b/x``: sure only where both names are the same or are quoted."""
        file = self._file
        half = len(names) // 2
        if file is None:
            return
        if names.startswith('"'):
            parts = re.findall(r'"((?:[^"\\]|\\.)*)"', names)
            if len(parts) == 2:
                file.old, file.new = (_stripped(_unquoted(f'"{part}"')) for part in parts)
        elif names[half : half + 1] == " " and _stripped(names[:half]) == _stripped(names[half + 1 :]):
            file.old = file.new = _stripped(names[:half])

    def _name_each(self, before: tuple[int, str], new: str) -> None:
        at, old = before
        file = self._file
        if file is None or not self._is_in_head() or file.is_named:
            file = self._begin(at, is_git=False)
        self.kinds[at] = Kind.HEAD
        old_path, new_path = _path(old), _path(new)
        is_prefixed = all(
            path == _NOWHERE or path.startswith(sign) for path, sign in ((old_path, "a/"), (new_path, "b/"))
        )
        if is_prefixed:
            old_path, new_path = _stripped(old_path), _stripped(new_path)
        file.old, file.new, file.is_named = old_path, new_path, True

    def _fact(self, file: _File, line: str) -> bool:
        """What git says of a file between its name and its hunks."""
        word, _, rest = line.partition(" ")
        match word:
            case "new" if rest.startswith("file mode"):
                file.fate = Fate.CREATED
            case "deleted" if rest.startswith("file mode"):
                file.fate = Fate.DELETED
            case "rename" | "copy" if rest.startswith(("from ", "to ")):
                file.fate = Fate.RENAMED if word == "rename" else Fate.COPIED
                side, _, path = rest.partition(" ")
                if side == "from":
                    file.renamed_from = _unquoted(path)
                else:
                    file.renamed_to = _unquoted(path)
            case "Binary" | "GIT":
                file.is_binary = True
            case "index" | "similarity" | "dissimilarity" | "old" | "new":
                pass
            case _:
                return False
        return True

    def _hunk(self, line: str, at: int) -> Kind:
        file = self._file or self._begin(at, is_git=False)
        file.hunks.append(at)
        found = _HUNK.match(line)
        if found is None:
            # A merge (``@@@``), or somebody who does not count: every line speaks for itself.
            self._is_loose = True
            return Kind.HUNK
        old, old_count, new, new_count = (1 if number is None else int(number) for number in found.groups())
        self._old_line, self._old_left = old, old_count
        self._new_line, self._new_left = new, new_count
        return Kind.HUNK


def _path(name: str) -> str:
    """The name in a ``---`` or ``+++`` line, without the time that may follow it."""
    return _unquoted(name) if name.startswith('"') else name.partition("\t")[0].rstrip("\r")


def _stripped(path: str) -> str:
    """Without the ``a/`` or ``b/`` that git puts before it."""
    return path[2:] if path[:2] in ("a/", "b/") else path


def _unquoted(name: str) -> str:
    """A name as it is; git puts strange ones into quotes, with their bytes in octal."""
    if len(name) < 2 or name[0] != '"' or name[-1] != '"':
        return name.rstrip("\r")

    def byte(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code, 8) & 0xFF) if code[0] in "01234567" else _SHORT.get(code, code)

    raw = _ESCAPED.sub(byte, name[1:-1])
    try:
        return raw.encode("latin-1").decode("utf-8", "replace")
    except UnicodeEncodeError:
        return raw
