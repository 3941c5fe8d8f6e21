"""The form of a start: its inputs from the workflow's own schema, checks beside them, the command line below. Pure.

Inputs whose names begin with a dot are the form's own: they say how it starts, not what the workflow is given.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from odw_core.text.ansi import plain
from odw_tui.present.glyphs import Glyphs
from odw_tui.present.spans import Line, Span, Spans, height_of, spans
from odw_tui.widgets.line_editor import LineEditor

if TYPE_CHECKING:
    from odw_core.diagnose.doctor.check import Check

FOLDER = "folder"
"""The input that every workflow has: where the run lies and works."""
SOURCE, AGAIN, FROM, AFTER = ".source", ".again", ".from", ".after"
"""What kind of wish it is; what a rerun keeps; from which step; which run has to land first."""
GOAL = "goal"
FROM_RUN = "from_run"
_HOLDS = "hold_landings"
"""Asked where plans of another run are carried out; there it is what is wanted, else it says what is gone on with."""
SOURCES = ("request", "spec", GOAL, "tasks")
EVERYTHING, FAILED_ONLY, FROM_A_STEP = "everything", "what failed", "from a step"
AT_ONCE = "at once"
_LABEL = 14
_MOST_LINES = 8
_MOST_CHOICES = 60
"""Cells of a row of choices that every terminal has."""
_NOT_SHOWN = frozenset(
    (
        *("cwd", "thread", "fork", "repo", "candidates", "blockers", "questions"),
        *("answers", "plans", "from_run", "repeats"),
    )
)
"""Asked as the folder, or said by what is gone on with."""
_WORDS = {
    "approval_policy": "asks",
    "silence_s": "silence, s",
    "argv": "command",
    "hold_after_planning": "hold the plan",
    "max_review_rounds": "rounds",
    "from_run": "plans of",
    "hold_landings": "hold landings",
    "max_rounds": "rounds",
    "deadline_s": "deadline, s",
    "budget_tokens": "tokens",
    "auto_answer": "auto answer",
    "planner_attempts": "plan tries",
    "reviewer_attempts": "review tries",
    "allow_undeclared_task_files": "no files",
    "allow_duplicate_task_files": "shared files",
    "allow_dirty_task_files": "dirty files",
    "strict_task_file_boundaries": "own files",
    "max_scenarios": "the first",
    "fail_fast": "fail fast",
    "env_file": "env file",
    "timeout_s": "timeout, s",
    "holds_questions": "asks you",
    "no_llm": "no LLM",
}
_LONG = frozenset(("prompt", *SOURCES))
_RARE = frozenset(
    (
        *("concurrency", "budget_tokens", "deadline_s", "auto_answer", "planner_attempts", "reviewer_attempts"),
        *("allow_undeclared_task_files", "allow_duplicate_task_files", "allow_dirty_task_files"),
        "strict_task_file_boundaries",
        *("outputs", "baseline", "env_file", "force", "clears"),
    )
)
"""Asked only of who wants to see everything."""
_ONLY_WITH = {"script": ("agent", "scripted"), FROM: (AGAIN, FROM_A_STEP)}
"""Input to the input, and what has to stand there, without which it means nothing."""
YES, _NO = "yes", "no"


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
    """``text``, ``words`` (a list, typed as in a shell), ``number``, ``flag``, ``tasks``."""


def inputs_of(schema: Mapping[str, object], folder: str) -> tuple[Input, ...]:
    """The inputs of a workflow, from the JSON Schema of its input; the folder last but for what has a default."""
    properties, parts = schema.get("properties"), schema.get("$defs")
    found = [Input(FOLDER, FOLDER, "The folder it works in; the run keeps its journal there.", default=folder)]
    properties = properties if isinstance(properties, Mapping) else {}
    for name, told in properties.items():
        if (name not in _NOT_SHOWN or (name == FROM_RUN and _HOLDS in properties)) and isinstance(told, Mapping):
            found.append(_input(str(name), told, parts if isinstance(parts, Mapping) else {}))
    if {*SOURCES} <= {one.name for one in found}:
        said = "How it is said: a request, a specification, a goal, or the tasks themselves."
        found.append(Input(SOURCE, "wanted as", said, SOURCES, SOURCES[0]))
    found.sort(key=lambda one: (_rank(one), one.name != FOLDER))
    return tuple(found)


def _rank(one: Input) -> int:
    if one.name == SOURCE:
        return 0
    if one.is_long or one.name in ("argv", FROM_RUN):
        return 1
    return 3 if one.name in _RARE else 2


def _input(name: str, told: Mapping[str, object], parts: Mapping[str, object]) -> Input:
    shape = _shape(told, parts)
    choices = shape.get("enum")
    kind = {"array": "words", "number": "number", "integer": "number", "boolean": "flag"}.get(
        str(shape.get("type")), "text"
    )
    items = shape.get("items")
    if kind == "words" and isinstance(items, Mapping) and "enum" not in items and "$ref" in items:
        kind = "tasks"
    if kind == "flag":
        choices = [_NO, YES]
    return Input(
        name,
        _WORDS.get(name, name.replace("_", " ")),
        str(told.get("description", "")),
        tuple(map(str, choices)) if isinstance(choices, list) else (),
        typed(told.get("default")),
        is_long=name in _LONG,
        kind=kind,
    )


def _shape(told: Mapping[str, object], parts: Mapping[str, object]) -> Mapping[str, object]:
    """What an input takes, where it may also be left out, or is described elsewhere in the schema."""
    options = told.get("anyOf")
    if isinstance(options, list):
        real = [one for one in options if isinstance(one, Mapping) and one.get("type") != "null"]
        return _shape(real[0], parts) if real else told
    reference = told.get("$ref")
    found = parts.get(reference.rpartition("/")[2]) if isinstance(reference, str) else None
    return found if isinstance(found, Mapping) else told


def with_repeat(inputs: Sequence[Input], steps: Sequence[str]) -> tuple[Input, ...]:
    """The form of a run that is run again, which may keep what it did."""
    if not steps:
        return tuple(inputs)
    kept = "Do it all again, or keep what went well; what it came from must be the same. Gates are decided anew."
    ways = (EVERYTHING, FAILED_ONLY, FROM_A_STEP)
    again = Input(AGAIN, "again", kept, ways, EVERYTHING)
    source = Input(FROM, "from step", "This step, and everything that began after it, is done again.", tuple(steps))
    return (again, source._replace(default=steps[0]), *inputs)


def with_runs(inputs: Sequence[Input], runs: Sequence[str]) -> tuple[Input, ...]:
    """The form where runs are at work that this one could wait for."""
    if not runs:
        return tuple(inputs)
    told = "At once, or as soon as another run has landed; until then it waits, and can be cancelled."
    return (*inputs, Input(AFTER, "starts", told, (AT_ONCE, *runs), AT_ONCE))


def shown_inputs(inputs: Sequence[Input], typed: Mapping[str, str], *, is_whole: bool) -> tuple[Input, ...]:
    """Those that mean something as the others stand; the rare ones only where ``is_whole``, or they are filled in."""
    source = typed.get(SOURCE)
    found = []
    known = {one.name for one in inputs}
    for one in inputs:
        # What tasks are for is told to all of them.
        is_other = one.name in SOURCES and one.name != source and (one.name != GOAL or source != "tasks")
        if source is not None and is_other:
            continue
        needed = _ONLY_WITH.get(one.name)
        if needed is not None and needed[0] in known and typed.get(needed[0]) != needed[1]:
            continue
        if one.name in _RARE and not is_whole and typed.get(one.name, one.default) == one.default:
            continue
        found.append(one)
    return tuple(found)


def has_rare(inputs: Sequence[Input]) -> bool:
    """Whether some are asked only on request."""
    return any(one.name in _RARE for one in inputs)


def source_of(given: Mapping[str, object]) -> str:
    """How a wish was said that is wished once more."""
    return next((name for name in reversed(SOURCES) if given.get(name)), SOURCES[0])


def typed(value: object) -> str:
    """A given value as one would type it."""
    match value:
        case None:
            return ""
        case bool():
            return YES if value else _NO
        case float():
            return f"{value:g}"
        case list() if value and isinstance(value[0], Mapping):
            return _tasks_text(value)
        case list():
            return shlex.join(map(str, value))
        case Mapping():
            # Who comes after whom.
            said = (f"{key}={','.join(map(str, of)) if isinstance(of, list) else of}" for key, of in value.items())
            return shlex.join(said)
        case _:
            return str(value)


def _tasks_text(tasks: Sequence[object]) -> str:
    """``id: file file`` and the prompt below it, indented; JSON where that does not say everything."""
    blocks = []
    for task in tasks:
        if not isinstance(task, Mapping) or any(value for key, value in task.items() if key not in _TASK_KEYS):
            return json.dumps(tasks, ensure_ascii=False)
        files = task.get("files")
        named = shlex.join(map(str, files)) if isinstance(files, list) else ""
        prompt = "".join(f"\n  {line}" for line in str(task.get("prompt", "")).split("\n") if line.strip())
        blocks.append(f"{task.get('id', '')}: {named}".rstrip() + prompt)
    return "\n".join(blocks)


_TASK_KEYS = ("id", "files", "prompt")


def _tasks(text: str) -> object:
    """The tasks that ``text`` lists; the text itself where it lists none, so that the check says what is wrong."""
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    tasks: list[dict[str, object]] = []
    for line in text.split("\n"):
        if line[:1].isspace() or not line.strip():
            if tasks and line.strip():
                tasks[-1]["prompt"] = f"{tasks[-1]['prompt']}\n{line.strip()}".strip("\n")
            continue
        name, colon, files = line.partition(":")
        if not colon:
            return text
        try:
            tasks.append({"id": name.strip(), "files": shlex.split(files), "prompt": ""})
        except ValueError:
            return text
    return tasks


def given_of(inputs: Sequence[Input], typed: Mapping[str, str]) -> dict[str, object]:
    """What was typed, as the workflow's input. What is empty or as it is anyway is left out."""
    given: dict[str, object] = {}
    for one in inputs:
        text = typed.get(one.name, one.default)
        is_ours = one.name == FOLDER or one.name.startswith(".")
        if is_ours or (text == one.default and not one.is_long) or not text.strip():
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
        case "tasks":
            return _tasks(text)
        case "flag":
            return text == YES
        case "number":
            try:
                number = float(text)
            except ValueError:
                return text
            return int(number) if number.is_integer() else number
        case _:
            return text if one.is_long else text.strip()


