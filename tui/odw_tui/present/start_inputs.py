"""The inputs that a start asks for: from the workflow's own schema, in which order, under which words. Pure.

Inputs whose names begin with a dot are the form's own: they say how it starts, not what the workflow is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from odw_core.model.workflow import Kept
from odw_tui.present.typed_values import NO, YES, typed, value_of

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
_KEPT = {
    Kept.STEPS: "Do it all again, or keep what went well; what it came from must be the same. Gates are decided anew.",
    Kept.SCENARIOS: "All of it, which clears the outputs; or those without a file alone, which clears nothing.",
    Kept.REPOSITORIES: "Run all of it again, or what did not land: what has landed stays, and contracts are checked "
    "on it.",
}
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
        choices = [NO, YES]
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


def with_repeat(
    inputs: Sequence[Input], steps: Sequence[str], kept: Kept, *, is_repeat: bool, is_done: bool
) -> tuple[Input, ...]:
    """The form of a run that is run again, which may keep what it did: ``kept`` says what that is.

    ``is_repeat``: what it was given is known; ``is_done``: nothing of it failed.
    """
    if not (is_repeat if kept is Kept.SCENARIOS else steps):
        return tuple(inputs)
    # A campaign that stopped half-way is not run over what it landed by the way.
    first = FAILED_ONLY if kept is Kept.REPOSITORIES and not is_done else EVERYTHING
    again = Input(AGAIN, "again", _KEPT[kept], (EVERYTHING, FAILED_ONLY), first)
    if kept is not Kept.STEPS:
        return (again, *inputs)
    again = again._replace(choices=(*again.choices, FROM_A_STEP))
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


def given_of(inputs: Sequence[Input], typed: Mapping[str, str]) -> dict[str, object]:
    """What was typed, as the workflow's input. What is empty or as it is anyway is left out."""
    given: dict[str, object] = {}
    for one in inputs:
        text = typed.get(one.name, one.default)
        is_ours = one.name == FOLDER or one.name.startswith(".")
        if is_ours or (text == one.default and not one.is_long) or not text.strip():
            continue
        given[one.name] = value_of(one.kind, text.strip() if one.kind == "text" and not one.is_long else text)
    return given
