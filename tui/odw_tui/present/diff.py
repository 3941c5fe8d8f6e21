"""What was changed, by one task or by all: one page of text out of many diffs, with its files and their folds. Pure."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from odw_core.model.address import Address
from odw_core.model.detail import Attempt, Mark, RunDetail
from odw_core.text.ansi import one_line
from odw_core.text.diff import DiffReader, Fate, FileDiff, Kind
from odw_tui.present import numbers
from odw_tui.present.cell_story import cell_at
from odw_tui.present.folds import Fold
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.parts import counted, said
from odw_tui.present.spans import Line, Span, Spans, cells, cut_text, spans

STREAM = "diff"
_PATH_LIMIT = 300
_PART, _OWN = 16, 17
"""Kinds of lines that are this page's own: the name of a task, a blank."""

_TONES = {
    int(Kind.ADDED): "added",
    int(Kind.REMOVED): "removed",
    int(Kind.HUNK): "aside",
    int(Kind.HEAD): "aside",
    int(Kind.NOTE): "aside",
    int(Kind.CONTEXT): "plain",
    _PART: "part",
    _OWN: "aside",
}
_FATES = {Fate.CREATED: "new", Fate.DELETED: "deleted", Fate.RENAMED: "renamed", Fate.COPIED: "copied"}


@dataclass(frozen=True, slots=True)
class Part:
    """The diff of one attempt. ``version`` changes when there may be another text."""

    address: Address
    task: str
    where: str
    """``round 3``."""
    version: object


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file on the page; lines are counted from 0 on the page."""

    key: str
    part: Part
    diff: FileDiff
    start: int
    body: int
    stop: int
    hunks: tuple[int, ...]


def has_changes(detail: RunDetail) -> bool:
    """Whether any attempt has a diff."""
    return any(STREAM in attempt.streams for cell in detail.cells for attempt in cell.attempts)


def newest_parts(detail: RunDetail) -> tuple[Part, ...]:
    """For each task the newest attempt that left a diff: together what would land, or has landed."""
    found: list[Part] = []
    for row in (row for row in detail.rows if row.kind != "reviewer"):
        for column in reversed(detail.columns):
            part = part_at(detail, row.key, column.key)
            if part is not None:
                found.append(part)
                break
    return tuple(found)


def part_at(detail: RunDetail, row_key: str, column_key: str, number: int = -1) -> Part | None:
    """The diff of an attempt of a cell, by default of the last that has one."""
    cell = cell_at(detail, row_key, column_key)
    if cell is None:
        return None
    tried = cell.attempts if number < 0 else cell.attempts[number : number + 1]
    attempt = next((one for one in reversed(tried) if STREAM in one.streams), None)
    if attempt is None:
        return None
    row = next((one_line(row.title, 60) for row in detail.rows if row.key == row_key), row_key)
    column = next((one_line(column.title, 60) for column in detail.columns if column.key == column_key), column_key)
    return Part(attempt.address, row, column, _version(attempt))


def _version(attempt: Attempt) -> object:
    return attempt.mark is Mark.RUNNING, attempt.ended_at, len(attempt.files)


class DiffPage:
    """Grows by ``begin``, ``take`` and ``end`` for each part; ``lines``, ``kinds`` and ``numbers`` go together."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.kinds = bytearray()
        self.numbers = array("l")
        self.files: list[PageFile] = []
        self.missing: list[tuple[Part, str]] = []
        self.is_empty = True
        """Whether no diff has a line, so that only its own words stand on it."""
        self._reader = DiffReader()
        self._part: Part | None = None
        self._begins_at = 0
        self._heads_at: int | None = None

    def begin(self, part: Part, *, has_head: bool) -> None:
        """The diff of another task follows."""
        self._part, self._reader, self._heads_at = part, DiffReader(), None
        if has_head:
            if self.lines:
                self._own("", _OWN)
            self._heads_at = len(self.lines)
            self._own("", _PART)
        self._begins_at = len(self.lines)

    def take(self, lines: Sequence[str]) -> None:
        """More lines of it."""
        self.lines += lines
        self.is_empty = self.is_empty and not lines
        self._reader.take(lines)

    def end(self, glyphs: Glyphs, missing: str | None = None) -> None:
        """It is complete, or it is not there because of ``missing``."""
        part, reader, base = self._part, self._reader, self._begins_at
        if part is None:
            return
        self.kinds += reader.kinds
        self.numbers.extend(reader.numbers)
        files = reader.files()
        if missing is not None:
            self.missing.append((part, missing))
        for diff in files:
            self.files.append(
                PageFile(
                    key=f"{len(self.files)} {diff.path}",
                    part=part,
                    diff=diff,
                    start=base + diff.start,
                    body=base + diff.body,
                    stop=base + diff.stop,
                    hunks=tuple(base + hunk for hunk in diff.hunks),
                )
            )
        if self._heads_at is not None:
            told = missing or total_words(files, glyphs)
            self.lines[self._heads_at] = f"{part.task}, {part.where}   {told}"
        self._part = None

    def _own(self, words: str, kind: int) -> None:
        self.lines.append(words)
        self.kinds.append(kind)
        self.numbers.append(0)

    def tone(self, line: int) -> str:
        """The component class of a line."""
        return _TONES.get(self.kinds[line], "") if line < len(self.kinds) else ""

    def number(self, line: int) -> int | None:
        """The line of the file that stands there, None for what is in no file."""
        return (self.numbers[line] if line < len(self.numbers) else 0) or None

    def file_at(self, line: int) -> PageFile | None:
        """The file that line ``line`` belongs to; of a heading the file below it."""
        low, high = 0, len(self.files)
        while low < high:
            middle = (low + high) // 2
            if self.files[middle].stop <= line:
                low = middle + 1
            else:
                high = middle
        return self.files[low] if low < len(self.files) else None

    def folds(self, folded: Collection[str], glyphs: Glyphs) -> list[Fold]:
        """Every head as one line, and of the files in ``folded`` nothing else."""
        found: list[Fold] = []
        for file in self.files:
            is_folded = file.key in folded
            stop = file.stop if is_folded else max(file.body, file.start + 1)
            found.append(Fold(file.start, stop, heading(file, glyphs, is_folded=is_folded), "heading"))
        return found