def command_line(
    workflow: str, given: Mapping[str, object], folder: str, *, again: str = "", how: Sequence[str] = ()
) -> str:
    """The command that would do the same. ``again`` is the run that is run again, ``how`` what else is said."""
    begin = ["rerun", again] if again else ["start", workflow]
    words = ["odw-tui", "--root", folder, *begin, *how]
    argv = given.get("argv")
    for name, value in given.items():
        if name != "argv":
            words += [word for one in _said(value) for word in ("--set", f"{name}={one}")]
    if isinstance(argv, list):
        words += ["--", *map(str, argv)]
    return " ".join(map(_quoted, words))


def _said(value: object) -> list[str]:
    """A value as ``--set`` takes it; a list as several of them, what has parts as JSON."""
    match value:
        case list():
            return [json.dumps(one, ensure_ascii=False) if isinstance(one, Mapping) else str(one) for one in value]
        case bool():
            return [YES if value else _NO]
        case float():
            return [f"{value:g}"]
        case _:
            return [str(value)]


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


def form_rows(blocks: Sequence[Sequence[Line]], here: int, width: int, most: int) -> list[Line]:
    """All inputs, or those around the present one where there is no space for all."""
    heights = [height_of(block, width) for block in blocks]
    if sum(heights) <= most:
        return [line for block in blocks for line in block]
    # Of a long text the end, where it is typed.
    blocks = [*blocks]
    while heights[here] >= most and len(blocks[here]) > 1:
        blocks[here] = blocks[here][1:]
        heights[here] = height_of(blocks[here], width)
    first = last = here
    room = most - 1 - heights[here]
    while True:
        # What comes next is more telling than what went before.
        below = last + 1 < len(blocks) and heights[last + 1] <= room
        above = first > 0 and heights[first - 1] <= room
        if below and (last - here <= here - first or not above):
            last += 1
            room -= heights[last]
        elif above:
            first -= 1
            room -= heights[first]
        elif below:
            last += 1
            room -= heights[last]
        else:
            break
    parts = [f"{count} more {where}" for count, where in ((first, "above"), (len(blocks) - last - 1, "below")) if count]
    hidden = Line((Span(f"  {', '.join(parts)}", "faint"),))
    return [*(line for block in blocks[first : last + 1] for line in block), hidden]


