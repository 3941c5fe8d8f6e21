"""Values as a person types them, and what is typed as values. Pure; what says nothing sensible stays the text it is."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence

YES, NO = "yes", "no"
_TASK_KEYS = ("id", "files", "prompt")


def typed(value: object) -> str:
    """A given value as one would type it."""
    match value:
        case None:
            return ""
        case bool():
            return YES if value else NO
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


def value_of(kind: str, text: str) -> object:
    """What ``text`` means for an input of that kind (``Input.kind``); the text itself where it means nothing."""
    match kind:
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
            return text


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