def heading(file: PageFile, glyphs: Glyphs, *, is_folded: bool) -> str:
    """``src/render.js   +18 −7   renamed from src/old.js``."""
    diff = file.diff
    facts = [file_name(diff), _delta(diff, glyphs)]
    if diff.old_path and diff.fate in (Fate.RENAMED, Fate.COPIED):
        facts.append(f"{_FATES[diff.fate]} from {one_line(diff.old_path, _PATH_LIMIT)}")
    elif diff.fate in _FATES:
        facts.append(_FATES[diff.fate])
    if is_folded:
        facts.append("folded")
    return "   ".join(fact for fact in facts if fact)


def file_name(diff: FileDiff) -> str:
    """The path as it is shown."""
    return one_line(diff.path, _PATH_LIMIT) or "a file without a name"


def _delta(diff: FileDiff, glyphs: Glyphs) -> str:
    if diff.is_binary:
        return "binary"
    minus = "-" if glyphs.is_ascii else "−"
    parts = [f"+{diff.added}" if diff.added else "", f"{minus}{diff.removed}" if diff.removed else ""]
    return " ".join(part for part in parts if part)


def total_words(files: Sequence[FileDiff], glyphs: Glyphs) -> str:
    """``9 files   +412 −38``."""
    if not files:
        return "no file changed"
    minus = "-" if glyphs.is_ascii else "−"
    counts = (("+", sum(file.added for file in files)), (minus, sum(file.removed for file in files)))
    delta = " ".join(f"{sign}{numbers.count(number)}" for sign, number in counts if number)
    return f"{counted(len(files), 'file')}   {delta}".rstrip()


def title_line(scope: Part | None, page: DiffPage | None, parts: int, glyphs: Glyphs, key: str) -> Line:
    """Whose changes are shown, how many, and how to get to the others."""
    everything = f"all {parts} tasks" if parts > 1 else "all changes"
    name = Span(everything if scope is None else scope.task, "strong")
    where = Span("" if scope is None else f", {scope.where}", "quiet")
    if page is None:
        told = Span("   reading", "quiet")
    else:
        told = Span(f"   {total_words([file.diff for file in page.files], glyphs)}", "quiet")
    more = spans(Span(f"{key} goes on to the next task", "faint")) if key else ()
    return said(name, where, told, right=more)


@dataclass(frozen=True, slots=True)
class FileRow:
    """One line of the list of files; ``key`` is empty on the name of a task."""

    key: str
    line: Line


def file_rows(page: DiffPage, glyphs: Glyphs, width: int, folded: Collection[str]) -> list[FileRow]:
    """The files below their tasks, paths cut on the left where there is little space."""
    rows: list[FileRow] = []
    is_many = len({file.part.address for file in page.files}) > 1
    last: Address | None = None
    for file in page.files:
        if is_many and file.part.address != last:
            last = file.part.address
            rows += [FileRow("", Line())] if rows else []
            rows.append(FileRow("", said(Span(file.part.task, "strong"), Span(f"  {file.part.where}", "faint"))))
        right = _delta_spans(file.diff, glyphs)
        room = width - sum(cells(text) for text, _ in right) - 2
        tone = "faint" if file.key in folded else ""
        rows.append(FileRow(file.key, Line((Span(tail(file_name(file.diff), room, glyphs), tone),), right)))
    return rows


def _delta_spans(diff: FileDiff, glyphs: Glyphs) -> Spans:
    if diff.is_binary:
        return spans(Span("binary", "quiet"))
    minus = "-" if glyphs.is_ascii else "−"
    return spans(
        Span(f"+{diff.added}" if diff.added else "", "done"),
        Span(" " if diff.added and diff.removed else ""),
        Span(f"{minus}{diff.removed}" if diff.removed else "", "failed"),
    )


def tail(path: str, width: int, glyphs: Glyphs) -> str:
    """``path`` in ``width`` cells; what is left out stood at its beginning."""
    if cells(path) <= width:
        return path
    if width < 4:
        return cut_text(path, max(0, width), glyphs.ellipsis)
    kept = path[-(width - 1) :]
    while cells(kept) > width - 1:
        kept = kept[1:]
    return glyphs.ellipsis + kept


def no_changes(missing: Sequence[tuple[Part, str]], key: str) -> tuple[Line, ...]:
    """There is nothing to show, and why."""
    why = missing[0][1] if missing else "No file was changed."
    return (
        Line(),
        said(Span("No changes.", "strong")),
        Line((Span(why, "quiet"),), most=4),
        Line(),
        said(Span(key, "strong"), Span("  back to the timeline", "quiet")),
    )