def _hint(one: Input, offered: Sequence[str]) -> str:
    if offered:
        return " ".join(map(plain, offered))[:200]
    return one.help


def _picked(choices: Sequence[str], picked: str, *, is_here: bool) -> Spans:
    shown: list[Span] = []
    at = choices.index(picked) if picked in choices else 0
    if at and sum(len(one) + 3 for one in choices[: at + 1]) > _MOST_CHOICES:
        # Names of runs are long: the row begins with the chosen one, so that it is seen.
        shown.append(Span(".. ", "faint"))
        choices = choices[at:]
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


def fitting_checks(
    about: Sequence[Line], checks: Sequence[Check], signs: Glyphs, width: int, height: int
) -> Sequence[Line]:
    """``about`` and every check below it; where they do not fit, those against the start first."""
    whole = (*about, *check_lines(checks, signs))
    if height_of(whole, width) <= height:
        return whole
    against = check_lines([check for check in checks if not _is_fine(check)], signs)
    fine = [line for check in checks if _is_fine(check) for line in check_lines([check], signs)]
    for shown in range(len(fine) - 1, -1, -1):
        counted = Span(f"{len(fine) - shown} {'more are' if against or shown else 'are'} fine", "quiet")
        sign = Span(f"  {signs.marks['done']} ", "done")
        lines = (*about, *against, *fine[:shown], Line(spans(sign, counted)))
        if height_of(lines, width) <= height:
            return lines
    return against or about


