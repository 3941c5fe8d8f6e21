"""The form of a start: its inputs from the workflow's own schema, checks beside them, the command line below. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from odw_core.text.ansi import plain
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.spans import Line, Span, Spans, spans
from odw_tui.widgets.line_editor import LineEditor

if TYPE_CHECKING:
    from odw_core.diagnose.doctor.check import Check

FOLDER = "folder"
"""The input that every workflow has: where the run lies and works."""
_LABEL = 12
_MOST_LINES = 8
_NOT_SHOWN = frozenset(("cwd", "thread", "fork"))
"""Asked as the folder, or said by what is gone on with."""
_WORDS = {"approval_policy": "asks", "silence_s": "silence, s", "argv": "command"}


class Input(NamedTuple):
    """One input of the form."""

    name: str
    label: str
    help: str
    choices: tuple[str, ...] = ()
    default: str = ""
    is_long: bool = False
    """Whether it may have several lines."""
    kind: str = "text"
    """``text``, ``words`` (a list, typed as in a shell), ``number``."""


def inputs_of(schema: Mapping[str, object], folder: str) -> tuple[Input, ...]:
    """The inputs of a workflow, from the JSON Schema of its input; the folder last but for what has a default."""
    properties = schema.get("properties")
    found = [Input(FOLDER, FOLDER, "The folder it works in; the run keeps its journal there.", default=folder)]
    known = properties.items() if isinstance(properties, Mapping) else ()
    for name, told in known:
        if name not in _NOT_SHOWN and isinstance(told, Mapping):
            found.append(_input(str(name), told))
    found.sort(key=lambda one: (not one.is_long and one.kind != "words", one.name != FOLDER))
    return tuple(found)


def _input(name: str, told: Mapping[str, object]) -> Input:
    choices = told.get("enum")
    default = told.get("default")
    kind = {"array": "words", "number": "number", "integer": "number"}.get(str(told.get("type")), "text")
    return Input(
        name,
        _WORDS.get(name, name.replace("_", " ")),
        str(told.get("description", "")),
        tuple(map(str, choices)) if isinstance(choices, list) else (),
        "" if default is None else f"{default:g}" if isinstance(default, float) else str(default),
        is_long=name == "prompt",
        kind=kind,
    )


def given_of(inputs: Sequence[Input], typed: Mapping[str, str]) -> dict[str, object]:
    """What was typed, as the workflow's input. What is empty or as it is anyway is left out."""
    given: dict[str, object] = {}
    for one in inputs:
        text = typed.get(one.name, one.default)
        if one.name == FOLDER or (text == one.default and not one.is_long) or not text.strip():
            continue
        given[one.name] = _value(one, text)
    return given


def _value(one: Input, text: str) -> object:
    match one.kind:
        case "words":
            try:
                return shlex.split(text)
            except ValueError:
                return text
        case "number":
            try:
                return float(text)
            except ValueError:
                return text
        case _:
            return text if one.is_long else text.strip()


def command_line(workflow: str, given: Mapping[str, object], folder: str) -> str:
    """The command that would do the same."""
    words = ["odw-tui", "--root", folder, "start", workflow]
    argv = given.get("argv")
    for name, value in given.items():
        if name != "argv":
            words += ["--set", f"{name}={value:g}" if isinstance(value, float) else f"{name}={value}"]
    if isinstance(argv, list):
        words += ["--", *map(str, argv)]
    return " ".join(map(_quoted, words))


def _quoted(word: str) -> str:
    """The word as a shell reads it, on one line."""
    if word.isprintable():
        return shlex.quote(word)
    escaped = word.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
    return f"$'{escaped}'"


def input_lines(
    one: Input, editor: LineEditor, signs: Glyphs, *, is_here: bool, offered: Sequence[str] = ()
) -> list[Line]:
    """One input as it is shown: its label, and what is typed or picked."""
    bar = Span(f"{signs.cursor} " if is_here else "  ", "accent")
    label = Span(one.label.ljust(_LABEL), "strong" if is_here else "quiet")
    if one.choices:
        return [Line(spans(bar, label, *_picked(one.choices, editor.text, is_here=is_here)))]
    if not editor.text and not is_here:
        return [Line(spans(bar, label, Span(_hint(one, offered), "faint")))]
    lines = []
    for number, row in enumerate(_rows(editor, signs.caret if is_here else "")):
        start = spans(bar, label) if not number else spans(Span("  "), Span(" " * _LABEL))
        lines.append(Line(spans(*start, *row), (), 3, _LABEL + 2))
    return lines[-_MOST_LINES:]


def _hint(one: Input, offered: Sequence[str]) -> str:
    if offered:
        return " ".join(map(plain, offered))[:200]
    return one.help


def _picked(choices: Sequence[str], picked: str, *, is_here: bool) -> Spans:
    shown: list[Span] = []
    for choice in choices:
        is_picked = choice == picked
        tone = ("accent" if is_here else "strong") if is_picked else "faint"
        shown += [Span(f"[{choice}]" if is_picked else f" {choice} ", tone), Span(" ")]
    return tuple(shown)


def _rows(editor: LineEditor, caret: str) -> list[Spans]:
    """The typed text line by line, with the caret in it."""
    text = f"{editor.text[: editor.at]}\0{editor.text[editor.at :]}" if caret else editor.text
    rows: list[Spans] = []
    for row in text.split("\n"):
        before, _, after = row.partition("\0")
        rows.append(
            spans(Span(before, "strong"), Span(caret, "strong"), Span(after, "strong"))
            if "\0" in row
            else (Span(row, "strong"),)
        )
    return rows


def check_lines(checks: Sequence[Check], signs: Glyphs) -> list[Line]:
    """What stands for and against the start."""
    lines = []
    for check in checks:
        is_fine = check.level.value in ("PASS", "INFO")
        tone = "done" if is_fine else "failed" if check.level.value == "FAIL" else "blocked"
        sign = signs.marks["done"] if is_fine else signs.marks["failed"] if tone == "failed" else "!"
        said = Span(plain(check.detail), "quiet" if is_fine else "")
        lines.append(Line(spans(Span(f"  {sign} ", tone), said), (), 2, 4))
        if check.fix and not is_fine:
            lines.append(Line(spans(Span("    "), Span(plain(check.fix), "quiet")), (), 2, 4))
    return lines