def _is_fine(check: Check) -> bool:
    return check.level.value in ("PASS", "INFO")


def _said_here(check: Check) -> str:
    """What a check says, in a form: whose input it is and which keys that has is seen there."""
    if check.id != "input" or _is_fine(check):
        return check.detail
    said = check.detail.partition("; its keys are ")[0].partition(": ")
    return f"{(said[2] or said[0]).rstrip('.')}."


def check_lines(checks: Sequence[Check], signs: Glyphs) -> list[Line]:
    """What stands for and against the start."""
    lines = []
    for check in checks:
        is_fine = _is_fine(check)
        tone = "done" if is_fine else "failed" if check.level.value == "FAIL" else "blocked"
        sign = signs.marks["done"] if is_fine else signs.marks["failed"] if tone == "failed" else "!"
        said = Span(plain(_said_here(check)), "quiet" if is_fine else "")
        lines.append(Line(spans(Span(f"  {sign} ", tone), said), (), 2, 4))
        if check.fix and not is_fine:
            lines.append(Line(spans(Span("    "), Span(plain(check.fix), "quiet")), (), 2, 4))
    return lines


def kinds(names: Sequence[str], current: str, width: int) -> tuple[Span, ...]:
    """What can be started, the chosen one marked. Where there is no space for all, those beside it."""
    shown = [*names] if current in names else [*names, current]
    is_cut = [False, False]
    while len(shown) > 1 and sum(len(name) + 2 for name in shown) + 2 * sum(is_cut) > width:
        at = shown.index(current)
        is_late = at > len(shown) - 1 - at
        shown.pop(0 if is_late else -1)
        is_cut[0 if is_late else 1] = True
    found = [Span(f" {name} ", "accent" if name == current else "faint") for name in shown]
    more = Span("..", "faint")
    return (*((more,) if is_cut[0] else ()), *found, *((more,) if is_cut[1] else ()))
